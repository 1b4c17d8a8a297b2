"""Street graphs as OSMnx writes them."""

import pytest
import shapely

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options, osm

KEYS = [
    "x",
    "y",
    "street_count",
    "osmid",
    "highway",
    "oneway",
    "reversed",
    "length",
    "geometry",
    "name",
    "crs",
]


def data(**values):
    return "".join(f'<data key="{name}">{value}</data>' for name, value in values.items())


def graph(nodes, edges, crs="epsg:4326", directed="directed"):
    keys = "".join(f'<key id="{k}" for="all" attr.name="{k}" attr.type="string"/>' for k in KEYS)
    body = "".join(f'<node id="{n}">{data(**v)}</node>' for n, v in nodes.items())
    body += "".join(f'<edge source="{u}" target="{v}">{data(**d)}</edge>' for u, v, d in edges)
    about = data(crs=crs) if crs else ""
    space = "http://graphml.graphdrawing.org/xmlns"
    return f'<?xml version="1.0"?><graphml xmlns="{space}">{keys}<graph edgedefault="{directed}">{body}{about}</graph></graphml>'


def take(path, **mapping):
    findings = Findings()
    options = Options("x", "Asia/Bangkok", 32648, "s", map={"osm": mapping})
    return dict(osm.read([path], options, findings)), findings


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "graph.graphml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


NODES = {1: {"x": 100.0, "y": 10.0}, 2: {"x": 100.001, "y": 10.0}, 3: {"x": 100.002, "y": 10.0}}
STREET = {"osmid": 7, "highway": "residential", "length": 109.6, "oneway": "False"}


def test_the_two_directions_of_a_street_are_one_edge(write):
    edges = [(1, 2, STREET | {"reversed": "False"}), (2, 1, STREET | {"reversed": "True"})]
    tables, _ = take(write(graph(NODES, edges)))
    found = tables["street_edge"].to_pylist()
    assert [(e["u"], e["v"], e["oneway"], e["modes"], e["metres"]) for e in found] == [
        (1, 2, 0, "wbc", 109.6)
    ]
    assert tables["street_node"].column("node_id").to_pylist() == [1, 2]


def test_an_edge_without_its_return_is_one_way(write):
    tables, _ = take(write(graph(NODES, [(2, 1, STREET | {"oneway": "True", "reversed": "False"})])))
    assert [(e["u"], e["v"], e["oneway"]) for e in tables["street_edge"].to_pylist()] == [(2, 1, 1)]


def test_merged_ways_pair_whatever_the_order_of_their_ids(write):
    edges = [
        (1, 2, STREET | {"osmid": "[7, 8]", "highway": "['service', 'residential']", "length": 109.60001}),
        (2, 1, STREET | {"osmid": "[8, 7]", "highway": "['residential', 'service']"}),
    ]
    tables, _ = take(write(graph(NODES, edges)))
    assert [e["class"] for e in tables["street_edge"].to_pylist()] == ["service"]


def test_the_two_halves_of_a_one_way_ring_stay_two(write):
    half = STREET | {"oneway": "True", "reversed": "False"}
    tables, _ = take(write(graph(NODES, [(1, 2, half), (2, 1, half)])))
    assert sorted((e["u"], e["v"], e["oneway"]) for e in tables["street_edge"].to_pylist()) == [
        (1, 2, 1),
        (2, 1, 1),
    ]


def test_a_projected_graph_comes_back_to_degrees(write):
    nodes = {1: {"x": 500000.0, "y": 1105000.0}, 2: {"x": 500000.0, "y": 1106000.0}}
    line = "LINESTRING (500000 1105000, 500100 1105500, 500000 1106000)"
    edge = STREET | {"geometry": line}
    del edge["length"]
    tables, _ = take(write(graph(nodes, [(1, 2, edge)], crs="EPSG:32648")))
    assert tables["street_node"].column("lon").to_pylist() == pytest.approx([105.0, 105.0])
    assert tables["street_node"].column("lat")[0].as_py() == pytest.approx(9.9956, abs=1e-3)
    found = tables["street_edge"].to_pylist()[0]
    assert found["metres"] == pytest.approx(2 * (100**2 + 500**2) ** 0.5 / 0.9996, rel=1e-3)
    assert len(shapely.from_wkb(found["geom_wkb"]).coords) == 3


def test_without_a_coordinate_system_it_asks(write):
    path = write(graph(NODES, [(1, 2, STREET)], crs=""))
    with pytest.raises(Refusal, match="does not name its coordinate system"):
        take(path)
    assert take(path, crs="EPSG:4326")[0]["street_edge"].num_rows == 1


def test_without_any_class_it_asks_who_may_use_the_streets(write):
    path = write(graph(NODES, [(1, 2, {"length": 110})]))
    with pytest.raises(Refusal, match="who may use it"):
        take(path)
    assert take(path, modes="wb")[0]["street_edge"].column("modes").to_pylist() == ["wb"]
    with pytest.raises(Refusal, match="letters of w, b, c"):
        take(path, modes="x")


def test_nodes_that_lost_streets_are_marked_as_border(write):
    nodes = {1: NODES[1] | {"street_count": 4}, 2: NODES[2] | {"street_count": 1}}
    tables, _ = take(write(graph(nodes, [(1, 2, STREET)])))
    assert tables["street_node"].column("border").to_pylist() == [True, False]


def test_bad_nodes_and_edges_are_set_aside_and_the_rest_taken(write):
    nodes = NODES | {4: {"x": "east", "y": 10}, 5: {"x": 900, "y": 10}}
    edges = [(1, 2, STREET), (2, 4, STREET), (2, 99, STREET), (2, 3, STREET | {"length": 5})]
    tables, findings = take(write(graph(nodes, edges)))
    assert tables["street_edge"].num_rows == 2
    assert len(findings.of("missing-nodes")) == 1 and findings.of("missing-nodes")[0].count == 2
    assert {r.rule for r in findings.rejected} == {"missing-nodes", "node-without-place"}
    assert findings.has("node-off-globe") and findings.has("length-too-short")


def test_names_for_nodes_become_numbers_with_a_finding(write):
    nodes = {"north": NODES[1], "south": NODES[2]}
    tables, findings = take(write(graph(nodes, [("north", "south", STREET)])))
    assert [(e["u"], e["v"]) for e in tables["street_edge"].to_pylist()] == [(0, 1)]
    assert findings.has("node-names")


@pytest.mark.parametrize("text", ["<graphml><graph>", "<graphml><!-- cut"])
def test_broken_xml_is_refused(write, text):
    with pytest.raises(Refusal, match="not well-formed"):
        take(write(text))


def test_entities_are_refused(write):
    bomb = '<!DOCTYPE graphml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(Refusal, match="entities"):
        take(write(f"{bomb}<graphml><graph><node id='&b;'/></graph></graphml>"))


def test_a_graph_without_edges_gives_no_street(write):
    with pytest.raises(Refusal, match="0 streets"):
        take(write(graph(NODES, [])))
