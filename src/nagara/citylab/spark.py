"""The same portable SQL on Spark: for cities whose tables outgrow one machine.

Used where `NAGARA_ENGINE` says `spark` (local) or `spark://host:port`; needs the extra `spark` and Java 17.
Spark gets the list of Parquet files, never the table. The SQL of recipes is read by sqlglot and written for
Spark; the few places where the two engines differ are changed in the parsed text (see `for_spark`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nagara.citylab.engine import Data, EngineError, _named, _overlay_sql, _without_zones
from nagara.citylab.tables import TABLES, CanonicalTable

if TYPE_CHECKING:
    from collections.abc import Iterator

_SQL_TYPES = {
    pa.string(): "string",
    pa.float64(): "double",
    pa.int64(): "bigint",
    pa.int32(): "int",
    pa.int8(): "tinyint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.binary(): "binary",
    pa.list_(pa.float64(), 4): "array<double>",
}
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
}


def _literal(value: Any) -> exp.Expression:
    """A bound value as SQL: Spark has no typed null for a bound parameter."""
    found: exp.Expression
    if value is None:
        found = exp.Null()
    elif isinstance(value, bool):
        found = exp.Boolean(this=value)
    elif isinstance(value, int):
        found = exp.Literal.number(value)
    elif isinstance(value, float):
        found = exp.cast(exp.Literal.number(repr(value)), "double")
    elif isinstance(value, date):
        found = exp.cast(exp.Literal.string(value.isoformat()), "date")
    else:
        found = exp.Literal.string(str(value))
    return found


def _change(tree: Any, params: Mapping[str, Any]) -> Any:
    """The parsed text as Spark wants it. Changes it in place."""
    for node in list(tree.find_all(exp.Literal)):
        # 0.5 is a decimal on Spark, whose division cuts digits; here it stands beside doubles
        in_type = isinstance(node.parent, exp.Cast | exp.DataTypeParam)
        if not node.is_string and "." in node.name and not in_type:
            node.replace(exp.cast(node.copy(), "double"))
    for node in list(tree.find_all(exp.Parameter, exp.Placeholder)):
        node.replace(_literal(params[node.name]))
    for node in list(tree.find_all(exp.Anonymous)):
        if node.name.lower() == "epoch_us":
            node.set("this", "unix_micros")
    for node in list(tree.find_all(exp.UnixToTime)):
        node.replace(exp.Anonymous(this="timestamp_micros", expressions=[node.this]))
    for node in list(tree.find_all(exp.Extract)):
        if node.this.name.lower() == "isodow":
            node.set("this", exp.Var(this="dayofweek_iso"))
    for node in list(tree.find_all(exp.Table)):
        if isinstance(node.this, exp.Identifier):
            node.this.set("quoted", True)  # a step may be named by a word of Spark's, such as stream
    for node in list(tree.find_all(exp.PercentileCont, exp.Quantile)):
        share = node.args.get("expression") or node.args.get("quantile")
        node.replace(exp.Anonymous(this="percentile", expressions=[node.this, share]))
    return tree


def for_spark(text: str, params: Mapping[str, Any] | None = None) -> str:
    """Portable SQL as Spark SQL, with its parameters written in. Raises EngineError."""
    values = _named(text, params)
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
        return str(_change(tree, values).sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE))
    except SqlglotError as error:
        raise EngineError(f"this SQL has no Spark form: {str(error).splitlines()[0]}") from error


def _master(address: str) -> str:
    return address if address.startswith("spark://") and address != "spark://local" else "local[*]"


@contextmanager
def _plain_errors() -> Iterator[None]:
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        raise EngineError(str(error).split("\n\n")[0][:500]) from error


def _plain(table: pa.Table) -> pa.Table:
    """Arrow that Spark takes: no dictionaries, no fixed-size lists, times with the zone UTC."""
    fields = []
    for f in table.schema:
        kind = f.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if pa.types.is_fixed_size_list(kind):
            kind = pa.list_(kind.value_type)
        if pa.types.is_timestamp(kind):
            kind = pa.timestamp("us", tz="UTC")
        if pa.types.is_null(kind):
            kind = pa.string()
        fields.append(pa.field(f.name, kind))
    schema = pa.schema(fields)
    return pa.Table.from_arrays([c.combine_chunks() for c in table.cast(schema).columns], schema=schema)


class SparkSession:
    """A Spark session with views of its own. Has the interface of `engine.Session`."""

    def __init__(
        self, tables: Mapping[str, Data], *, scenario: str | None = None, address: str = "spark"
    ) -> None:
        try:
            import pyspark
            from pyspark.sql import SparkSession as Spark
        except ImportError:
            raise EngineError(
                "NAGARA_ENGINE asks for Spark, which is not installed.", mend="pip install 'nagara[spark]'"
            ) from None
        builder = Spark.builder.appName("nagara").master(_master(address))
        for key, value in _SETTINGS.items():
            builder = builder.config(key, value)
        if memory := os.environ.get("NAGARA_SPARK_MEMORY"):
            builder = builder.config("spark.driver.memory", memory)
        self._spark = builder.getOrCreate().newSession()
        for key, value in _SETTINGS.items():
            if key.startswith("spark.sql."):
                self._spark.conf.set(key, value)
        self.name = f"spark {pyspark.__version__}"
        for name, data in tables.items():
            self._add(name, data, scenario)

    def _add(self, name: str, data: Data, scenario: str | None) -> None:
        canonical = TABLES.get(name)
        if isinstance(data, pa.Table):
            frame = self._spark.createDataFrame(_plain(data))
        elif data:
            frame = self._spark.read.option("mergeSchema", "true").parquet(*data)
        elif canonical is not None:
            frame = self._spark.createDataFrame(_plain(canonical.empty()))
        else:
            raise EngineError(f"no rows and no schema for {name}")
        if canonical is None:
            frame.createOrReplaceTempView(name)
            return
        frame.selectExpr(*self._columns(canonical, set(frame.columns))).createOrReplaceTempView(f"_{name}")
        columns = ", ".join(f'"{column}"' for column in canonical.column)
        text = _overlay_sql(canonical, columns, f'"_{name}"', scenario)
        self._spark.sql(for_spark(text)).createOrReplaceTempView(name)

    @staticmethod
    def _columns(canonical: CanonicalTable, present: set[str]) -> list[str]:
        """Every canonical column: as stored, or a typed empty one for files that lack it."""
        found = []
        for column in canonical.columns:
            kind = "timestamp" if pa.types.is_timestamp(column.type) else _SQL_TYPES[column.type]
            origin = f"`{column.name}`" if column.name in present else "null"
            found.append(f"cast({origin} as {kind}) as `{column.name}`")
        return found

    def sql(self, text: str, params: Mapping[str, Any] | None = None) -> pa.Table:
        """Rows of one SELECT. `$name` stands for a bound parameter."""
        with _plain_errors():
            return _without_zones(self._spark.sql(for_spark(text, params)).toArrow())

    def stream(self, text: str, params: Mapping[str, Any] | None = None) -> pa.RecordBatchReader:
        """Rows of one SELECT as batches."""
        return self.sql(text, params).to_reader(100_000)

    def step(self, name: str, text: str, params: Mapping[str, Any] | None = None) -> None:
        """Keep the rows of a SELECT as table `name` for later queries of this session."""
        with _plain_errors():
            frame = self._spark.sql(for_spark(text, params)).localCheckpoint()
            frame.createOrReplaceTempView(name)

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table known as `name` for later queries of this session."""
        self._spark.createDataFrame(_plain(table)).createOrReplaceTempView(name)

    def table(self, name: str) -> pa.Table:
        return self.sql(f'select * from "{name}"')

    def close(self) -> None:
        for view in self._spark.catalog.listTables():
            if view.isTemporary:
                self._spark.catalog.dropTempView(view.name)
