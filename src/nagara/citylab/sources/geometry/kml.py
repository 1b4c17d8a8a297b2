"""KML and KMZ (OGC 12-007r2): placemarks. Coordinates are WGS 84 longitude and latitude by definition."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import shapely
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from nagara.citylab.sources.geometry.layers import CHUNK, RawLayer, Reading, as_shapes, text_table
from nagara.citylab.sources.geometry.rings import Unusable, positions
from nagara.citylab.sources.text.inflate import Stream, blocks

_AGAIN = "Save the file again as KML, or as GeoJSON."
_ROW = re.compile(r"<t[dh][^>]*>\s*([^<]+?)\s*</t[dh]>\s*<td[^>]*>\s*([^<]*?)\s*</td>", re.IGNORECASE)


def read_kml(path: Path, on: Reading) -> Iterator[RawLayer]:
    """Placemarks with their name, description and extended data. Raises Refusal where there are none."""
    rows: list[int] = []
    records: list[dict[str, Any]] = []
    shapes: list[Any] = []
    some = False
    for row, mark in enumerate(_placemarks(path, on), 2):
        rows.append(row)
        records.append(_record(mark))
        shapes.append(_shape(mark, row, on))
        mark.clear()
        if len(rows) == CHUNK:
            some = True
            yield _layer(rows, records, shapes, on)
            rows, records, shapes = [], [], []
    if not rows and not some:
        raise on.refusal("no-features", "the file holds no placemark.", _AGAIN)
    if rows:
        yield _layer(rows, records, shapes, on)


def _layer(rows: list[int], records: list[dict[str, Any]], shapes: list[Any], on: Reading) -> RawLayer:
    at = np.array(rows, dtype=np.int64)
    return RawLayer(on.file, at, text_table(records, on.na), as_shapes(shapes), "OGC:CRS84")


def _placemarks(path: Path, on: Reading) -> Iterator[Any]:
    stream = io.BufferedReader(Stream(blocks(path, on.findings)))
    try:
        for _, element in iterparse(stream, forbid_dtd=True):
            if _tag(element) == "Placemark":
                yield element
    except (ParseError, DefusedXmlException, ValueError) as error:
        what = f"the KML is broken or cut off ({error}): what came before was read."
        on.findings.refuse("kml-broken", what, file=on.file, mend=_AGAIN)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Any, name: str) -> Any:
    return next((e for e in element.iter() if _tag(e) == name), None)


def _record(mark: Any) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for child in mark:
        if _tag(child) in ("name", "description") and child.text:
            record[_tag(child)] = child.text
    for element in mark.iter():
        if _tag(element) == "SimpleData":
            record[element.get("name", "")] = element.text
        elif _tag(element) == "Data":
            value = _child(element, "value")
            record[element.get("name", "")] = None if value is None else value.text
    # Some programs write the attributes as an HTML table into the description.
    for key, value in _ROW.findall(record.get("description", "") or ""):
        record.setdefault(html.unescape(key), html.unescape(value))
    if mark.get("id"):
        record.setdefault("id", mark.get("id"))
    return record


def _shape(mark: Any, row: int, on: Reading) -> Any:
    try:
        made = [shape for child in mark for shape in _shapes(child)]
        if len(made) <= 1:
            return made[0] if made else None
        if all(shape.geom_type == "Polygon" for shape in made):
            return shapely.MultiPolygon(made)
        return shapely.GeometryCollection(made)
    except (Unusable, ValueError, shapely.errors.GEOSException) as error:
        on.findings.warn(
            "geometry-unusable",
            f"geometry that cannot be used: {error}. The row is kept without it.",
            file=on.file,
            row=row,
            mend=_AGAIN,
        )
        return None


def _shapes(element: Any) -> Iterator[Any]:
    kind = _tag(element)
    if kind == "MultiGeometry":
        for child in element:
            yield from _shapes(child)
    elif kind == "Polygon":
        rings = [
            _positions(child) for child in element if _tag(child) in ("outerBoundaryIs", "innerBoundaryIs")
        ]
        if rings:
            holes = [shapely.linearrings(ring) for ring in rings[1:]]
            yield shapely.polygons(shapely.linearrings(rings[0]), holes or None)
    elif kind == "Point":
        yield shapely.Point(_positions(element)[0])
    elif kind == "LineString":
        yield shapely.LineString(_positions(element))


def _positions(element: Any) -> Any:
    found = _child(element, "coordinates")
    text = (found.text or "") if found is not None else ""
    at = positions([place.split(",") for place in text.split()])
    if not len(at):
        raise Unusable("no coordinates")
    return at
