"""The OpenStreetMap slice on real extracts and on small maps written by hand."""

import gzip
import os
import struct
from collections import defaultdict
from pathlib import Path

import osmium
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options, osm
from nagara.citylab.sources.osm.reading import Unreadable, check_size, format_of
from nagara.citylab.tables import conform


def options(**over):
    return Options(**({"city_id": "x", "tz": "Asia/Bangkok", "epsg": 32648, "source_id": "s"} | over))


def take(*paths, **over):
    """All rows by table (canonical), and the findings."""
    findings, got = Findings(), defaultdict(list)
    for name, rows in osm.read([Path(p) for p in paths], options(**over), findings):
        got[name].append(conform(name, rows, source_id="s"))
    return {name: pa.concat_tables(parts) for name, parts in got.items()}, findings


def xml(body, bounds=""):
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{bounds}{body}</osm>'


def nodes(*points):
    """Nodes 1, 2, ... at (lon, lat) in thousandths of a degree from 100 E 10 N."""
    return "".join(
        f'<node id="{i}" version="1" lon="{100 + x / 1000}" lat="{10 + y / 1000}"/>'
        for i, (x, y) in enumerate(points, 1)
    )


def way(number, refs, **tags):
    inner = "".join(f'<nd ref="{r}"/>' for r in refs)
    inner += "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return f'<way id="{number}" version="1">{inner}</way>'


@pytest.fixture
def write(tmp_path):
    def write(text, name="map.osm"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def counts(findings):
    return {f.rule: f.count for f in findings}


def test_real_extract_gives_the_known_counts(data):
    tables, findings = take(data / "ho_chi_minh_city/osm/district1.osm.pbf")
    found = counts(findings)
    assert found["osm-nodes"] == 35_077
    assert found["osm-ways"] == 5_781
    assert found["osm-highways"] == 2_574
    assert found["osm-buildings"] == 2_081
    assert found["osm-amenities"] == 1_814
    assert set(tables) == {"street_node", "street_edge", "place", "area"}


@pytest.mark.parametrize(("name", "highways"), [("district5_10_small.osm", 378), ("hcmute_thu_duc.osm", 106)])
def test_real_xml_extracts_give_the_known_counts(data, name, highways):
    _, findings = take(data / "ho_chi_minh_city/osm" / name)
    assert counts(findings)["osm-highways"] == highways


def test_real_extract_is_cut_at_its_bounds_and_not_at_its_nodes(data):
    tables, findings = take(data / "ho_chi_minh_city/osm/hcmute_thu_duc.osm")
    lon = tables["street_node"].column("lon")
    assert pc.min(lon).as_py() > 106.76 and pc.max(lon).as_py() < 106.79
    inside = tables["street_node"].filter(pc.invert(tables["street_node"].column("border")))
    assert pc.min(inside.column("lon")).as_py() >= 106.7686
    assert pc.max(inside.column("lat")).as_py() <= 10.8548
    assert counts(findings)["cut-at-bounds"] > 0
    assert findings.has("not-sorted")


def test_every_real_edge_runs_between_known_nodes_and_is_unique(data):
    tables, _ = take(data / "ho_chi_minh_city/osm/district1.osm.pbf")
    edges, ids = tables["street_edge"], set(tables["street_node"].column("node_id").to_pylist())
    assert set(edges.column("u").to_pylist()) | set(edges.column("v").to_pylist()) == ids
    assert len(set(edges.column("edge_id").to_pylist())) == edges.num_rows
    assert len(ids) == tables["street_node"].num_rows
    assert pc.min(edges.column("metres")).as_py() > 0


@pytest.mark.parametrize("ending", ["osm", "osm.pbf"])
def test_routes_over_ways_without_tags_give_no_street_and_say_so(data, ending):
    findings = Findings()
    path = data / f"bandung/osm/greater-bandung-pt-relations.{ending}"
    with pytest.raises(Refusal, match="0 streets: 3,327 of 3,327 ways have no tags"):
        list(osm.read([path], options(), findings))
    assert counts(findings)["osm-nodes"] == 31_434
    assert counts(findings)["osm-relations"] == 151


def test_sniff_knows_real_files_by_their_content(data):
    for path in (data / "ho_chi_minh_city/osm").iterdir():
        assert osm.sniff(path).confidence > 0.9
    assert osm.sniff(data / "bandung/gtfs_2025/gtfs.zip").confidence == 0


def test_ways_are_split_where_they_cross_and_nowhere_else(write):
    # 1 -- 2 -- 3, and 4 -- 2 -- 5: they cross in 2. Node 6 only bends the first way.
    body = nodes((0, 0), (1, 0), (3, 0), (1, 1), (1, -1), (2, 0.5))
    body += way(10, [1, 2, 6, 3], highway="residential", name="A") + way(11, [4, 2, 5], highway="footway")
    tables, _ = take(write(xml(body)))
    edges = sorted((e["u"], e["v"], e["name"], e["modes"]) for e in tables["street_edge"].to_pylist())
    assert edges == [(1, 2, "A", "wbc"), (2, 3, "A", "wbc"), (2, 5, None, "w"), (4, 2, None, "w")]
    assert sorted(tables["street_node"].column("node_id").to_pylist()) == [1, 2, 3, 4, 5]
    bent = next(e for e in tables["street_edge"].to_pylist() if e["v"] == 3)
    assert len(shapely.from_wkb(bent["geom_wkb"]).coords) == 3
    assert bent["edge_id"] >> 16 == 10


def test_a_way_that_meets_itself_is_split_there(write):
    body = nodes((0, 0), (1, 0), (1, 1), (0, 1)) + way(10, [1, 2, 3, 4, 2], highway="service")
    tables, _ = take(write(xml(body)))
    assert sorted((e["u"], e["v"]) for e in tables["street_edge"].to_pylist()) == [(1, 2), (2, 2)]


def test_length_is_geodesic(write):
    tables, _ = take(write(xml(nodes((0, 0), (0, 1000)) + way(1, [1, 2], highway="path"))))
    # One degree of latitude from 10 N to 11 N on the WGS 84 ellipsoid, by meridian arc series (Helmert).
    assert tables["street_edge"].column("metres")[0].as_py() == pytest.approx(110_611.2, abs=1)


def test_bounds_keep_every_street_of_a_node_inside_and_mark_the_far_end(write):
    bounds = '<bounds minlat="9.9995" minlon="99.9995" maxlat="10.0005" maxlon="100.0015"/>'
    body = nodes((0, 0), (1, 0), (2, 0), (3, 0), (9, 9), (10, 9))
    body += way(10, [1, 2, 3, 4], highway="residential") + way(11, [5, 6], highway="residential")
    tables, findings = take(write(xml(body, bounds)))
    assert [(e["u"], e["v"]) for e in tables["street_edge"].to_pylist()] == [(1, 3)]
    assert {n["node_id"]: n["border"] for n in tables["street_node"].to_pylist()} == {1: False, 3: True}
    assert counts(findings)["cut-at-bounds"] == 2


def test_a_long_segment_across_the_bounds_is_kept(write):
    bounds = '<bounds minlat="9.999" minlon="100.001" maxlat="10.001" maxlon="100.002"/>'
    tables, _ = take(write(xml(nodes((0, 0), (5, 0)) + way(1, [1, 2], highway="trunk"), bounds)))
    assert tables["street_edge"].num_rows == 1
    assert tables["street_node"].column("border").to_pylist() == [True, True]


def test_the_citys_box_cuts_too_and_an_extract_elsewhere_is_refused(write):
    body = (
        nodes((0, 0), (1, 0), (5, 0), (6, 0))
        + way(1, [1, 2], highway="road")
        + way(2, [3, 4], highway="road")
    )
    bounds = '<bounds minlat="9" minlon="99" maxlat="11" maxlon="101"/>'
    tables, _ = take(write(xml(body, bounds)), bbox=(99.9, 9.9, 100.003, 10.1))
    assert tables["street_edge"].num_rows == 1
    extent = tables["area"].to_pylist()
    assert [(a["area_id"], a["category"]) for a in extent] == [("extent/0", "map_extent")]
    assert shapely.from_wkb(extent[0]["geom_wkb"]).bounds == (99.9, 9.9, 100.003, 10.1)
    with pytest.raises(Refusal, match="outside the city"):
        take(write(xml(body, bounds)), bbox=(20, 20, 21, 21))
    whole, _ = take(write(xml(body, bounds)), bbox=(20, 20, 21, 21), map={"osm": {"clip": "none"}})
    assert whole["street_edge"].num_rows == 2


def test_missing_nodes_cut_the_street_and_are_counted(write):
    body = nodes((0, 0), (1, 0), (2, 0), (3, 0)) + way(1, [1, 2, 99, 3, 4], highway="residential")
    tables, findings = take(write(xml(body)))
    assert sorted((e["u"], e["v"]) for e in tables["street_edge"].to_pylist()) == [(1, 2), (3, 4)]
    assert {n["node_id"] for n in tables["street_node"].to_pylist() if n["border"]} == {2, 3}
    assert counts(findings)["missing-nodes"] == 1


def test_a_file_whose_ways_come_before_its_nodes_is_read_all_the_same(write):
    body = way(2, [1, 2], highway="road") + way(1, [2, 3], highway="road") + nodes((0, 0), (1, 0), (2, 0))
    tables, findings = take(write(xml(body)))
    assert tables["street_edge"].num_rows == 2
    assert findings.has("not-sorted")


def test_several_extracts_are_one_map_and_shared_objects_count_once(write):
    one = nodes((0, 0), (1, 0), (2, 0)) + way(1, [1, 2], highway="road") + way(2, [2, 3], highway="road")
    two = (
        nodes((0, 0), (1, 0), (2, 0), (1, 1))
        + way(2, [2, 3], highway="road")
        + way(3, [2, 4], highway="road")
    )
    tables, findings = take(write(xml(one), "a.osm"), write(xml(two), "b.osm"))
    assert sorted((e["u"], e["v"]) for e in tables["street_edge"].to_pylist()) == [(1, 2), (2, 3), (2, 4)]
    assert findings.has("merged")


def test_one_damaged_file_among_several_is_named_and_the_rest_taken(write):
    good = write(xml(nodes((0, 0), (1, 0)) + way(1, [1, 2], highway="road")), "good.osm")
    bad = write(xml(nodes((0, 0)))[:-9], "bad.osm")
    tables, findings = take(good, bad)
    assert tables["street_edge"].num_rows == 1
    assert [f.file for f in findings.of("damaged")] == ["bad.osm"]


def test_the_newest_version_of_a_street_wins(write):
    newer = way(1, [1, 2], highway="primary").replace('version="1"', 'version="7"')
    body = nodes((0, 0), (1, 0)) + way(1, [1, 2], highway="service") + newer
    tables, findings = take(write(xml(body)))
    assert [e["class"] for e in tables["street_edge"].to_pylist()] == ["primary"]
    assert findings.has("not-sorted")


def test_areas_and_places_come_from_closed_ways_and_multipolygons(write):
    square = nodes((0, 0), (2, 0), (2, 2), (0, 2), (0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5))
    ways = way(1, [1, 2, 3, 4, 1], note="outer") + way(2, [5, 6, 7, 8, 5], natural="water")
    relation = (
        '<relation id="9" version="1"><member type="way" ref="1" role="outer"/>'
        '<member type="way" ref="2" role="inner"/><tag k="type" v="multipolygon"/>'
        '<tag k="leisure" v="park"/><tag k="name" v="Ring park"/></relation>'
    )
    tables, _ = take(write(xml(square + ways + relation)))
    areas = {a["area_id"]: a for a in tables["area"].to_pylist()}
    assert {k: a["category"] for k, a in areas.items()} == {
        "r9": "green",
        "r9/public_space": "public_space",
        "w2": "water",
    }
    side = 0.002 * 111_320 * 0.985  # metres of 0.002 degrees of longitude at 10 N, near enough
    assert areas["r9"]["m2"] == pytest.approx(side * 0.002 * 110_600 * 3 / 4, rel=0.01)
    assert areas["w2"]["m2"] == pytest.approx(areas["r9"]["m2"] / 3, rel=0.001)
    park = tables["place"].to_pylist()
    assert [(p["place_id"], p["category"], p["name"]) for p in park] == [("r9", "park", "Ring park")]
    # A park with a lake in its middle is placed on land.
    assert shapely.intersects(
        shapely.from_wkb(areas["r9"]["geom_wkb"]), shapely.Point(park[0]["lon"], park[0]["lat"])
    )


def test_a_multipolygon_that_does_not_close_is_counted(write):
    body = nodes((0, 0), (2, 0), (2, 2)) + way(1, [1, 2, 3], highway="road")
    body += (
        '<relation id="9" version="1"><member type="way" ref="1" role="outer"/>'
        '<tag k="type" v="multipolygon"/><tag k="leisure" v="park"/></relation>'
    )
    tables, findings = take(write(xml(body)))
    assert "area" not in tables
    assert counts(findings)["area-does-not-close"] == 1


def test_private_gardens_are_green_but_no_public_space(write):
    body = nodes((0, 0), (2, 0), (2, 2)) + way(1, [1, 2, 3, 1], leisure="garden", access="private")
    tables, _ = take(write(xml(body)))
    assert [a["category"] for a in tables["area"].to_pylist()] == ["green"]


def test_places_outside_the_bounds_are_left_out_and_counted(write):
    bounds = '<bounds minlat="9.999" minlon="99.999" maxlat="10.001" maxlon="100.001"/>'
    spot = '<tag k="amenity" v="hospital"/></node>'
    body = f'<node id="1" version="1" lon="100" lat="10">{spot}<node id="2" version="1" lon="101" lat="10">{spot}'
    tables, findings = take(write(xml(body, bounds)))
    assert [(p["place_id"], p["category"]) for p in tables["place"].to_pylist()] == [("n1", "hospital")]
    assert counts(findings)["places-outside"] == 1
    assert findings.has("no-streets")


def test_compressed_xml_and_utf16_are_known_by_content(write):
    text = xml(nodes((0, 0), (1, 0)) + way(1, [1, 2], highway="road", name="ถนน"))
    packed = write(gzip.compress(text.encode()), "wrong-name.txt")
    tables, _ = take(packed)
    assert tables["street_edge"].column("name").to_pylist() == ["ถนน"]
    wide = write(text.replace("UTF-8", "UTF-16").encode("utf-16"), "wide.osm")
    assert format_of(wide) == "osm"
    assert take(wide)[0]["street_edge"].num_rows == 1


def test_what_is_no_map_is_refused_in_words(write):
    for content, match in [(b"", "no OpenStreetMap"), (b"lon,lat\n1,2\n", "no OpenStreetMap")]:
        with pytest.raises(Refusal, match=match):
            take(write(content))
    findings = Findings()
    with pytest.raises(Refusal):
        list(osm.read([write("<osmChange version='0.6'/>")], options(), findings))
    assert findings.has("change-file")


def test_entity_bombs_are_refused(write):
    laugh = '<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(Refusal, match="damaged"):
        take(
            write(
                laugh + '<osm version="0.6"><node id="1" lon="1" lat="1"><tag k="name" v="&b;"/></node></osm>'
            )
        )


def test_blocks_that_declare_more_than_they_may_hold_are_refused_before_reading(write):
    header = b"\x0a\x09OSMHeader\x18" + bytes([0xFF, 0xFF, 0xFF, 0xFF, 0x07])
    with pytest.raises(Refusal, match="declares a block of"):
        take(write(struct.pack(">I", len(header)) + header + b"x" * 50, "map.osm.pbf"))


def test_a_gzip_bomb_is_refused(write):
    text = xml("<!--" + " " * (80 << 20) + "-->")
    with pytest.raises(Unreadable, match="times its size"):
        check_size(write(gzip.compress(text.encode(), 9), "bomb.osm.gz"), "osm.gz")


def test_every_cut_of_a_real_file_is_refused_and_never_crashes(data, tmp_path):
    whole = (data / "ho_chi_minh_city/osm/district1.osm.pbf").read_bytes()
    for size in (17, 200, 5_000, 100_000, len(whole) - 1):
        path = tmp_path / "cut.osm.pbf"
        path.write_bytes(whole[:size])
        with pytest.raises(Refusal):
            take(path)


@pytest.fixture(scope="module")
def bare_pbf(tmp_path_factory):
    """A small PBF whose blocks are not compressed, so that damage reaches the parser."""
    path = tmp_path_factory.mktemp("pbf") / "bare.osm.pbf"
    writer = osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none"))
    for i in range(1, 40):
        writer.add_node(
            osmium.osm.mutable.Node(id=i, location=(100 + i / 1000, 10), tags={"amenity": "school"})
        )
    for i in range(1, 20):
        tags = {"highway": "residential", "name": f"street {i}"}
        writer.add_way(osmium.osm.mutable.Way(id=i, nodes=[i, i + 1, i + 2], tags=tags))
    writer.close()
    return path.read_bytes()


@settings(max_examples=100 if os.environ.get("NAGARA_FULL") else 8, deadline=None)
@given(damage=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
def test_damage_inside_a_pbf_ends_in_rows_or_a_refusal(bare_pbf, tmp_path_factory, damage):
    content = bytearray(bare_pbf)
    for at, value in damage:
        content[at % len(content)] = value
    path = tmp_path_factory.mktemp("damaged") / "map.osm.pbf"
    path.write_bytes(bytes(content))
    try:
        take(path)
    except Refusal as refusal:
        assert str(refusal)


def test_sniffing_a_folder_or_an_empty_file_finds_nothing(tmp_path, write):
    assert osm.sniff(tmp_path).confidence == 0
    assert osm.sniff(write(b"")).confidence == 0
