"""One engine session for a lab on a city: steps made when they are first read, again when a number changes.

Rows come out as plain Python values; floats are rounded to 12 digits, so that a sum taken in another
order is the same key.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nagara.citylab.labs.model import BadLab
from nagara.citylab.labs.plan import Plan, reads

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.engine import Session

Rows = list[dict[str, Any]]


def plain(value: Any) -> Any:  # noqa: PLR0911  one line a type
    """A value of the engine as JSON knows it: times as ISO text in UTC, days as ISO text."""
    if isinstance(value, bool | str | int) or value is None:
        return value
    if isinstance(value, float | Decimal):
        number = float(value)
        return float(f"{number:.12g}") if math.isfinite(number) else None
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return str(value)


def in_order(rows: Rows) -> Rows:
    """Rows by their values, column by column: numbers before texts, nothing first."""

    def key(row: Mapping[str, Any]) -> list[tuple[int, float, str]]:
        return [_place_of(value) for value in row.values()]

    return sorted(rows, key=key)


def _place_of(value: Any) -> tuple[int, float, str]:
    if value is None:
        return 0, 0.0, ""
    return (1, float(value), "") if isinstance(value, int | float) else (2, 0.0, str(value))


SPENT: dict[str, float] = defaultdict(float)
"""Seconds in the engine by place of the file, for who checks a lab."""


@contextmanager
def _timed(place: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        SPENT[place] += time.perf_counter() - began


class Bench:
    """A session over a lab's tables at one snapshot. Not to be shared between threads."""

    def __init__(self, plan: Plan, session: Session) -> None:
        self.plan, self.session = plan, session
        self._made: dict[str, tuple[Any, ...]] = {}

    def table(self, sql: str, params: Mapping[str, Any], place: str) -> pa.Table:
        """Rows of one of the lab's queries. Raises BadLab with the place where the engine refuses it."""
        from nagara.citylab.engine import EngineError

        for name in self.plan.uses(sql, place).steps:
            self.step(name, params)
        try:
            with _timed(place):
                return self.session.sql(sql, params)
        except EngineError as error:
            raise self.plan.bad(error.what, place) from error

    def rows(self, sql: str, params: Mapping[str, Any], place: str) -> Rows:
        """The same rows as plain values, by column; in an order of their own where the query has none, so
        that every machine sees the same."""
        table = self.table(sql, params, place)
        rows = [{k: plain(v) for k, v in row.items()} for row in table.to_pylist()]
        return rows if reads(sql).ordered else in_order(rows)

    def step(self, name: str, params: Mapping[str, Any]) -> None:
        """Make a step's table, unless it is there for these very numbers."""
        from nagara.citylab.engine import EngineError

        uses = self.plan.step_uses(name)
        stamp = tuple(params.get(p) for p in sorted(uses.params))
        if self._made.get(name) == stamp:
            return
        for below in uses.steps:
            self.step(below, params)
        try:
            with _timed(f"[[step]] {name}"):
                self.session.step(name, self.plan.steps[name].sql, params)
        except EngineError as error:
            raise self.plan.bad(error.what, f"[[step]] {name}") from error
        self._made[name] = stamp


@contextmanager
def opened(
    plan: Plan,
    data: Mapping[str, Any],
    tz: str,
    runs: Mapping[str, pa.Table],
    threads: int | None = None,
) -> Iterator[Bench]:
    """A bench over the city's tables (Parquet files of one snapshot), the clock, and results of recipes."""
    from nagara.citylab import engine
    from nagara.citylab.recipes.clock import clock

    with engine.session(data, threads=threads) as session:
        session.register("clock", clock(tz))
        for name, table in runs.items():
            session.register(name, table)
        yield Bench(plan, session)


def only(rows: Sequence[Mapping[str, Any]], *columns: str) -> str:
    """What is wrong with these rows as an answer's key: no rows, or a column that is not there."""
    if not rows:
        return "the reference gives no rows"
    lacking = [c for c in columns if c not in rows[0]]
    return f"the reference must give {', '.join(columns)}; it lacks {', '.join(lacking)}" if lacking else ""


def require(plan: Plan, place: str, problem: str) -> None:
    """Raise BadLab for a wrong column; an empty reference is a matter of the draw."""
    if problem.startswith("the reference must"):
        raise BadLab(problem, where=f"{plan.where}, {place}")
