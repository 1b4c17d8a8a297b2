"""Computes a lesson's worked examples on one city at one snapshot: rows, numbers, figures, sources.

Nothing is written here. What comes out is plain data (`as_dict`), small enough to be kept beside a page.
"""

from __future__ import annotations

import math
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from datetime import time as clock_time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nagara.citylab.errors import CityLabError
from nagara.citylab.lessons.reading import NUMBER, Example, Given, Lesson, Need

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.engine import Session
    from nagara.citylab.evidence import Computed as RecipeResult
    from nagara.citylab.lake import Snapshot
    from nagara.citylab.recipes import Recipe

MOST_ROWS = 40
WIDTH = 460
"""Pixels of a figure: narrow, so that its words can be read on a phone."""
MOST_DONE = 4
_DONE: dict[tuple[Any, ...], RecipeResult] = {}
"""The last recipes that lessons ran, by text, parameters and files: lessons of a module ask for the same."""
OF_SENSORS = frozenset({"observation", "datastream", "thing"})


@dataclass(frozen=True)
class Worked:
    """One example as computed: the first rows (plain values), how many there are, and the drawn figure.

    The figure is SVG in marker colours (`brief.palette.paint`). `problem` says why there is nothing.
    """

    name: str
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    row_count: int = 0
    svg: str = ""
    tables: tuple[str, ...] = ()
    problem: str = ""
    seconds: float = 0.0
    derived: bool = False
    """The rows are counted or summed, no row of a source as it is."""

    def value(self, row: int, column: str) -> Any:
        """A value by row (1 is the first) and column. Raises KeyError where it is not there."""
        names = [name for name, _ in self.columns]
        if column not in names or not 0 < row <= len(self.rows):
            raise KeyError(f"{self.name}[{row}].{column}")
        return self.rows[row - 1][names.index(column)]


@dataclass(frozen=True)
class Source:
    """A source as it must be named beside what is shown."""

    source_id: str
    title: str
    licence: str
    attribution: str
    nature: str
    share: str


@dataclass(frozen=True)
class Computed:
    """A lesson's examples on a city. Where it `lacks` what they need it says so, and nothing is worked."""

    city_id: str
    city: str
    country: str
    tz: str
    snapshot: int
    lesson_sha256: str
    worked: Mapping[str, Worked] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    contents: Mapping[str, int] = field(default_factory=dict)
    """Table -> the snapshot in which it last changed (0: not there); `#sources` for the sources."""

    @property
    def simulated(self) -> bool:
        """True where any source behind it is simulated: it says so wherever it shows."""
        return any(source.nature == "simulated" for source in self.sources)

    @property
    def modelled(self) -> bool:
        """True where any source behind it is a model's: it says so too."""
        return any(source.nature == "modelled" for source in self.sources)

    @property
    def may_pass_on(self) -> bool:
        """False where rows of a source may not be passed on: figures and single numbers stay."""
        return all(source.share != "forbidden" for source in self.sources)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Computed:
        worked = {
            name: Worked(
                **w
                | {
                    "columns": tuple((n, k) for n, k in w["columns"]),
                    "rows": tuple(tuple(row) for row in w["rows"]),
                    "tables": tuple(w["tables"]),
                }
            )
            for name, w in data["worked"].items()
        }
        sources = tuple(Source(**row) for row in data["sources"])
        return cls(**{**data, "worked": worked, "sources": sources, "lacks": tuple(data["lacks"])})


@contextmanager
def _looking(snapshot: Snapshot, tables: Iterable[str]) -> Iterator[Session]:
    """A session over these tables of a snapshot, with the city's clock. Always DuckDB: so are the texts."""
    from nagara.citylab.engine import DuckSession
    from nagara.citylab.recipes.clock import clock
    from nagara.citylab.runs import data_of

    with closing(DuckSession(data_of(snapshot, set(tables)))) as session:
        session.register("clock", clock(snapshot.city()["tz"]))
        yield session


def count(need: Need, snapshot: Snapshot, session: Session | None = None) -> int:
    """Rows that a city has of what is needed; from the table's log where there is no condition."""
    got = snapshot.rows(need.table) if need.table in snapshot.tables else 0
    if not (got and need.where):
        return got
    if session is None:
        with _looking(snapshot, [need.table]) as opened:
            return count(need, snapshot, opened)
    rows = session.sql(f'select count(*) as n from "{need.table}" where {need.where}')
    return int(rows["n"][0].as_py())


def _lack(need: Need, snapshot: Snapshot, session: Session) -> str:
    """What a city lacks of a need, in words; "" where it has it."""
    got = count(need, snapshot, session)
    if got >= need.min_rows:
        return ""
    has = f"has {got:,}" if got else "has none"
    rows = "row" if need.min_rows == 1 else "rows"
    such = " of this kind" if need.where else ""
    first = f"The example needs at least {need.min_rows:,} {rows} of {need.table}{such}; this city {has}."
    return " ".join(part for part in (first, need.why, need.bring) if part)


def tables_of(sql: str, own: Iterable[str] = ()) -> tuple[str, ...]:
    """Names of the tables that a SELECT reads, without those that it defines. Raises CityLabError."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except SqlglotError as error:
        raise CityLabError(f"this is not SQL: {re.sub(chr(27) + r'.*?m', '', str(error))[:200]}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise CityLabError("an example is one SELECT")
    tree = statements[0]
    defined = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)} | set(own)
    return tuple(sorted({t.name.lower() for t in tree.find_all(exp.Table)} - defined - {""}))


def tables_wanted(lesson: Lesson) -> tuple[str, ...]:
    """Canonical tables that a lesson's needs, queries and recipes read."""
    from nagara.citylab.recipes import load
    from nagara.citylab.tables import TABLES

    names = {need.table for need in lesson.needs}
    for example in lesson.examples:
        with suppress(CityLabError):
            names |= set(tables_of(example.sql))
    for given in lesson.runs:
        names |= {i.table for i in load(given.recipe).inputs}
    return tuple(sorted(names & set(TABLES)))


def contents(tables: Iterable[str], snapshot: Snapshot) -> dict[str, int]:
    """What names the rows of these tables: examples are computed again only where this changes."""
    found = {name: snapshot.tables[name].content if name in snapshot.tables else 0 for name in tables}
    sources = sorted(
        (i, str(row["sha256"]), str(row["imported_at"])) for i, row in snapshot.sources().items()
    )
    return {**found, "#sources": zlib.crc32(repr(sources).encode())}


def derived(sql: str) -> bool:
    """True where a SELECT groups or aggregates: what it gives is counted, not copied."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    select = tree.find(exp.Select)
    if select is None or isinstance(tree, exp.SetOperation):
        return False
    return bool(select.args.get("group")) or all(e.find(exp.AggFunc) for e in select.expressions)


def compute(lesson: Lesson, snapshot: Snapshot) -> Computed:
    """Every example of a lesson on a city. A failing one says why; others stay. Raises CityLabError where a
    need cannot be looked into."""
    from nagara.citylab.tables import BOOKKEEPING, TABLES

    row = snapshot.city()
    wanted = tables_wanted(lesson)
    about = {"city_id": row["city_id"], "city": row["name"], "country": row["country"], "tz": row["tz"]}
    base = Computed(
        **about,
        snapshot=snapshot.number,
        lesson_sha256=lesson.sha256,
        contents=contents(wanted, snapshot),
    )
    reads: dict[str, tuple[str, ...]] = {}
    worked: dict[str, Worked] = {}
    for example in lesson.examples:
        try:
            reads[example.name] = tables_of(example.sql)
        except CityLabError as error:
            worked[example.name] = Worked(example.name, problem=error.what)
    named = {name for names in reads.values() for name in names}
    used = {name for name in named if name in TABLES}
    with _looking(snapshot, used | {need.table for need in lesson.needs}) as session:
        missing = tuple(text for need in lesson.needs if (text := _lack(need, snapshot, session)))
        if missing:
            return replace(base, lacks=missing)
        used |= _give_all(lesson, named, snapshot, session)
        for example in lesson.examples:
            if example.name in reads:
                worked[example.name] = _one(example, lesson, snapshot, session, reads[example.name], base.tz)
    # lists about the data name every source: they count only where nothing else was read
    read = used - BOOKKEEPING or used
    with _looking(snapshot, read | {"datastream"} if read & OF_SENSORS else read) as session:
        ids = _source_ids(read, snapshot, session, _words(lesson))
    return replace(base, worked=worked, sources=_sources(ids, snapshot))


def _give_all(lesson: Lesson, named: set[str], snapshot: Snapshot, session: Session) -> set[str]:
    """Make the recipes' rows known that examples name; the tables that the recipes read."""
    used: set[str] = set()
    for given in lesson.runs:
        if given.name in named:
            used |= _give(given, snapshot, session)
    return used


def _give(given: Given, snapshot: Snapshot, session: Session) -> set[str]:
    """Make a recipe's rows known; the tables that it read. A refused one gives no rows."""
    from nagara.citylab.recipes import load
    from nagara.citylab.runs import data_of

    recipe = load(given.recipe)
    inputs = {i.table for i in recipe.inputs}
    tables = data_of(snapshot, inputs)
    files = tuple((name, tuple(snapshot.files(name))) for name in sorted(inputs) if name in snapshot.tables)
    key = (recipe.sha256, repr(sorted(given.params.items())), files)
    if key not in _DONE:
        while len(_DONE) >= MOST_DONE:
            _DONE.pop(next(iter(_DONE)), None)
        _DONE[key] = _run(recipe, tables, snapshot, given)
    done = _DONE[key]
    session.register(given.name, done.steps.get(given.step, done.rows))
    return {name for name in inputs if name in snapshot.tables}


def _run(recipe: Recipe, tables: Mapping[str, Any], snapshot: Snapshot, given: Given) -> RecipeResult:
    from nagara.citylab.evidence import compute as run_recipe
    from nagara.citylab.runs import context_of

    return run_recipe(recipe, tables, context_of(snapshot), given.params)


def _one(
    example: Example, lesson: Lesson, snapshot: Snapshot, session: Session, reads: tuple[str, ...], tz: str
) -> Worked:
    for name in example.needs:
        if not snapshot.rows(name):
            return Worked(example.name, tables=reads, problem=f"This city has no rows of {name} yet.")
    began = time.perf_counter()
    try:
        rows = session.sql(example.sql)
    except CityLabError as error:
        return Worked(example.name, tables=reads, problem=str(error))
    seconds = time.perf_counter() - began
    if not rows.num_rows:
        return Worked(
            example.name,
            _columns(rows),
            tables=reads,
            seconds=seconds,
            problem="The query gives no rows here.",
        )
    named = [row for name, row, _ in lesson.numbers() if name == example.name]
    most = min(MOST_ROWS, max([example.show, 1, *named]))
    drawn, problem = _drawn(example, rows, tz)
    return Worked(
        example.name,
        _columns(rows),
        tuple(tuple(plain(v) for v in row.values()) for row in rows.slice(0, most).to_pylist()),
        rows.num_rows,
        drawn,
        reads,
        problem,
        round(seconds, 3),
        derived(example.sql),
    )


def _columns(rows: pa.Table) -> tuple[tuple[str, str], ...]:
    cells = ("h3", "_h3")
    return tuple((f.name, "cell" if f.name.endswith(cells) else _kind(f.type)) for f in rows.schema)


def _kind(kind: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_timestamp(kind):
        return "time"
    if pa.types.is_date(kind):
        return "day"
    if pa.types.is_integer(kind):
        return "whole"
    return "number" if pa.types.is_floating(kind) or pa.types.is_decimal(kind) else "text"


def plain(value: Any) -> Any:
    """A value as JSON holds it; times as ISO in UTC, numbers that are none as nothing."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).isoformat()
    if isinstance(value, date | clock_time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _drawn(example: Example, rows: pa.Table, tz: str) -> tuple[str, str]:
    """The figure as SVG in the page's own colours; "" where none is asked for, or the reason."""
    if not example.figure:
        return "", ""
    from nagara.citylab.brief.figures import figure_spec, svg

    named = [example.figure.get(key) for key in ("x", "y", "series", "start", "end", "value", "h3")]
    lost = [name for name in named if isinstance(name, str) and name not in rows.column_names]
    if lost:
        return "", f"The figure names {', '.join(lost)}, which the query does not give."
    try:
        if example.figure["kind"] == "cells":
            from nagara.citylab.brief.maps import cell_layer, map_spec

            cells = zip(rows.column(example.figure.get("h3", "h3")).to_pylist(),
                        rows.column(example.figure["value"]).to_pylist(), strict=True)  # fmt: skip
            layer = cell_layer(
                {int(h3): None if v is None else float(v) for h3, v in cells if h3 is not None},
                title=example.figure.get("title", ""),
                unit=example.figure.get("unit", ""),
            )
            return svg(map_spec([layer], width=WIDTH)), ""
        return svg(figure_spec(example.figure, rows, tz, width=WIDTH)), ""
    except (KeyError, ValueError, TypeError) as error:
        return "", f"The figure cannot be drawn: {error!r}"


def _words(lesson: Lesson) -> set[str]:
    """Words that queries and recipes of a lesson name: among them the properties that they read."""
    found = {str(value) for given in lesson.runs for value in given.params.values()}
    return found.union(*(re.findall(r"'([^']+)'", example.sql) for example in lesson.examples))


def _source_ids(tables: Iterable[str], snapshot: Snapshot, session: Session, words: set[str]) -> set[str]:
    """The sources that rows of these tables came from. Where a property is named, only those that have it."""
    from nagara.citylab.tables import TABLES

    tables, ids = set(tables), set[str]()
    if tables & OF_SENSORS and "datastream" in snapshot.tables:
        rows = session.sql("select distinct property, source_id from datastream").to_pylist()
        ids = {row["source_id"] for row in rows if row["property"] in words and row["source_id"]}
        tables = tables - OF_SENSORS if ids else tables

    names = [n for n in tables if n in snapshot.tables and n in TABLES and "source_id" in TABLES[n].column]
    if not names:
        return ids
    union = " union ".join(f'select distinct source_id from "{name}"' for name in sorted(names))
    return ids | {i for i in session.sql(union).column("source_id").to_pylist() if i}


def _sources(ids: Iterable[str], snapshot: Snapshot) -> tuple[Source, ...]:
    """The sources as they must be named, in order of their ids."""
    from nagara.citylab.lake.licences import recognise

    known = snapshot.sources()
    found = []
    for source_id in sorted(ids):
        row = known.get(source_id, {})
        licence = row.get("licence") or ""
        found.append(
            Source(
                source_id,
                row.get("title") or source_id,
                licence or "licence unknown",
                row.get("attribution") or "",
                row.get("nature") or "",
                recognise(licence).share.value,
            )
        )
    return tuple(found)


_MARKS = re.compile(r"([\\`*_{}\[\]<>|#])")


def fill(markdown: str, computed: Computed | None) -> str:
    """The text with its numbers filled in, as Markdown; "(not known)" where there is none."""

    def put(found: re.Match[str]) -> str:
        name, row, column, places = found[1], int(found[2] or 1), found[3], found[4]
        if computed is None:
            return text_of(None, "")
        if name == "city":
            about = {"name": computed.city, "country": computed.country, "tz": computed.tz}
            return _MARKS.sub(r"\\\1", about.get(column, "(not known)"))
        worked = computed.worked.get(name)
        try:
            value = worked.value(row, column) if worked else None
        except KeyError:
            value = None
        kind = dict(worked.columns).get(column, "") if worked else ""
        text = text_of(value, kind, None if places is None else int(places), computed.tz)
        return _MARKS.sub(r"\\\1", text) if isinstance(value, str) else text

    return NUMBER.sub(put, markdown)


def text_of(value: Any, kind: str, places: int | None = None, tz: str = "UTC") -> str:
    """A plain value as people read it: 1,410; 0.65; 1 January 2020, 09:10 (WIB)."""
    from nagara.citylab.brief.numbers import digits_text

    if value is None:
        return "(not known)"
    if kind == "cell" and isinstance(value, int):
        return f"{value:x}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return digits_text(value) if places is None else f"{value:,.{places}f}".replace("-", "\u2212")
    return _moment(str(value), kind, tz) if kind in {"time", "day"} else str(value)


def _moment(text: str, kind: str, tz: str) -> str:
    from zoneinfo import ZoneInfo

    if kind == "day":
        day = date.fromisoformat(text[:10])
        return f"{day.day} {day:%b %Y}"
    there = datetime.fromisoformat(text).astimezone(ZoneInfo(tz))
    return f"{there.day} {there:%B %Y, %H:%M} ({there:%Z})"
