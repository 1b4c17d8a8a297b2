import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.zones import ZoneFinder, points_in_zones
from nagara.citylab.zones.polygons import wkb_of


def table(shapes, level=1, ids=None):
    ids = ids or [f"z{i:03d}" for i in range(len(shapes))]
    levels = pa.array([level] * len(shapes), pa.int8())
    return pa.table({"zone_id": ids, "level": levels, "geom_wkb": wkb_of(np.array(shapes, dtype=object))})


def mosaic(seed, n):
    """Zones that fill a square, as cities do, with long and thin ones among them."""
    rng = np.random.default_rng(seed)
    at = shapely.multipoints(rng.uniform((100, 13), (100.4, 13.1), (n, 2)))
    frame = shapely.box(100, 13, 100.5, 13.5)
    return shapely.intersection(
        np.array(shapely.voronoi_polygons(at, extend_to=frame).geoms, dtype=object), frame
    )


def one_by_one(x, y, shapes, ids):
    """The plain way: every point against every polygon, first id wins."""
    order = np.argsort(ids)
    out = [None] * len(x)
    for i in order[::-1]:
        for k in np.flatnonzero(shapely.intersects_xy(shapes[i], x, y)):
            out[k] = ids[i]
    return out


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 60), st.sampled_from([50, 6_000]))
def test_the_grid_and_the_tree_answer_as_testing_every_polygon_would(seed, zones, points):
    shapes = mosaic(seed, zones)
    rng = np.random.default_rng(seed)
    x, y = rng.uniform((99.95, 12.95), (100.55, 13.55), (points, 2)).T
    ids = [f"{n:02d}" for n in rng.permutation(len(shapes))]
    got = points_in_zones(x, y, table(shapes, ids=ids)).to_pylist()
    assert got == one_by_one(x, y, shapes, ids)


def test_corners_and_edges_belong_to_one_zone_whatever_the_number_of_points():
    squares = [shapely.box(i, j, i + 1, j + 1) for i in range(3) for j in range(3)]
    zones = table(squares)
    x, y = (a.ravel() for a in np.meshgrid(np.arange(0, 3.5, 0.5), np.arange(0, 3.5, 0.5)))
    few = points_in_zones(x, y, zones)
    many = points_in_zones(np.tile(x, 200), np.tile(y, 200), zones)
    assert few.null_count == 0 and many.to_pylist() == few.to_pylist() * 200
    assert points_in_zones([1.0], [1.0], zones).to_pylist() == ["z000"]


def test_overlapping_zones_give_the_zone_whose_id_sorts_first():
    zones = table([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)], ids=["b", "a"])
    for n in (1, 5000):
        got = points_in_zones([1.5] * n + [0.5, 2.5], [1.5] * n + [0.5, 2.5], zones).to_pylist()
        assert set(got[:n]) == {"a"} and got[n:] == ["b", "a"]


def test_holes_and_islands_are_respected():
    ring = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    island = shapely.union_all([shapely.box(4, 4, 5, 5), shapely.box(20, 20, 21, 21)])
    zones = table([ring, island])
    x, y = [1, 3.5, 4.5, 20.5, 15], [1, 3.5, 4.5, 20.5, 15]
    want = ["z000", None, "z001", "z001", None]
    assert points_in_zones(x, y, zones).to_pylist() == want
    assert points_in_zones(x * 1500, y * 1500, zones).to_pylist() == want * 1500


def test_points_without_place_and_cities_without_zones_give_nothing():
    lon = pa.array([0.5, None, float("nan")])
    assert points_in_zones(lon, pa.array([0.5, 0.5, 0.5]), table([shapely.box(0, 0, 1, 1)])).to_pylist() == [
        "z000",
        None,
        None,
    ]
    assert points_in_zones([0.5], [0.5], table([])).to_pylist() == [None]
    assert points_in_zones([], [], table([shapely.box(0, 0, 1, 1)])).to_pylist() == []


def test_the_finest_level_answers_unless_another_is_asked_for_and_undrawn_zones_are_left_out():
    big, small = shapely.box(0, 0, 2, 2), shapely.box(0, 0, 1, 1)
    zones = pa.concat_tables(
        [table([big], 1, ["big"]), table([small], 2, ["small"]), table([None], 3, ["undrawn"])]
    )
    assert points_in_zones([0.5, 1.5], [0.5, 1.5], zones).to_pylist() == ["small", None]
    assert points_in_zones([0.5, 1.5], [0.5, 1.5], zones, level=1).to_pylist() == ["big", "big"]
    assert points_in_zones([0.5], [0.5], zones, level=3).to_pylist() == [None]


def test_a_finder_may_be_asked_chunk_by_chunk():
    shapes = mosaic(3, 20)
    x, y = np.random.default_rng(3).uniform((100, 13), (100.5, 13.5), (30_000, 2)).T
    finder = ZoneFinder(table(shapes))
    whole = finder.find(x, y).to_pylist()
    assert whole == [
        z for k in range(0, 30_000, 7000) for z in finder.find(x[k : k + 7000], y[k : k + 7000]).to_pylist()
    ]


@pytest.mark.parametrize("n", [1, 5000])
def test_a_self_crossing_polygon_is_mended_before_it_answers(n):
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    got = points_in_zones([0.2] * n + [1.0], [1.0] * n + [0.2], table([bow])).to_pylist()
    assert got == ["z000"] * n + [None]
