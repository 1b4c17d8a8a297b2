"""What a reader of one format hands on: attributes as text, shapes as they stand in the file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO_MAP
from nagara.citylab.zones.polygons import Shapes

CHUNK = 5_000

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Reading:
    """The reading of one file: its name for people, what the mapping file says, where findings go.

    `bbox`: west, south, east, north of the city in degrees, None where it is not known.
    """

    file: str
    findings: Findings
    mapping: Mapping[str, Any] = field(default_factory=lambda: NO_MAP)
    bbox: Box | None = None

    @cached_property
    def read(self) -> Mapping[str, Any]:
        """The section `[read]` of the mapping file."""
        section = self.mapping.get("read", {})
        return section if isinstance(section, Mapping) else {}

    @cached_property
    def na(self) -> frozenset[str]:
        """The NA markers that `[read] na` declares."""
        return frozenset(str(mark) for mark in self.read.get("na", ()))

    def refusal(self, rule: str, what: str, mend: str) -> Refusal:
        """A refusal of the whole file, with its finding."""
        self.findings.refuse(rule, what, file=self.file, mend=mend)
        return Refusal(what, self.findings, where=self.file, mend=mend)


@dataclass(frozen=True)
class RawLayer:
    """Features of one file in its own coordinate system.

    `rows`: row of each feature, the first feature being row 2 (as if a header stood above). `crs`: what
    the file declares (WKT, EPSG:n, ...), "" where it declares nothing. A shape may carry an SRID, which
    then counts more than `crs`.
    """

    file: str
    rows: np.ndarray[Any, np.dtype[np.int64]]
    attributes: pa.Table
    shapes: Shapes
    crs: str = ""


def as_text(value: Any, na: frozenset[str] = frozenset()) -> str | None:
    """An attribute as text: None where empty or an NA marker; numbers as written; lists as JSON."""
    if value is None or isinstance(value, str):
        text = (value or "").replace("\u00a0", " ").replace("\ufeff", "").strip()
        return None if not text or text in na else text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if math.isnan(value) else repr(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def text_table(records: Sequence[Mapping[str, Any]], na: frozenset[str]) -> pa.Table:
    """Records as a table of text columns, in the order in which columns first appear."""
    columns: dict[str, None] = {}
    for record in records:
        columns.update(dict.fromkeys(str(key).strip() for key in record))
    named = [{str(key).strip(): value for key, value in record.items()} for record in records]
    arrays = {c: pa.array([as_text(r.get(c), na) for r in named], pa.string()) for c in columns}
    return pa.table(arrays) if arrays else pa.table({"": pa.nulls(len(records), pa.string())})


def as_shapes(shapes: Iterable[Any]) -> Shapes:
    """Shapes as an object array (a plain np.array would unpack collections)."""
    items = list(shapes)
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out
