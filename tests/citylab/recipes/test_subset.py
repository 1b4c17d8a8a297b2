import pytest

from nagara.citylab.recipes import catalogue
from nagara.citylab.recipes.subset import check, check_recipe


def rules(text):
    return [breach.rule for breach in check(text, "here")[0]]


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_recipe_keeps_to_the_portable_subset(name):
    assert [str(breach) for breach in check_recipe(catalogue()[name])] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("select sum(value) from observation", "float-sum"),
        ("select avg(value) from observation", "float-sum"),
        ("select avg(n) from population", "float-sum"),
        ("with o as (select value * 2 as v from observation) select sum(v) from o", "float-sum"),
        ("select sum(seq) from stop_time", "small-sum"),
        ("select cast(value as bigint) from observation", "float-to-integer"),
        ("select cast(arr_s / 3600 as integer) from stop_time", "float-to-integer"),
        ("select value / n from observation, population", "division"),
        ("select seq % dep_s from stop_time", "division"),
        ("select lag(value) over (partition by datastream_id) from observation", "window-order"),
        ("select row_number() over () from observation", "window-order"),
        (
            "select cast(sum(seq) over (partition by trip_id order by seq) as bigint) from stop_time",
            "window-frame",
        ),
        ("select list(value) from observation", "function"),
        ("select arg_max(ts, value) from observation", "function"),
        ("select unnest([1, 2])", "construct"),
        ("select distinct on (trip_id) trip_id from stop_time", "construct"),
        ("select value from observation qualify row_number() over (order by ts) = 1", "construct"),
        ("select from where", "not-portable"),
    ],
)
def test_what_is_not_portable_is_told(text, rule):
    assert rule in rules(text)


@pytest.mark.parametrize(
    "text",
    [
        "select cast(sum(cast(value as decimal(18, 6))) as double) from observation",
        "select avg(cast(value as decimal(18, 6))) from observation",
        "select cast(sum(seq) as bigint) from stop_time",
        "select cast(sum(case when seq > 1 then 1 else 0 end) as bigint) from stop_time",
        "select cast(floor(value) as bigint) from observation",
        "select value / nullif(n, 0) from observation, population",
        "select case when n > 0 then value / n end from observation, population",
        "select value / n from observation, population where n > 0",
        "select value / greatest(1.0, n) from observation, population",
        "select value / 3600.0 from observation",
        "select lag(value) over t from observation window t as (partition by datastream_id order by ts)",
        "select median(value), quantile_cont(value, 0.9) from observation where ts >= $since",
        "select make_timestamp(epoch_us(ts) + 1) from observation",
    ],
)
def test_what_is_portable_passes(text):
    assert rules(text) == []


def test_types_flow_from_one_step_to_the_next():
    types = {"reading": {"value": "DOUBLE", "n": "BIGINT"}}
    assert [b.rule for b in check("select sum(value) from reading", "here", types)[0]] == ["float-sum"]
    assert check("select cast(sum(n) as bigint) as n from reading", "here", types) == ([], {"n": "BIGINT"})
