"""Rows of a file -> zones of one or several levels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.geometry import Layer
from nagara.citylab.sources.zones.plan import Level, Plan
from nagara.citylab.zones.names import normalise
from nagara.citylab.zones.polygons import Shapes, areas_m2, polygonal, wkb_of

Record = dict[str, str | None]


@dataclass
class Rows:
    """Rows of one file that have an id, side by side."""

    file: str
    numbers: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    ids: list[list[str]] = field(default_factory=list)
    """For each level, the id of each row."""


@dataclass
class Zone:
    """One zone while it is being put together."""

    zone_id: str
    depth: int
    level: Level
    name: str | None
    name_local: str | None
    parent_id: str | None
    shape: Any
    record: Record
    row: int


def id_of(record: Mapping[str, str | None], level: Level) -> str | None:
    """The id of a row's zone of one level: its id columns joined by "/"; None where one is empty."""
    if level.whole:
        return level.whole
    parts = [record.get(column) for column in level.id]
    if any(part is None for part in parts):
        return None
    return level.prefix + "/".join(" ".join(str(part).split()) for part in parts)


def gather(layers: Sequence[Layer], plan: Plan, findings: Findings) -> Rows:
    """All rows with an id on every level; the others are set aside."""
    rows = Rows(layers[0].file, ids=[[] for _ in plan.levels])
    for layer in layers:
        for number, record, shape in zip(
            layer.rows.tolist(), layer.attributes.to_pylist(), layer.shapes, strict=True
        ):
            ids = [id_of(record, level) for level in plan.levels]
            if any(i is None for i in ids):
                empty = [c for level in plan.levels for c in level.id if record.get(c) is None]
                findings.reject("no-id", f"{empty[0]} is empty", file=layer.file, row=number, raw=record)
                findings.refuse(
                    "no-id",
                    "rows whose id is empty were set aside.",
                    file=layer.file,
                    row=number,
                    column=empty[0],
                    example=record,
                    mend="Fill in the id, or name another id column.",
                )
                continue
            rows.numbers.append(number)
            rows.records.append(record)
            rows.shapes.append(shape)
            for k, value in enumerate(ids):
                rows.ids[k].append(str(value))
    return rows


def refuse_shared_ids(rows: Rows, plan: Plan, findings: Findings) -> None:
    """Raise Refusal where zones of two levels would have the same id."""
    for k, level in enumerate(plan.levels):
        for j in range(k):
            both = set(rows.ids[k]) & set(rows.ids[j])
            if both:
                one, two = plan.levels[j].name or j + 1, level.name or k + 1
                example = min(both)
                what = f"zones of the levels {one} and {two} have the same id, such as {example!r}."
                mend = 'Tell them apart: [[level]] prefix = "...".'
                findings.refuse("shared-id", what, file=rows.file, count=len(both), mend=mend)
                raise Refusal(what, findings, where=rows.file, mend=mend)


def finest(rows: Rows, plan: Plan, depth: int, findings: Findings) -> list[Zone]:
    """Zones of the last level: one an id. Parts of one zone are joined, other rows of its id set aside."""
    level = plan.levels[-1]
    zones: dict[str, Zone] = {}
    parts: dict[str, list[Any]] = {}
    for i, zone_id in enumerate(rows.ids[-1]):
        record, number, shape = rows.records[i], rows.numbers[i], rows.shapes[i]
        if zone_id not in zones:
            zones[zone_id] = _zone(rows, i, plan, depth)
            parts[zone_id] = [shape]
            continue
        first = zones[zone_id]
        if record == first.record and _equal(shape, parts[zone_id]):
            what = "rows that repeat an earlier row were counted once."
            findings.repair("duplicate-row", what, file=rows.file, row=number, example=zone_id)
        elif plan.number_repeats:
            _number(rows, i, zones, plan, depth)
            parts[rows.ids[-1][i]] = [shape]
            what = "rows of an id that an earlier row has: kept as zones of their own, numbered (2), (3), ..."
            mend = "If they are parts of one zone, take repeated_id out of the mapping file."
            findings.warn("repeated-id", what, file=rows.file, row=number, example=zone_id, mend=mend)
        elif record.get(level.name_column) == first.name and shape is not None:
            parts[zone_id].append(shape)
            what = "rows of one id and one name were joined into one zone (of several parts)."
            mend = 'If these are zones of their own: [zones] repeated_id = "number", or another id column.'
            findings.repair("joined-parts", what, file=rows.file, row=number, example=zone_id, mend=mend)
        else:
            reason = f"id {zone_id!r} is that of row {first.row}"
            findings.reject("duplicate-id", reason, file=rows.file, row=number, raw=record)
            what = "rows that use the id of another row were set aside."
            mend = "Give each zone its own id, or name another id column."
            findings.refuse("duplicate-id", what, file=rows.file, row=number, example=zone_id, mend=mend)
    for zone_id, found in parts.items():
        zones[zone_id].shape = _joined(found)
    return list(zones.values())


def _number(rows: Rows, i: int, zones: dict[str, Zone], plan: Plan, depth: int) -> None:
    """Give row `i` the next free numbered id, and make it a zone."""
    base, n = rows.ids[-1][i], 2
    while f"{base} ({n})" in zones:
        n += 1
    rows.ids[-1][i] = f"{base} ({n})"
    zones[rows.ids[-1][i]] = _zone(rows, i, plan, depth)


def _zone(rows: Rows, i: int, plan: Plan, depth: int) -> Zone:
    level, record = plan.levels[-1], rows.records[i]
    parent = rows.ids[-2][i] if len(plan.levels) > 1 else record.get(level.parent_column)
    if parent is None and plan.parent_digits:
        parent = rows.ids[-1][i].removeprefix(level.prefix)[: plan.parent_digits]
    return Zone(
        rows.ids[-1][i],
        depth,
        level,
        record.get(level.name_column),
        record.get(level.name_local_column),
        parent,
        rows.shapes[i],
        record,
        rows.numbers[i],
    )


def _equal(shape: Any, others: Sequence[Any]) -> bool:
    return any(
        (shape is None and other is None)
        or (shape is not None and other is not None and shapely.equals_exact(shape, other))
        for other in others
    )


def _joined(shapes: Sequence[Any]) -> Any:
    drawn = [shape for shape in shapes if shape is not None]
    if len(drawn) <= 1:
        return drawn[0] if drawn else None
    return polygonal(np.array([shapely.union_all(drawn)], dtype=object))[0]


def dissolved(
    rows: Rows, below: Sequence[Zone], plan: Plan, k: int, depth: int, findings: Findings
) -> list[Zone]:
    """Zones of level `k`, each the union of the zones of the level below that lie in it.

    A zone below that rows put into two zones belongs to the one with more rows; a finding says so.
    """
    level = plan.levels[k]
    votes: dict[str, Counter[str]] = {}
    first: dict[str, int] = {}
    for i, zone_id in enumerate(rows.ids[k]):
        first.setdefault(zone_id, i)
        votes.setdefault(rows.ids[k + 1][i], Counter())[zone_id] += 1
    shapes: dict[str, list[Any]] = {zone_id: [] for zone_id in first}
    for zone in below:
        counted = votes[zone.zone_id]
        zone.parent_id = counted.most_common(1)[0][0]
        if len(counted) > 1:
            said = ", ".join(f"{parent} ({n} rows)" for parent, n in counted.most_common())
            what = "zones that rows place in two larger units; the one with more rows holds."
            example = f"{zone.name or zone.zone_id}: {said}"
            mend = "Correct the larger unit in the file."
            findings.warn("two-parents", what, file=rows.file, row=zone.row, example=example, mend=mend)
        shapes[zone.parent_id].append(zone.shape)
    zones = []
    for zone_id, i in first.items():
        record = rows.records[i]
        name = level.whole_name or record.get(level.name_column)
        local = record.get(level.name_local_column)
        parent = rows.ids[k - 1][i] if k else None
        shape = _joined(shapes[zone_id])
        zones.append(Zone(zone_id, depth, level, name, local, parent, shape, {}, rows.numbers[i]))
    return zones


def same_names(zones: Sequence[Zone], file: str, findings: Findings) -> None:
    """Warn of zones in one parent whose names are the same, or the same but for spelling."""
    seen: dict[tuple[str | None, str], Zone] = {}
    for zone in zones:
        if not zone.name:
            continue
        other = seen.setdefault((zone.parent_id, normalise(zone.name)), zone)
        if other is not zone:
            what = "zones of one larger unit whose names are the same, or nearly."
            example = f"{zone.name!r} (row {zone.row}) and {other.name!r} (row {other.row})"
            mend = "If they are one zone, give them one id; if not, nothing is to be done."
            findings.warn("same-name", what, file=file, row=zone.row, example=example, mend=mend)


def zone_table(zones: Sequence[Zone], plan: Plan, epsg: int, file: str, findings: Findings) -> pa.Table:
    """Zones as the canonical table; areas in the metric system `epsg`."""
    shapes: Shapes = np.empty(len(zones), dtype=object)
    shapes[:] = [zone.shape for zone in zones]
    km2 = areas_m2(shapes, epsg) / 1e6
    used = set(plan.columns())
    days = {c: [_day(z, c, file, findings) for z in zones] for c in (plan.valid_from, plan.valid_to) if c}
    nobody = [None] * len(zones)
    return pa.table(
        {
            "zone_id": pa.array([z.zone_id for z in zones], pa.string()),
            "level": pa.array([z.depth for z in zones], pa.int8()),
            "level_name": pa.array([z.level.name or None for z in zones], pa.string()),
            "parent_id": pa.array([z.parent_id for z in zones], pa.string()),
            "name": pa.array([z.name for z in zones], pa.string()),
            "name_local": pa.array([z.name_local for z in zones], pa.string()),
            "geom_wkb": wkb_of(shapes),
            "area_km2": pa.array(km2, mask=np.isnan(km2)),
            "valid_from": pa.array(days.get(plan.valid_from, nobody), pa.date32()),
            "valid_to": pa.array(days.get(plan.valid_to, nobody), pa.date32()),
            "attributes": pa.array([_attributes(z.record, used) for z in zones], pa.string()),
        }
    )


def _attributes(record: Record, used: set[str]) -> str | None:
    rest = {key: value for key, value in record.items() if key and key not in used and value is not None}
    return json.dumps(rest, ensure_ascii=False) if rest else None


def _day(zone: Zone, column: str, file: str, findings: Findings) -> date | None:
    text = zone.record.get(column)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        what = "dates that are not written as YYYY-MM-DD were left out."
        findings.warn("bad-date", what, file=file, row=zone.row, column=column, example=text)
        return None
