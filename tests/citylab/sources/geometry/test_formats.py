"""Every format gives the same zones: two squares by the equator, with codes that have leading zeros."""

import importlib.util
import json
import sqlite3
import struct
import zipfile
from contextlib import closing

import numpy as np
import pyarrow as pa
import pytest
import shapefile
import shapely
from pyproj import Transformer

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.geometry import form_of, read_attributes, read_features

ONE, TWO = shapely.box(101.0, 3.0, 101.1, 3.1), shapely.box(101.1, 3.0, 101.2, 3.1)
ROWS = [("01", "Kota Baru", ONE), ("02", "บางนา", TWO)]
WGS = 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]'


def options(bbox=None, **mapping):
    return Options("city", "Asia/Bangkok", 32647, "s", bbox=bbox, map=mapping)


def read(*paths, findings=None, bbox=None, polygons=True, **mapping):
    """(ids, names, shapes) of all features."""
    findings = findings if findings is not None else Findings()
    layers = list(read_features(list(paths), options(bbox, **mapping), findings, polygons=polygons))
    ids = [i for layer in layers for i in layer.column("code")]
    names = [n for layer in layers for n in layer.column("name")]
    return ids, names, [s for layer in layers for s in layer.shapes]


def is_right(got, tolerance=1e-9):
    ids, names, shapes = got
    assert ids == ["01", "02"] and names == ["Kota Baru", "บางนา"]
    for mine, theirs in zip(shapes, (ONE, TWO), strict=True):
        assert mine.symmetric_difference(theirs).area < tolerance


def feature(code, name, shape):
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


def collection(rows=ROWS, **more):
    return {"type": "FeatureCollection", "features": [feature(*row) for row in rows]} | more


def write(path, document):
    path.write_text(
        document if isinstance(document, str) else json.dumps(document, ensure_ascii=False), "utf-8"
    )
    return path


def make_shapefile(folder, rows=ROWS, prj=WGS, encoding="utf-8", stem="zones", cpg=True):
    with shapefile.Writer(str(folder / stem), encoding=encoding) as w:
        w.field("code", "C", 8)
        w.field("name", "C", 60)
        for code, name, shape in rows:
            if shape is None:
                w.null()
            else:
                rings = [list(r.coords) for p in shapely.get_parts(shape) for r in (p.exterior, *p.interiors)]
                w.poly(rings)
            w.record(code, name)
    if prj:
        (folder / f"{stem}.prj").write_text(prj)
    if not cpg:
        (folder / f"{stem}.cpg").unlink(missing_ok=True)
    return folder / f"{stem}.shp"


def test_geojson_with_a_byte_order_mark_and_the_crs_of_2008(tmp_path):
    is_right(read(write(tmp_path / "a.geojson", collection())))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    is_right(read(write(tmp_path / "b.geojson", "\ufeff" + json.dumps(collection(crs=crs)))))
    is_right(read(write(tmp_path / "c.json", {"crs": crs, **collection()})))


def test_geojson_one_feature_a_line_with_record_separators(tmp_path):
    lines = "".join("\x1e" + json.dumps(feature(*row)) + "\n" for row in ROWS)
    is_right(read(write(tmp_path / "a.geojsonl", lines)))


def test_geojson_in_metres_is_brought_to_degrees_by_its_declared_system(tmp_path):
    ahead = Transformer.from_crs(4326, 32647, always_xy=True).transform
    rows = [(c, n, shapely.transform(s, ahead, interleaved=False)) for c, n, s in ROWS]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32647"}}
    is_right(read(write(tmp_path / "a.geojson", collection(rows, crs=crs))))
    findings = Findings()
    with pytest.raises(Refusal, match="no degrees"):
        read(write(tmp_path / "b.geojson", collection(rows)), findings=findings)
    is_right(read(tmp_path / "b.geojson", read={"crs": "EPSG:32647"}))


def test_topojson_with_and_without_quantising(tmp_path):
    arcs = [
        [[101.1, 3.0], [101.1, 3.1]],
        [[101.1, 3.1], [101.0, 3.1], [101.0, 3.0], [101.1, 3.0]],
        [[101.1, 3.0], [101.2, 3.0], [101.2, 3.1], [101.1, 3.1]],
    ]

    def topology(arcs, **more):
        rings = [[[0, 1]], [[2, -1]]]
        shapes = [
            {"type": "Polygon", "arcs": ring, "properties": {"code": c, "name": n}}
            for ring, (c, n, _) in zip(rings, ROWS, strict=True)
        ]
        zones = {"type": "GeometryCollection", "geometries": shapes}
        return {"type": "Topology", "objects": {"zones": zones}, "arcs": arcs} | more

    is_right(read(write(tmp_path / "a.topojson", topology(arcs))))
    origin, scale = np.array([101.0, 3.0]), np.array([0.1, 0.1])
    whole = [np.rint((np.array(a) - origin) / scale).astype(int) for a in arcs]
    steps = [np.vstack([w[:1], np.diff(w, axis=0)]).tolist() for w in whole]
    quantised = topology(steps, transform={"scale": scale.tolist(), "translate": origin.tolist()})
    is_right(read(write(tmp_path / "b.json", quantised)))
    broken = topology(arcs[:1])
    findings = Findings()
    assert read(write(tmp_path / "c.json", broken), findings=findings)[2] == [None, None]
    assert findings.has("geometry-unusable")


def test_shapefile_and_shapefile_in_a_zip_folder(tmp_path):
    shp = make_shapefile(tmp_path)
    is_right(read(shp))
    is_right(read(*sorted(tmp_path.glob("zones.*"))))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as z:
        for part in tmp_path.glob("zones.*"):
            z.write(part, f"deep/{part.name.upper()}")
    assert form_of(tmp_path / "all.zip") == "zip"
    is_right(read(tmp_path / "all.zip"))


def test_shapefile_in_thai_bytes_is_read_with_and_without_a_cpg_file(tmp_path):
    shp = make_shapefile(tmp_path, encoding="cp874", cpg=False)
    findings = Findings()
    ids, names, _ = read(shp, findings=findings)
    assert ids == ["01", "02"] and names[0] == "Kota Baru" and findings.has("encoding")
    (tmp_path / "zones.cpg").write_text("874")
    is_right(read(shp))


def test_shapefile_holes_and_parts_are_told_apart_whatever_their_order(tmp_path):
    donut = shapely.box(101, 3, 101.9, 3.9).difference(shapely.box(101.3, 3.3, 101.6, 3.6))
    both = shapely.MultiPolygon([donut, shapely.box(101.4, 3.4, 101.5, 3.5)])
    with shapefile.Writer(str(tmp_path / "z")) as w:
        w.field("code", "C", 8)
        outer = [list(shapely.get_coordinates(p.exterior)[::1]) for p in both.geoms]
        rings = [r if not shapely.is_ccw(shapely.linearrings(r)) else r[::-1] for r in outer]
        hole = list(donut.interiors[0].coords)
        hole = hole if shapely.is_ccw(shapely.linearrings(hole)) else hole[::-1]
        w.poly([[tuple(p) for p in rings[1]], [tuple(p) for p in hole], [tuple(p) for p in rings[0]]])
        w.record("01")
    (tmp_path / "z.prj").write_text(WGS)
    (shape,) = read(tmp_path / "z.shp")[2]
    assert shape.symmetric_difference(both).area < 1e-12


def test_wkt_wkb_and_geojson_in_a_column_of_csv(tmp_path):
    for name, cell in (
        ("ewkt", lambda s: f"SRID=4326;{s.wkt}"),
        ("ewkb", lambda s: shapely.to_wkb(shapely.set_srid(s, 4326), hex=True, include_srid=True)),
        (
            "backslash",
            lambda s: "\\x" + shapely.to_wkb(shapely.set_srid(s, 4326), hex=True, include_srid=True),
        ),
        ("geojson", lambda s: shapely.to_geojson(s).replace('"', '""')),
    ):
        lines = ["code,name,geom", *(f'{c},{n},"{cell(s)}"' for c, n, s in ROWS)]
        is_right(read(write(tmp_path / f"{name}.csv", "\n".join(lines))))


def test_plain_wkt_names_no_system_and_is_asked_about(tmp_path):
    lines = ["code,name,geom", *(f'{c},{n},"{s.wkt}"' for c, n, s in ROWS)]
    path = write(tmp_path / "a.csv", "\n".join(lines))
    findings = Findings()
    with pytest.raises(Refusal, match="no coordinate system"):
        read(path, findings=findings)
    assert findings.has("no-crs")
    is_right(read(path, read={"crs": "EPSG:4326"}))


def test_ckan_datastore_records_with_a_geometry_column(tmp_path):
    records = [
        {"_id": i, "code": c, "name": n, "geom": f"SRID=4326;{s.wkt}"} for i, (c, n, s) in enumerate(ROWS)
    ]
    document = {
        "help": "x",
        "success": True,
        "result": {"fields": [{"id": "code", "type": "text"}], "records": records},
    }
    is_right(read(write(tmp_path / "a.json", document), read={"records": "result.records"}))


def test_postgis_dump_by_insert_and_by_copy(tmp_path):
    def ewkb(s):
        return shapely.to_wkb(shapely.set_srid(s, 4326), hex=True, include_srid=True)

    inserts = "-- a dump; INSERT INTO nothing\nCREATE TABLE public.zones (code text, name text, geom geometry, PRIMARY KEY (code));\n"
    inserts += f"INSERT INTO public.zones (code, name, geom) VALUES ('01', 'Kota Baru', '{ewkb(ONE)}'),\n"
    inserts += f"  ('02', 'บางนา', ST_GeomFromText('{TWO.wkt}', 4326));\n"
    is_right(read(write(tmp_path / "a.sql", inserts)))
    copy = (
        "COPY public.zones (code, name, geom) FROM stdin;\n"
        + "".join(f"{c}\t{n}\t{ewkb(s)}\n" for c, n, s in ROWS)
        + "\\.\n"
    )
    is_right(read(write(tmp_path / "b.sql", copy)))
    mysql = "CREATE TABLE `z` (`code` varchar(3), `name` varchar(9));\nINSERT INTO `z` VALUES ('01','it\\'s'),('02','a''b;'),(NULL,'x, (y)');"
    (layer,) = read_attributes([write(tmp_path / "c.sql", mysql)], options(), Findings())
    assert layer.attributes.to_pylist() == [
        {"code": "01", "name": "it's"},
        {"code": "02", "name": "a'b;"},
        {"code": None, "name": "x, (y)"},
    ]


def test_a_dump_of_two_tables_asks_which(tmp_path):
    text = "INSERT INTO a (x) VALUES ('1'); INSERT INTO b (x) VALUES ('2');".replace("; ", ";\n")
    path = write(tmp_path / "a.sql", text)
    with pytest.raises(Refusal, match="fills 2 tables: a, b"):
        read(path)
    (layer,) = read_attributes([path], options(read={"table": "b"}), Findings())
    assert layer.attributes.to_pylist() == [{"x": "2"}]


def test_geopackage_without_any_extra(tmp_path):
    path = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "create table gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m)"
        )
        db.execute(
            "create table gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition)"
        )
        db.execute("insert into gpkg_spatial_ref_sys values ('WGS 84', 4326, 'EPSG', 4326, '')")
        db.execute("insert into gpkg_geometry_columns values ('zones', 'geom', 'POLYGON', 4326, 0, 0)")
        db.execute("create table zones (fid integer primary key, code text, name text, geom blob)")
        for code, name, shape in ROWS:
            west, south, east, north = shape.bounds
            head = b"GP\x00" + bytes([0b011]) + struct.pack("<i4d", 4326, west, east, south, north)
            db.execute(
                "insert into zones (code, name, geom) values (?, ?, ?)", (code, name, head + shape.wkb)
            )
        db.commit()
    is_right(read(path))


def test_kml_and_kmz(tmp_path):
    def ring(shape):
        return " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)

    marks = "".join(
        f'<Placemark><name>{n}</name><ExtendedData><SchemaData><SimpleData name="code">{c}</SimpleData></SchemaData></ExtendedData>'
        f"<MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring(s)}</coordinates></LinearRing>"
        f"</outerBoundaryIs></Polygon></MultiGeometry></Placemark>"
        for c, n, s in ROWS
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'
    is_right(read(write(tmp_path / "a.kml", text)))
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as z:
        z.write(tmp_path / "a.kml", "doc.kml")
    is_right(read(tmp_path / "a.kmz"))


def test_data_wrapped_in_javascript_is_read_and_never_run(tmp_path):
    text = (
        "// zones\nvar zones = "
        + json.dumps(collection()).replace('"type"', "type").replace('"code"', "'code'")
        + ";\nalert(1);"
    )
    text = text.removeprefix("// zones\n").replace("]}]}", "]},]}")
    findings = Findings()
    is_right(read(write(tmp_path / "zones.js", text), findings=findings))
    assert findings.has("javascript")


def test_other_formats_need_the_extra_and_say_so(tmp_path):
    if importlib.util.find_spec("pyogrio") is None:
        with pytest.raises(Refusal, match="optional extra 'geo'"):
            read(write(tmp_path / "a.fgb", "fgb"))
        return
    import pyogrio

    shapes = np.array([shapely.to_wkb(s) for _, _, s in ROWS], dtype=object)
    fields = [np.array([row[k] for row in ROWS], dtype=object) for k in (0, 1)]
    how = {"geometry_type": "Polygon", "crs": "EPSG:4326", "driver": "FlatGeobuf"}
    pyogrio.raw.write(str(tmp_path / "a.fgb"), shapes, fields, ["code", "name"], **how)
    found = sorted(zip(*read(tmp_path / "a.fgb"), strict=True), key=lambda row: row[0])  # stored by place
    is_right(tuple(map(list, zip(*found, strict=True))))


def test_a_table_without_geometry_gives_rows_without_shapes(tmp_path):
    ids, names, shapes = read(write(tmp_path / "a.csv", "\ufeffcode,name\n01,Kota Baru\n02,บางนา\n"))
    assert ids == ["01", "02"] and names[1] == "บางนา" and shapes == [None, None]


def test_features_of_later_layers_may_have_other_columns(tmp_path):
    rows = [feature(f"{i:05d}", "x", ONE) for i in range(5001)]
    rows[-1]["properties"]["late"] = "yes"
    layers = list(
        read_features(
            [write(tmp_path / "a.geojson", collection() | {"features": rows})], options(), Findings()
        )
    )
    assert [len(layer.rows) for layer in layers] == [5000, 1]
    assert layers[0].column("late")[:1] == [None] and layers[1].column("late") == ["yes"]
    assert layers[1].rows.tolist() == [5002]
    assert pa.types.is_string(layers[1].attributes.column("late").type)
