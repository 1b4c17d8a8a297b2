"""An import is all or nothing, the same bytes change nothing, and nothing is guessed or lost."""

from pathlib import Path

import pytest

from nagara.citylab.findings import CityLabError
from nagara.citylab.importing import Request, examine, read_map, read_matches, source_name, take
from nagara.citylab.lake import Lake

MAP = {
    "kind": "observations",
    "source": {"title": "Gates", "licence": "CC-BY-4.0", "nature": "measured"},
    "time": {"column": "when", "tz": "city"},
    "thing": {"id": "gate"},
    "property": {"water_level": {"column": "level", "unit": "mm"}},
}
ROWS = "gate,when,level\nUpper,2020-01-01 00:00,100\nUpper,2020-01-01 00:10,120\nLower,2020-01-01 00:00,300\n"


@pytest.fixture
def city(tmp_path: Path):
    row = {
        "city_id": "here",
        "name": "Here",
        "country": "XX",
        "tz": "Asia/Yangon",
        "epsg": 32647,
        "bbox": None,
    }
    return Lake(tmp_path / "lake").create(row)


def file(tmp_path: Path, text: str, name: str = "gates.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_findings_and_source_arrive_together(city, tmp_path):
    clinic = take(city, Request([file(tmp_path, ROWS)], map=MAP))
    snapshot = city.newest()
    assert (clinic.status, clinic.counts["observation"]) == ("imported", 3)
    assert snapshot.rows("observation") == 3
    source = snapshot.table("source").to_pylist()[0]
    assert (source["title"], source["licence"], source["nature"]) == ("Gates", "CC-BY-4.0", "measured")
    first = snapshot.table("observation").sort_by("ts").to_pylist()[0]
    assert first["ts"].isoformat() == "2019-12-31T17:30:00+00:00"  # half past: UTC+6:30


def test_the_same_files_again_change_nothing_and_other_bytes_replace(city, tmp_path):
    path = file(tmp_path, ROWS)
    take(city, Request([path], map=MAP))
    before = city.newest().number
    assert take(city, Request([path], map=MAP)).status == "unchanged"
    assert city.newest().number == before
    path.write_text(ROWS + "Lower,2020-01-01 00:10,310\n")
    assert take(city, Request([path], map=MAP)).status == "imported"
    assert city.newest().rows("observation") == 4
    assert city.newest().table("source").num_rows == 1


def test_another_mapping_is_another_edition(city, tmp_path):
    path = file(tmp_path, ROWS)
    take(city, Request([path], map=MAP))
    changed = MAP | {"property": {"water_level": {"column": "level", "unit": "cm"}}}
    assert take(city, Request([path], map=changed)).status == "imported"


def test_examining_keeps_nothing(city, tmp_path):
    clinic = examine(city, Request([file(tmp_path, ROWS)], map=MAP))
    assert (clinic.status, clinic.counts["observation"]) == ("examined", 3)
    assert city.newest().number == 1


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({"time": {"column": "when"}}, "zone"),
        ({"property": {"water_level": {"column": "level"}}}, "unit"),
    ],
)
def test_a_missing_zone_or_unit_is_asked_for_and_nothing_is_kept(city, tmp_path, change, asks):
    clinic = take(city, Request([file(tmp_path, ROWS)], map=MAP | change))
    assert clinic.status == "refused"
    assert asks in clinic.reason.lower()
    assert city.newest().number == 1


def test_a_refused_edition_leaves_the_earlier_one_standing(city, tmp_path):
    path = file(tmp_path, ROWS)
    take(city, Request([path], map=MAP))
    path.write_bytes(b"\x00\x01\x02 not a table")
    assert take(city, Request([path], map=MAP)).status == "refused"
    assert city.newest().rows("observation") == 3


def test_personal_data_stop_the_import_until_a_reason_is_given(city, tmp_path):
    rows = "id,name,phone,kind,lon,lat\n" + "".join(
        f"{n},{name},{phone},clinic,96.1,16.8\n"
        for n, (name, phone) in enumerate(
            [
                ("Daw Mya", "+95 9 250 123 456"),
                ("U Kyaw", "+95 9 250 654 321"),
                ("Ma Hla", "+95 9 421 000 111"),
            ]
            * 5
        )
    )
    mapping = {
        "kind": "places",
        "columns": {"id": "id", "name": "name", "category": "kind", "lon": "lon", "lat": "lat"},
        "read": {"crs": "EPSG:4326"},
    }
    path = file(tmp_path, rows, "people.csv")
    clinic = take(city, Request([path], map=mapping))
    assert clinic.status == "refused"
    assert "personal" in clinic.reason
    assert not any("250 123 456" in f.example for f in clinic.findings)
    allowed = take(city, Request([path], map=mapping, personal_reason="the council's public directory"))
    assert allowed.status == "imported"
    assert allowed.findings.has("personal-accepted")


def test_a_file_of_unknown_kind_asks_for_it(city, tmp_path):
    with pytest.raises(CityLabError, match="--kind"):
        take(city, Request([file(tmp_path, "hello there\n", "note.txt")]))
    with pytest.raises(CityLabError, match="no kind 'gtsf'"):
        take(city, Request([file(tmp_path, ROWS)], kind="gtsf"))
    with pytest.raises(CityLabError, match="no such file"):
        take(city, Request([tmp_path / "absent.csv"]))


def test_the_name_of_a_source_comes_from_its_files():
    assert source_name([Path("a/Rain 2020.csv")], {}, None) == "rain-2020"
    assert source_name([Path("x/rain_01.csv"), Path("x/rain_02.csv")], {}, None) == "rain-0"
    assert source_name([Path("met/a.csv"), Path("met/b.csv")], {}, None) == "met"
    assert source_name([Path("a.csv")], {"source": {"id": "gates"}}, None) == "gates"
    with pytest.raises(CityLabError, match="--source"):
        source_name([Path("ก.csv")], {}, "***")


def test_broken_mapping_and_match_files_say_where(tmp_path):
    with pytest.raises(CityLabError, match="line 2"):
        read_map(file(tmp_path, "kind = 1\nb = \n", "m.toml"))
    with pytest.raises(CityLabError, match="not a zone id"):
        read_matches(file(tmp_path, "[matches]\n'BALE KAMBANG' = 3\n", "matches.toml"))
    assert read_matches(file(tmp_path, "[matches]\nA = 'z1'\nB = ''\n", "ok.toml")) == {"A": "z1", "B": ""}


def test_a_table_that_the_new_edition_lacks_is_emptied(city, tmp_path):
    path = file(tmp_path, ROWS)
    take(city, Request([path], map=MAP, source_id="one"))
    places = file(tmp_path, "id,kind,lon,lat\n1,clinic,96.1,16.8\n", "p.csv")
    mapping = {
        "kind": "places",
        "columns": {"id": "id", "category": "kind", "lon": "lon", "lat": "lat"},
        "read": {"crs": "EPSG:4326"},
    }
    take(city, Request([places], map=mapping, source_id="one"))
    snapshot = city.newest()
    assert (snapshot.rows("observation"), snapshot.rows("place")) == (0, 1)
