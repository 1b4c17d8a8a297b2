"""Turns the objects of OpenStreetMap files into rows, with findings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.places import osm_keys
from nagara.citylab.sources import Options
from nagara.citylab.sources.osm import features, streets
from nagara.citylab.sources.osm.bounds import boxes_of
from nagara.citylab.sources.osm.features import Areas
from nagara.citylab.sources.osm.reading import Unreadable, check_size, rows_of
from nagara.citylab.sources.osm.spots import Places
from nagara.citylab.sources.osm.streets import Ways

_FULL = 20_000
_COUNTS = (
    ("osm-nodes", "nodes", ("nodes",)),
    ("osm-ways", "ways", ("ways",)),
    ("osm-relations", "relations", ("relations",)),
    ("osm-highways", "ways with a highway tag", ("highway ways",)),
    ("osm-buildings", "buildings drawn as ways", ("building ways",)),
    ("osm-amenities", "nodes and ways with an amenity tag", ("amenity nodes", "amenity ways")),
)
_LEFT_OUT = {
    "no-street": ("note", "ways are lines of another kind (planned, platforms, ...), no street."),
    "no-mode": ("note", "ways are closed to people on foot, bicycles and cars."),
    "unknown-class": ("warn", "ways have a highway value that is not known; left out."),
}


def read_map(
    files: Sequence[tuple[Path, str]], options: Options, findings: Findings
) -> Iterator[tuple[str, pa.Table]]:
    """Yield rows of PBF and XML files taken as one map. Raises Refusal where nothing can be taken."""
    files = _sound(files, findings)
    where = files[0][0].name if len(files) == 1 else f"{len(files)} files"
    keys = sorted({*features.KEYS, *osm_keys()})
    heads: list[dict[str, Any]] = []
    boxes: list[streets.Box] = []
    ways = Ways()
    problems: dict[str, int] = {}
    areas, places = Areas([], options.epsg), Places([])
    taken: Counter[str] = Counter()
    try:
        for batch in rows_of(files, keys):
            for row in batch.to_pylist():
                tags = json.loads(row["tags"])
                if row["kind"] == "head":
                    heads = tags
                    boxes = boxes_of(heads, where, options, findings)
                    areas, places = Areas(boxes, options.epsg), Places(boxes)
                elif row["kind"] == "end":
                    problems = tags
                elif row["kind"] == "street":
                    ways.add(row["id"], tags, row["refs"], row["x"], row["y"])
                else:
                    _feature(row, tags, areas, places)
            yield from _full(areas, places, taken, least=_FULL)
    except Unreadable as error:
        findings.refuse("damaged", error.what, file=where, mend=error.mend)
        raise Refusal(error.what, findings, where=where, mend=error.mend) from error
    yield from _full(areas, places, taken, least=1)
    done = streets.cut(ways, boxes)
    nodes = streets.node_table(done)
    if nodes.num_rows:
        yield "street_node", nodes
    for edges in streets.edge_tables(done, ways):
        taken["street_edge"] += edges.num_rows
        yield "street_edge", edges
    _report(files, heads, findings)
    _report_streets(ways, done, problems, where, findings)
    _report_features(areas, places, problems, where, findings)
    _report_nothing(heads, taken, where, findings)
    if boxes:
        yield "area", features.extent_table(boxes, options.epsg)


def _sound(files: Sequence[tuple[Path, str]], findings: Findings) -> list[tuple[Path, str]]:
    """The files that can be read to their end. Raises Refusal where none can."""
    good: list[tuple[Path, str]] = []
    told = Unreadable("no file")
    for path, form in files:
        try:
            check_size(path, form)
            if len(files) > 1:
                for _ in rows_of([(path, form)], ()):
                    pass
            good.append((path, form))
        except Unreadable as error:
            told = error
            findings.refuse("damaged", error.what, file=path.name, mend=error.mend)
    if not good:
        raise Refusal(told.what, findings, where=told.where, mend=told.mend)
    return good


def _feature(row: Mapping[str, Any], tags: Mapping[str, str], areas: Areas, places: Places) -> None:
    letter = {"node": "n", "line": "w"}.get(row["kind"]) or ("r" if row["relation"] else "w")
    name = f"{letter}{row['id']}"
    if row["kind"] == "area":
        areas.add(name, tags, row["geom"])
        places.add_area(name, tags, row["geom"])
    else:
        places.add_points(name, tags, row["x"], row["y"])


def _full(areas: Areas, places: Places, taken: Counter[str], *, least: int) -> Iterator[tuple[str, pa.Table]]:
    for name, holder in (("area", areas), ("place", places)):
        if len(holder) >= least:
            table = holder.table()
            taken[name] += table.num_rows
            if table.num_rows:
                yield name, table


def _report(
    files: Sequence[tuple[Path, str]], heads: Sequence[Mapping[str, Any]], findings: Findings
) -> None:
    """What each file holds, and what was done so that it could be read."""
    for (path, _), head in zip(files, heads, strict=True):
        for rule, what, keys in _COUNTS:
            count = sum(head["counts"].get(key, 0) for key in keys)
            findings.note(rule, f"{count:,} {what}.", file=path.name, count=count)
        if head["history"]:
            findings.repair(
                "history", "holds several versions of objects; the newest is taken.", file=path.name
            )
        elif not head["sorted"]:
            findings.repair(
                "not-sorted", "objects do not stand in order; sorted to read them.", file=path.name
            )
    if len(files) > 1:
        findings.note(
            "merged", f"{len(files)} files read as one map: an object counts once, in its newest version."
        )


def _report_streets(
    ways: Ways, done: streets.Cut, problems: Mapping[str, int], where: str, findings: Findings
) -> None:
    for rule, count in ways.left_out.items():
        severity, text = _LEFT_OUT[rule]
        add = findings.warn if severity == "warn" else findings.note
        add(rule, f"{count:,} {text}", file=where, column="highway", count=count, example=ways.examples[rule])
    missing = problems.get("missing nodes", 0)
    findings.warn(
        "missing-nodes",
        f"{problems.get('ways with missing nodes', 0):,} streets name {missing:,} nodes that the file lacks; "
        "they are cut there.",
        file=where,
        count=missing,
        mend="Export with complete ways.",
    )
    findings.note(
        "cut-at-bounds",
        f"{done.ways_cut:,} streets were cut at the bounds, {done.ways_outside:,} lie wholly outside.",
        file=where,
        count=done.ways_cut + done.ways_outside,
    )
    odd = [rule for rule in ways.rules if rule.odd_speed]
    findings.warn(
        "odd-speed",
        "a maxspeed is no number with a unit; left empty.",
        file=where,
        column="maxspeed",
        count=sum(ways.rules[rule].odd_speed for rule in ways.rule),
        example=odd[0].name if odd else "",
    )
    findings.note(
        "conditional-access",
        "streets have rules for some hours or vehicles only (`:conditional`); not applied.",
        file=where,
        count=sum(ways.rules[rule].conditional for rule in ways.rule),
    )


def _report_features(
    areas: Areas, places: Places, problems: Mapping[str, int], where: str, findings: Findings
) -> None:
    findings.note("areas-outside", "areas lie outside the bounds.", file=where, count=areas.outside)
    findings.note(
        "areas-reach-outside",
        "areas reach over the bounds; kept whole, with their whole m2.",
        file=where,
        count=areas.reaching,
    )
    findings.note("places-outside", "places lie outside the bounds.", file=where, count=places.outside)
    findings.note(
        "amenity-without-category",
        "amenities of kinds that are no service (benches, fountains, ...) are left out.",
        file=where,
        count=sum(places.unknown.values()),
        example=", ".join(f"{word} ({n})" for word, n in places.unknown.most_common(3)),
    )
    findings.warn(
        "area-does-not-close",
        "multipolygons do not close or lack members; left out.",
        file=where,
        count=problems.get("areas that do not close", 0) + areas.broken,
        mend="Export with complete relations, or repair them in OpenStreetMap.",
    )
    findings.warn(
        "node-without-place",
        "nodes have no coordinates; left out.",
        file=where,
        count=problems.get("nodes without place", 0),
    )


def _report_nothing(
    heads: Sequence[Mapping[str, Any]], taken: Counter[str], where: str, findings: Findings
) -> None:
    """Say it where there is no street; refuse where there is nothing at all."""
    if taken["street_edge"]:
        return
    total, tagged = (sum(h["counts"].get(key, 0) for h in heads) for key in ("ways", "tagged ways"))
    why = f"0 streets: {total - tagged:,} of {total:,} ways have no tags" if total else "0 streets: no ways"
    mend = "Export the streets themselves (ways with a highway tag), not only the routes over them."
    if sum(taken.values()):
        findings.warn("no-streets", f"{why}.", file=where, mend=mend)
        return
    findings.refuse("no-streets", f"{why}; no place and no area either.", file=where, mend=mend)
    raise Refusal(f"{why}, no place and no area", findings, where=where, mend=mend)
