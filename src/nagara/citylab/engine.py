"""Runs portable SQL over a city's tables: the only file that knows an engine.

DuckDB by default; Spark where `NAGARA_ENGINE=spark://...` says so. Recipes are written in the portable
subset that `recipes/subset.py` checks, so that the same text gives the same digest on both. In SQL every
time is a `timestamp` without zone that holds UTC; the view `clock` gives the city's own time
(`clock.start_ts <= ts < clock.end_ts`, local = ts + offset_s).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb
import pyarrow as pa

from nagara.citylab.findings import CityLabError
from nagara.citylab.tables import TABLES, CanonicalTable

Data: TypeAlias = pa.Table | Sequence[str]
"""A table for the engine: Arrow in memory, or the Parquet files of one table version."""

_SQL_TYPES = {
    pa.string(): "varchar",
    pa.float64(): "double",
    pa.int64(): "bigint",
    pa.int32(): "integer",
    pa.int8(): "tinyint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.binary(): "blob",
    pa.list_(pa.float64(), 4): "double[4]",
}


class EngineError(CityLabError):
    """SQL that the engine would not run."""


class Session(Protocol):
    """One look at one version of the tables."""

    name: str

    def sql(self, text: str, params: Mapping[str, Any] | None = None) -> pa.Table: ...
    def step(self, name: str, text: str, params: Mapping[str, Any] | None = None) -> None: ...
    def register(self, name: str, table: pa.Table) -> None: ...
    def table(self, name: str) -> pa.Table: ...
    def close(self) -> None: ...


def engine_name() -> str:
    """Name and version of the engine in use, for the Run's record."""
    if os.environ.get("NAGARA_ENGINE", "duckdb").startswith("spark"):
        return f"spark {metadata.version('pyspark')}"
    return f"duckdb {duckdb.__version__}"


def _column_sql(canonical: CanonicalTable, name: str, present: Mapping[str, str]) -> str:
    """One column of a view: as stored, as UTC timestamp, or a typed empty one for older files."""
    kind = canonical.column[name].type
    if name not in present:
        sql_type = "timestamp" if pa.types.is_timestamp(kind) else _SQL_TYPES[kind]
        return f'cast(null as {sql_type}) as "{name}"'
    if pa.types.is_timestamp(kind) and "TIME ZONE" in present[name].upper():
        return f'make_timestamp(epoch_us("{name}")) as "{name}"'
    return f'"{name}"'


ONE_A_KEY = {
    "thing": "lon is null, source_id",
    "datastream": "source_id",
    "zone": "geom_wkb is null, source_id",
}
"""Tables in which two sources may describe the same unit: one row a key, the better placed one."""


def canonical_view(
    canonical: CanonicalTable, origin: str, present: Mapping[str, str], *, scenario: str | None
) -> str:
    """A SELECT that gives `origin` (columns `present`: name -> SQL type) the columns of a canonical table."""
    known = dict(present)
    if "scenario_id" in canonical.column and "scenario_id" not in known:
        origin = f"(select *, cast(null as varchar) as scenario_id from {origin})"
        known["scenario_id"] = "VARCHAR"
    columns = ", ".join(_column_sql(canonical, column, known) for column in canonical.column)
    return _view_sql(canonical, columns, origin, scenario)


def _view_sql(canonical: CanonicalTable, columns: str, origin: str, scenario: str | None) -> str:
    rows = _overlay_sql(canonical, columns, origin, scenario)
    order = ONE_A_KEY.get(canonical.name)
    if order is None:
        return rows
    key = ", ".join(f'"{k}"' for k in canonical.key)
    return f"select * from ({rows}) qualify row_number() over (partition by {key} order by {order}) = 1"


def _overlay_sql(canonical: CanonicalTable, columns: str, origin: str, scenario: str | None) -> str:
    """Rows of the city as it is, or with a scenario laid over.

    A scenario's row replaces the base row with the same key; a row marked `-<scenario>` removes it.
    """
    if "scenario_id" not in canonical.column or canonical.name == "result":
        return f"select {columns} from {origin}"
    base = f"select {columns} from {origin} where scenario_id is null"
    if scenario is None:
        return base
    mark = scenario.replace("'", "''")
    same = " and ".join(f'o."{key}" is not distinct from b."{key}"' for key in canonical.key)
    return (
        f"with b as ({base}), o as (select {columns} from {origin}"
        f" where scenario_id in ('{mark}', '-{mark}'))"
        f" select b.* from b where not exists (select 1 from o where {same})"
        f" union all select * from o where scenario_id = '{mark}'"
    )


class DuckSession:
    """A DuckDB session in memory. Not to be shared between threads."""

    def __init__(
        self,
        tables: Mapping[str, Data],
        *,
        scenario: str | None = None,
        threads: int | None = None,
        memory: str = "1GB",
        spill: Path | None = None,
    ) -> None:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory,
            "preserve_insertion_order": "false",
        }
        if threads or os.environ.get("NAGARA_THREADS"):
            config["threads"] = str(threads or os.environ["NAGARA_THREADS"])
        if spill is not None:
            config["temp_directory"] = str(spill)
        self.name = f"duckdb {duckdb.__version__}"
        self._con = duckdb.connect(":memory:", config=config)
        self._con.execute("set TimeZone = 'UTC'")
        self._con.execute("set parquet_metadata_cache = true")  # a lake's files never change
        self._inputs = set(tables)
        for name, data in tables.items():
            self._add(name, data, scenario)

    def _add(self, name: str, data: Data, scenario: str | None) -> None:
        canonical = TABLES.get(name)
        if isinstance(data, pa.Table):
            self._con.register(f"_{name}", data)
            origin = f'"_{name}"'
        elif data:
            files = ", ".join("'" + file.replace("'", "''") + "'" for file in data)
            origin = f"read_parquet([{files}], hive_partitioning = false, union_by_name = true)"
        elif canonical is not None:
            self._con.register(f"_{name}", canonical.empty())
            origin = f'"_{name}"'
        else:
            raise EngineError(f"no rows and no schema for {name}")
        if canonical is None:
            self._con.execute(f'create temp view "{name}" as select * from {origin}')
            return
        described = self._con.execute(f"describe select * from {origin}").fetchall()
        present = {row[0]: row[1] for row in described}
        view = canonical_view(canonical, origin, present, scenario=scenario)
        self._con.execute(f'create temp view "{name}" as {view}')

    def _relation(self, text: str, params: Mapping[str, Any] | None) -> duckdb.DuckDBPyRelation:
        relation = self._con.sql(text, params=_named(text, params))
        if relation is None:
            raise EngineError("this statement gives no rows", mend="Write a SELECT.")
        return relation

    def sql(self, text: str, params: Mapping[str, Any] | None = None) -> pa.Table:
        """Rows of one SELECT. `$name` stands for a bound parameter."""
        with _plain_errors():
            return self._relation(text, params).to_arrow_table()

    def stream(self, text: str, params: Mapping[str, Any] | None = None) -> pa.RecordBatchReader:
        """Rows of one SELECT as batches; read them once, before the next query."""
        with _plain_errors():
            return self._relation(text, params).to_arrow_reader(100_000)

    def step(self, name: str, text: str, params: Mapping[str, Any] | None = None) -> None:
        """Keep the rows of a SELECT as table `name` for later queries of this session."""
        with _plain_errors():
            if name not in self._inputs:
                self._con.execute(f'create or replace temp table "{name}" as {text}', _named(text, params))
                return
            # a recipe that reads an input of this name (kept results) gives it a new meaning afterwards
            self._con.execute(f'create temp table "_new_{name}" as {text}', _named(text, params))
            self._con.execute(f'drop view "{name}"')
            self._con.execute(f'alter table "_new_{name}" rename to "{name}"')
            self._inputs.discard(name)

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table known as `name` for later queries of this session."""
        self._con.register(name, _without_zones(table))

    def table(self, name: str) -> pa.Table:
        return self.sql(f'select * from "{name}"')

    def close(self) -> None:
        self._con.close()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """The engine's own errors, in one line."""
    try:
        yield
    except duckdb.Error as error:
        raise EngineError(str(error).split("\n\n")[0]) from error


def _named(text: str, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """Only the parameters that the text names: DuckDB refuses the others."""
    used = set(re.findall(r"\$([A-Za-z_]\w*)", text))
    missing = used - set(params or {})
    if missing:
        raise EngineError(f"no value for parameter {', '.join(sorted(missing))}")
    return {name: (params or {})[name] for name in used}


def _without_zones(table: pa.Table) -> pa.Table:
    """Timestamps as UTC without zone, as the portable subset wants them."""
    fields = [
        pa.field(f.name, pa.timestamp("us")) if pa.types.is_timestamp(f.type) else f for f in table.schema
    ]
    return table.cast(pa.schema(fields))


@contextmanager
def session(
    tables: Mapping[str, Data],
    *,
    scenario: str | None = None,
    threads: int | None = None,
    memory: str = "1GB",
) -> Iterator[Session]:
    """Open a session over tables of one version: `{name: Arrow table or Parquet files}`."""
    address = os.environ.get("NAGARA_ENGINE", "duckdb")
    opened: Session
    if address.startswith("spark"):
        from nagara.citylab.spark import SparkSession

        opened = SparkSession(tables, scenario=scenario, address=address)
    else:
        opened = DuckSession(tables, scenario=scenario, threads=threads, memory=memory)
    try:
        yield opened
    finally:
        opened.close()
