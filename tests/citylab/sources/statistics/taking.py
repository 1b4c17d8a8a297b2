"""Taking files through a slice, as the importer does: shared by the tests of zones and statistics."""

import json
import tomllib
from functools import cache
from pathlib import Path

import pyarrow as pa
import shapely

from nagara.citylab.findings import Findings
from nagara.citylab.sources import Options, zones
from nagara.citylab.tables import conform

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"


def take(paths, mapping=None, *, slice_=zones, epsg=32647, tz="Asia/Bangkok", known=None, accept=None):
    """Canonical tables and findings of an import. `mapping`: a dict, or a mapping file of the examples."""
    if isinstance(mapping, str):
        mapping = tomllib.loads((EXAMPLES / mapping).read_text("utf-8"))
    paths = [paths] if isinstance(paths, Path) else paths
    findings = Findings()
    options = Options(
        "city", tz, epsg, "s", map=mapping or {}, known=known or {}, accept_matches=accept or {}
    )
    out: dict[str, list[pa.Table]] = {}
    for name, rows in slice_.read(paths, options, findings):
        out.setdefault(name, []).append(conform(name, rows, source_id="s"))
    return {name: pa.concat_tables(tables) for name, tables in out.items()}, findings


def square(i, j=0, size=0.1):
    x, y = 101 + i * size, 3 + j * size
    return shapely.box(x, y, x + size, y + size)


def geojson(path, rows):
    features = [
        {"type": "Feature", "properties": p, "geometry": json.loads(shapely.to_geojson(s)) if s else None}
        for p, s in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@cache
def neighbourhoods(data: Path):
    """Tables and findings of the largest real map of zones, read once for all tests."""
    return take(data / "jakarta/districts/rw_jakarta_update.shp", "jakarta/maps/rw.toml", epsg=32748)
