"""Distances on the street network: against brute force, and against a second Dijkstra in plain Python."""

import heapq
import itertools
import math
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.findings import Findings
from nagara.citylab.kernels.network import EARTH_M, Snapper, counts_within, nearest, network_of
from nagara.citylab.sources import Options, osm
from nagara.citylab.tables import conform


def tables(count, edges):
    """Nodes 10, 20, ... in a row, and edges (u, v, metres, modes, oneway) between their places 0, 1, ..."""
    nodes = pa.table({"node_id": pa.array([10 * (i + 1) for i in range(count)], pa.int64()), "lon": [100 + i * 1e-3 for i in range(count)], "lat": [0.0] * count})  # fmt: skip
    rows = [
        {"edge_id": i, "u": 10 * (u + 1), "v": 10 * (v + 1), "metres": m, "modes": modes, "oneway": way, "oneway_bicycle": way}
        for i, (u, v, m, modes, way) in enumerate(edges)
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=conform("street_edge", pa.table({"edge_id": pa.array([], pa.int64()), "u": pa.array([], pa.int64()), "v": pa.array([], pa.int64()), "metres": pa.array([], pa.float64()), "source_id": pa.array([], pa.string())})).schema)  # fmt: skip
    return nodes, table


def plain_dijkstra(neighbours, starts):
    """Shortest distance to every node from the nearest of `starts` {node: metres}."""
    best, heap = dict(starts), [(m, n) for n, m in starts.items()]
    heapq.heapify(heap)
    while heap:
        metres, node = heapq.heappop(heap)
        if metres > best[node]:
            continue
        for other, step in neighbours.get(node, ()):
            if metres + step < best.get(other, math.inf):
                best[other] = metres + step
                heapq.heappush(heap, (metres + step, other))
    return best


def by_all_paths(count, arcs, starts):
    """Brute force: the shortest of all simple paths between any two nodes."""
    best = [math.inf] * count
    for start, extra in starts.items():
        for length in range(count):
            for middle in itertools.permutations([n for n in range(count) if n != start], length):
                path, total = (start, *middle), extra
                for a, b in itertools.pairwise(path):
                    total += min((m for x, y, m in arcs if (x, y) == (a, b)), default=math.inf)
                best[path[-1]] = min(best[path[-1]], total)
    return best


edge = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 500).map(float), st.sampled_from(["wbc", "w", "c"]), st.sampled_from([-1, 0, 1]))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(edge, min_size=1, max_size=9), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 90)), min_size=1, max_size=3), st.sampled_from("wc"), st.integers(50, 900))  # fmt: skip
def test_nearest_equals_brute_force_over_all_paths(edges, places, mode, limit):
    nodes, table = tables(5, edges)
    network = network_of(nodes, table, mode)
    arcs = []
    for u, v, m, modes, way in edges:
        if mode in modes:
            if mode == "w" or way >= 0:
                arcs.append((v, u, m))  # turned: from the place back to where people start
            if mode == "w" or way <= 0:
                arcs.append((u, v, m))
    there = {int(i) // 10 - 1: k for k, i in enumerate(network.node_id)}
    starts = {}
    for node, extra in places:
        starts[node] = min(float(extra), starts.get(node, math.inf))
    index = np.array([there.get(node, -1) for node in starts])
    got = nearest(network, {"x": (index, np.array(list(starts.values())))}, limit_m=float(limit))[:, 0]
    expected = by_all_paths(5, arcs, starts)
    for node, k in there.items():
        if expected[node] <= limit:
            assert got[k] == pytest.approx(expected[node], abs=1e-9)
        else:
            assert got[k] == np.inf


def test_the_shortest_of_parallel_edges_counts_and_they_do_not_add_up():
    nodes, table = tables(2, [(0, 1, 300.0, "w", 0), (0, 1, 100.0, "w", 0), (1, 0, 200.0, "w", 0)])
    network = network_of(nodes, table)
    assert nearest(network, {"x": (np.array([0]), np.zeros(1))}, limit_m=1000)[1, 0] == pytest.approx(
        100, abs=1e-9
    )


def test_cars_follow_one_way_streets_and_people_on_foot_do_not():
    edges = [(0, 1, 100.0, "wbc", 1), (1, 2, 100.0, "wbc", 1), (2, 0, 500.0, "wbc", 1)]
    for mode, expected in (("w", 100.0), ("c", 600.0)):
        network = network_of(*tables(3, edges), mode)
        far = nearest(network, {"x": (np.array([0]), np.zeros(1))}, limit_m=10_000)[:, 0]
        assert far[1] == pytest.approx(expected, abs=1e-9)


def test_edges_to_unknown_nodes_are_left_out_and_lonely_nodes_too():
    nodes, table = tables(4, [(0, 1, 50.0, "w", 0), (1, 9, 50.0, "w", 0)])
    network = network_of(nodes, table)
    assert network.node_id.tolist() == [10, 20]


def test_a_place_far_from_every_street_is_not_snapped():
    network = network_of(*tables(3, [(0, 1, 111.0, "w", 0), (1, 2, 111.0, "w", 0)]))
    step = EARTH_M * math.radians(1e-3)
    index, metres = Snapper(network).snap(
        [100.0, 100.0012, 101.0, math.nan], [0.001, 0.0, 0.0, 0.0], cap_m=150
    )
    assert index.tolist() == [0, 1, -1, -1]
    assert metres.tolist() == pytest.approx([step, 0.2 * step, math.inf, math.inf], rel=1e-6)


def test_stray_pieces_of_path_are_passed_over():
    network = network_of(*tables(5, [(0, 1, 1.0, "w", 0), (2, 3, 1.0, "w", 0), (3, 4, 1.0, "w", 0)]))
    assert Snapper(network).snap([100.0], [0.0], cap_m=500)[0].tolist() == [0]
    assert Snapper(network, least_part=3).snap([100.0], [0.0], cap_m=500)[0].tolist() == [2]


def test_a_network_without_edges_reaches_nothing():
    network = network_of(*tables(3, []))
    assert len(network) == 0
    assert nearest(network, {"x": (np.zeros(0, np.int64), np.zeros(0))}, limit_m=100).shape == (0, 1)
    assert Snapper(network).snap([100.0], [0.0], cap_m=500)[0].tolist() == [-1]


@settings(max_examples=30, deadline=None)
@given(st.lists(edge, min_size=1, max_size=8), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 90)), min_size=1, max_size=6), st.integers(50, 900))  # fmt: skip
def test_counts_are_those_of_one_search_for_each_place(edges, places, limit):
    network = network_of(*tables(5, edges))
    there = {int(i) // 10 - 1: k for k, i in enumerate(network.node_id)}
    index = np.array([there.get(node, -1) for node, _ in places])
    extra = np.array([float(e) for _, e in places])
    got = counts_within(network, index, extra, limit_m=float(limit))
    one_by_one = [nearest(network, {"x": (index[i : i + 1], extra[i : i + 1])}, limit_m=limit)[:, 0] for i in range(len(places))]  # fmt: skip
    slack = 1e-9
    assert (got >= np.sum([d <= limit - slack for d in one_by_one], axis=0)).all()
    assert (got <= np.sum([d <= limit + slack for d in one_by_one], axis=0)).all()


def test_a_real_extract_gives_the_distances_of_a_second_engine(data):
    parts = {}
    for name, rows in osm.read(
        [data / "ho_chi_minh_city/osm/district1.osm.pbf"], Options("x", "UTC", 32648, "s"), Findings()
    ):
        parts.setdefault(name, []).append(conform(name, rows, source_id="s"))
    nodes, edges = (pa.concat_tables(parts[name]) for name in ("street_node", "street_edge"))
    network = network_of(nodes, edges)
    chosen = random.Random(7).sample(range(len(network)), 40)
    index, extra = np.array(chosen), np.arange(40.0)
    got = nearest(network, {"x": (index, extra)}, limit_m=1350)[:, 0]
    neighbours = {}
    for row in edges.select(["u", "v", "metres", "modes"]).to_pylist():
        if "w" in row["modes"]:
            neighbours.setdefault(row["u"], []).append((row["v"], row["metres"]))
            neighbours.setdefault(row["v"], []).append((row["u"], row["metres"]))
    expected = plain_dijkstra(
        neighbours, {int(network.node_id[i]): float(e) for i, e in zip(index, extra, strict=True)}
    )
    for k, node in enumerate(network.node_id.tolist()):
        if expected.get(node, math.inf) <= 1350:
            assert got[k] == pytest.approx(expected[node], abs=1e-6)
        else:
            assert got[k] == np.inf
