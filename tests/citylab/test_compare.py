from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab import compare, evidence
from nagara.citylab.evidence import Run
from nagara.citylab.recipes import BadParameter, Context, load
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)


def rows(*given):
    return pa.Table.from_pylist(
        [
            {
                "unit_kind": k,
                "unit_id": u,
                "indicator": i,
                "value": v,
                "lo": lo,
                "hi": hi,
                "n": 10,
                "coverage": 0.9,
            }
            for k, u, i, v, lo, hi in given
        ],
        schema=TABLES["result"].schema,
    )


def run(run_id, table, city="here", **changes):
    parts = {
        "run_id": run_id,
        "city_id": city,
        "recipe": "r",
        "recipe_version": "1.0.0",
        "recipe_sha256": "x",
        "params": {},
        "engine": "e",
        "snapshot": 1,
        "started": datetime(2020, 1, 1, tzinfo=UTC),
        "seconds": 0.0,
        "status": "done",
        "reason": "",
        "digest": "",
        "inputs": {},
        "rows": table,
    }
    return Run(**(parts | changes))


def test_a_difference_joins_the_ranges_of_both_sides():
    a = run("a", rows(("zone", "z", "I", 10.0, 7.0, 14.0)))
    b = run("b", rows(("zone", "z", "I", 30.0, 26.0, 33.0)))
    (row,) = compare.compare(a, b).table.to_pylist()
    assert (row["difference"], row["percent"]) == (20.0, 200.0)
    assert row["lo"] == pytest.approx(20 - (4**2 + 4**2) ** 0.5)
    assert row["hi"] == pytest.approx(20 + (3**2 + 3**2) ** 0.5)
    assert row["clear"]


def test_ranges_that_overlap_are_not_called_a_change():
    a = run("a", rows(("city", "here", "I", 10.0, 5.0, 15.0)))
    b = run("b", rows(("city", "here", "I", 11.0, 6.0, 16.0)))
    (row,) = compare.compare(a, b).table.to_pylist()
    assert not row["clear"]
    assert row["reason"] == "the ranges allow for no difference"


def test_two_cities_are_compared_as_cities_only():
    a = run("a", rows(("city", "here", "I", 1.0, 1.0, 1.0), ("zone", "z", "I", 5.0, 5.0, 5.0)))
    b = run("b", rows(("city", "there", "I", 4.0, 4.0, 4.0), ("zone", "z", "I", 9.0, 9.0, 9.0)), city="there")
    done = compare.compare(a, b)
    assert [(r["unit_kind"], r["unit_id"], r["difference"]) for r in done.table.to_pylist()] == [
        ("city_pair", "here > there", 3.0)
    ]
    assert done.rows().column("indicator").to_pylist() == ["difference:I"]
    assert done.rows().schema == TABLES["result"].schema


def test_what_only_one_side_has_is_kept_with_its_reason():
    a = run("a", rows(("zone", "y", "I", 1.0, 1.0, 1.0)))
    b = run("b", rows(("zone", "z", "I", None, None, None)))
    done = compare.compare(a, b)
    assert [r["reason"] for r in done.table.to_pylist()] == [
        "the second has no value",
        "the first and the second has no value",
    ]
    assert done.findings.has("one-side-only")


def test_without_a_range_it_is_not_said_whether_they_differ():
    a = run("a", rows(("zone", "z", "I", 1.0, None, None)))
    b = run("b", rows(("zone", "z", "I", 9.0, 9.0, 9.0)))
    (row,) = compare.compare(a, b).table.to_pylist()
    assert (row["difference"], row["lo"], row["clear"]) == (8.0, None, False)


def test_other_recipes_other_methods_and_refused_runs_are_not_comparable():
    a = run("a", rows())
    with pytest.raises(compare.NotComparable, match="is of r"):
        compare.compare(a, run("b", rows(), recipe="s"))
    with pytest.raises(compare.NotComparable, match="different methods"):
        compare.compare(a, run("b", rows(), recipe_version="2.0.0"))
    with pytest.raises(compare.NotComparable, match="was refused"):
        compare.compare(a, run("b", rows(), status="refused", reason="no data"))


def test_parameters_that_differ_are_told():
    a, b = run("a", rows(), params={"k": 1}), run("b", rows(), params={"k": 2})
    assert "k: 1 and 2" in compare.compare(a, b).findings.of("parameters-differ")[0].message


sides = st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e5), st.floats(0, 1e5)).map(
    lambda t: {"value": t[0], "lo": t[0] - t[1], "hi": t[0] + t[2]}
)


@given(sides, sides)
def test_a_difference_turned_around_is_the_same_with_the_other_sign(a, b):
    d, lo, hi = compare.difference(a, b)
    e, low, high = compare.difference(b, a)
    assert (d, lo, hi) == pytest.approx((-e, -high, -low))
    assert lo <= d <= hi


def kept(*runs):
    table = [
        {
            "run_id": r.run_id,
            "recipe": r.recipe,
            "recipe_version": r.recipe_version,
            "recipe_sha256": "x",
            "params": "{}",
            "snapshot": 1,
            "status": r.status,
            "started": r.started,
        }
        for r in runs
    ]
    results = pa.concat_tables(
        [r.rows.set_column(0, "run_id", pa.array([r.run_id] * r.rows.num_rows, pa.string())) for r in runs]
    )
    return {"run": pa.Table.from_pylist(table, schema=TABLES["run"].schema), "result": results}


def two():
    early = run("a", rows(("zone", "z", "I", 10.0, 9.0, 11.0)))
    late = run("b", rows(("zone", "z", "I", 20.0, 19.0, 21.0)), started=datetime(2021, 1, 1, tzinfo=UTC))
    return kept(early, late)


def test_the_recipe_takes_the_two_newest_runs_or_those_it_is_told():
    newest = evidence.compute(load("compare"), two(), CITY, {"recipe": "r"})
    assert newest.rows.column("value").to_pylist() == [10.0]
    turned = evidence.compute(load("compare"), two(), CITY, {"a": "b", "b": "a"})
    assert turned.rows.column("value").to_pylist() == [-10.0]
    with pytest.raises(BadParameter, match="no run 'nope'"):
        evidence.compute(load("compare"), two(), CITY, {"a": "nope", "b": "a"})
    with pytest.raises(BadParameter, match="say which"):
        evidence.compute(load("compare"), two(), CITY)


def test_a_profile_shows_the_newest_number_of_each_indicator_and_its_run():
    old = run("a", rows(("city", "here", "I", 1.0, 0.0, 2.0), ("city", "here", "J", 5.0, 5.0, 5.0)))
    new = run("b", rows(("city", "here", "I", 2.0, 1.0, 3.0)), started=datetime(2021, 1, 1, tzinfo=UTC))
    done = evidence.compute(load("profile"), kept(old, new), CITY)
    cards = {r["indicator"]: r for r in done.rows.to_pylist()}
    assert {k: (v["value"], v["lo"], v["hi"]) for k, v in cards.items()} == {
        "profile:I": (2.0, 1.0, 3.0),
        "profile:J": (5.0, 5.0, 5.0),
    }
    assert cards["profile:I"]["reason"].startswith("from run b")


def test_a_profile_of_nothing_refuses():
    done = evidence.compute(load("profile"), {}, CITY)
    assert done.status == "refused"
    assert "Run other recipes first" in done.reason
