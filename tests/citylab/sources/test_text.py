"""Every tabular text format as columns of strings, sound or damaged."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from damage import DAMAGES, SHEET_DAMAGES
from workbooks import workbook

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text import Limits, peek, read_text, to_bool, to_day, to_float, to_int
from nagara.citylab.sources.text.clean import ALWAYS_NA
from nagara.citylab.sources.text.encoding import utf8

SOUND = (
    "station,time,value\n" + "".join(f"s{i % 3},2024-01-01 {i % 24:02d}:00,{i}.5\n" for i in range(500))
).encode()


def rows_of(
    tmp_path: Path, data: bytes, name: str = "table.csv", **read: object
) -> tuple[dict[int, tuple[str | None, ...]], Findings]:
    path = tmp_path / name
    path.write_bytes(data)
    findings = Findings()
    table = read_text(path, findings, map={"read": read})
    found = {}
    for first, chunk in table.chunks:
        for i, row in enumerate(chunk.to_pylist()):
            found[first + i] = tuple(row.values())
    return found, findings


def test_a_sound_file_gives_its_cells_and_a_note_of_rows_and_columns(tmp_path: Path) -> None:
    rows, findings = rows_of(tmp_path, SOUND)
    assert len(rows) == 500
    assert rows[2] == ("s0", "2024-01-01 00:00", "0.5")
    assert rows[501] == ("s1", "2024-01-01 19:00", "499.5")
    (found,) = findings
    assert (found.severity, found.rule, found.count) == ("note", "rows-read", 500)
    assert found.message == "rows were read, with the columns station, time, value."


def test_a_file_read_twice_has_its_rows_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    findings = Findings()
    for _ in range(2):
        read_text(path, findings).read()
    assert [f.count for f in findings.of("rows-read")] == [2]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_are_read_whatever_their_name(tmp_path: Path, pack: object) -> None:
    rows, findings = rows_of(tmp_path, pack(SOUND))  # type: ignore[operator]
    assert len(rows) == 500
    assert {f.rule for f in findings} == {"rows-read"}


def test_archives_of_several_members_are_read_to_the_end(tmp_path: Path) -> None:
    data = gzip.compress(SOUND) + gzip.compress(b"s9,2024-02-01 00:00,1\n")
    rows, _ = rows_of(tmp_path, data)
    assert rows[502][0] == "s9"


def test_ragged_rows_are_set_aside_with_their_row_numbers(tmp_path: Path) -> None:
    rows, findings = rows_of(tmp_path, b"a,b,c\n1,2,3\n4,5\n\n7,8,9\n1,2,3,4\nx,y,z\n")
    assert rows == {2: ("1", "2", "3"), 5: ("7", "8", "9"), 7: ("x", "y", "z")}
    assert [(r.row, r.raw) for r in findings.rejected] == [(3, "4,5"), (6, "1,2,3,4")]
    assert findings.of("ragged-row")[0].count == 2


def test_row_numbers_stay_right_over_many_blocks(tmp_path: Path) -> None:
    lines = [f"{i},{'x' * 50},{i % 7}" for i in range(2, 300_002)]
    for at in (5, 100_000, 250_000):
        lines[at] = "torn"
    rows, findings = rows_of(tmp_path, ("row,text,n\n" + "\n".join(lines)).encode())
    assert all(int(cells[0] or 0) == row for row, cells in rows.items())
    assert [r.row for r in findings.rejected] == [7, 100_002, 250_002]
    assert len(rows) == 299_997


def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest(tmp_path: Path) -> None:
    data = b'a,b,c\n1,"two\nlines",3\n4,"5,6\n7,8,9\n1,"y\nz",3\n' + b"1,2,3\n" * 1000
    rows, findings = rows_of(tmp_path, data)
    assert rows[2] == ("1", "two\nlines", "3")
    assert rows[3] == ("4", "5", "6")
    assert rows[4] == ("7", "8", "9")
    assert rows[5] == ("1", "y\nz", "3")
    assert len(rows) == 1004
    assert findings.of("open-quote")[0].row == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    data = "\n".join(delimiter.join(row) for row in (("a", "b", "c"), ("1,5", "2", "3"), ("4,0", "5", "6")))
    if delimiter == ",":
        data = data.replace("1,5", "1.5").replace("4,0", "4.0")
    rows, _ = rows_of(tmp_path, data.encode())
    assert rows[3][1:] == ("5", "6")


def test_a_line_that_names_the_separator_is_obeyed(tmp_path: Path) -> None:
    rows, _ = rows_of(tmp_path, b"sep=;\na;b\n1,5;2\n")
    assert rows == {3: ("1,5", "2")}


def test_titles_above_the_header_are_left_out_with_a_finding(tmp_path: Path) -> None:
    rows, findings = rows_of(tmp_path, b"Rain of the city;;\n;;\nday;station;mm\n1;A;2\n2;A;3\n")
    assert rows == {4: ("1", "A", "2"), 5: ("2", "A", "3")}
    assert findings.of("lines-above-header")[0].example == "Rain of the city"


def test_the_header_row_can_be_given_or_denied(tmp_path: Path) -> None:
    rows, _ = rows_of(tmp_path, b"x,y\na,b\n1,2\n", header_row=2)
    assert rows == {3: ("1", "2")}
    rows, _ = rows_of(tmp_path, b"1,2\n3,4\n", header_row=0)
    assert rows == {1: ("1", "2"), 2: ("3", "4")}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("ชื่อ,เขต\nกรุงเทพมหานคร,พระนคร\nตลาดน้ำ,บางกอกใหญ่\n", "cp874"),
        ("name,city\ncafé,Zürich\n", "cp1252"),
        ("Temp(°C),x\n1,2\n", "latin-1"),
        ("이름,구\n서울특별시 따릉이 대여소,종로구\n자전거 대여 현황,중구\n", "cp949"),
        ("tên,quận\nĐường phố,Hà Nội\n", "utf-16"),
        ("tên,quận\nĐường phố,Hà Nội\n", "utf-16-le"),
        ("名称,区\n公共自行车站点,海淀区\n天气观测站,朝阳区\n", "gb18030"),
    ],
)
def test_other_encodings_are_found_and_said(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode(encoding))
    findings = Findings()
    table = read_text(path, findings)
    lines = text.splitlines()
    assert table.columns == lines[0].split(",")
    assert [tuple(r.values()) for r in table.read().to_pylist()] == [
        tuple(line.split(",")) for line in lines[1:]
    ]
    assert findings.has("encoding")


def test_a_few_bad_bytes_do_not_change_the_encoding_of_the_rest(tmp_path: Path) -> None:
    data = "a,b\n1,café\n2,naïve\n".encode() * 200 + b"3,caf\xe9\n"
    rows, findings = rows_of(tmp_path, data)
    assert list(rows.values())[-1] == ("3", "café")
    assert next(iter(rows.values())) == ("1", "café")
    assert findings.of("bad-bytes")[0].count == 1


def test_blanks_and_na_markers_are_taken_off(tmp_path: Path) -> None:
    data = "\ufeffa, b ,c\n x ,\u00a0,NA\n---,N/A,y\u00a0z\n".encode()
    rows, findings = rows_of(tmp_path, data, na=["---"])
    assert rows == {2: ("x", None, None), 3: (None, None, "y\u00a0z")}
    assert findings.of("na-marker")[0].count == 1


def test_double_and_empty_names_of_columns_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,a,,b\n1,2,3,4\n")
    findings = Findings()
    assert read_text(path, findings).columns == ["a", "a_2", "column_3", "b"]
    assert findings.has("double-column")


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"Name , value(mm),c\nx,1,2\n")
    table = read_text(path, Findings(), columns=["value(mm)", "name"])
    assert table.read().to_pylist() == [{"value(mm)": "1", "name": "x"}]
    with pytest.raises(Refusal, match=r"no column 'depth'.*'Name', 'value\(mm\)', 'c'"):
        read_text(path, Findings(), columns=["depth"])


def test_json_of_every_shape_becomes_rows(tmp_path: Path) -> None:
    records = [{"a": 1, "b": {"c": 2.5}}, {"a": None, "b": {"c": True}, "d": [1]}]
    expected = {2: ("1", "2.5", None), 3: (None, "true", "[1]")}
    for name, data in (
        ("list.json", json.dumps(records)),
        ("held.json", json.dumps({"result": {"records": records, "total": 2}})),
        ("lines.jsonl", "\n".join(map(json.dumps, records))),
    ):
        rows, findings = rows_of(tmp_path, data.encode(), name)
        assert rows == expected, name
        assert {f.rule for f in findings} == {"rows-read"}, name


def test_geojson_points_give_lon_and_lat(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "id": 7,
        "properties": {"n": "x"},
        "geometry": {"type": "Point", "coordinates": [106.8, -6.2, 3]},
    }
    rows, _ = rows_of(
        tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature]}).encode(), "x.geojson"
    )
    assert rows == {2: ("x", "7", "106.8", "-6.2")}


def test_json_with_two_lists_is_asked_about(tmp_path: Path) -> None:
    data = json.dumps({"stations": [{"a": 1}], "readings": [{"b": 2}]}).encode()
    with pytest.raises(Refusal, match="'stations', 'readings'"):
        rows_of(tmp_path, data, "x.json")
    rows, _ = rows_of(tmp_path, data, "x.json", records="readings")
    assert rows == {2: ("2",)}


def test_bad_json_lines_are_set_aside(tmp_path: Path) -> None:
    rows, findings = rows_of(tmp_path, b'{"a":1}\n{"a":2}\n{bad\n[3]\n{"a":4}\n', "x.jsonl")
    assert rows == {2: ("1",), 3: ("2",), 6: ("4",)}
    assert [r.row for r in findings.rejected] == [4, 5]


def test_workbooks_give_the_same_cells_as_csv(tmp_path: Path) -> None:
    sheet = [["Rain 2020"], [], ["station", "mm", "ok"], ["A", 1.5, True], ["B", 2.0, None]]
    rows, findings = rows_of(tmp_path, workbook({"Data": sheet, "Notes": [["see the web page"]]}), "x.xlsx")
    assert rows == {4: ("A", "1.5", "true"), 5: ("B", "2", None)}
    assert {f.rule for f in findings} == {"sheet", "lines-above-header", "rows-read"}


def test_a_workbook_with_several_tables_is_asked_about(tmp_path: Path) -> None:
    book = workbook({"One": [["a", "b"], [1, 2]], "Two": [["a", "b"], [3, 4]]})
    with pytest.raises(Refusal, match="'One', 'Two'"):
        rows_of(tmp_path, book, "x.xlsx")
    rows, _ = rows_of(tmp_path, book, "x.xlsx", sheet="Two")
    assert rows == {2: ("3", "4")}


SAME_FOR_ALL = "gzip bomb"
"""A damage that makes the same bytes of any form."""


@pytest.mark.parametrize(
    ("name", "form"),
    [(n, f) for n in DAMAGES for f in ("csv", "json", "jsonl") if f == "csv" or n != SAME_FOR_ALL],
)
def test_damaged_text_gives_findings_or_a_refusal(tmp_path: Path, name: str, form: str) -> None:
    if form == "csv":
        data = SOUND
    else:
        records = list(csv.DictReader(io.StringIO(SOUND.decode())))
        data = (json.dumps(records) if form == "json" else "\n".join(map(json.dumps, records))).encode()
    path = tmp_path / f"x.{form}"
    path.write_bytes(DAMAGES[name](data))
    findings = Findings()
    try:
        rows = read_text(path, findings).read()
    except Refusal as refusal:
        assert str(refusal)
        assert refusal.findings is findings
    else:
        assert rows.num_rows <= 600
    peek(path)


@pytest.mark.parametrize("name", SHEET_DAMAGES)
def test_damaged_workbooks_give_findings_or_a_refusal(tmp_path: Path, name: str) -> None:
    book = workbook({"Data": [["station", "mm"], *([f"s{i}", i] for i in range(300))]})
    path = tmp_path / "x.xlsx"
    path.write_bytes(SHEET_DAMAGES[name](book))
    findings = Findings()
    try:
        read_text(path, findings).read()
    except Refusal as refusal:
        assert str(refusal)
    peek(path)


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(DAMAGES["gzip bomb"](SOUND))
    findings = Findings()
    with pytest.raises(Refusal, match="archive bomb"):
        read_text(path, findings).read()
    assert findings.has("bomb")


def test_a_workbook_that_declares_two_gigabytes_is_refused(tmp_path: Path) -> None:
    book = bytearray(workbook({"Data": [["a", "b"], [1, 2]]}))
    at = book.rfind(b"PK\x01\x02")
    book[at + 24 : at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path = tmp_path / "x.xlsx"
    path.write_bytes(bytes(book))
    with pytest.raises(Refusal, match="archive bomb"):
        read_text(path, Findings())


def test_the_limit_counts_inflated_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(SOUND))
    with pytest.raises(Refusal):
        list(utf8(path, Findings(), limits=Limits(total=1000)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(
                st.text(
                    st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from('",;\n|'),
                    min_size=1,
                    max_size=8,
                ),
                min_size=width,
                max_size=width,
            ),
            min_size=3,
            max_size=20,
        )
    )
)
def test_what_a_csv_writer_wrote_is_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    width = len(rows[0])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([f"c{i}" for i in range(width)])
    writer.writerows(rows)
    path = tmp_path / "x.csv"
    path.write_bytes(out.getvalue().encode())
    got = read_text(
        path, Findings(), map={"read": {"delimiter": ",", "encoding": "utf-8", "header_row": 1}}
    ).read()
    blanks = " \t\r\n\f\v\u00a0\u2007\u202f\ufeff\u200b\u3000"
    cleaned = [[None if (c := cell.strip(blanks)) in {"", *ALWAYS_NA} else c for cell in row] for row in rows]
    expected = [row for row in cleaned if any(row)]
    assert [list(r.values()) for r in got.to_pylist()] == expected


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    try:
        read_text(path, Findings()).read()
    except Refusal as refusal:
        assert str(refusal)


def test_numbers_are_cast_with_a_finding_for_the_others() -> None:
    findings = Findings()
    cells = pa.array(["1", "-2.5", "1e3", None, "abc", "inf", "1,5", "๑๒", "9" * 400])
    values, bad = to_float(cells, findings, file="f", first_row=2, column="c")
    assert values.to_pylist() == [1.0, -2.5, 1000.0, None, None, None, None, 12.0, None]
    assert bad.to_pylist() == [False, False, False, False, True, True, True, False, True]
    finding = findings.of("not-a-number")[0]
    assert (finding.row, finding.count, finding.example) == (6, 4, "abc")
    assert findings.has("native-digits")


def test_decimal_commas_are_read_where_the_mapping_says_so() -> None:
    values, _ = to_float(
        pa.array(["1.234,5", "7"]), Findings(), file="f", first_row=2, decimal=",", thousands="."
    )
    assert values.to_pylist() == [1234.5, 7.0]


def test_whole_numbers_days_and_yes_or_no_are_cast() -> None:
    values, bad = to_int(pa.array(["1", "12.0", "1.5", "9" * 30, None]), Findings(), file="f", first_row=2)
    assert values.to_pylist() == [1, 12, None, None, None]
    assert bad.to_pylist() == [False, False, True, True, False]
    days, bad = to_day(
        pa.array(["2020-01-31", "31/01/2020", "2020-02-30"]),
        Findings(),
        file="f",
        first_row=2,
        formats=("%Y-%m-%d", "%d/%m/%Y"),
    )
    assert [str(d) for d in days] == ["2020-01-31", "2020-01-31", "None"]
    assert bad.to_pylist() == [False, False, True]
    yes, bad = to_bool(pa.array(["YES", "tidak", "0", "?", None]), Findings(), file="f", first_row=2)
    assert yes.to_pylist() == [True, False, False, None, None]
    assert bad.to_pylist() == [False, False, False, True, False]


def test_peek_never_raises_and_remembers(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(SOUND)
    seen = peek(path)
    assert seen is not None
    assert seen.columns == ("station", "time", "value")
    assert seen.rows.num_rows == 200
    assert seen.has("Station", "VALUE")
    assert peek(path) is seen
    assert peek(tmp_path / "absent.csv") is None
    assert peek(tmp_path) is None


def test_a_few_words_among_numbers_are_bad_and_the_rest_are_read():
    cells = pa.array(["1.5", "error", None, "-2", "e5", "inf", *["7"] * 100])
    findings = Findings()
    values, bad = to_float(cells, findings, file="a.csv", first_row=2, column="v")
    assert values.to_pylist()[:6] == [1.5, None, None, -2.0, None, None]
    assert [i for i, is_bad in enumerate(bad.to_pylist()) if is_bad] == [1, 4, 5]
    (found,) = findings
    assert (found.rule, found.count, found.row, found.example) == ("not-a-number", 3, 3, "error")
