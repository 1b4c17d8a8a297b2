import hashlib
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab import engine, evidence
from nagara.citylab.recipes import BadParameter, Context, Input, Output, Param, Recipe, Step
from nagara.citylab.recipes.clock import clock
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)


def recipe(**changes):
    parts = {
        "name": "count",
        "version": "1",
        "title": "t",
        "question": "q",
        "method": "m",
        "steps": (
            Step(
                "result",
                "select 'thing' as unit_kind, datastream_id as unit_id, max(ts) as ts, 'N' as indicator,"
                " cast(count(*) as double) as value, cast(null as double) as lo, cast(null as double) as hi,"
                " count(*) as n, 1.0 as coverage, 'verified' as quality, cast(null as varchar) as reason"
                " from observation where value >= $least group by 2",
            ),
        ),
        "inputs": (Input("observation", min_rows=2, why="Import sensor data first."),),
        "params": (Param("least", "float", default=0.0, min=-10, max=10, unit="m"),),
        "outputs": (Output("N", "count"),),
        "citation": (),
        "limits": (),
        "sha256": "0",
        "folder": None,
    }
    return Recipe(**(parts | changes))


def observations(*values, scenario=None):
    n = len(values)
    at = [datetime(2020, 1, 1, 0, i, tzinfo=UTC) for i in range(n)]
    rows = {
        "datastream_id": ["a"] * n,
        "ts": at,
        "value": list(values),
        "quality": [1] * n,
        "source_id": ["s"] * n,
        "scenario_id": pa.array([scenario] * n, pa.string()),
    }
    return pa.table(rows).select([c for c in TABLES["observation"].schema.names if c in rows])


def test_a_recipe_binds_its_parameters_and_gives_canonical_rows():
    done = evidence.compute(recipe(), {"observation": observations(1.0, 2.0, 3.0)}, CITY, {"least": "2"})
    assert done.status == "done"
    assert done.rows.column("value").to_pylist() == [2.0]
    assert done.rows.schema == TABLES["result"].schema


def test_too_few_rows_refuse_with_what_to_do():
    done = evidence.compute(recipe(), {"observation": observations(1.0)}, CITY)
    assert done.status == "refused"
    assert "needs at least 2 rows of observation, found 1. Import sensor data first." in done.reason
    assert done.rows.num_rows == 0


def test_parameters_outside_their_range_or_unknown_are_refused():
    with pytest.raises(BadParameter, match="between -10 and 10 m"):
        recipe().settle({"least": 11})
    with pytest.raises(BadParameter, match="has no parameter wrong"):
        recipe().settle({"wrong": 1})
    with pytest.raises(BadParameter, match="a number"):
        recipe().settle({"least": "high"})


def test_a_scenario_replaces_adds_and_removes_rows():
    base = observations(1.0, 2.0, 3.0)
    over = observations(9.0, 8.0, scenario="s1").slice(1, 1)  # minute 1 becomes 8
    gone = observations(0.0, 0.0, 0.0, scenario="-s1").slice(2, 1)  # minute 2 is removed
    tables = {"observation": pa.concat_tables([base, over, gone])}
    with engine.session(tables) as plain:
        assert plain.sql("select count(*) as n from observation").column("n").to_pylist() == [3]
    with engine.session(tables, scenario="s1") as session:
        got = session.sql("select value from observation order by ts").column("value").to_pylist()
    assert got == [1.0, 8.0]


@given(st.permutations(list(range(6))))
def test_the_digest_does_not_depend_on_the_order_of_rows(order):
    rows = pa.table({"unit_id": [str(i) for i in range(6)], "value": [i / 3 for i in range(6)]})
    assert evidence.digest_of(rows.take(order)) == evidence.digest_of(rows)


def plain_digest(table):
    """The rule of the digest written out row by row, as slow as it is clear."""

    def text(value):
        if value is None:
            return ""
        if isinstance(value, float):
            return f"{round(value, 6) + 0.0:.12g}"
        if isinstance(value, datetime):
            return str((value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
        return str(value)

    lines = sorted("\x1f".join(map(text, row.values())) for row in table.to_pylist())
    digest = hashlib.sha256("\x1f".join(table.column_names).encode())
    for line in lines:
        digest.update(b"\x1e" + line.encode())
    return digest.hexdigest()


@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
            st.none() | st.integers(-(2**62), 2**62),
            st.none() | st.sampled_from([0.0, -0.0, 1.5, -2.25, 1e-9, 123456.125, 3e15, 0.1 + 0.2]),
            st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
            st.none() | st.booleans(),
            st.none() | st.dates(),
        ),
        max_size=20,
    )
)
def test_the_digest_is_what_its_rule_says(rows):
    kinds = (pa.string(), pa.int64(), pa.float64(), pa.timestamp("us", tz="UTC"), pa.bool_(), pa.date32())
    columns = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(kinds)]
    table = pa.table(dict(zip("abcdef", columns, strict=True)))
    assert evidence.digest_of(table) == plain_digest(table)


def test_the_digest_sees_a_changed_value_and_a_lost_row():
    rows = pa.table({"unit_id": ["a", "b"], "value": [1.0, None]})
    assert evidence.digest_of(rows) != evidence.digest_of(rows.slice(1))
    assert evidence.digest_of(rows) != evidence.digest_of(
        pa.table({"unit_id": ["a", "b"], "value": [1.00001, None]})
    )


def test_the_clock_knows_half_hours_and_changes_of_offset():
    assert clock("Asia/Yangon").to_pylist()[-1]["offset_s"] == 23400
    london = [row for row in clock("Europe/London").to_pylist() if row["start_ts"].year == 2024]
    assert [(row["start_ts"], row["offset_s"]) for row in london] == [
        (datetime(2024, 3, 31, 1), 3600),
        (datetime(2024, 10, 27, 1), 0),
    ]


def test_files_and_arrow_give_the_same_rows_and_older_files_lack_columns(tmp_path):
    import pyarrow.parquet as pq

    table = observations(1.0, 2.0)
    path = tmp_path / "old.parquet"
    pq.write_table(table.drop_columns(["quality", "scenario_id"]), path)
    with engine.session({"observation": [str(path)]}) as session:
        got = session.sql("select ts, value, quality, batch_id from observation order by ts")
    assert got.column("value").to_pylist() == [1.0, 2.0]
    assert got.column("quality").null_count == 2
    assert got.schema.field("ts").type == pa.timestamp("us")
