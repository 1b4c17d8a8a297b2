"""Ten million points to the thousand zones they lie in, and geopandas doing the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.case import PEERS, Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "10 M points to 1,000 zones"
POINTS = 10_000_000
ZONES = 32


def _make(path: Path, points: int, zones: int) -> None:
    """Points, a third of them crowded; zones with crooked shared borders; one npz file."""
    import numpy as np
    import shapely

    rng = np.random.default_rng(5)
    crowd = rng.random(points) < 0.3
    lon = np.where(crowd, rng.normal(106.8, 0.02, points), rng.uniform(106.59, 107.01, points))
    lat = np.where(crowd, rng.normal(-6.2, 0.02, points), rng.uniform(-6.41, -5.99, points))
    step, bits = 0.4 / zones, 24
    across = {(r, c): _bent(rng, 106.6 + c * step, -6.4 + r * step, step, 0.0, bits)
              for r in range(zones + 1) for c in range(zones)}  # fmt: skip
    up = {(r, c): _bent(rng, 106.6 + c * step, -6.4 + r * step, 0.0, step, bits)
          for r in range(zones) for c in range(zones + 1)}  # fmt: skip
    shapes = [
        shapely.Polygon(np.vstack([across[r, c], up[r, c + 1], across[r + 1, c][::-1], up[r, c][::-1]]))
        for r in range(zones)
        for c in range(zones)
    ]
    with path.open("wb") as file:
        np.savez(file, lon=lon, lat=lat, wkb=np.array(shapely.to_wkb(shapes), object))


def _bent(rng: object, x: float, y: float, dx: float, dy: float, bits: int):  # type: ignore[no-untyped-def]
    """A crooked line from (x, y) by (dx, dy); its ends stay."""
    import numpy as np

    t = np.linspace(0, 1, bits)
    off = rng.normal(0, 0.06, bits) * (t > 0) * (t < 1)  # type: ignore[attr-defined]
    return np.column_stack([x + dx * t + dy * off, y + dy * t + dx * off])


def plan(quick: bool) -> Plan:
    from benchmarks import data

    size, zones = (20_000, 8) if quick else (POINTS, ZONES)
    path = data.once(data.work_folder() / f"points-{size}-{zones}.npz", lambda p: _make(p, size, zones))
    return Plan(
        Run("nagara", (str(path),)),
        {"geopandas": Run("geopandas", (str(path),), PEERS)},
        most_rounds=2,
        warm_up=0,
    )


def nagara(file: str) -> None:
    import numpy as np
    import pyarrow as pa

    from nagara.citylab.tables import TABLES
    from nagara.citylab.zones.points import points_in_zones

    raw = np.load(file, allow_pickle=True)
    lon, lat, shapes = raw["lon"], raw["lat"], raw["wkb"]
    rows = [
        {"zone_id": f"z{i:04d}", "name": f"Z{i}", "level": 1, "geom_wkb": wkb, "source_id": "bench"}
        for i, wkb in enumerate(shapes)
    ]
    zones = pa.Table.from_pylist(rows, schema=TABLES["zone"].schema)
    with timed():
        found = points_in_zones(lon, lat, zones)
        print(len(found) - found.null_count)


def geopandas(file: str) -> None:
    import geopandas as gpd
    import numpy as np

    raw = np.load(file, allow_pickle=True)
    lon, lat, shapes = raw["lon"], raw["lat"], raw["wkb"]
    zones = gpd.GeoDataFrame(
        {"zone_id": np.arange(len(shapes))}, geometry=gpd.GeoSeries.from_wkb(list(shapes)), crs=4326
    )
    with timed():
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
        found = gpd.sjoin(points, zones, how="left", predicate="within")
        print(int(found["zone_id"].notna().sum()))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [
        Target("times as fast as geopandas", one.ratio or 0, 3),
        Target("times as fast as geopandas, CPU time", one.cpu_ratio or 0, 3),
    ]


SIDES = {"nagara": nagara, "geopandas": geopandas}
if __name__ == "__main__":
    run_side(SIDES)
