"""Exports: what licences allow, in formats that others read."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake.licences import recognise
from nagara.citylab.tables import TABLES


def give(city, source_id: str, licence: str | None, **more):
    """Import a source with zones, places and posts under a licence."""

    def change(draft):
        row = {"kind": "test", "sha256": "0" * 64, "nature": "measured", "licence": licence} | more
        draft.replace("source", pa.Table.from_pylist([row]), source_id=source_id)
        zones = [
            {"zone_id": f"{source_id}{i}", "level": 1, "geom_wkb": shapely.box(i, 0, i + 1, 2).wkb}
            for i in range(3)
        ]
        draft.replace("zone", pa.Table.from_pylist(zones), source_id=source_id)
        place = pa.table({"place_id": [f"{source_id}-p"], "category": ["school"]})
        draft.replace("place", place, source_id=source_id)
        post = pa.table({"post_id": [source_id], "author_hash": ["SECRETHASH"], "text": ["hello"]})
        draft.replace("post", post, source_id=source_id)
        draft.replace("rejected", pa.table({"rule": ["r"], "raw": ["SECRETRAW"]}), source_id=source_id)

    city.commit(change)


def rows_of(path) -> set[str]:
    return set(pq.read_table(path).column("source_id").to_pylist())


def test_rows_of_sources_that_may_not_be_passed_on_are_left_out_and_named(city, tmp_path):
    give(city, "open", "CC BY 4.0", attribution="City of Demo")
    give(city, "unknown", None)
    give(city, "empty", " ")
    give(city, "doubt", "CC BY elsewhere: not verified")
    give(city, "closed", "All rights reserved")
    give(city, "noderivs", "CC BY-ND 4.0")
    report = city.export(tmp_path / "out")
    for table in ("zone", "place", "post", "source"):
        assert rows_of(tmp_path / f"out/{table}.parquet") == {"open"}, table
    assert {left.source_id: left.rows for left in report.left_out} == dict.fromkeys(
        ("unknown", "empty", "doubt", "closed", "noderivs"), 6
    )
    why = {left.source_id: left.why for left in report.left_out}
    assert why["unknown"] == why["empty"] == "no licence was given, and unknown counts as forbidden"
    assert why["doubt"].endswith("is not the name of a licence that Nagara knows")
    assert why["noderivs"] == "CC-BY-ND-4.0 does not allow it"
    assert {f.file for f in report.findings.of("licence-forbids")} == set(why)
    words = (tmp_path / "out/README.md").read_text()
    assert "open: City of Demo (CC-BY-4.0, measured)" in words
    assert "- doubt (6 rows)" in words


def test_rows_of_a_source_that_the_city_does_not_know_are_left_out(city, tmp_path):
    rows = pa.table({"place_id": ["a"], "category": ["school"]})
    city.commit(lambda draft: draft.append("place", rows, source_id="nobody"))
    report = city.export(tmp_path / "out")
    assert not (tmp_path / "out/place.parquet").exists()
    assert [(left.source_id, left.rows) for left in report.left_out] == [("nobody", 1)]


def test_non_commercial_rows_come_with_a_warning_and_stay_out_of_exports_for_business(city, tmp_path):
    give(city, "nc", "CC BY-NC-SA 4.0")
    report = city.export(tmp_path / "out")
    assert rows_of(tmp_path / "out/place.parquet") == {"nc"}
    assert report.findings.has("licence-non-commercial")
    assert report.findings.has("licence-alike")
    report = city.export(tmp_path / "business", for_business=True)
    assert [left.why for left in report.left_out] == ["CC-BY-NC-SA-4.0 does not allow business use"]


def test_results_stay_with_the_names_of_their_sources(city, tmp_path):
    give(city, "closed", "proprietary")
    result = {"run_id": "r", "unit_kind": "city", "unit_id": "demo", "indicator": "I1", "value": 1.0}
    city.commit(lambda draft: draft.append("result", pa.Table.from_pylist([result])))
    city.export(tmp_path / "out")
    assert pq.read_table(tmp_path / "out/result.parquet").num_rows == 1


def test_neither_salt_nor_hashes_nor_rejected_rows_leave_the_house(city, tmp_path):
    salt = city.salt()
    give(city, "open", "CC0")
    city.export(tmp_path / "out")
    assert not (tmp_path / "out/rejected.parquet").exists()
    assert pq.read_table(tmp_path / "out/post.parquet").column("author_hash").to_pylist() == [None]
    for path in (tmp_path / "out").iterdir():
        content = path.read_bytes()
        assert salt not in content
        assert b"SECRET" not in content


def test_tables_keep_the_canonical_schema_and_rows(city, tmp_path):
    give(city, "open", "CC0")
    city.export(tmp_path / "out")
    for path in (tmp_path / "out").glob("*.parquet"):
        assert pq.read_schema(path).remove_metadata().equals(TABLES[path.stem].schema), path.stem
    assert pq.read_table(tmp_path / "out/zone.parquet").num_rows == 3


def test_geometry_columns_carry_geoparquet_1_1_metadata(city, tmp_path):
    give(city, "open", "CC0")

    def add(draft):
        mixed = shapely.MultiPolygon([shapely.box(10, 10, 11, 12)])
        rows = [
            {"zone_id": "m", "level": 1, "geom_wkb": mixed.wkb},
            {"zone_id": "none", "level": 1, "geom_wkb": None},
            {"zone_id": "broken", "level": 1, "geom_wkb": b"no geometry"},
            {"zone_id": "void", "level": 1, "geom_wkb": shapely.Polygon().wkb},
        ]
        draft.append("zone", pa.Table.from_pylist(rows), source_id="open")

    city.commit(add)
    city.export(tmp_path / "out")
    geo = json.loads(pq.read_metadata(tmp_path / "out/zone.parquet").metadata[b"geo"])
    assert geo == {
        "version": "1.1.0",
        "primary_column": "geom_wkb",
        "columns": {
            "geom_wkb": {
                "encoding": "WKB",
                "geometry_types": ["MultiPolygon", "Polygon"],
                "bbox": [0.0, 0.0, 11.0, 12.0],
            }
        },
    }
    assert b"geo" not in (pq.read_metadata(tmp_path / "out/place.parquet").metadata or {})


def test_geopandas_reads_the_zones_as_geography(city, tmp_path):
    geopandas = pytest.importorskip("geopandas", reason="geopandas (the extra `oracles`) is not installed")
    give(city, "open", "CC0")
    city.export(tmp_path / "out")
    zones = geopandas.read_parquet(tmp_path / "out/zone.parquet")
    assert zones.crs.to_string() == "OGC:CRS84"
    assert "Polygon" in set(zones.geom_type)


def test_duckdb_reads_every_exported_table(city, tmp_path):
    give(city, "open", "CC0")
    report = city.export(tmp_path / "out")
    with duckdb.connect() as db:
        for table in report.tables:
            sql = "select count(*) from read_parquet(?)"
            assert db.execute(sql, [str(tmp_path / "out" / table.file)]).fetchone() == (table.rows,)


def test_the_catalogue_names_licence_attribution_dates_and_files(city, tmp_path):
    give(
        city,
        "open",
        "https://creativecommons.org/licenses/by/3.0/",
        title="Zones of Demo",
        attribution="City of Demo",
        uri="https://example.org/zones",
        imported_at=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        valid_from=dt.date(2020, 1, 1),
        valid_to=dt.date(2020, 12, 31),
    )
    give(city, "other", "ODbL 1.0", title="Places")
    city.export(tmp_path / "out")
    said = json.loads((tmp_path / "out/catalogue.jsonld").read_text())
    assert said["@type"] == "dcat:Catalog"
    assert said["dct:spatial"]["dcat:bbox"]["@value"].startswith("POLYGON((0.0 0.0, 1.0 0.0")
    datasets = {d["@id"]: d for d in said["dcat:dataset"]}
    source = datasets["#source-open"]
    assert source["dct:license"] == {
        "@id": "https://creativecommons.org/licenses/by/3.0/",
        "@type": "dct:LicenseDocument",
        "dct:title": "CC-BY-3.0",
    }
    assert source["dct:rightsHolder"]["foaf:name"] == "City of Demo"
    assert source["dct:temporal"]["dcat:endDate"]["@value"] == "2020-12-31"
    assert source["dct:modified"]["@value"] == "2026-01-02T03:04:05+00:00"
    zone = datasets["#table-zone"]
    assert [s["@id"] for s in zone["dct:source"]] == ["#source-open", "#source-other"]
    (file,) = zone["dcat:distribution"]
    assert (tmp_path / "out" / file["dcat:downloadURL"]["@id"]).stat().st_size == int(
        file["dcat:byteSize"]["@value"]
    )
    assert "dct:license" not in file  # two licences: each row has that of its source
    assert "City of Demo" in file["dct:rights"]["rdfs:label"]
    ids = [d["@id"] for d in said["dcat:dataset"]]
    assert len(ids) == len(set(ids))


def test_the_catalogue_is_rdf_to_others(city, tmp_path):
    rdflib = pytest.importorskip("rdflib", reason="rdflib is not installed")
    give(city, "open", "CC0", title="Zones")
    city.export(tmp_path / "out")
    graph = rdflib.Graph().parse(tmp_path / "out/catalogue.jsonld", format="json-ld")
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    assert len(list(graph.subjects(rdflib.RDF.type, dcat.Catalog))) == 1
    assert len(list(graph.objects(None, dcat.distribution))) >= 4


def test_an_export_never_writes_into_a_folder_that_holds_something(city, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine")
    with pytest.raises(CityLabError, match="something there already"):
        city.export(tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["notes.txt"]


def test_an_older_snapshot_can_be_exported(city, tmp_path):
    give(city, "one", "CC0")
    give(city, "two", "CC0")
    with city.snapshot(2) as old:
        report = city.export(tmp_path / "out", snapshot=old)
        assert old.rows("place") == 1  # still open
    assert report.snapshot == 2
    assert rows_of(tmp_path / "out/place.parquet") == {"one"}


def test_an_export_that_fails_leaves_nothing_behind(city, tmp_path, monkeypatch):
    give(city, "open", "CC0")
    monkeypatch.setattr("nagara.citylab.lake.exporting.readme", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        city.export(tmp_path / "out/deep")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("CC0", "CC0-1.0"),
        ("cc0-1.0", "CC0-1.0"),
        ("CC BY", "CC-BY"),
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("cc by-sa 3.0", "CC-BY-SA-3.0"),
        ("CC BY 2.5", "CC-BY-2.5"),
        ("CC BY 3.0 US", "CC-BY-3.0"),
        ("CC BY-NC-SA 3.0 IGO", "CC-BY-NC-SA-3.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International Public License", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/deed.en", "CC-BY-NC-ND-4.0"),
        ("http://creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("ODbL", "ODbL-1.0"),
        ("Open Database License (ODbL) v1.0", "ODbL-1.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("PDDL", "PDDL-1.0"),
        ("ODC-BY 1.0", "ODC-By-1.0"),
        ("MIT", "MIT"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Singapore Open Data Licence version 1.0", "SG-ODL-1.0"),
        ("Malaysia Open Data Licence", "MY-ODL"),
        ("public domain", "public-domain"),
    ],
)
def test_licences_are_recognised_by_name_and_address(text, licence):
    assert recognise(text).id == licence


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "  ",
        "unknown",
        "domain",
        "open",
        "not CC BY",
        "CC BY?",
        "CC",
        "BY",
        "CC BY-XX",
        "CC BY elsewhere: not verified",
        "no licence file; OpenStreetMap ODbL",
        "see website",
        "MIT or so",
        "free for research",
    ],
)
def test_what_is_not_a_licence_and_nothing_else_is_unknown(text):
    assert recognise(text).id == ""
    assert recognise(text).share == "forbidden"
