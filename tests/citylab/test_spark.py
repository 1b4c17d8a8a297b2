"""Spark must give what DuckDB gives. The translation is tested everywhere; the engine where pyspark is."""

import re
from datetime import date

import pytest

from nagara.citylab import engine, runs
from nagara.citylab.lake import Lake
from nagara.citylab.recipes import catalogue, load
from nagara.citylab.simulate import simulate
from nagara.citylab.spark import for_spark


def test_functions_that_spark_calls_otherwise_are_renamed():
    text = for_spark("select make_timestamp(epoch_us(ts) + 1), quantile_cont(value, 0.9) from observation")
    assert text == (
        "SELECT TIMESTAMP_MICROS(UNIX_MICROS(ts) + 1), PERCENTILE(value, CAST(0.9 AS DOUBLE)) FROM `observation`"
    )


def test_a_step_may_be_named_by_a_word_of_spark():
    assert for_spark("select s.a from stream as s") == "SELECT s.a FROM `stream` AS s"


def test_parameters_are_written_in_with_their_type_and_cannot_break_out():
    params = {"a": 1.5, "b": "it's", "c": None, "d": date(2020, 1, 2), "e": 3, "f": True}
    text = for_spark("select $a, $b, $c, $d, $e, $f", params)
    assert text == "SELECT CAST(1.5 AS DOUBLE), 'it\\'s', NULL, CAST('2020-01-02' AS DATE), 3, TRUE"
    with pytest.raises(engine.EngineError, match="no value for parameter"):
        for_spark("select $g", params)


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_recipe_has_a_spark_form(name):
    recipe = load(name)
    params = {p.name: p.parse(p.default) for p in recipe.params}
    for step in recipe.steps:
        if step.sql:
            of_part = dict.fromkeys(re.findall(r"\$(\w+)", step.sql), "a") if step.parts else {}
            assert for_spark(step.sql, of_part | params)


def test_without_pyspark_the_engine_says_what_to_install(monkeypatch):
    monkeypatch.setenv("NAGARA_ENGINE", "spark")
    try:
        import pyspark  # noqa: F401
    except ImportError:
        with pytest.raises(engine.EngineError, match="not installed"), engine.session({}):
            pass
    else:
        with engine.session({}) as session:
            assert session.name.startswith("spark")


@pytest.fixture(scope="module")
def harbour(tmp_path_factory):
    """A simulated city of two days."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    simulate(lake, "harbour", seed=3, days=2, sensors=6)
    return lake.city("harbour")


@pytest.mark.spark
@pytest.mark.parametrize("name", sorted(set(catalogue()) - {"compare"}))
def test_spark_and_duckdb_give_the_same_digest(name, harbour, monkeypatch):
    pytest.importorskip("pyspark")
    duck = runs.run(harbour, name)
    monkeypatch.setenv("NAGARA_ENGINE", "spark")
    spark = runs.run(harbour, name)
    assert (duck.engine.split()[0], spark.engine.split()[0]) == ("duckdb", "spark")
    assert (spark.status, spark.digest) == (duck.status, duck.digest)
    assert duck.status == "done"
    assert duck.rows.num_rows


@pytest.mark.spark
def test_spark_compares_as_duckdb_does(harbour, monkeypatch):
    pytest.importorskip("pyspark")
    first, second = runs.run(harbour, "street-form"), runs.run(harbour, "street-form")
    params = {"a": first.run_id, "b": second.run_id}
    duck = runs.run(harbour, "compare", params)
    monkeypatch.setenv("NAGARA_ENGINE", "spark")
    assert runs.run(harbour, "compare", params).digest == duck.digest
