"""Rows on the screen and in downloads: complete, with their rights."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest

from nagara.campus.cities.lakes import may_pass_on


@pytest.mark.parametrize(
    ("licence", "open_"),
    [
        ("CC BY 4.0", True),
        ("cc-by-sa-4.0", True),
        ("CC0-1.0", True),
        ("ODbL-1.0", True),
        ("Singapore Open Data Licence", True),
        ("CC BY-NC 4.0", True),
        ("CC BY, they said", False),
        ("CC BY-ND 4.0", False),
        ("all rights reserved", False),
        ("permit no. 12", False),
        ("Public Domain", True),
        ("Open Government Licence v3.0", True),
        ("CC0, but may not be redistributed", False),
        ("academic use", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_plainly_open_licence_lets_rows_be_passed_on(licence, open_):
    assert may_pass_on(licence) is open_


def _body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_csv_and_arrow_hold_the_same_rows_and_leave_out_closed_sources(seeded, filled, client):
    text = _body(client.get("/cities/jakarta/tables/observation.csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    data = _body(client.get("/cities/jakarta/tables/observation.arrow"))
    table = pa.ipc.open_stream(data).read_all()
    assert table.num_rows == len(rows) == 5
    assert {row["source_id"] for row in rows} == {"levels"}
    assert table.schema.equals(filled.city("jakarta").newest().table("observation").schema)


def test_the_team_gets_the_closed_rows_too(crowd, filled):
    data = _body(crowd.client("bob").get("/cities/jakarta/tables/observation.arrow"))
    assert pa.ipc.open_stream(data).read_all().num_rows == 10


def test_the_page_names_the_sources_that_it_hides(seeded, filled, client):
    page = client.get("/cities/jakarta/tables/observation/").content.decode()
    assert "Closed levels" in page
    assert "not shown" in page


def test_geometry_is_readable_text_in_csv(seeded, filled, client):
    text = _body(client.get("/cities/harbour/tables/zone.csv")).decode()
    first = next(csv.DictReader(io.StringIO(text)))
    assert first["geom_wkt"].startswith(("POLYGON", "MULTIPOLYGON"))


def test_the_metadata_describe_every_column_of_the_csv(seeded, filled, client):
    described = client.get("/cities/harbour/tables/zone.csv-metadata.json").json()
    text = _body(client.get("/cities/harbour/tables/zone.csv")).decode()
    header = next(csv.reader(io.StringIO(text)))
    assert [c["name"] for c in described["tableSchema"]["columns"]] == header


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999", "2"])
def test_any_page_number_gives_a_page(page, seeded, filled, client):
    assert client.get(f"/cities/harbour/tables/stop/?page={page}").status_code == 200


def test_pages_follow_one_another_without_a_gap(seeded, filled, client):
    import re

    seen = []
    for page in (1, 2, 3):
        text = client.get(f"/cities/harbour/tables/street_node/?page={page}").content.decode()
        body = re.search(r"<tbody>(.*?)</tbody>", text, re.DOTALL).group(1)
        seen += re.findall(r'<tr><td class="num">(\d+)</td>', body)
    assert len(seen) == len(set(seen)) == 150
    assert [int(s) for s in seen] == sorted(int(s) for s in seen)


def test_a_map_layer_stays_within_its_box_and_its_limit(seeded, filled, client):
    everything = client.get("/api/cities/harbour/layers/stops").json()
    some = client.get("/api/cities/harbour/layers/stops?limit=3").json()
    nothing = client.get("/api/cities/harbour/layers/stops?west=0&south=50&east=1&north=51").json()
    assert everything["truncated"] is False
    assert (len(some["features"]), some["truncated"]) == (3, True)
    assert nothing["features"] == []
