"""Damaged maps: a clear finding or a refusal, nothing else; what is whole is kept."""

import json
import random
import zipfile

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.geometry import read_features

GOOD = [
    ("01", shapely.box(101.0, 3.0, 101.1, 3.1)),
    ("02", shapely.box(101.1, 3.0, 101.2, 3.1)),
    ("03", shapely.box(101.2, 3.0, 101.3, 3.1)),
]
WGS = 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'


def read(*paths, bbox=None, **mapping):
    """Features and findings; a Refusal is passed on with its findings."""
    findings = Findings()
    options = Options("city", "Asia/Bangkok", 32647, "s", bbox=bbox, map=mapping)
    layers = list(read_features(list(paths), options, findings))
    ids = [i for layer in layers for i in layer.column("code")]
    return ids, [s for layer in layers for s in layer.shapes], findings


def collection(geometries=None, codes=("01", "02", "03")):
    geometries = geometries or [json.loads(shapely.to_geojson(s)) for _, s in GOOD]
    features = [
        {"type": "Feature", "properties": {"code": c}, "geometry": g}
        for c, g in zip(codes, geometries, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def geojson(tmp_path, document, name="a.geojson"):
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


def shp(folder):
    import shapefile

    with shapefile.Writer(str(folder / "z")) as w:
        w.field("code", "C", 8)
        for code, shape in GOOD:
            w.poly([list(shape.exterior.coords)[::-1]])
            w.record(code)
    (folder / "z.prj").write_text(WGS)
    return folder / "z.shp"


def with_first(geometry):
    return collection([geometry, *[json.loads(shapely.to_geojson(s)) for _, s in GOOD[1:]]])


@pytest.mark.parametrize(
    ("geometry", "rule"),
    [
        (
            {"type": "Polygon", "coordinates": [[[101, 3], [101.1, 3], ["x", 3.1], [101, 3]]]},
            "geometry-unusable",
        ),
        ({"type": "Polygon", "coordinates": [[101, 3]]}, "geometry-unusable"),
        ({"type": "Polygon", "coordinates": 7}, "geometry-unusable"),
        ({"type": "Polygon"}, "geometry-unusable"),
        ({"type": "Ring", "coordinates": []}, "geometry-unusable"),
        ("POINT(1 1)", "geometry-unusable"),
        ({"type": "Polygon", "coordinates": []}, "no-geometry"),
        (None, "no-geometry"),
        ({"type": "Polygon", "coordinates": [[[101, 3], [101.1, 3], [101, 3]]]}, "ring-without-area"),
        ({"type": "Point", "coordinates": [101, 3]}, "not-a-polygon"),
        ({"type": "LineString", "coordinates": [[101, 3], [101, 4]]}, "not-a-polygon"),
        (
            {"type": "Polygon", "coordinates": [[[3, 101], [3, 101.1], [3.1, 101.1], [3, 101]]]},
            "swapped-coordinates",
        ),
        (
            {
                "type": "Polygon",
                "coordinates": [[[722000, 331000], [723000, 331000], [723000, 332000], [722000, 331000]]],
            },
            "not-degrees",
        ),
    ],
)
def test_one_bad_geometry_is_told_and_the_row_and_its_neighbours_stay(tmp_path, geometry, rule):
    ids, shapes, findings = read(geojson(tmp_path, with_first(geometry)))
    assert ids == ["01", "02", "03"]
    assert shapes[0] is None and shapes[1].equals(GOOD[1][1])
    assert findings.has(rule) and findings.of(rule)[0].row == 2


def test_nan_coordinates_are_told(tmp_path):
    text = json.dumps(collection()).replace("[101.0, 3.1]", "[NaN, 3.1]", 1)
    ids, shapes, findings = read(geojson(tmp_path, text))
    assert ids == ["01", "02", "03"] and shapes[0] is None and findings.has("geometry-unusable")


def test_open_rings_are_closed_and_height_is_dropped(tmp_path):
    ring = [[101, 3, 5], [101.1, 3, 5], [101.1, 3.1, 5], [101, 3.1, 5]]
    _, shapes, _ = read(geojson(tmp_path, with_first({"type": "Polygon", "coordinates": [ring]})))
    assert shapes[0].equals(GOOD[0][1]) and not shapes[0].has_z


def test_a_self_crossing_polygon_is_made_valid_with_the_row_and_the_feature_named(tmp_path):
    bow = {"type": "Polygon", "coordinates": [[[101, 3], [101.1, 3.1], [101.1, 3], [101, 3.1], [101, 3]]]}
    _, shapes, findings = read(geojson(tmp_path, with_first(bow)))
    assert shapes[0].is_valid and shapes[0].area == pytest.approx(0.005)
    (found,) = findings.of("invalid-geometry")
    assert (
        (found.row, str(found.severity)) == (2, "repair")
        and "code=01" in found.example
        and "Self-intersection" in found.message
    )


def test_a_file_cut_off_gives_the_features_that_are_whole(tmp_path):
    text = json.dumps(collection())
    cut = text.index('"03"')
    ids, _, findings = read(geojson(tmp_path, text[:cut]))
    assert ids == ["01", "02"] and findings.has("json-broken")


def test_entries_that_are_no_features_are_set_aside(tmp_path):
    document = collection()
    document["features"].insert(1, "what")
    ids, _, findings = read(geojson(tmp_path, document))
    assert ids == ["01", "02", "03"] and findings.rejected[0].row == 3


def test_swapped_axes_of_a_whole_file_are_asked_about_and_turned_when_said(tmp_path):
    turned = [json.loads(shapely.to_geojson(shapely.transform(s, lambda at: at[:, ::-1]))) for _, s in GOOD]
    path = geojson(tmp_path, collection(turned))
    with pytest.raises(Refusal, match="latitude and longitude seem to have changed places") as caught:
        read(path)
    assert "axes" in caught.value.mend
    assert read(path, read={"axes": "lat lon"})[1][0].equals(GOOD[0][1])


def test_features_outside_the_city_are_kept_with_a_warning(tmp_path):
    ids, shapes, findings = read(geojson(tmp_path, collection()), bbox=(101.15, 2.9, 101.4, 3.2))
    assert len(ids) == 3 and shapes[0] is not None
    assert findings.of("outside-the-city")[0].count == 1
    turned = read(geojson(tmp_path, collection()), bbox=(2.9, 100.9, 3.2, 101.4))[2]
    assert "changed places" in turned.of("outside-the-city")[0].message


def test_an_unknown_or_empty_crs_is_asked_about_and_another_one_said_by_a_person_holds(tmp_path):
    for crs, match in (
        (["name"], "names no"),
        ({"type": "name", "properties": {"name": "LOCAL:7"}}, "not known"),
    ):
        with pytest.raises(Refusal, match=match):
            read(geojson(tmp_path, collection() | {"crs": crs}))
    path = geojson(tmp_path, collection() | {"crs": {"type": "name", "properties": {"name": "EPSG:32647"}}})
    findings = read(path, read={"crs": "EPSG:4326"})[2]
    assert findings.has("crs-overruled")
    with pytest.raises(Refusal, match="no coordinate system"):
        read(path, read={"crs": "somewhere"})


def test_a_shapefile_without_prj_is_asked_about(tmp_path):
    path = shp(tmp_path)
    (tmp_path / "z.prj").unlink()
    with pytest.raises(Refusal, match="no coordinate system"):
        read(path)
    assert read(path, read={"crs": "EPSG:4326"})[0] == ["01", "02", "03"]


def test_a_shapefile_without_dbf_or_shx(tmp_path):
    path = shp(tmp_path)
    (tmp_path / "z.shx").unlink()
    ids, _, findings = read(path)
    assert ids == ["01", "02", "03"] and findings.has("no-shx")
    (tmp_path / "z.dbf").unlink()
    ids, shapes, findings = read(path)
    assert ids == [None] * 3 and shapes[0].equals(GOOD[0][1]) and findings.has("no-dbf")


def test_a_dbf_alone_asks_for_the_shapes(tmp_path):
    path = shp(tmp_path)
    path.unlink()
    with pytest.raises(Refusal, match="no shapes"):
        read(tmp_path / "z.dbf")


@pytest.mark.parametrize("keep", [0, 50, 99, 101, 200, 300, 400])
def test_a_shp_cut_off_keeps_what_is_whole(tmp_path, keep):
    path = shp(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    try:
        ids, shapes, findings = read(path)
    except Refusal as refusal:
        assert list(refusal.findings)
    else:
        assert ids == ["01", "02", "03"] and [s for s in shapes if s is not None] == [s for s in shapes if s]
        assert findings.has("truncated") or findings.has("shapefile-damaged") or findings.has("shp-too-short")


@pytest.mark.parametrize("keep", [0, 10, 33, 60, 70, 75])
def test_a_dbf_cut_off_keeps_the_shapes(tmp_path, keep):
    path = shp(tmp_path)
    dbf = tmp_path / "z.dbf"
    dbf.write_bytes(dbf.read_bytes()[:keep])
    ids, shapes, findings = read(path)
    assert len(ids) == 3 and all(s is not None for s in shapes)
    assert findings.counts()["refuse"] >= 1


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_flipped_bytes_in_a_shapefile_never_end_in_a_traceback(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("flip")
    path = shp(folder)
    rng = random.Random(seed)
    for target in (path, folder / "z.dbf", folder / "z.shx", folder / "z.prj"):
        data = bytearray(target.read_bytes())
        for _ in range(rng.randint(0, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        target.write_bytes(bytes(data))
    try:
        ids, shapes, _ = read(path)
        assert len(ids) == len(shapes)
    except Refusal as refusal:
        assert str(refusal)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_flipped_characters_in_geojson_never_end_in_a_traceback(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("flip")
    rng = random.Random(seed)
    text = list(json.dumps(collection()))
    for _ in range(rng.randint(1, 8)):
        text[rng.randrange(len(text))] = rng.choice('[]{},:"0x-e9\x00 \u0e01')
    path = folder / "a.geojson"
    path.write_text("".join(text), "utf-8")
    try:
        ids, shapes, _ = read(path)
        assert len(ids) == len(shapes)
    except Refusal as refusal:
        assert str(refusal)


def test_zips_that_reach_out_or_hold_nothing_or_too_many_maps(tmp_path):
    shp(tmp_path)
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as z:
        z.writestr("../../out.geojson", json.dumps(collection()))
        z.writestr("in.geojson", json.dumps(collection()))
    ids, _, findings = read(evil)
    assert ids == ["01", "02", "03"] and findings.has("archive-path-traversal")
    assert not (tmp_path.parent / "out.geojson").exists()
    for name, members, match in (
        ("none", {"a.pdf": ""}, "no map"),
        ("two", {"a.geojson": "x", "b.geojson": "x"}, "2 maps"),
    ):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as z:
            for member in members:
                z.writestr(member, json.dumps(collection()) if members[member] else "")
        with pytest.raises(Refusal, match=match):
            read(tmp_path / f"{name}.zip")
    assert read(tmp_path / "two.zip", read={"member": "b.geojson"})[0] == ["01", "02", "03"]


def test_a_zip_bomb_is_refused(tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a.geojson", b" " * (80 << 20))
    with pytest.raises(Refusal, match="times its own size"):
        read(bomb)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"<html>no</html>",
        b"<?xml version='1.0'?><gml/>",
        b"SQLite format 3\0junk",
        b"PK\x03\x04junk",
        b"\xff\xfe{\x00",
    ],
)
@pytest.mark.parametrize(
    "name", ["a.geojson", "a.kml", "a.gpkg", "a.zip", "a.sql", "a.shp", "a.csv", "a.topojson"]
)
def test_files_that_are_something_else_are_refused_in_words(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    try:
        ids, _, findings = read(path)
    except Refusal as refusal:
        assert len(str(refusal)) > 10
    else:
        assert ids == [] or list(findings)


def test_an_entity_bomb_in_kml_is_refused(tmp_path):
    text = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>'
    with pytest.raises(Refusal, match="no placemark") as caught:
        read(geojson(tmp_path, '<?xml version="1.0"?>' + text, "a.kml"))
    assert any(f.rule == "kml-broken" for f in caught.value.findings)


def test_topojson_of_several_layers_asks_which(tmp_path):
    empty = {"type": "GeometryCollection", "geometries": []}
    document = {"type": "Topology", "objects": {"a": empty, "b": empty}, "arcs": []}
    with pytest.raises(Refusal, match="2 layers"):
        read(geojson(tmp_path, document, "a.topojson"))
