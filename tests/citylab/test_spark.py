"""Spark must give what DuckDB gives. The translation is tested everywhere; the engine where pyspark is."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from nagara.citylab import engine, evidence
from nagara.citylab.recipes import Context, catalogue, load
from nagara.citylab.spark import for_spark
from nagara.citylab.tables import TABLES

CITY = Context("here", "Here", "Asia/Yangon", 32647)


def test_functions_that_spark_calls_otherwise_are_renamed():
    text = for_spark("select make_timestamp(epoch_us(ts) + 1), quantile_cont(value, 0.9) from observation")
    assert text == (
        "SELECT TIMESTAMP_MICROS(UNIX_MICROS(ts) + 1), PERCENTILE(value, CAST(0.9 AS DOUBLE)) FROM observation"
    )


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
            assert for_spark(step.sql, params)


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


def observations():
    rng, rows = np.random.default_rng(3), []
    for name, shift in (("a:l", 0), ("b:l", 6)):
        level = 100 * np.exp(-0.5 * ((np.arange(600) - 300 - shift) / 20) ** 2) + rng.normal(0, 1, 600)
        level[77] += 90
        rows += [
            {
                "datastream_id": name,
                "ts": datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * i),
                "value": float(round(v, 1)),
                "quality": 2,
                "source_id": "s",
            }
            for i, v in enumerate(level)
        ]
    schema = TABLES["observation"].schema
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(c) for c in rows[0]]))


@pytest.mark.spark
@pytest.mark.parametrize("name", ["sensor-qa", "early-warning"])
def test_spark_and_duckdb_give_the_same_digest(name, monkeypatch, tmp_path):
    pytest.importorskip("pyspark")
    import pyarrow.parquet as pq

    path = tmp_path / "observation.parquet"
    pq.write_table(observations(), path)
    stream = pa.table(
        {"datastream_id": ["a:l", "b:l"], "thing_id": ["a", "b"], "property": ["l", "l"]}
        | {"unit": ["mm", "mm"], "source_id": ["s", "s"]}
    )
    tables = {"observation": [str(path)], "datastream": stream}
    duck = evidence.compute(load(name), tables, CITY)
    monkeypatch.setenv("NAGARA_ENGINE", "spark")
    spark = evidence.compute(load(name), tables, CITY)
    assert duck.rows.num_rows > 10
    assert spark.digest == duck.digest
