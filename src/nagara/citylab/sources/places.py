"""Places: facilities and points of interest, from tables and maps. See docs/sources/places.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.places import categories, category_of_tags, category_of_words, osm_keys
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.located import (
    LAT_NAMES,
    LON_NAMES,
    Part,
    attributes,
    columns_of,
    mapped_column,
    read_parts,
)
from nagara.citylab.sources.named_zones import NamedZones
from nagara.citylab.sources.text import peek, to_float
from nagara.citylab.sources.text.table import find_column
from nagara.citylab.sources.twins import Ids, NearTwins

KIND = "places"
TITLE = "Facilities and points of interest (CSV, Excel, JSON, GeoJSON, SQL dump)"
TABLES = ("place",)
OPTIONS = ("columns", "category", "attributes", "zone", "read", "duplicates")

NAMES = ("name", "nama", "ชื่อ", "tên", "name_en", "name_th", "place_name", "facility_name", "naran", "title")
IDS = ("id", "place_id", "osm_id", "fid", "objectid", "code", "kode", "gid")
KINDS = (
    "category",
    "type",
    "kind",
    "fclass",
    "jenis",
    "kategori",
    "ประเภท",
    "loại",
    "facility_type",
    "class",
)
CAPACITIES = ("capacity", "kapasitas", "beds", "seats", "pupils", "jumlah_tempat_tidur", "จำนวนเตียง")
TWIN_METRES = 20.0


def sniff(path: Path) -> Sniffed:
    """A table with coordinates, a name and a kind, or one whose kind is known from its words."""
    seen = peek(path)
    if seen is None:
        return NO
    located = any(find_column(n, seen.columns) for n in LON_NAMES) and any(
        find_column(n, seen.columns) for n in LAT_NAMES
    )
    kind = next((c for n in KINDS if (c := find_column(n, seen.columns))), None)
    tagged = sum(key in seen.columns for key in osm_keys())
    if not located:
        return NO
    if tagged >= 2:
        return Sniffed(0.6, "points with OpenStreetMap tags")
    if kind and any(category_of_words(w) for w in pc.unique(seen.rows.column(kind)).to_pylist() if w):
        return Sniffed(0.55, f"points whose {kind!r} names kinds of places")
    return Sniffed(0.2, "points with names") if any(find_column(n, seen.columns) for n in NAMES) else NO


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Rows of the table `place`, one chunk a part of a file. Raises Refusal where the kind is not said."""
    ids: Ids | None = None
    zones: NamedZones | None = None
    twins = NearTwins(float(options.map.get("duplicates", {}).get("metres", TWIN_METRES)), "places")
    for part in read_parts(paths, options, findings):
        columns = _Columns.of(part, options, findings)
        ids = ids or Ids(findings, column=columns.id or "")
        zones = zones or NamedZones(options, findings, column=columns.zone or "")
        yield "place", _placed(part, columns, ids, zones, twins, options, findings)
    twins.tell(findings)


class _Columns:
    """Which column means what, in one part of a file."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.name: str | None = None
        self.zone: str | None = None
        self.capacity: str | None = None
        self.kind: str | None = None

    @classmethod
    def of(cls, part: Part, options: Options, findings: Findings) -> _Columns:
        got, names = cls(), part.cells.column_names

        def column(meaning: str, usual: Sequence[str]) -> str | None:
            return mapped_column(meaning, names, usual, part.file, options, findings)

        got.id, got.name = column("id", IDS), column("name", NAMES)
        got.zone, got.capacity = column("zone", ()), column("capacity", CAPACITIES)
        said = options.map.get("category", {})
        if "column" in said:
            meant = {"category": str(said["column"])}
            got.kind = mapped_column(
                "category", names, (), part.file, _with_columns(options, meant), findings
            )
        elif "value" not in said:
            got.kind = column("category", KINDS)
        return got


def _with_columns(options: Options, columns: Mapping[str, str]) -> Options:
    from dataclasses import replace

    return replace(options, map={**options.map, "columns": {**columns_of(options), **columns}})


def _placed(
    part: Part,
    columns: _Columns,
    ids: Ids,
    zones: NamedZones,
    twins: NearTwins,
    options: Options,
    findings: Findings,
) -> pa.Table:
    category, word = _categories(part, columns, options, findings)
    names = part.column(columns.name).to_pylist()
    capacity = _capacity(part, columns.capacity, findings)
    zone = zones.find(part.file, part.rows, part.column(columns.zone))
    zones.compare(part.file, part.rows, zone, part.lon, part.lat)
    given = part.column(columns.id).to_pylist()
    records = part.cells.to_pylist()
    used = {columns.id, columns.name, columns.capacity, columns.kind}
    unique: list[str | None] = []
    for i, record in enumerate(records):
        spot = (None if np.isnan(part.lon[i]) else f"{part.lon[i]:.7f} {part.lat[i]:.7f}",)
        content = (*record.values(), *spot)
        unique.append(ids.take(part.file, int(part.rows[i]), given[i], content, label=names[i]))
    keep = np.array([u is not None for u in unique], dtype=bool)
    twins.add(part.file, part.rows, names, np.where(keep, part.lon, np.nan), part.lat)
    _tell_of_unlocated(part, zone, keep, findings)
    table = pa.table(
        {
            "place_id": pa.array(unique, pa.string()),
            "category": pa.array(category, pa.string()),
            "subcategory": pa.array(word, pa.string()),
            "name": pa.array(names, pa.string()),
            "lon": pa.array(part.lon, mask=~part.located),
            "lat": pa.array(part.lat, mask=~part.located),
            "zone_id": zone,
            "capacity": capacity,
            "attributes": pa.array([attributes(r, used, options) for r in records], pa.string()),
        }
    )
    return table.filter(pa.array(keep))


def _categories(
    part: Part, columns: _Columns, options: Options, findings: Findings
) -> tuple[list[str], list[str | None]]:
    """Category and the source's own word of each row."""
    said: Mapping[str, Any] = options.map.get("category", {})
    values = {str(k): str(v) for k, v in said.get("values", {}).items()}
    constant = said.get("value")
    unknown = sorted({*values.values(), *([str(constant)] if constant else [])} - set(categories()))
    if unknown:
        what = f"[category] names {', '.join(map(repr, unknown))}, which is no category."
        mend = f"Use one of {', '.join(categories())}."
        findings.refuse("unknown-category", what, file=part.file, mend=mend)
        raise Refusal(what, findings, where=part.file, mend=mend)
    words = part.column(columns.kind).to_pylist()
    if constant:
        return [str(constant)] * len(words), words
    tagged = [c for c in osm_keys() if c in part.cells.column_names and c not in ("place", "building")]
    if columns.kind is None and not tagged:
        what = "nothing says what kind of places these are."
        mend = 'Say [category] value = "market", or [category] column = "..." in the mapping file.'
        findings.refuse("no-category", what, file=part.file, mend=mend)
        raise Refusal(what, findings, where=part.file, mend=mend)
    return _told(part, words, tagged, values, columns.kind, findings)


def _told(
    part: Part,
    words: list[str | None],
    tagged: Sequence[str],
    values: Mapping[str, str],
    kind: str | None,
    findings: Findings,
) -> tuple[list[str], list[str | None]]:
    tags = part.cells.select(list(tagged)).to_pylist() if tagged else [{}] * len(words)
    got: list[str] = []
    own: list[str | None] = []
    unknown: Counter[str] = Counter()
    first = 0
    for i, word in enumerate(words):
        from_tags = category_of_tags({k: v for k, v in tags[i].items() if v})
        category = values.get(word or "") or (category_of_words(word) if word else None)
        if category is None and from_tags is not None:
            category, word = from_tags[0], word or from_tags[1]  # noqa: PLW2901
        if category is None:
            first = int(part.rows[i]) if not unknown else first
            unknown[word or "(empty)"] += 1
        got.append(category or "other")
        own.append(word)
    if unknown:
        listed = ", ".join(word for word, _ in unknown.most_common(12))
        findings.warn(
            "category-unknown",
            f"kinds that are not known became 'other'; the source's own word is kept: {listed}.",
            file=part.file,
            row=first,
            column=kind or "",
            count=unknown.total(),
            mend="Say what they mean under [category.values] in the mapping file.",
        )
    return got, own


def _capacity(part: Part, column: str | None, findings: Findings) -> pa.Array:
    if column is None:
        return pa.nulls(len(part.rows), pa.float64())
    values, _ = to_float(
        part.column(column),
        findings,
        file=part.file,
        first_row=int(part.rows[0]),
        column=column,
        thousands=",",
    )
    negative = pc.fill_null(pc.less(values, 0), False)
    if count := pc.sum(negative).as_py():
        findings.warn(
            "negative-capacity",
            "capacities below zero were left out.",
            file=part.file,
            column=column,
            count=count,
            row=int(part.rows[pc.index(negative, True).as_py()]),
        )
    return pc.if_else(negative, pa.scalar(None, pa.float64()), values)


def _tell_of_unlocated(part: Part, zone: pa.Array, keep: Any, findings: Findings) -> None:
    nowhere = ~part.located & keep
    named = nowhere & ~np.asarray(zone.is_null())
    for rows, rule, text, severity in (
        (nowhere, "no-coordinates", "places without coordinates are kept.", "warn"),
        (named, "known-by-zone", "places without coordinates are known by their zone.", "note"),
    ):
        if rows.any():
            getattr(findings, severity)(
                rule,
                text,
                file=part.file,
                row=int(part.rows[np.flatnonzero(rows)[0]]),
                count=int(rows.sum()),
                mend="Add lon and lat; until then maps and walking distances leave these places out.",
            )
