"""Predicates mean what they mean in SQL: DuckDB is the judge."""

from __future__ import annotations

import datetime as dt

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.citylab.lake.predicates import predicate

ROWS = pa.table(
    {
        "datastream_id": ["a", "b", "it's", "a%", "e", "ab", "A"],
        "ts": pa.array(
            [None, *(dt.datetime(2020, 1, d, 7, tzinfo=dt.UTC) for d in range(1, 7))],
            pa.timestamp("us", tz="UTC"),
        ),
        "value": pa.array([1.5, None, -3.0, 0.0, 2.0, 1e9, None]),
        "quality": pa.array([1, 2, 3, 4, 9, 1, 2], pa.int8()),
        "batch_id": ["x", None, "y", None, "x", "y", None],
    }
)

text = st.sampled_from(["'a'", "'it''s'", "'A'", "'zz'", "'a%'"])
number = st.sampled_from(["1", "-3", "1.5", "0", "2", "-3.0"])
moment = st.sampled_from(["'2020-01-02 07:00:00'", "'2020-01-03T07:00:00.000'", "'2019-12-31'"])
compare = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
plain = st.one_of(
    st.builds("datastream_id {} {}".format, compare, text),
    st.builds("batch_id {} {}".format, compare, text),
    st.builds("value {} {}".format, compare, number),
    st.builds("{1} {0} value".format, compare, number),
    st.builds("ts {} {}".format, compare, moment),
    st.builds("quality in ({}, 9)".format, st.sampled_from(["1", "2"])),
    st.builds("batch_id in ({}, 'x')".format, text),
    st.builds("batch_id not in ({}, 'x')".format, text),
    st.builds("value between {} and {}".format, number, number),
    st.builds("{} is null".format, st.sampled_from(["value", "ts", "batch_id"])),
    st.builds("{} is not null".format, st.sampled_from(["value", "ts", "batch_id"])),
    st.builds("datastream_id like {}".format, st.sampled_from(["'a%'", "'_'", "'%''%'", "'A%'"])),
    st.builds("datastream_id not like {}".format, st.sampled_from(["'a%'", "'_'"])),
    st.just("true"),
    st.just("false"),
)
whole = st.recursive(
    plain,
    lambda part: st.one_of(
        st.builds("({}) and ({})".format, part, part),
        st.builds("({}) or ({})".format, part, part),
        st.builds("not ({})".format, part),
    ),
    max_leaves=6,
)


# DuckDB knows zones only with an extension: it gets the same UTC times without their zone.
JUDGE = duckdb.connect()
JUDGE.register("observation", ROWS.set_column(1, "ts", ROWS.column("ts").cast(pa.timestamp("us"))))


@settings(max_examples=300, deadline=None)
@given(whole)
def test_a_predicate_takes_the_rows_that_duckdb_takes(where):
    rows, _ = predicate("observation", where)
    got = ROWS.filter(rows).column("datastream_id").to_pylist()
    wanted = JUDGE.sql(f"select datastream_id from observation where {where}").fetchall()
    assert sorted(got) == sorted(name for (name,) in wanted)


def test_a_time_with_an_offset_is_that_moment():
    rows, _ = predicate("observation", "ts = '2020-01-01T14:00:00+07:00'")
    assert ROWS.filter(rows).column("datastream_id").to_pylist() == ["b"]


def test_a_predicate_names_the_columns_that_it_needs():
    assert predicate("observation", "value > 1 and (ts is null or value < 0)")[1] == ("ts", "value")


@pytest.mark.parametrize(
    "where",
    [
        "",
        "select 1",
        "drop table observation",
        "colour = 'red'",
        "value = value",
        "value + 1 > 2",
        "sum(value) > 1",
        "value > 'much'",
        "quality = 1000",
        "ts > 'yesterday'",
        "datastream_id in (select 'a')",
        "value",
        "true; drop table observation",
        "datastream_id like 'a!%' escape '!'",
        "datastream_id ilike 'A'",
        "datastream_id similar to 'a'",
        "value in (1, null)",
        "value = null",
        "value is true",
        "value is distinct from 1",
        "exists (select 1)",
        "ts between symmetric '2020-01-02' and '2020-01-01'",
        "lower(datastream_id) = 'a'",
    ],
)
def test_what_is_no_plain_predicate_is_refused(where):
    with pytest.raises(ValueError, match=r"predicate|column|literal|fit"):
        predicate("observation", where)
