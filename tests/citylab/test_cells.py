import duckdb
import h3
import h3.api.basic_int as h3int
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab import cells

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)


@settings(deadline=None)
@given(st.lists(st.tuples(LON, LAT), max_size=20), st.integers(0, 15))
def test_a_cell_is_the_one_that_h3_itself_names(points, res):
    got = cells.cells_of([p[0] for p in points], [p[1] for p in points], res)
    assert got.to_pylist() == [h3int.latlng_to_cell(lat, lon, res) for lon, lat in points]


def test_points_without_place_have_no_cell():
    lon = pa.array([106.8, None, float("nan"), 181.0, 106.8, float("inf")])
    lat = pa.array([-6.2, -6.2, -6.2, 0.0, -91.0, 0.0])
    got = cells.cells_of(lon, lat, 10)
    assert got.null_count == 5 and got[0].as_py() == h3int.latlng_to_cell(-6.2, 106.8, 10)
    assert cells.cells_of([], [], 9).to_pylist() == []


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match="2 longitudes but 1 latitudes"):
        cells.cells_of([1.0, 2.0], [1.0], 9)


@settings(deadline=None)
@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=20), st.integers(0, 15), st.integers(0, 15))
def test_a_parent_by_bits_is_the_parent_by_h3_in_python_and_in_sql(points, one, two):
    res, coarse = max(one, two), min(one, two)
    child = cells.cells_of([p[0] for p in points], [p[1] for p in points], res)
    want = [h3int.cell_to_parent(c, coarse) for c in child.to_pylist()]
    assert cells.parents_of(child, coarse).tolist() == want
    t = pa.table({"h": child})
    sql = f"select {cells.parent_sql('h', coarse)} as p from t"
    con = duckdb.connect()
    con.register("t", t)
    assert con.sql(sql).to_arrow_table().column("p").to_pylist() == want
    assert set(cells.resolutions_of(child).tolist()) == {res}


def test_a_coarser_cell_stays_as_it_is():
    coarse = cells.cells_of([106.8], [-6.2], 5)
    assert cells.parents_of(coarse, 9).tolist() == coarse.to_pylist()


def test_hex_and_number_name_the_same_cell():
    cell = h3.latlng_to_cell(-6.2, 106.8, 9)
    assert cells.to_hex(cells.from_hex(cell)) == cell
    for bad in ("0", "ffffffffffffffff", "zz", "8928308280ffff"):
        with pytest.raises(ValueError):
            cells.from_hex(bad)


def test_the_middle_of_a_cell_lies_in_it_and_inside_its_outline():
    lon, lat = np.random.default_rng(1).uniform([95, -10], [125, 20], (50, 2)).T
    mine = cells.cells_of(lon, lat, 9).to_pylist()
    cx, cy = cells.centres_of(mine)
    assert cells.cells_of(cx, cy, 9).to_pylist() == mine
    for ring, x, y in zip(cells.outlines_of(mine), cx, cy, strict=True):
        assert 5 <= len(ring) <= 10
        assert min(p[0] for p in ring) < x < max(p[0] for p in ring)
        assert min(p[1] for p in ring) < y < max(p[1] for p in ring)
