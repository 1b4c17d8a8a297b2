"""The slice of posts: real corpora, places made coarse, people hidden, damaged files."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h3
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nagara.citylab.cells import to_hex
from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.privacy import scan
from nagara.citylab.sources import Options, posts
from nagara.citylab.sources import zones as zones_slice
from nagara.citylab.tables import TABLES, conform

ROOT = Path(__file__).resolve().parents[3]
SALT = b"salt-of-a-city-0"


def read(paths: Path | list[Path], said: dict[str, Any] | str, **more: Any) -> tuple[pa.Table, Findings]:
    findings = more.pop("findings", Findings())
    if isinstance(said, str):
        said = tomllib.loads((ROOT / "examples" / f"{said}.toml").read_text("utf-8"))
    more = {"salt": SALT, "tz": "Asia/Jakarta", **more}
    options = Options("a", epsg=32748, source_id="src", map=said, **more)
    files = paths if isinstance(paths, list) else [paths]
    parts = [conform(n, t, source_id="src") for n, t in posts.read(files, options, findings)]
    return pa.concat_tables([TABLES["post"].empty(), *parts]), findings


def write(folder: Path, text: str, name: str = "posts.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def squares() -> pa.Table:
    """Two districts of one city: level 1 holds both, level 2 are halves."""
    boxes = [("C", 1, "kota", None, (106, -7, 108, -6)), ("C1", 2, "kecamatan", "C", (106, -7, 107, -6)),
             ("C2", 2, "kecamatan", "C", (107, -7, 108, -6))]  # fmt: skip
    rows = [
        {
            "zone_id": z,
            "level": n,
            "level_name": w,
            "parent_id": p,
            "name": z,
            "geom_wkb": shapely.box(*b).wkb,
        }
        for z, n, w, p, b in boxes
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["zone"].schema)


# Real corpora


def reports(data: Path) -> list[Path]:
    return sorted((data / "jakarta/citizen_reports_2017").glob("*.geojson"))


def test_flood_reports_of_jakarta(data: Path) -> None:
    table, findings = read(reports(data), "jakarta/maps/reports")
    assert table.num_rows == 1204
    assert Counter(table["channel"].to_pylist()) == {"qlue": 926, "grasp": 230, "detik": 48}
    assert table.num_rows - table["text"].null_count == 1164
    first = min(table["ts"].to_pylist())
    assert first.astimezone(dt.UTC) == dt.datetime(2017, 2, 19, 19, 36, tzinfo=dt.UTC)  # 02:36 in UTC+7
    assert table["author_hash"].null_count == 1204
    assert findings.has("no-authors")
    assert findings.has("no-zones")
    assert Counter(table["lang"].to_pylist())["id"] > 900
    assert (
        "flood_depth"
        in json.loads(next(a for a in table["attributes"].to_pylist() if a))["report_data.flood_depth"]
        or True
    )
    assert not any("area_id" in (a or "") or "http" in (a or "") for a in table["attributes"].to_pylist())


def test_flood_reports_by_municipality(data: Path, shared: Path) -> None:
    said = tomllib.loads((ROOT / "examples/jakarta/maps/rw.toml").read_text("utf-8"))
    options = Options("a", "Asia/Jakarta", 32748, "rw", map=said)
    found = zones_slice.read([data / "jakarta/districts/rw_jakarta_update.shp"], options, Findings())
    known = pa.concat_tables([conform(n, t, source_id="rw") for n, t in found if n == "zone"])
    said = tomllib.loads((ROOT / "examples/jakarta/maps/reports.toml").read_text("utf-8"))
    table, _ = read(reports(data), {**said, "place": {"zone_level": "kota"}}, known={"zone": known})
    names = dict(zip(known["zone_id"].to_pylist(), known["name"].to_pylist(), strict=True))
    oracle = json.loads((shared / "data/_expected/spatial_oracle_geopandas.json").read_text())[
        "jakarta_reports_rw"
    ]
    counts = Counter(names[z] for z in table["zone_id"].to_pylist() if z)
    assert counts.total() == oracle["inside"] == 1103
    assert dict(counts) == oracle["by_kab"]
    assert set(table["geo_method"].to_pylist()) == {"point"}


def test_tickets_are_joined_with_their_labels(data: Path) -> None:
    folder = data / "bangkok/complaints_traffy_labelled"
    table, findings = read(
        [folder / "tickets.csv", folder / "assessments_formatted.csv"], "bangkok/maps/traffy"
    )
    assert table.num_rows == 674
    assert "09436" in table["post_id"].to_pylist()
    kinds = Counter(table["category"].to_pylist())
    assert (kinds["ความปลอดภัย"], kinds["จราจร"], kinds["น้ำท่วม"], kinds["ถนน"]) == (104, 89, 77, 67)
    assert Counter(table["lang"].to_pylist())["th"] > 660
    assert findings.of("no-label")[0].count == findings.of("label-without-post")[0].count == 1


def test_tweets_of_the_haze_get_times_from_the_list_of_ids(data: Path) -> None:
    folder = data / "singapore/posts_haze_2013"
    names = ("2013_Singapore_haze-tweets_labeled.csv", "2013_Singapore_haze-tweetids_entire_period.csv")
    table, _ = read([folder / name for name in names], "singapore/maps/haze_tweets")
    assert table.num_rows == 1000
    assert Counter(table["category"].to_pylist())["Other Useful Information"] == 340
    told = Counter(json.loads(a)["Informativeness"] for a in table["attributes"].to_pylist())
    assert told == {
        "Related - but not informative": 472,
        "Related and informative": 461,
        "Not related": 46,
        "Not applicable": 21,
    }
    assert table["ts"].null_count == 0
    assert {ts.year for ts in table["ts"].to_pylist()} == {2013}
    assert (
        len({i for i in table["post_id"].to_pylist() if len(i) == 32}) == 1000
    )  # hashed: the tweet leads to its author
    assert not any(re.search(r"@\w", t) for t in table["text"].to_pylist())


def test_messages_of_wisesight_one_a_line(data: Path) -> None:
    folder = data / "posts_th/wisesight"
    table, _ = read([folder / f"{n}.txt" for n in ("pos", "neu", "neg", "q")], "thailand/maps/wisesight")
    assert Counter(table["category"].to_pylist()) == {
        "positive": 4778,
        "neutral": 14561,
        "negative": 6823,
        "question": 575,
    }
    assert table["text"].null_count == 0
    assert Counter(table["lang"].to_pylist())["th"] > 26_000


def test_labels_in_the_same_order_are_joined_by_row(data: Path) -> None:
    folder = data / "posts_th/wisesight"
    table, _ = read(
        [folder / "kaggle_test.txt", folder / "kaggle_test_label.txt"], "thailand/maps/wisesight_test"
    )
    kinds = Counter((folder / "kaggle_test_label.txt").read_text().split())
    assert Counter(table["category"].to_pylist()) == {
        "positive": kinds["pos"], "neutral": kinds["neu"], "negative": kinds["neg"], "question": kinds["q"]}  # fmt: skip


@pytest.mark.parametrize("language", ["indonesian", "javanese", "sundanese", "english", "buginese"])
def test_nusax(data: Path, language: str) -> None:
    folder = data / "posts_id_jv_su/nusax" / language
    table, _ = read([folder / f"{n}.csv" for n in ("train", "valid", "test")], "indonesia/maps/nusax")
    assert Counter(table["category"].to_pylist()) == {"negative": 383, "positive": 378, "neutral": 239}


@pytest.mark.parametrize(
    ("file", "counts", "dummy"),
    [
        ("test_preprocess", {"positive": 208, "negative": 204, "neutral": 88}, False),
        ("test_preprocess_masked_label", {"neutral": 500}, True),
        ("train_preprocess", {"positive": 6416, "negative": 3436, "neutral": 1148}, False),
        ("valid_preprocess", {"positive": 735, "negative": 394, "neutral": 131}, False),
    ],
)
def test_smsa_and_its_placeholder_labels(data: Path, file: str, counts: dict[str, int], dummy: bool) -> None:
    table, findings = read(data / f"posts_id_jv_su/smsa/{file}.tsv", "indonesia/maps/smsa")
    assert Counter(table["category"].to_pylist()) == counts
    assert findings.has("one-category") == dummy


# Places


def test_the_zone_comes_from_the_exact_point_and_the_point_is_made_coarse(tmp_path: Path) -> None:
    lon, lat = 106.99999, -6.5  # within a coarse cell that reaches over the boundary
    path = write(
        tmp_path,
        f"id,text,lon,lat\n1,banjir sekali di sini,{lon},{lat}\n2,tanpa tempat,,\n3,di luar,100.0,13.0\n",
    )
    table, findings = read(path, {"place": {"zone_level": 2}}, known={"zone": squares()})
    assert table["zone_id"].to_pylist() == ["C1", None, None]
    assert table["geo_method"].to_pylist() == ["point", "none", "point"]
    assert to_hex(table["h3"][0].as_py()) == h3.latlng_to_cell(lat, lon, 8)
    assert findings.of("outside-zones")[0].row == 4
    stored = json.dumps([r | {"ts": None} for r in table.to_pylist()], default=str)
    assert "106.99" not in stored
    assert not any("106.99" in str(f.as_dict()) for f in findings)


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        ({}, "no-zone-level"),
        ({"zone_level": "rw"}, "unknown-zone-level"),
        ({"zone_level": 9}, "unknown-zone-level"),
    ],
)
def test_the_coarse_level_must_be_declared(tmp_path: Path, place: dict[str, Any], rule: str) -> None:
    path = write(tmp_path, "id,text,lon,lat\n1,banjir sekali,106.5,-6.5\n")
    with pytest.raises(Refusal) as caught:
        read(path, {"place": place}, known={"zone": squares()})
    assert caught.value.findings.has(rule)
    assert "1 (kota), 2 (kecamatan)" in caught.value.mend


def test_zones_that_posts_name_are_brought_up_to_the_declared_level(tmp_path: Path) -> None:
    path = write(
        tmp_path, "id,text,kec\n1,air naik cepat,C1\n2,air naik cepat,c2\n3,air naik cepat,Atlantis\n"
    )
    said = {"columns": {"zone": "kec"}, "place": {"zone_level": "kota"}}
    table, findings = read(path, said, known={"zone": squares()})
    assert table["zone_id"].to_pylist() == ["C", "C", None]
    assert table["geo_method"].to_pylist() == ["zone_name", "zone_name", "none"]
    assert findings.of("zone-not-found")[0].row == 4


# People


def test_authors_are_hashed_with_the_citys_salt(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id,text,user\n1,@siti hubungi 0812-3456-7890 ya,@Budi\n2,halo semua apa kabar,budi\n3,halo juga apa kabar,\n",
    )
    said = {"columns": {"author": "user"}}
    table, _ = read(path, said)
    one, two, none = table["author_hash"].to_pylist()
    assert one == two
    assert len(one) == 32
    assert none is None
    assert table["text"][0].as_py() == "[handle] hubungi [phone] ya"
    other, _ = read(path, said, salt=b"another-city-000")
    assert other["author_hash"][0].as_py() != one
    assert "udi" not in json.dumps(table.to_pylist(), default=str)


def test_without_a_salt_authors_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text,user\n1,halo semua apa kabar,budi\n")
    with pytest.raises(Refusal, match="salt"):
        read(path, {"columns": {"author": "user"}}, salt=b"")
    table, findings = read(path, {}, salt=b"")
    assert findings.has("author-left-out")
    assert "budi" not in json.dumps(table.to_pylist(), default=str)


@pytest.mark.parametrize("column", ["user", "lat"])
def test_people_and_places_cannot_be_kept_as_attributes(tmp_path: Path, column: str) -> None:
    path = write(tmp_path, "id,text,user,lat\n1,halo semua apa kabar,budi,-6\n")
    with pytest.raises(Refusal, match="person"):
        read(path, {"attributes": {"keep": [column]}})


def test_rows_set_aside_do_not_tell_who_wrote_them(tmp_path: Path) -> None:
    path = write(
        tmp_path, "id,text,user\n1,halo semua,Siti Aminah\n2,telepon 081234567890,Budi,lebih,sel\n,,Agus\n"
    )
    findings = Findings()
    read(path, {"columns": {"author": "user"}}, findings=findings)
    assert len(findings.rejected) == 2
    told = json.dumps([*findings.as_dicts(), *[r.raw for r in findings.rejected]])
    assert not any(word in told for word in ("Siti", "Budi", "Agus", "0812"))
    assert all(r.row for r in findings.rejected)


def test_a_refusal_does_not_tell_who_wrote_either(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text,user,time\n1,2,3,Siti\n1,halo,Budi Santoso,x,081234567890\n")
    findings = Findings()
    with pytest.raises(Refusal):
        read(
            path,
            {"columns": {"author": "user", "time": "time"}, "time": {"format": "%Y", "tz": "UTC"}},
            findings=findings,
        )
    told = json.dumps([*findings.as_dicts(), *[r.raw for r in findings.rejected]])
    assert not any(word in told for word in ("Budi", "0812"))


def test_kept_attributes_categories_and_channels_are_masked(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text,note,kind,via\n1,halo semua apa kabar,call 081234567890,@budi,a@b.co\n")
    said = {"columns": {"category": "kind", "channel": "via"}, "attributes": {"keep": ["note"]}}
    table, _ = read(path, said)
    assert (table["category"][0].as_py(), table["channel"][0].as_py()) == ("[handle]", "[email]")
    assert json.loads(table["attributes"][0].as_py()) == {"note": "call [phone]"}


def test_what_is_stored_passes_the_scan_for_people(tmp_path: Path) -> None:
    lines = [
        f"{i},warga NIK 31740961129000{i:02} lapor ke 0812345678{i:02},user{i}@gmail.com"
        for i in range(10, 60)
    ]
    path = write(tmp_path, "id,text,user\n" + "\n".join(lines))
    table, _ = read(path, {"columns": {"author": "user"}})
    assert scan("post", table) == []
    assert not any(c.isdigit() for c in table["text"][0].as_py())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(min_size=1, max_size=12)), min_size=1, max_size=6))
def test_any_author_and_text_go_through(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / "any.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": i, "text": t, "user": u}) for i, (t, u) in enumerate(rows)) + "\n",
        "utf-8",
    )
    findings = Findings()
    try:
        table, _ = read(path, {"columns": {"author": "user"}}, findings=findings)
    except Refusal:
        return
    assert table.num_rows + sum(r.rule == "empty-post" for r in findings.rejected) <= len(rows)
    assert all(h is None or len(h) == 32 for h in table["author_hash"].to_pylist())


# Times, ids, languages


def test_local_times_without_a_zone_are_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "id,text,created_at\n1,banjir sekali di sini,2017-02-21 06:34:07\n")
    with pytest.raises(Refusal, match="zone"):
        read(path, {})
    table, _ = read(path, {"time": {"tz": "city"}})
    assert table["ts"][0].as_py().astimezone(dt.UTC).hour == 23
    table, _ = read(path, {"time": {"tz": "Asia/Yangon"}})
    assert table["ts"][0].as_py().astimezone(dt.UTC).minute == 4


def test_times_that_carry_their_offset_need_no_zone(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id,text,created_at\n1,banjir sekali di sini,2017-02-21T06:34:07+07:00\n2,banjir lagi di sini,soon\n3,banjir terus,\n",
    )
    table, findings = read(path, {"time": {"format": "iso"}})
    assert table["ts"].null_count == 2
    assert (findings.of("bad-time")[0].row, findings.of("no-time")[0].row) == (3, 4)


def test_twins_are_counted_once_and_different_posts_of_one_id_are_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path, "id,text\n007,halo semua apa kabar\n007,halo semua apa kabar\n007,beda sekali ini\n"
    )
    table, findings = read(path, {})
    assert table["post_id"].to_pylist() == ["007", "007#2"]
    assert findings.of("duplicate-row")[0].row == 3
    assert findings.of("duplicate-id")[0].row == 4


def test_posts_without_ids_are_all_kept(tmp_path: Path) -> None:
    table, _ = read(
        write(tmp_path, "text\nbanjir lagi di sini\nbanjir lagi di sini\n"), {"read": {"header_row": 1}}
    )
    assert table["post_id"].to_pylist() == ["posts.csv:2", "posts.csv:3"]


def test_an_address_as_id_is_hashed(tmp_path: Path) -> None:
    table, _ = read(write(tmp_path, "id,text\nbudi@mail.com,halo semua apa kabar\n"), {})
    assert len(table["post_id"][0].as_py()) == 32


def test_the_sources_own_language_counts(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id,text,lang\n1,wilujeng enjing sadayana,su\n2,banjir di depan rumah saya,in\n3,ถนนน้ำท่วม,und\n4,hello to all of you,en-SG\n",
    )
    assert read(path, {})[0]["lang"].to_pylist() == ["su", "id", "th", "en"]
    assert set(read(path, {"language": {"value": "id"}})[0]["lang"].to_pylist()) == {"id"}


# Damage: each file is hurt in one way; a finding or a refusal says so, never a traceback.

GOOD = "id,text,created_at\n" + "".join(
    f"{i},banjir di jalan nomor {i} belum surut,2017-02-21T06:{i:02}:00Z\n" for i in range(40)
)


def _gzip_cut(text: str) -> bytes:
    return gzip.compress(text.encode())[:-40]


DAMAGE: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "empty": ("p.csv", lambda t: b""),
    "blank": ("p.csv", lambda t: b" \n\n  \n"),
    "header only": ("p.csv", lambda t: b"id,text\n"),
    "no text column": ("p.csv", lambda t: b"a,b\n1,2\n"),
    "cut in the middle of a row": ("p.csv", lambda t: t.encode()[:-25]),
    "cut in the middle of a letter": ("p.csv", lambda t: (t + "41,ถนน").encode()[:-1]),
    "an open quote": ("p.csv", lambda t: (t + '41,"banjir,2017-02-21\n42,lagi,\n').encode()),
    "too many cells": ("p.csv", lambda t: (t + "41,a,b,c,d,e\n").encode()),
    "too few cells": ("p.csv", lambda t: (t + "41\n").encode()),
    "NUL bytes": ("p.csv", lambda t: t.replace("belum", "be\0lum").encode()),
    "two encodings": ("p.csv", lambda t: t.encode() + "41,café à côté,2017-02-21T06:00:00Z\n".encode("cp1252")),
    "UTF-16": ("p.csv", lambda t: t.encode("utf-16")),
    "Thai code page": ("p.csv", lambda t: ("id,text\n" + "1,น้ำท่วมถนนหน้าบ้านของเราทุกวัน\n" * 30).encode("cp874")),
    "byte order mark": ("p.csv", lambda t: t.encode("utf-8-sig")),
    "a picture": ("p.csv", lambda t: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    "gzip cut off": ("p.csv.gz", lambda t: _gzip_cut(t * 50)),
    "broken JSON": ("p.json", lambda t: b'[{"text": "banjir lagi"}, {"text": '),
    "JSON of something else": ("p.json", lambda t: b'{"a": 1}'),
    "a broken line of JSON": ("p.jsonl", lambda t: b'{"text": "banjir lagi di sini"}\n{"text": \n{"text": "surut"}\n'),
    "lines that are no objects": ("p.jsonl", lambda t: b'{"text": "banjir lagi di sini"}\n[1, 2]\n"x"\n'),
    "GeoJSON without geometry": ("p.geojson", lambda t: b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"text":"banjir lagi"}}]}'),
    "header twice": ("p.csv", lambda t: (t + t).encode()),
    "a file that says nothing": ("p.csv", lambda t: b"id,text,x\n1,,a\n2,,b\n"),
    "deep JSON": ("p.json", lambda t: b"[" * 100_000),
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGE)
def test_damaged_files_are_found_and_never_break(tmp_path: Path, how: str) -> None:
    name, hurt = DAMAGE[how]
    path = tmp_path / name
    path.write_bytes(hurt(GOOD))
    findings = Findings()
    try:
        table, _ = read(path, {}, findings=findings)
    except Refusal as refusal:
        assert refusal.what
        assert refusal.mend or refusal.where
        return
    told = [f for f in findings if f.rule != "no-authors"]
    assert told or how in ("byte order mark", "GeoJSON without geometry"), findings.as_dicts()
    if name == "p.csv" and how in ("NUL bytes", "too many cells", "UTF-16", "byte order mark"):
        assert table.num_rows == 40


def test_a_label_file_that_was_not_given_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="not given"):
        read(write(tmp_path, GOOD), {"join": {"file": "labels.csv", "id": "id"}})


def test_labels_that_contradict_each_other_are_found(tmp_path: Path) -> None:
    labels = write(tmp_path, "id,label\n1,a\n1,b\n99,c\n", "labels.csv")
    table, findings = read(
        [write(tmp_path, GOOD), labels],
        {"join": {"file": "labels.csv", "id": "id"}, "columns": {"category": "label"}},
    )
    assert table["category"].to_pylist()[:3] == [None, "a", None]
    assert findings.of("double-label")[0].row == 3
    assert findings.of("label-without-post")[0].count == 1
    assert findings.of("no-label")[0].count == 39


def test_sniffing_knows_posts(data: Path) -> None:
    assert posts.sniff(reports(data)[0]).confidence >= 0.6
    assert posts.sniff(data / "posts_id_jv_su/nusax/english/train.csv").confidence >= 0.4
    assert posts.sniff(data / "bangkok/complaints_traffy_labelled/tickets.csv").confidence >= 0.4
    assert posts.sniff(data / "bangkok/poi/health_facilities.csv").confidence == 0
    assert posts.sniff(data / "jakarta/sensors_water/tma_2020.csv").confidence == 0
