"""Zones: administrative areas from a map (any format that `sources.geometry` reads) or from a plain list.

One file may give several levels: the smallest zones stand in its rows, larger ones are their unions. See
docs/sources/zones.md for the mapping file and every rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.geometry import Layer, form_of, read_features
from nagara.citylab.sources.zones.build import (
    Zone,
    dissolved,
    finest,
    gather,
    refuse_shared_ids,
    same_names,
    zone_table,
)
from nagara.citylab.sources.zones.flags import check_codes, zone_values
from nagara.citylab.sources.zones.overlaps import judge_cover
from nagara.citylab.sources.zones.plan import Plan, plan_of
from nagara.citylab.zones import cell_weights, points_in_zones

KIND = "zones"
TITLE = "Zones: administrative areas with their boundaries"
TABLES = ("zone", "cell", "zone_value")
OPTIONS = ("read", "columns", "zones", "level", "codes", "property")

_MAPS = frozenset(("geojson", "topojson", "shapefile", "geopackage", "kml", "ogr"))
_PAPERS = frozenset((".xml", ".md", ".txt", ".pdf", ".html", ".htm", ".png", ".jpg", ".docx", ".rst", ".qgz"))
_AREAS = re.compile(rb'"type"\s*:\s*"(Multi)?(Polygon)"')
_OTHERS = re.compile(rb'"type"\s*:\s*"(Multi)?(Point|LineString)"')


def sniff(path: Path) -> Sniffed:
    """Maps of polygons are likely zones; a shapefile or GeoPackage may be."""
    try:
        form = form_of(path)
    except (Refusal, OSError):
        return NO
    if form in ("geojson", "topojson"):
        with path.open("rb") as stream:
            head = stream.read(65_536)
        if form == "geojson" and not _AREAS.search(head) and _OTHERS.search(head):
            return NO
        return Sniffed(0.55, "a map of areas")
    if form == "zip":
        return Sniffed(0.55, "a zipped shapefile") if _has_shapefile(path) else NO
    return Sniffed(0.5, "a map") if form in _MAPS else NO


def _has_shapefile(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 65_536))
        return b".shp" in stream.read().lower()


def files_of(paths: Sequence[Path], findings: Findings) -> list[Path]:
    """Files, those of folders in the order of their names, without the papers that lie beside data."""
    out: list[Path] = []
    for path in paths:
        if not path.is_dir() or path.suffix.lower() == ".gdb":
            out.append(path)
            continue
        for near in sorted(p for p in path.rglob("*") if p.is_file()):
            if near.suffix.lower() in _PAPERS or near.name.startswith("."):
                what = "files beside the data were left out."
                findings.note("left-out", what, file=path.name, example=near.name)
            else:
                out.append(near)
    return out


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Zones of every level, their values (`[property.*]`) and how they share H3 cells.

    Raises Refusal where the file has no coordinate system, no id, or is no map at all.
    """
    some = False
    layers = read_features(files_of(paths, findings), options, findings)
    for file, found in groupby(layers, key=lambda layer: layer.file):
        held = list(found)
        if any(len(layer.rows) for layer in held):
            some = True
            yield from _one_file(file, held, options, findings)
    if not some:
        raise Refusal("no zone was found.", findings, where=", ".join(p.name for p in paths))


def _one_file(
    file: str, layers: Sequence[Layer], options: Options, findings: Findings
) -> Iterator[tuple[str, pa.Table]]:
    columns = list(dict.fromkeys(c for layer in layers for c in layer.attributes.column_names))
    plan = plan_of(options.map, columns, file, findings)
    rows = gather(layers, plan, findings)
    if not rows.records:
        raise Refusal("no row has an id.", findings, where=file, mend="Name another id column.")
    refuse_shared_ids(rows, plan, findings)
    check_codes(rows, options.map, findings)
    depth = _depth(plan, options)
    levels = [finest(rows, plan, depth + len(plan.levels) - 1, findings)]
    for k in range(len(plan.levels) - 2, -1, -1):
        levels.insert(0, dissolved(rows, levels[0], plan, k, depth + k, findings))
    for zones in levels:
        same_names(zones, file, findings)
    _taken([zone for zones in levels for zone in zones], options, file, findings)
    _parents(levels[0], plan, options, file, findings)
    judge_cover(levels[-1], options.epsg, file, findings)
    for zones in levels:
        table = zone_table(zones, plan, options.epsg, file, findings)
        yield "zone", table
        for weights in cell_weights(table, options.epsg):
            yield "cell", weights
    values = zone_values(levels[-1], options, file, findings)
    if values is not None:
        yield "zone_value", values


def _depth(plan: Plan, options: Options) -> int:
    """Number of the file's first level: as the mapping says, else one below the parents, else 1."""
    if plan.depth is not None:
        return plan.depth
    known = options.known.get("zone")
    if known is not None and known.num_rows and plan.parent_level is not None:
        levels = pc.unique(_of_level(known, plan.parent_level).column("level")).to_pylist()
        if levels:
            return int(max(levels)) + 1
    return 1


def _of_level(zones: pa.Table, level: str | int) -> pa.Table:
    column = "level" if isinstance(level, int) else "level_name"
    return zones.filter(pc.equal(zones.column(column), level))


def _taken(zones: Sequence[Zone], options: Options, file: str, findings: Findings) -> None:
    """Warn of ids that zones of another source have."""
    known = options.known.get("zone")
    used = set(known.column("zone_id").to_pylist()) if known is not None else set()
    for zone in zones:
        if zone.zone_id in used:
            what = "another source of this city has zones of the same ids: statistics cannot tell them apart."
            mend = 'Give these a prefix: [zones] prefix = "..." (or in each [[level]]).'
            findings.warn("id-taken", what, file=file, row=zone.row, example=zone.zone_id, mend=mend)


def _parents(zones: Sequence[Zone], plan: Plan, options: Options, file: str, findings: Findings) -> None:
    """Give the largest zones of a file their parents: by place where asked, and checked where known."""
    known = options.known.get("zone")
    if known is None or not known.num_rows:
        if plan.by_place:
            mend = "Import the larger zones first."
            findings.warn("no-parents", "there are no larger zones in the city yet.", file=file, mend=mend)
        return
    if plan.by_place:
        _by_place(zones, known, plan, file, findings)
    elif plan.levels[0].parent_column or plan.parent_digits:
        names = set(known.column("zone_id").to_pylist()) | {zone.zone_id for zone in zones}
        for zone in zones:
            if zone.parent_id is not None and zone.parent_id not in names:
                what = "zones name a larger unit that the city does not have yet."
                mend = "Import the larger units too, or correct the code."
                findings.warn(
                    "unknown-parent", what, file=file, row=zone.row, example=zone.parent_id, mend=mend
                )


def _by_place(zones: Sequence[Zone], known: pa.Table, plan: Plan, file: str, findings: Findings) -> None:
    above = known if plan.parent_level is None else _of_level(known, plan.parent_level)
    drawn = [zone for zone in zones if zone.shape is not None]
    points = [shapely.point_on_surface(zone.shape) for zone in drawn]
    at = points_in_zones([p.x for p in points], [p.y for p in points], above)
    for zone, parent in zip(drawn, at.to_pylist(), strict=True):
        zone.parent_id = parent
        if parent is None:
            what = "zones that lie in none of the larger zones."
            findings.warn("no-parent", what, file=file, row=zone.row, example=zone.name or zone.zone_id)
