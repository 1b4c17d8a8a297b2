"""Repairing rows: every kind of error can be found, mended and missed."""

from __future__ import annotations

from typing import Any

import pytest

from nagara.citylab.labs.dice import Dice
from nagara.citylab.labs.kinds import Ask, Unfit
from nagara.citylab.labs.kinds.fix import Fix
from nagara.citylab.labs.model import BREAKS, BadAnswer, Grade, Key, Posed, Task

ROWS = [
    {
        "id": f"st-{n}",
        "name": name,
        "lon": 106.8 + n / 100,
        "lat": -6.2 - n / 100,
        "ts": f"2020-01-01T{n:02d}:00:00",
        "level": n + 0.25,
    }
    for n, name in enumerate(["Manggarai", "Karet", "Depok", "Katulampa", "Pasar Ikan"], 1)
]


def ask(rows: list[dict[str, Any]] = ROWS, offset: int = 25_200) -> Ask:
    return Ask(lambda *_: rows, lambda *_: None, str, lambda *_: None, "Asia/Jakarta", lambda _: offset)  # type: ignore[arg-type, return-value]


def posed(*breaks: str, seed: str = "s") -> tuple[Task, Posed, Key]:
    task = Task("f", "fix", "F", "A", points=10, reference="-", breaks=breaks, column_units={"level": "m"})
    show, body = Fix().make(task, ask())
    page, key = Fix().pose(task, show, body, Dice(seed, "f"))
    return task, Posed("f", "fix", "F", "A", 10, 0, 0, page), Key("f", "fix", key)


def grade(task: Task, page: Posed, key: Key, answer: dict[str, Any]) -> Grade:
    return Fix().grade(task, page, key, answer)


@pytest.mark.parametrize("kind", BREAKS)
@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_each_error_is_put_in_and_can_be_mended(kind: str, seed: str) -> None:
    task, page, key = posed(kind, seed=seed)
    assert [b["kind"] for b in key.body["breaks"]] == [kind]
    answer = Fix().answer_from(task, page, key.body)
    assert grade(task, page, key, answer).right
    cells = {r["row"]: r["cells"] for r in page.body["rows"]}
    for row, columns in answer["rows"].items():
        for column, text in columns.items():
            assert cells[row][column] != text


def test_the_rows_are_the_truth_but_for_the_errors() -> None:
    _, page, key = posed(*BREAKS)
    assert len(page.body["rows"]) == len(ROWS) + 1
    assert len(key.body["breaks"]) == len(BREAKS)
    assert [r["row"] for r in page.body["rows"]] == [f"r{n}" for n in range(1, 7)]


def test_either_of_two_same_rows_may_be_marked_but_not_both() -> None:
    task, page, key = posed("duplicate")
    pair = key.body["breaks"][0]
    assert grade(task, page, key, {"duplicates": [pair["row"]]}).right
    assert grade(task, page, key, {"duplicates": [pair["twin"]]}).right
    both = grade(task, page, key, {"duplicates": [pair["row"], pair["twin"]]})
    assert not both.right
    assert both.facts["spoiled"] == 1


def test_what_was_right_must_stay() -> None:
    task, page, key = posed("missing_code", "typo")
    answer = Fix().answer_from(task, page, key.body)
    other = next(r for r in page.body["rows"] if r["row"] not in answer["rows"])
    answer["rows"][other["row"]] = {"name": "Elsewhere"}
    graded = grade(task, page, key, answer)
    assert not graded.right
    assert graded.points == 5
    assert graded.remark == "2 of 2 errors are mended. 1 right cell or row was changed."


def test_the_same_value_in_another_spelling_spoils_nothing() -> None:
    task, page, key = posed("missing_code")
    answer = Fix().answer_from(task, page, key.body)
    row = next(r for r in page.body["rows"] if r["row"] not in answer["rows"])
    level = row["cells"]["level"]
    answer["rows"][row["row"]] = {"level": f"{float(level):.4f}", "ts": row["cells"]["ts"].replace(" ", "T")}
    assert grade(task, page, key, answer).right


def test_a_code_for_missing_is_emptied_in_any_of_the_usual_ways() -> None:
    task, page, key = posed("missing_code")
    row = key.body["breaks"][0]["row"]
    for text in ("", "n/a", "NULL", " - "):
        assert grade(task, page, key, {"rows": {row: {"level": text}}}).right
    assert not grade(task, page, key, {"rows": {row: {"level": "0"}}}).right


def test_the_first_error_left_is_the_named_mistake() -> None:
    task, page, key = posed("typo", "unit_swap")
    mistakes = Fix().mistakes(task, ask(), {}, {})
    assert [m[0] for m in mistakes] == ["typo", "unit_swap"]
    half = Fix().answer_from(task, page, {**key.body, "left": "unit_swap"})
    assert Fix().meets(task, page, {**key.body, "left": "unit_swap"}, half)
    assert not Fix().meets(task, page, {**key.body, "left": "typo"}, half)


def test_nothing_done_is_no_answer_and_strange_cells_are_refused() -> None:
    task, page, key = posed("typo")
    for answer in (
        {},
        {"rows": {"r99": {"name": "x"}}},
        {"rows": {"r1": {"colour": "x"}}},
        {"duplicates": ["r99"]},
    ):
        with pytest.raises(BadAnswer):
            grade(task, page, key, answer)


def test_a_city_on_utc_cannot_show_local_time_as_utc() -> None:
    task = Task("f", "fix", "F", "A", reference="-", breaks=("local_as_utc",))
    with pytest.raises(Unfit, match="local_as_utc"):
        Fix().make(task, ask(offset=0))
