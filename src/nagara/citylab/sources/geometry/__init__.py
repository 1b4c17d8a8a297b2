"""Geometries of every format, brought to valid WGS 84 shapes with their attributes as text.

`read_features` dispatches on what a file is, not on its name alone: GeoJSON (also line by line), TopoJSON,
Shapefile, GeoPackage, KML and KMZ, SQL dumps, tables with WKT, WKB or GeoJSON in a column (CSV, Excel, JSON
records, CKAN datastore), zips of these, and whatever the optional extra pyogrio reads.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from nagara.citylab.findings import Findings
from nagara.citylab.sources import Options
from nagara.citylab.sources.archives import open_archive
from nagara.citylab.sources.geometry import cells, geojson, geopackage, kml, ogr, shapefiles, sqldump
from nagara.citylab.sources.geometry.layers import RawLayer, Reading
from nagara.citylab.sources.geometry.mend import mend, only_polygons
from nagara.citylab.sources.geometry.script import is_script, to_json
from nagara.citylab.sources.geometry.systems import judge_places, system_of, to_wgs84
from nagara.citylab.sources.text.encoding import utf8
from nagara.citylab.sources.text.inflate import blocks, magic
from nagara.citylab.sources.text.table import tell_rows
from nagara.citylab.zones.polygons import Shapes

__all__ = ["Layer", "RawLayer", "form_of", "read_attributes", "read_features"]

_BY_NAME = {
    **dict.fromkeys(ogr.SUFFIXES, "ogr"),
    **dict.fromkeys(shapefiles.SIDECARS, "sidecar"),
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"), "table"),
    ".shp": "shapefile",
    ".gpkg": "geopackage",
    ".kml": "kml",
    ".kmz": "zip",
    ".sql": "sql",
}
_SQL = re.compile(rb"(?im)^\s*(insert\s+(ignore\s+)?into|copy\s+[\w.\"]+.*from\s+stdin|create\s+table)\b")


@dataclass(frozen=True)
class Layer:
    """Features of one file, at most a few thousand at a time.

    `rows`: row numbers (the first feature is row 2). `attributes`: text columns, one row a feature.
    `shapes`: WGS 84, 2D, valid, or None. Columns may differ from one layer of a file to the next.
    """

    file: str
    rows: np.ndarray[Any, np.dtype[np.int64]]
    attributes: pa.Table
    shapes: Shapes

    def column(self, name: str) -> list[str | None]:
        """Values of one column; all None where this layer has no such column."""
        if name not in self.attributes.column_names:
            return [None] * len(self.rows)
        return self.attributes.column(name).to_pylist()


def form_of(path: Path) -> str:
    """What a file is: geojson, topojson, shapefile, sidecar, geopackage, kml, zip, sql, ogr, script, table.

    "" where it is none of these.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        return "ogr" if suffix == ".gdb" else ""
    if suffix in _BY_NAME:
        return _BY_NAME[suffix]
    head = next(blocks(path, Findings()), b"")[:65_536]
    if magic(head) == "zip":
        return "zip"
    if head.startswith(b"SQLite format 3"):
        return "geopackage"
    return _form_of_text(head.lstrip(b"\xef\xbb\xbf \t\r\n\x1e\0"))


def _form_of_text(head: bytes) -> str:
    if is_script(head):
        return "script"
    if head[:1] == b"{":
        if re.search(rb'"type"\s*:\s*"Topology"', head):
            return "topojson"
        kinds = rb"FeatureCollection|Feature|(Multi)?(Polygon|Point|LineString)|GeometryCollection"
        first = re.match(rb'\{\s*("type"\s*:\s*"(?:' + kinds + rb')"|"features"\s*:)', head)
        return "geojson" if first or re.search(rb'"type"\s*:\s*"FeatureCollection"', head) else "table"
    if head[:5].lower() == b"<?xml" or head[:4].lower() == b"<kml":
        return "kml" if b"<kml" in head.lower() else "ogr" if b"gml" in head.lower() else ""
    return "sql" if _SQL.search(head) else "table"


_READERS = {
    "shapefile": shapefiles.read_shapefile,
    "geopackage": geopackage.read_geopackage,
    "kml": kml.read_kml,
    "sql": sqldump.read_dump,
    "ogr": ogr.read_ogr,
    "table": cells.read_table,
}


def read_features(
    paths: Sequence[Path], options: Options, findings: Findings, *, polygons: bool = True
) -> Iterator[Layer]:
    """Features of all files, mended and in WGS 84; with `polygons`, shapes without area become None.

    The mapping file's `[read]` may give crs, axes ("lat lon"), layer, table, geometry, na, encoding. Raises
    Refusal where a file cannot be taken at all: no coordinate system, not a map, several layers and none
    named, ...
    """
    for raw in read_attributes(paths, options, findings):
        on = Reading(raw.file, findings, options.map, options.bbox)
        yield _finished(raw, on, polygons=polygons)


def read_attributes(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[RawLayer]:
    """Features of all files as `read_features` gives them, but shapes left as they stand: for slices that
    need names and numbers only, and so no coordinate system."""
    for path in paths:
        on = Reading(path.name, findings, options.map, options.bbox)
        read: dict[str, tuple[int, list[str]]] = {}
        for raw in _raw(path, on, [other.stem for other in paths if other.suffix.lower() == ".shp"]):
            rows, columns = read.get(raw.file, (0, []))
            new = [c for c in raw.attributes.column_names if c and c not in columns]
            read[raw.file] = rows + len(raw.rows), columns + new
            yield raw
        for file, (rows, columns) in read.items():
            tell_rows(findings, file, rows, columns)


def _raw(path: Path, on: Reading, shapefiles_given: Sequence[str] = ()) -> Iterator[RawLayer]:
    form = form_of(path)
    if form == "sidecar":
        shp = shapefiles.sibling(path, ".shp")
        if path.suffix.lower() == ".dbf" and shp is None:
            mend = "Give the .shp file too; all files of a shapefile belong together."
            raise on.refusal("no-shp", "a .dbf file alone has no shapes.", mend)
        if shp is not None and shp.stem not in shapefiles_given and path.suffix.lower() == ".dbf":
            on.findings.note("sidecar", f"part of {shp.name}: give that file to read it.", file=on.file)
    elif form == "zip":
        yield from _zipped(path, on)
    elif form in ("geojson", "topojson"):
        yield from _json(path, on, form)
    elif form == "script":
        with unwrapped(path, on) as plain:
            yield from _raw(plain, on)
    elif form in _READERS:
        yield from _READERS[form](path, on)
    else:
        raise on.refusal("not-a-map", "the file is no map and no table.", "Give GeoJSON, a Shapefile or CSV.")


def _json(path: Path, on: Reading, form: str) -> Iterator[RawLayer]:
    text = b"".join(utf8(path, on.findings, encoding=on.read.get("encoding"))).decode("utf-8", "replace")
    if form == "geojson":
        yield from geojson.read_geojson(text, on)
        return
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        mend = "Export the file again as TopoJSON or GeoJSON."
        raise on.refusal("json-broken", f"the JSON is broken or cut off ({error}).", mend) from error
    yield from geojson.read_topojson(document, on)


@contextmanager
def unwrapped(path: Path, on: Reading) -> Iterator[Path]:
    """The data of a JavaScript file as a JSON file of the same stem, thrown away afterwards."""
    text = b"".join(utf8(path, on.findings, encoding=on.read.get("encoding"))).decode("utf-8", "replace")
    what = "data wrapped in JavaScript: the first value it assigns was read, nothing was run."
    on.findings.repair("javascript", what, file=on.file, mend="Give the data as JSON or GeoJSON.")
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / f"{path.stem}.json"
        plain.write_text(to_json(text), encoding="utf-8")
        yield plain


def _zipped(path: Path, on: Reading) -> Iterator[RawLayer]:
    """Members of a zip, unpacked within bounds into a folder that is thrown away afterwards."""
    with open_archive(path, on.findings) as archive, tempfile.TemporaryDirectory() as folder:
        unpacked: list[tuple[str, Path]] = []
        folders: dict[Path, str] = {}
        for number, name in enumerate(archive.names()):
            plain = Path(name.replace("\\", "/"))
            # Members of one folder stay together, so that a shapefile finds its siblings.
            near = Path(folder) / folders.setdefault(plain.parent, str(len(folders)))
            near.mkdir(exist_ok=True)
            target = near / (plain.name or str(number))
            with archive.open(name) as source, target.open("wb") as out:
                while block := source.read(1 << 20):
                    out.write(block)
            unpacked.append((archive.label(name), target))
        yield from _members(unpacked, on)


def _members(unpacked: list[tuple[str, Path]], on: Reading) -> Iterator[RawLayer]:
    wanted = str(on.read.get("member", ""))
    maps = []
    for label, target in unpacked:
        form = form_of(target)
        is_text = target.suffix.lower() in (".csv", ".tsv", ".json", ".geojson", ".topojson", ".txt", ".xlsx")
        if form in ("sidecar", "", "zip"):
            continue
        if (form != "table" or is_text) and (not wanted or label.endswith(wanted)):
            maps.append((label, target, form))
    drawn = [m for m in maps if m[2] != "table"]
    chosen = drawn if drawn and not wanted else maps
    if len(chosen) != 1:
        names = ", ".join(label for label, _, _ in chosen[:20])
        mend = 'Name one in the mapping file: [read] member = "...".'
        what = f"the archive holds {len(chosen)} maps: {names}." if chosen else "the archive holds no map."
        raise on.refusal("which-member", what, mend)
    label, target, _ = chosen[0]
    yield from _raw(target, replace(on, file=label), [target.stem])


def _finished(raw: RawLayer, on: Reading, *, polygons: bool) -> Layer:
    names = [_called(record) for record in raw.attributes.to_pylist()]
    shapes = raw.shapes
    if any(shape is not None for shape in shapes):
        shapes = to_wgs84(shapes, system_of(raw.crs, on), on)
        shapes = judge_places(shapes, raw.rows, on)
        shapes = mend(shapes, raw.rows, names, on)
        if polygons:
            shapes = only_polygons(shapes, raw.rows, names, on)
    return Layer(raw.file, raw.rows, raw.attributes, shapes)


def _called(record: dict[str, str | None]) -> str:
    """A feature in words: its first few attributes."""
    return ", ".join(f"{key}={value}" for key, value in list(record.items())[:6] if value)[:200]
