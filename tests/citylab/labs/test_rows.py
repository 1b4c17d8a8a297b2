"""Results of queries against the right ones."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab import labs
from nagara.citylab.labs.kinds.query import Query
from nagara.citylab.labs.kinds.rows import pair_rows
from nagara.citylab.labs.model import Grade, Key, Posed, Task

KEY = {
    "columns": [
        {"name": "stop", "type": "text"},
        {"name": "n", "type": "int"},
        {"name": "wait", "type": "float"},
    ],
    "rows": [[f"S{i}", i * 10, i * 1.5] for i in range(1, 11)],
}


def grade(columns: list[tuple[str, str]], rows: list[list[Any]], **more: Any) -> Grade:
    task = Task("q", "query", "Q", "A", points=10, reference="-", **more)
    answer = {"columns": [{"name": n, "type": t} for n, t in columns], "rows": rows}
    posed = Posed("q", "query", "Q", "A", 10, 0, 0, {})
    return Query().grade(task, posed, Key("q", "query", KEY), answer)


SAME = [("stop", "VARCHAR"), ("n", "BIGINT"), ("wait", "DOUBLE")]
ROWS = KEY["rows"]


def test_columns_are_found_by_name_alias_and_content() -> None:
    assert grade(
        [("WAIT", "DOUBLE"), ("Stop", "VARCHAR"), ("N", "INTEGER")], [[r[2], r[0], r[1]] for r in ROWS]
    ).right
    assert grade([("stop", "VARCHAR"), ("departures", "INTEGER"), ("w", "DOUBLE")], ROWS).right
    assert grade(
        [("stop", "VARCHAR"), ("c", "INTEGER"), ("wait", "DOUBLE")], ROWS, aliases={"n": ("c",)}
    ).right


def test_an_extra_column_is_named_and_costs_nothing() -> None:
    graded = grade([*SAME, ("lat", "DOUBLE")], [[*r, 1.0] for r in ROWS])
    assert graded.right
    assert graded.differs is not None
    assert graded.differs.columns_extra == ("lat",)


def test_numbers_may_come_as_text_and_whole_floats() -> None:
    assert grade(
        [("stop", "VARCHAR"), ("n", "HUGEINT"), ("wait", "DOUBLE")], [[r[0], str(r[1]), r[2]] for r in ROWS]
    ).right
    assert grade(
        [("stop", "VARCHAR"), ("n", "DOUBLE"), ("wait", "DECIMAL(9,2)")],
        [[r[0], float(r[1]), r[2]] for r in ROWS],
    ).right


def test_a_wrong_column_gets_the_points_of_the_others_and_is_named_without_the_answer() -> None:
    graded = grade(SAME, [[r[0], r[1], r[2] * 60] for r in ROWS])
    assert not graded.right
    assert 6 < graded.points < 7
    assert graded.differs is not None
    assert graded.differs.first == {"row": {"stop": "S1"}, "column": "wait", "yours": 90.0}
    assert graded.differs.missing == 0


def test_missing_and_extra_rows_are_counted_and_shown_by_name_only() -> None:
    graded = grade(SAME, [*ROWS[:8], ["S99", 1, 1.0]])
    assert graded.differs is not None
    assert (graded.differs.missing, graded.differs.extra) == (2, 1)
    assert graded.differs.missing_like == ({"stop": "S9"}, {"stop": "S10"})
    assert graded.differs.extra_like == ({"stop": "S99"},)
    assert 7 < graded.points < 9


def test_a_missing_column_is_named() -> None:
    graded = grade(SAME[:2], [r[:2] for r in ROWS])
    assert graded.differs is not None
    assert graded.differs.columns_missing == ("wait",)
    assert graded.remark == "A column is not there: wait."


def test_the_order_counts_where_it_is_asked_for() -> None:
    turned = ROWS[::-1]
    assert grade(SAME, turned).right
    graded = grade(SAME, turned, ordered=True)
    assert not graded.right
    assert graded.points == 8
    assert graded.differs is not None
    assert graded.differs.order


def test_nothing_right_gets_nothing() -> None:
    assert grade(SAME, []).points == 0
    assert grade([("x", "INTEGER")], [[1]]).points == 0
    assert grade(SAME, [["A", 1, 1.0]] * 10).points == 0


def test_a_row_twice_is_one_too_many() -> None:
    graded = grade(SAME, [*ROWS, ROWS[0]])
    assert not graded.right
    assert graded.facts["f1"] < 1


def test_times_are_the_same_in_any_form() -> None:
    body = {
        "columns": [{"name": "at", "type": "time"}],
        "rows": [["2020-01-31T10:30:00"], ["2020-01-31T11:00:00"]],
    }
    task = Task("q", "query", "Q", "A", reference="-")
    answer = {
        "columns": [{"name": "at", "type": "TIMESTAMP WITH TIME ZONE"}],
        "rows": [["2020-01-31 11:00:00Z"], ["2020-01-31T17:30:00+07:00"]],
    }
    posed = Posed("q", "query", "Q", "A", 1, 0, 0, {})
    assert Query().grade(task, posed, Key("q", "query", body), answer).right


rows_of = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.floats(-100, 100))), min_size=0, max_size=12
)


@settings(max_examples=60)
@given(rows_of, st.randoms(use_true_random=False))
def test_every_shuffle_pairs_every_row(rows: list[tuple[str, float | None]], chance: random.Random) -> None:
    turned = list(rows)
    chance.shuffle(turned)
    assert pair_rows(rows, turned, ["text", "float"], {}).f1 == 1.0


@settings(max_examples=60)
@given(rows_of, rows_of)
def test_pairs_are_rows_that_are_close_each_used_once(one: list[Any], two: list[Any]) -> None:
    paired = pair_rows(one, two, ["text", "float"], {"absolute": 0.5})
    assert len({b for _, b in paired.pairs}) == len({a for a, _ in paired.pairs}) == len(paired.pairs)
    for a, b in paired.pairs:
        assert one[a][0] == two[b][0]
        assert (one[a][1] is None) == (two[b][1] is None)
        assert one[a][1] is None or abs(one[a][1] - two[b][1]) <= 0.5 + 1e-6
    left = [one[i] for i in paired.missing], [two[i] for i in paired.extra]
    exact = [(a, b) for a in left[0] for b in left[1] if a == b]
    assert not exact


def test_a_result_that_was_not_run_is_no_answer() -> None:
    task = Task("q", "query", "Q", "A", reference="-")
    posed = Posed("q", "query", "Q", "A", 1, 0, 0, {})
    try:
        Query().grade(task, posed, Key("q", "query", KEY), {"sql": "select 1"})
    except labs.BadAnswer as error:
        assert "result of your query" in str(error)
    else:
        raise AssertionError
