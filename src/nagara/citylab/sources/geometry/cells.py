"""Geometry written in a cell of a table: WKT, EWKT, WKB and EWKB as hex, GeoJSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from nagara.citylab.sources.geometry.layers import RawLayer, Reading, as_shapes
from nagara.citylab.sources.geometry.rings import Unusable, geojson_shape
from nagara.citylab.sources.text import read_text
from nagara.citylab.zones.polygons import Shapes

_WKT = re.compile(
    r"\s*(?:SRID\s*=\s*(\d+)\s*;\s*)?((?:MULTI)?(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE)"
    r"|GEOMETRYCOLLECTION|CURVEPOLYGON|COMPOUNDCURVE|CIRCULARSTRING|TRIANGLE|TIN)\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)",
    re.IGNORECASE,
)
_HEX = re.compile(r"(?:\\x|0x)?((?:00|01)[0-9a-f]{16,})", re.IGNORECASE)
_OBJECT = re.compile(r"\{.*\"type\"\s*:.*\"(coordinates|geometries)\"", re.DOTALL)


def form_of(text: str) -> str:
    """What a cell holds: "wkt", "wkb", "geojson" or "" where it is no geometry."""
    if _WKT.match(text):
        return "wkt"
    if _HEX.fullmatch(text):
        return "wkb"
    return "geojson" if _OBJECT.match(text) else ""


def shape_in(text: str | None) -> Any:
    """The shape that a cell holds, with its SRID where it names one; None where empty. Raises Unusable."""
    if text is None:
        return None
    form = form_of(text)
    try:
        if form == "wkt":
            srid, _, body = text.strip().rpartition(";")
            shape = shapely.from_wkt(body)
            number = re.sub(r"\D", "", srid)
            return shapely.set_srid(shape, int(number)) if number else shape
        if form == "wkb":
            match = _HEX.fullmatch(text)
            assert match is not None
            return shapely.from_wkb(match[1])
        if form == "geojson":
            return shapely.set_srid(geojson_shape(json.loads(text)), 4326)
    except (shapely.errors.GEOSException, ValueError) as error:
        raise Unusable(f"the {form} is broken ({error})") from error
    raise Unusable(f"{text[:40]!r} is no WKT, WKB or GeoJSON")


def geometry_column(table: pa.Table, wanted: str = "") -> str:
    """The column that holds geometry: `wanted`, else the one whose first cells all do; "" where none."""
    if wanted:
        return wanted if wanted in table.column_names else ""
    for name in table.column_names:
        seen = [v for v in table.column(name).slice(0, 50).to_pylist() if v]
        if seen and all(form_of(v) for v in seen):
            return name
    return ""


def shapes_in(cells: pa.ChunkedArray, rows: Any, on: Reading, column: str) -> Shapes:
    """Cells as shapes; one that cannot be read becomes None with a finding."""
    made = []
    for row, text in zip(rows, cells.to_pylist(), strict=True):
        try:
            made.append(shape_in(text))
        except Unusable as error:
            on.findings.warn(
                "geometry-unusable",
                f"geometry that cannot be used: {error}. The row is kept without it.",
                file=on.file,
                row=int(row),
                column=column,
                example=(text or "")[:80],
                mend="Export the table again; geometry as WKT or as hex WKB.",
            )
            made.append(None)
    return as_shapes(made)


def layer_of(table: pa.Table, rows: Any, on: Reading) -> RawLayer:
    """A table of text whose geometry, if it has any, stands in a column.

    `[read] geometry` names the column. Raises Refusal where it names one that is not there.
    """
    wanted = str(on.read.get("geometry", ""))
    column = geometry_column(table, wanted)
    if wanted and not column:
        what = f"no column {wanted!r}; the file has {', '.join(table.column_names[:40])}."
        raise on.refusal("missing-column", what, "Correct [read] geometry in the mapping file.")
    at = np.asarray(rows, dtype=np.int64)
    if not column:
        return RawLayer(on.file, at, table, as_shapes([None] * len(at)), "OGC:CRS84")
    shapes = shapes_in(table.column(column), at, on, column)
    own = shapely.get_srid(shapes)[~shapely.is_missing(shapes)]
    # Where every shape names its own system, the file as a whole need not.
    crs = "OGC:CRS84" if len(own) and (own > 0).all() else ""
    return RawLayer(on.file, at, table.drop_columns([column]), shapes, crs)


def read_table(path: Path, on: Reading) -> Iterator[RawLayer]:
    """Any text table (CSV, Excel, JSON records, CKAN datastore JSON), with geometry in a column or none."""
    found = read_text(path, on.findings, map=on.mapping)
    for first, chunk in found.chunks:
        yield layer_of(chunk, np.arange(first, first + chunk.num_rows), on)
