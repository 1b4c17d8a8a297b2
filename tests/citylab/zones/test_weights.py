import h3.api.basic_int as h3
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.zones import cell_weights, zone_areas
from nagara.citylab.zones.polygons import in_metres, polygonal, wkb_of
from nagara.citylab.zones.weights import hexagons

EPSG = 32748


def table(*shapes):
    n = len(shapes)
    columns = {"zone_id": [f"z{i}" for i in range(n)], "level": pa.array([1] * n, pa.int8())}
    return pa.table(columns | {"geom_wkb": wkb_of(np.array(shapes, dtype=object))})


def weights(*shapes):
    return pa.concat_tables(cell_weights(table(*shapes), EPSG))


@settings(deadline=None, max_examples=20)
@given(st.floats(106.6, 106.9), st.floats(-6.4, -6.1), st.floats(0.0005, 0.08), st.floats(0.0005, 0.08))
def test_shares_of_a_zone_sum_to_one_and_equal_cutting_every_cell(x, y, w, h):
    zone = shapely.box(x, y, x + w, y + h)
    got = weights(zone)
    assert pc.sum(got.column("share")).as_py() == pytest.approx(1, abs=1e-9)
    cells = np.array(got.column("h3").to_pylist())
    assert len(set(cells.tolist())) == len(cells)
    whole = in_metres(hexagons(cells), EPSG)
    zone_m = in_metres(np.array([zone], dtype=object), EPSG)[0]
    cut = shapely.area(shapely.intersection(whole, zone_m))
    assert np.allclose(got.column("share").to_numpy(), cut / zone_m.area, atol=2e-5)
    assert np.allclose(got.column("land_share").to_numpy(), cut / shapely.area(whole), atol=2e-5)


def test_a_zone_inside_one_cell_lies_wholly_in_it():
    cell = h3.latlng_to_cell(-6.2, 106.8, 9)
    lat, lon = h3.cell_to_latlng(cell)
    got = weights(shapely.box(lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4)).to_pylist()
    assert [(r["h3"], r["share"]) for r in got] == [(cell, 1.0)]
    assert 0 < got[0]["land_share"] < 0.01


def test_neighbours_share_a_cell_without_loss():
    one, two = shapely.box(106.80, -6.22, 106.81, -6.20), shapely.box(106.81, -6.22, 106.82, -6.20)
    both = weights(one, two).group_by("h3").aggregate([("land_share", "sum"), ("zone_id", "count")])
    shared = both.filter(pc.greater(both.column("zone_id_count"), 1))
    assert shared.num_rows > 5 and pc.max(both.column("land_share_sum")).as_py() <= 1 + 1e-6


def test_zones_without_geometry_or_area_have_no_cells():
    line = polygonal(np.array([shapely.LineString([(0, 0), (1, 1)])], dtype=object))[0]
    assert line is None
    assert list(cell_weights(table(None), EPSG)) == []


def test_areas_are_those_of_the_metric_system():
    utm = shapely.box(700_000, 9_310_000, 701_000, 9_312_000)
    from pyproj import Transformer

    back = Transformer.from_crs(EPSG, 4326, always_xy=True).transform
    zone = shapely.transform(utm, back, interleaved=False)
    assert zone_areas(table(zone, None), EPSG).to_pylist() == [pytest.approx(2.0, rel=1e-9), None]
