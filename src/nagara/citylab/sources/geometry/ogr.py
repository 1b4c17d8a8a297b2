"""Other formats (FlatGeobuf, GML, MapInfo, file geodatabase, ...) through the optional extra pyogrio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from nagara.citylab.sources.geometry.layers import CHUNK, RawLayer, Reading, text_table

SUFFIXES = frozenset(
    (".fgb", ".gml", ".tab", ".mif", ".gdb", ".gpx", ".dxf", ".dgn", ".parquet", ".geoparquet")
)


def read_ogr(path: Path, on: Reading) -> Iterator[RawLayer]:
    """One layer (`[read] layer` names it where there are several). Raises Refusal without the extra."""
    try:
        import pyogrio
    except ImportError as error:
        mend = 'Install it with: pip install "nagara[geo]"; or export the file as GeoJSON or GeoPackage.'
        what = f"{path.suffix} files are read by the optional extra 'geo' (pyogrio), which is not installed."
        raise on.refusal("needs-extra", what, mend) from error
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        layer = str(on.read.get("layer", "") or (layers[0] if len(layers) == 1 else ""))
        if layer not in layers:
            mend = 'Name the layer in the mapping file: [read] layer = "...".'
            what = f"the file holds {len(layers)} layers: {', '.join(layers[:20])}."
            raise on.refusal("which-layer", what, mend)
        meta, _, blobs, fields = pyogrio.raw.read(path, layer=layer)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        mend = "Export the file again, best as GeoJSON."
        raise on.refusal("not-readable", f"the file cannot be read ({error}).", mend) from error
    yield from _layers(meta, blobs, fields, on)


def _layers(meta: Any, blobs: Any, fields: Any, on: Reading) -> Iterator[RawLayer]:
    if blobs is None:  # a layer of rows alone
        blobs = np.full(len(fields[0]) if len(fields) else 0, None, dtype=object)
    shapes = shapely.from_wkb(blobs, on_invalid="ignore")
    names = [str(name) for name in meta["fields"]]
    for start in range(0, len(shapes), CHUNK):
        part = slice(start, start + CHUNK)
        columns = [[_plain(v) for v in values[part]] for values in fields]
        count = len(shapes[part])
        records = [{n: c[i] for n, c in zip(names, columns, strict=True)} for i in range(count)]
        rows = np.arange(start + 2, start + 2 + count, dtype=np.int64)
        yield RawLayer(on.file, rows, text_table(records, on.na), shapes[part], str(meta["crs"] or ""))


def _plain(value: Any) -> Any:
    """numpy scalars as Python values; NaT and NaN as None; whole floats as they stand."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    return value.item() if isinstance(value, np.generic) else value
