"""GeoPackage (OGC 12-128r19), read with SQLite from the standard library: no extra is needed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from nagara.citylab.sources.geometry.layers import CHUNK, RawLayer, Reading, as_shapes, text_table

_AGAIN = "Export the layer again as GeoPackage or GeoJSON."
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def read_geopackage(path: Path, on: Reading) -> Iterator[RawLayer]:
    """One feature layer: the only one, or that which `[read] layer` names. Opened read-only."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            db.text_factory = lambda raw: raw.decode("utf-8", "replace")
            yield from _layers(db, on)
    except sqlite3.Error as error:
        raise on.refusal("geopackage-damaged", f"the GeoPackage cannot be read ({error}).", _AGAIN) from error


def _layers(db: sqlite3.Connection, on: Reading) -> Iterator[RawLayer]:
    found = db.execute("select table_name, column_name, srs_id from gpkg_geometry_columns").fetchall()
    wanted = str(on.read.get("layer", ""))
    chosen = [layer for layer in found if not wanted or layer[0] == wanted]
    if len(chosen) != 1:
        listed = ", ".join(sorted(str(layer[0]) for layer in found)[:20])
        mend = 'Name the layer in the mapping file: [read] layer = "...".'
        raise on.refusal("which-layer", f"the file holds {len(found)} layers: {listed}.", mend)
    table, column, srs = chosen[0]
    crs = _system(db, srs)
    quoted = str(table).replace('"', '""')
    rows = db.execute(f'select * from "{quoted}"')
    names = [item[0] for item in rows.description]
    at = names.index(column)
    first = 2
    while batch := rows.fetchmany(CHUNK):
        shapes = as_shapes(_shape(row[at], number, on) for number, row in enumerate(batch, first))
        records = [
            {n: v for n, v in zip(names, row, strict=True) if n != column and not isinstance(v, bytes)}
            for row in batch
        ]
        numbers = np.arange(first, first + len(batch), dtype=np.int64)
        yield RawLayer(on.file, numbers, text_table(records, on.na), shapes, crs)
        first += len(batch)


def _system(db: sqlite3.Connection, srs: int) -> str:
    """The layer's system; "" for the two undefined ones (-1, 0)."""
    if srs in (-1, 0):
        return ""
    wanted = "organization, organization_coordsys_id, definition"
    row = db.execute(f"select {wanted} from gpkg_spatial_ref_sys where srs_id = ?", (srs,)).fetchone()
    if row is None:
        return f"EPSG:{srs}"
    return f"EPSG:{row[1]}" if str(row[0]).upper() == "EPSG" else str(row[2])


def _shape(blob: Any, row: int, on: Reading) -> Any:
    """A GeoPackage geometry blob: "GP", version, flags, SRS, envelope, then WKB (2.1.3)."""
    if blob is None:
        return None
    try:
        if bytes(blob[:2]) != b"GP":
            raise ValueError("no GeoPackage geometry")
        return shapely.from_wkb(bytes(blob[8 + _ENVELOPES[(blob[3] >> 1) & 7] :]))
    except (ValueError, KeyError, IndexError, TypeError, shapely.errors.GEOSException) as error:
        on.findings.warn(
            "geometry-unusable",
            f"geometry that cannot be used: {error}. The row is kept without it.",
            file=on.file,
            row=row,
            mend=_AGAIN,
        )
        return None
