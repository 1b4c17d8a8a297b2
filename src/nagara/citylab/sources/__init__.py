"""Sources: one slice a format, all of one shape.

A slice is a module with `KIND`, `TITLE`, `TABLES`, `OPTIONS`, `sniff(path)` and `read(paths, options,
findings)`. `read` yields `(table name, rows)` pairs, rows as an Arrow table of any length; yield often, so
that memory stays flat. Columns that the importer fills by itself may be left out: `source_id`,
`scenario_id`, `h3` (from lon, lat).

A slice reads everything as text first, casts with findings, sets bad rows aside, and raises `Refusal`
only where nothing can be taken. It asks and never guesses: no coordinate system, no zone of time, no unit
-> a refusal that says what to supply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pyarrow as pa

from nagara.citylab.findings import Findings

Rows = Iterator[tuple[str, pa.Table]]
NO_MAP: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Sniffed:
    """How sure a slice is that it can read a file (0-1), and why (for people)."""

    confidence: float
    why: str = ""


NO = Sniffed(0.0)


@dataclass(frozen=True)
class Options:
    """What a slice may know besides the files.

    `map` is the parsed mapping file (TOML) or {}. `accept_matches` maps a name in the file to the zone_id
    that a person confirmed. `known` gives rows already in the city by table name (zones for name matching,
    things for coordinates), each with canonical columns.
    """

    city_id: str
    tz: str
    epsg: int
    source_id: str
    bbox: tuple[float, float, float, float] | None = None
    map: Mapping[str, Any] = field(default_factory=lambda: NO_MAP)
    accept_matches: Mapping[str, str] = field(default_factory=dict)
    salt: bytes = b""
    known: Mapping[str, pa.Table] = field(default_factory=dict)
    allow_personal: bool = False


class Source(Protocol):
    """The shape of a slice (a module)."""

    KIND: str
    TITLE: str
    TABLES: tuple[str, ...]

    def sniff(self, path: Path) -> Sniffed: ...

    def read(
        self, paths: Sequence[Path], options: Options, findings: Findings
    ) -> Iterable[tuple[str, pa.Table]]: ...


SLICES = (
    "gtfs",
    "osm",
    "observations",
    "zones",
    "population",
    "places",
    "areas",
    "zone_values",
    "stops",
    "posts",
)
"""Names of the slices, in the order in which equal confidence is decided."""


def slice_of(kind: str) -> Source:
    """The slice of one kind. Raises KeyError where there is none."""
    if kind not in SLICES:
        raise KeyError(kind)
    return import_module(f"nagara.citylab.sources.{kind}")


def sniff(path: Path) -> list[tuple[str, Sniffed]]:
    """Every slice that may read `path`, surest first. Empty where none may."""
    found = [(kind, slice_of(kind).sniff(path)) for kind in SLICES]
    able = [(kind, how) for kind, how in found if how.confidence > 0]
    return sorted(able, key=lambda pair: -pair[1].confidence)
