"""Reading, computing and checking lessons: faults are told with their line, numbers come from the city."""

from __future__ import annotations

from pathlib import Path

import pytest

from nagara.citylab.errors import CityLabError
from nagara.citylab.lake import Lake
from nagara.citylab.lessons import BadLesson, checking, modules, read_lesson, read_module
from nagara.citylab.lessons.computing import Computed, Worked, compute, fill, tables_of, text_of

HEAD = '+++\ntitle = "Counting"\nminutes = 5\n+++\n'
QUERY = "~~~sql example=all\nselect count(*) as n from stop\n~~~\n"


def lesson(folder: Path, body: str, head: str = HEAD):
    path = folder / "counting.md"
    path.write_text(head + body)
    return read_lesson(path)


@pytest.mark.parametrize(
    ("body", "said", "line"),
    [
        ("Text.\n:::beginner\nx\n:::\n", "'beginner' is no variant", 6),
        (":::foundation\nx\n", "not closed", 8),
        ("~~~sql example=a\nselect 1\n", "fence of line 5 is not closed", 7),
        (QUERY + QUERY, "cannot name an example", 10),
        ("~~~sql example=a figure=pie\nselect 1\n~~~\n", "no figure 'pie'", 7),
        ("~~~sql example=a x=n\nselect 1\n~~~\n", "without a figure", 7),
        (":::\n", "closes nothing", 5),
    ],
)
def test_a_fault_of_a_lesson_is_told_with_its_line(tmp_path, body, said, line):
    with pytest.raises(BadLesson, match=said) as caught:
        lesson(tmp_path, body)
    assert caught.value.where.endswith(f":{line}")
    assert caught.value.mend


@pytest.mark.parametrize("head", ["no front matter\n", "+++\ntitle = \n+++\n", '+++\ntitle = "x"\n+++\n'])
def test_a_lesson_without_its_front_matter_is_refused(tmp_path, head):
    with pytest.raises(BadLesson):
        lesson(tmp_path, "Text.\n", head)


def test_variants_share_some_text_and_have_their_own(tmp_path):
    read = lesson(tmp_path, f"All.\n:::foundation advanced\nTwo.\n:::\n{QUERY}")
    assert [len(read.for_variant(v)) for v in ("foundation", "standard", "advanced")] == [3, 2, 3]
    assert read.examples[0].sql == "select count(*) as n from stop"


def test_a_module_whose_lessons_stand_in_no_order_is_refused(tmp_path):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons/one.md").write_text(HEAD + "Text.\n")
    (tmp_path / "module.toml").write_text('code = "X1"\ntitle = "X"\ncan = ["x"]\nlessons = ["two"]\n')
    with pytest.raises(BadLesson, match="no lesson two"):
        read_module(tmp_path)


def test_a_module_is_read_again_when_a_file_changes_and_a_later_folder_wins(tmp_path):
    for name, title in (("a", "First"), ("b", "Second")):
        folder = tmp_path / name / "modules/x1"
        (folder / "lessons").mkdir(parents=True)
        (folder / "lessons/one.md").write_text(HEAD + "Text.\n")
        (folder / "module.toml").write_text(
            f'code = "X1"\ntitle = "{title}"\ncan = ["x"]\nlessons = ["one"]\n'
        )
    folders = [tmp_path / "a", tmp_path / "b"]
    assert modules(folders)["X1"].title == "Second"
    (tmp_path / "b/modules/x1/module.toml").write_text(
        'code = "X1"\ntitle = "Third one"\ncan = ["x"]\nlessons = ["one"]\n'
    )
    assert modules(folders)["X1"].title == "Third one"


def test_numbers_are_filled_in_as_people_read_them():
    columns = (("n", "whole"), ("share", "number"), ("at", "time"), ("name", "text"), ("none", "number"))
    rows = ((1410, 0.6512, "2020-01-01T02:10:00+00:00", "St_A", None), (7, 2.0, None, "B", 1.0))
    worked = {"e": Worked("e", columns, rows, 2)}
    computed = Computed("jakarta", "Jakarta", "ID", "Asia/Jakarta", 1, "", worked)
    text = "{= e.n =} {= e[2].n =} {= e.share | 2 =} {= e.at =} {= e.name =} {= e.none =} {= city.tz =} {= x.y =}"
    assert fill(text, computed) == (
        "1,410 7 0.65 1 January 2020, 09:10 (WIB) St\\_A (not known) Asia/Jakarta (not known)"
    )
    assert text_of(-3, "whole") == "\u22123"
    assert Computed.from_dict(computed.as_dict()) == computed


@pytest.mark.parametrize("sql", ["delete from stop", "select 1; select 2", "select from from"])
def test_an_example_is_one_select(sql):
    with pytest.raises(CityLabError):
        tables_of(sql)


def test_the_sources_are_those_of_the_properties_that_are_read(demo_lake, tmp_path):
    snapshot = Lake(demo_lake).city("demo").newest()
    read = lesson(tmp_path, "~~~sql example=e\nselect count(*) as n from stop\n~~~\n")
    computed = compute(read, snapshot)
    assert [s.title for s in computed.sources] == ["Simulated timetable"]
    assert computed.simulated
    assert computed.worked["e"].derived
    lacking = lesson(
        tmp_path, QUERY, HEAD.replace("+++\n", '+++\nneeds = [{table = "fare", min_rows = 9}]\n', 1)
    )
    assert "at least 9 rows of fare; this city has 1." in compute(lacking, snapshot).lacks[0]


def test_the_check_tells_what_a_reader_would_stumble_over(tmp_path):
    long = "word " * 36
    body = f"A typed 1,410 and [a link](nowhere). TODO {long}. {{= nothing.n =}}\n{QUERY}"
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons/counting.md").write_text(HEAD + body)
    (tmp_path / "module.toml").write_text('code = "X1"\ntitle = "X"\ncan = ["x"]\nlessons = ["counting"]\n')
    rules = {problem.rule for problem in checking.module(read_module(tmp_path), {})}
    wanted = {"typed number", "link", "placeholder", "sentence", "number", "length", "variants", "lessons"}
    assert rules >= wanted | {"instructor", "reading"}


@pytest.mark.parametrize(
    ("text", "found"),
    [("in 2021 at 07:30, 45 minutes", []), ("400 m and 0.8", ["400", "0.8"]), ("`1234` SDG 11.2.1", [])],
)
def test_typed_numbers_are_found_and_years_and_clock_times_left(text, found):
    assert list(checking.typed_numbers(text)) == found
