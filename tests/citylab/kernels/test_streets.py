"""The street fabric: tiny graphs by hand, and a real extract against OSMnx."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from nagara.citylab.findings import Findings
from nagara.citylab.kernels.extents import ground_of, one_map, reach_of
from nagara.citylab.kernels.streets import fabric_of, merged, pieces, usable
from nagara.citylab.sources import Options, osm
from nagara.citylab.tables import TABLES, conform

M = 1 / 111_194.9  # degrees of latitude in a metre, near enough


def graph(points, pairs, border=(), metres=None):
    """Tables of a graph: points in metres from 100 E 0 N (near the equator), straight edges."""
    ids = list(range(1, len(points) + 1))
    nodes = pa.table(
        {
            "node_id": pa.array(ids, pa.int64()),
            "lon": [100 + x * M for x, _ in points],
            "lat": [y * M for _, y in points],
            "border": [i in border for i in ids],
        }
    )
    long = [np.hypot(*np.subtract(points[u - 1], points[v - 1])) for u, v in pairs]
    edges = pa.table(
        {
            "edge_id": pa.array(range(len(pairs)), pa.int64()),
            "u": pa.array([u for u, _ in pairs], pa.int64()),
            "v": pa.array([v for _, v in pairs], pa.int64()),
            "metres": pa.array(metres or long, pa.float64()),
            "modes": pa.array(["w"] * len(pairs), pa.string()),
        }
    )
    return conform("street_node", nodes, source_id="s"), conform("street_edge", edges, source_id="s")


def test_a_street_runs_through_nodes_where_nothing_branches():
    #  1 - 2 - 3 - 4 with a branch at 3
    fabric = fabric_of(
        *graph([(0, 0), (100, 0), (200, 0), (300, 0), (200, 100)], [(1, 2), (2, 3), (4, 3), (3, 5)])
    )
    assert sorted(fabric.metres.round(3)) == [100, 100, 200]
    assert fabric.streets_at.tolist() == [1, 2, 3, 1, 1]
    assert fabric.junction.sum() == 1
    assert fabric.dead_end.sum() == 3


def test_circuity_of_a_right_angle_is_the_sum_of_its_sides_over_the_diagonal():
    fabric = fabric_of(*graph([(0, 0), (300, 0), (300, 400)], [(1, 2), (2, 3)]))
    assert fabric.metres.sum() / fabric.straight_m.sum() == pytest.approx(700 / 500, rel=0.005)


def test_nodes_where_the_data_end_are_no_dead_ends():
    fabric = fabric_of(*graph([(0, 0), (100, 0)], [(1, 2)], border=[2]))
    assert fabric.dead_end.tolist() == [True, False]


def test_a_loop_and_a_ring_that_meets_nothing_are_streets():
    loop = fabric_of(*graph([(0, 0), (50, 0), (50, 50), (100, 0)], [(1, 2), (2, 3), (3, 2), (2, 4)]))
    assert sorted(loop.metres.round(3)) == [50, 50, 100]
    assert loop.streets_at.tolist() == [1, 4, 2, 1]
    ring = fabric_of(*graph([(0, 0), (50, 0), (50, 50)], [(1, 2), (2, 3), (3, 1)]))
    assert ring.first.tolist() == [-1]
    alone = fabric_of(*graph([(0, 0)], [(1, 1)], metres=[80.0]))
    assert alone.metres.tolist() == [80.0] and alone.first.tolist() == alone.last.tolist() == [0]


def test_an_empty_network_has_no_streets():
    fabric = fabric_of(TABLES["street_node"].empty(), TABLES["street_edge"].empty())
    assert len(fabric.metres) == 0
    assert [len(x) for x in pieces(TABLES["street_node"].empty(), TABLES["street_edge"].empty())] == [0] * 4


def test_junctions_merge_within_twice_the_tolerance_and_in_chains():
    x = np.array([0, 23, 46, 71, 500.0])
    group, lon, _ = merged(100 + x * M, np.zeros(5), tolerance_m=12, epsg=32647)
    assert group.tolist() == [0, 0, 0, 1, 2]
    assert lon[0] == pytest.approx(100 + 23 * M)
    assert len(set(merged(100 + x * M, np.zeros(5), tolerance_m=0, epsg=32647)[0])) == 5


def test_pieces_lie_on_the_line_and_add_up_to_the_stored_length():
    nodes, edges = graph([(0, 0), (1000, 0)], [(1, 2), (1, 2)], metres=[1000.0, 1200.0])
    line = shapely.to_wkb(shapely.LineString([(100, 0), (100 + 500 * M, 300 * M), (100 + 1000 * M, 0)]))
    edges = edges.set_column(
        edges.column_names.index("geom_wkb"), "geom_wkb", pa.array([None, line], pa.binary())
    )
    lon, lat, metres, edge = pieces(nodes, edges, longest_m=10)
    assert [metres[edge == i].sum() for i in (0, 1)] == pytest.approx([1000, 1200])
    assert metres.max() < 10.5
    assert lat[edge == 0].max() == 0 and lat[edge == 1].max() == pytest.approx(300 * M, rel=0.05)
    assert lon.min() > 100


def test_outlines_of_squares_and_other_modes_are_no_streets():
    _, edges = graph([(0, 0), (1, 0)], [(1, 2), (1, 2), (1, 2)])
    edges = edges.set_column(5, "class", pa.array(["pedestrian:area", "footway", None]))
    edges = edges.set_column(4, "modes", pa.array(["w", "w", "c"]))
    assert usable(edges, "w").column("class").to_pylist() == ["footway"]


def test_overlapping_sources_count_once_and_a_node_known_inside_is_no_border():
    one = graph([(0, 0), (100, 0), (200, 0)], [(1, 2), (2, 3)], border=[3])
    two = graph([(0, 0), (100, 0), (200, 0), (300, 0)], [(2, 3), (3, 4)], border=[2])
    nodes, edges = (pa.concat_tables([a, a2.set_column(a2.column_names.index("source_id"), "source_id", pa.array(["t"] * a2.num_rows))]) for a, a2 in zip(one, two, strict=True))  # fmt: skip
    nodes, edges = one_map(nodes, edges)
    assert sorted(zip(edges["u"].to_pylist(), edges["v"].to_pylist(), strict=True)) == [
        (1, 2),
        (2, 3),
        (3, 4),
    ]
    assert nodes["border"].to_pylist() == [False] * 4


NONE = TABLES["area"].empty()


def test_ground_is_what_the_data_cover_of_each_zone():
    nodes, _ = graph(
        [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (5000, 0)], [(1, 2), (2, 3), (3, 4), (2, 5)], [5]
    )
    assert shapely.bounds(reach_of(nodes, NONE)).tolist() == pytest.approx([100, 0, 100 + 1000 * M, 1000 * M])
    square = shapely.to_wkb(shapely.box(100 + 500 * M, 0, 100 + 1500 * M, 1000 * M))
    zone = pa.table(
        {"zone_id": ["z"], "level": pa.array([1], pa.int8()), "geom_wkb": pa.array([square], pa.binary())}
    )
    zones = conform("zone", zone, source_id="s")
    found = {
        r["unit_kind"]: r
        for r in ground_of(
            reach_of(nodes, NONE), zones, np.zeros(0, np.int64), city_id="c", epsg=32647
        ).to_pylist()
    }
    assert found["zone"]["km2"] == pytest.approx(0.5, rel=0.01)
    assert found["zone"]["coverage"] == pytest.approx(0.5, abs=1e-3)
    assert found["city"]["coverage"] == pytest.approx(0.5, abs=1e-3)
    bare = ground_of(
        reach_of(nodes, NONE), TABLES["zone"].empty(), np.zeros(0, np.int64), city_id="c", epsg=32647
    ).to_pylist()
    assert (
        bare[0]["unit_id"] == "c"
        and bare[0]["coverage"] == 1.0
        and bare[0]["km2"] == pytest.approx(1, rel=0.01)
    )


OSMNX = {
    # OSMnx 2.1.1 on the same extract and the same ways, as docs/sources/osm.md tells.
    "w": {"streets": 4655, "metres": 193416.848, "mean": 41.5503, "circuity": 1.06599, "junctions": 2577, "dead": 646, "merged": 924},
    "c": {"streets": 2243, "metres": 136862.107, "mean": 61.0174, "circuity": 1.04832, "dead": 452},
}  # fmt: skip


@pytest.mark.parametrize("mode", ["w", "c"])
def test_a_real_extract_agrees_with_osmnx(data, mode):
    parts = {}
    options = Options("x", "UTC", 32648, "s")
    for name, rows in osm.read([data / "ho_chi_minh_city/osm/district1.osm.pbf"], options, Findings()):
        parts.setdefault(name, []).append(conform(name, rows, source_id="s"))
    nodes, edges = (pa.concat_tables(parts[name]) for name in ("street_node", "street_edge"))
    fabric, expected = fabric_of(nodes, usable(edges, mode)), OSMNX[mode]
    with_ends = fabric.first >= 0
    assert len(fabric.metres) == pytest.approx(expected["streets"], rel=0.006)
    assert fabric.metres.sum() == pytest.approx(expected["metres"], rel=0.005)
    assert fabric.metres.mean() == pytest.approx(expected["mean"], rel=0.005)
    circuity = fabric.metres[with_ends].sum() / fabric.straight_m.sum()
    assert circuity == pytest.approx(expected["circuity"], rel=0.005)
    assert fabric.dead_end.sum() == expected["dead"]
    if mode == "w":
        at = fabric.junction & ~fabric.border
        assert at.sum() == expected["junctions"]
        found = merged(fabric.lon[at], fabric.lat[at], tolerance_m=12, epsg=32648)
        assert len(found[1]) == pytest.approx(expected["merged"], rel=0.005)
