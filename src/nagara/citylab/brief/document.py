"""A decision brief as plain data: question, answer, numbers with ranges, figures, quality, sources, runs.

The page, the PDF and the site all draw the same `Brief`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab import runs
from nagara.citylab.brief.figures import figure_spec, local_text, svg
from nagara.citylab.brief.map_layers import recipe_map
from nagara.citylab.brief.maps import map_spec
from nagara.citylab.brief.naming import Names
from nagara.citylab.brief.numbers import number_text, range_text, unit_text
from nagara.citylab.evidence import Run
from nagara.citylab.findings import CityLabError, Finding, Severity
from nagara.citylab.lake import CityLake, Snapshot
from nagara.citylab.recipes import Recipe, load

MOST_NUMBERS = 8


@dataclass(frozen=True)
class Number:
    """One line of the table of numbers: everything as people read it."""

    label: str
    unit_name: str
    value: str
    span: str
    n: str
    coverage: str
    quality: str
    reason: str
    when: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure or map in marker colours, with the words that stand for it."""

    title: str
    svg: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One run: what was asked and what it says."""

    recipe: str
    title: str
    question: str
    answer: str
    run_id: str
    digest: str
    snapshot: int
    numbers: tuple[Number, ...]
    more_numbers: int
    figures: tuple[Picture, ...]
    maps: tuple[Picture, ...]
    meaning: tuple[str, ...]
    limits: tuple[str, ...]
    quality: tuple[str, ...]
    citation: tuple[str, ...]
    method: str


@dataclass(frozen=True)
class SourceLine:
    """One source as it must be named."""

    source_id: str
    title: str
    licence: str
    attribution: str
    imported: str
    nature: str


@dataclass(frozen=True)
class Brief:
    """The whole brief. `simulated` says that no number in it is about a real place."""

    title: str
    city: str
    made: str
    period: str
    simulated: bool
    sections: tuple[Section, ...]
    sources: tuple[SourceLine, ...]
    quality: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Period:
    """A period in local time; open at either end."""

    low: datetime | None = None
    high: datetime | None = None
    text: str = ""


def parse_event(text: str, tz: str) -> _Period:
    """`2020-01-01/2020-01-03` (local days or times) as a period. Raises CityLabError."""
    if not text:
        return _Period()
    from zoneinfo import ZoneInfo

    parts = text.split("/")
    try:
        low, high = (datetime.fromisoformat(part.strip()) for part in parts)
    except ValueError:
        raise CityLabError(f"{text!r} is not a period.", mend="Write 2020-01-01/2020-01-03.") from None
    if high < low:
        raise CityLabError(f"the period {text!r} ends before it starts.")
    zone = ZoneInfo(tz)
    aware = [t if t.tzinfo else t.replace(tzinfo=zone) for t in (low, high)]
    return _Period(aware[0].astimezone(UTC), aware[1].astimezone(UTC), text.replace("/", " to "))


def make(
    city: CityLake, *, run_ids: Sequence[str] = (), title: str = "", event: str = "", width: int = 640
) -> Brief:
    """The brief of the named runs, or of the newest finished run of each recipe.

    Raises UnknownRun, and CityLabError where there is no run to report.
    """
    newest = city.newest()
    row = newest.table("city").to_pylist()[0]
    chosen = [runs.read(city, run_id) for run_id in run_ids] or _newest_runs(city)
    if not chosen:
        name = row["city_id"]
        raise CityLabError(
            f"{name} has no finished run to report.", mend=f"Run a recipe: nagara run RECIPE {name}"
        )
    period = parse_event(event, row["tz"])
    names = Names(newest)
    sections = tuple(_section(city, made, names, row["tz"], period, width) for made in chosen)
    sources = _sources(newest, chosen)
    return Brief(
        title=title or (chosen[0].recipe and load(chosen[0].recipe).title),
        city=row["name"],
        made=local_text(datetime.now(UTC), row["tz"]),
        period=period.text,
        simulated=any(s.nature == "simulated" for s in sources),
        sections=sections,
        sources=sources,
        quality=_quality_words(newest, sources),
    )


def _newest_runs(city: CityLake) -> list[Run]:
    seen: dict[str, str] = {}
    for made in runs.recent(city, limit=500):
        if made.status == "done":
            seen.setdefault(made.recipe, made.run_id)
    return [runs.read(city, run_id) for run_id in seen.values()]


def _section(city: CityLake, made: Run, names: Names, tz: str, period: _Period, width: int) -> Section:
    recipe = load(made.recipe)
    rows = _in_period(made.rows, period)
    words = recipe.extra.get("brief", {})
    numbers = _numbers(recipe, rows, names, tz)
    answer = made.reason if made.status == "refused" else _answer(recipe, words, rows, names, tz)
    return Section(
        recipe=recipe.name,
        title=recipe.title,
        question=recipe.question,
        answer=answer,
        run_id=made.run_id,
        digest=made.digest,
        snapshot=made.snapshot,
        numbers=numbers[: words.get("most", MOST_NUMBERS)],
        more_numbers=max(0, rows.num_rows - words.get("most", MOST_NUMBERS)),
        figures=tuple(_figures(city, recipe, made, names, tz, period, width)),
        maps=tuple(_maps(city, recipe, made, width)),
        meaning=tuple(words.get("meaning", ())),
        limits=recipe.limits,
        quality=tuple(finding_text(f) for f in made.findings if f.severity != Severity.NOTE),
        citation=recipe.citation,
        method=recipe.method,
    )


def finding_text(finding: Finding) -> str:
    """A finding of a recipe in words: "12 values fail a test"."""
    count = f"{finding.count:,} " if finding.count > 1 and not finding.message[:1].isdigit() else ""
    return f"{count}{finding.message}"


def _in_period(rows: pa.Table, period: _Period) -> pa.Table:
    if period.low is None or period.high is None:
        return rows
    at = rows.column("ts")
    inside = pc.and_(pc.greater_equal(at, pa.scalar(period.low)), pc.less_equal(at, pa.scalar(period.high)))
    return rows.filter(pc.or_(pc.is_null(at), pc.fill_null(inside, True)))


def _numbers(recipe: Recipe, rows: pa.Table, names: Names, tz: str) -> tuple[Number, ...]:
    """City-wide numbers first, then the largest of each indicator, in the order of the header."""
    order = {o.indicator: i for i, o in enumerate(recipe.outputs)}
    outputs = {o.indicator: o for o in recipe.outputs}
    least = float("-inf")

    def rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
        wide = row["unit_kind"] != "city"
        return (wide, order.get(row["indicator"], 99), -(row["value"] if row["value"] is not None else least))

    shown = []
    for row in sorted(rows.to_pylist(), key=rank)[:200]:
        output = outputs.get(row["indicator"])
        unit = output.unit if output else ""
        coverage = row["coverage"]
        shown.append(
            Number(
                label=output.title if output else row["indicator"],
                unit_name=names.of(row["unit_kind"], row["unit_id"]),
                value=number_text(row["value"], unit),
                span=range_text(row["lo"], row["hi"], unit),
                n="" if row["n"] is None else f"{row['n']:,}",
                coverage="" if coverage is None else f"{100 * coverage:.0f} %",
                quality=row["quality"] or "",
                reason=row["reason"] or "",
                when=local_text(row["ts"], tz) if row["ts"] else "",
            )
        )
    return tuple(shown)


def answer_of(city: CityLake, made: Run) -> str:
    """What a run says in one sentence; the reason where it was refused."""
    if made.status == "refused":
        return made.reason
    recipe, newest = load(made.recipe), city.newest()
    words = recipe.extra.get("brief", {})
    return _answer(recipe, words, made.rows, Names(newest), str(newest.city()["tz"]))


def _answer(recipe: Recipe, words: Mapping[str, Any], rows: pa.Table, names: Names, tz: str) -> str:
    """The recipe's answer in one sentence, with picked rows put in; a plain one where it has none."""
    picked = {name: _pick(rows, how) for name, how in words.get("pick", {}).items()}
    if "answer" in words and all(row is not None for row in picked.values()):
        outputs = {o.indicator: o.unit for o in recipe.outputs}
        return _fill(words["answer"], picked, names, outputs, tz)
    if rows.num_rows == 0:
        return str(words.get("otherwise", "There is nothing to report for this period."))
    if "otherwise" in words:
        return str(words["otherwise"])
    first = _numbers(recipe, rows, names, tz)[0]
    return f"{first.label} is {first.value or 'not known'} ({first.unit_name})."


def _pick(rows: pa.Table, how: Mapping[str, Any]) -> dict[str, Any] | None:
    """One row: of an indicator (and unit kind, unit id), the highest value, or as `order` says."""
    mask = pc.equal(rows.column("indicator"), how["indicator"])
    for name in ("unit_kind", "unit_id"):
        if name in how:
            mask = pc.and_(mask, pc.equal(rows.column(name), how[name]))
    found = rows.filter(pc.and_(mask, pc.is_valid(rows.column("value"))))
    if found.num_rows == 0:
        return None
    column, _, way = str(how.get("order", "value desc")).partition(" ")
    keys = [(column, "descending" if way == "desc" else "ascending"), ("unit_id", "ascending")]
    row: dict[str, Any] = found.sort_by(keys).slice(0, 1).to_pylist()[0]
    return row | {"count": found.num_rows}


def _fill(text: str, picked: Mapping[str, Any], names: Names, units: Mapping[str, str], tz: str) -> str:
    """Put picked rows into `{pick.field}`: name, value, lo, hi, range, n, when, count, unit."""

    def put(match: re.Match[str]) -> str:
        row, what = picked[match[1]], match[2]
        unit = units.get(row["indicator"], "")
        ready: Mapping[str, Callable[[], str]] = {
            "name": lambda: names.of(row["unit_kind"], row["unit_id"]),
            "when": lambda: local_text(row["ts"], tz) if row["ts"] else "an unknown time",
            "range": lambda: range_text(row["lo"], row["hi"], unit) or number_text(row["value"], unit),
            "n": lambda: f"{row['n'] or 0:,}",
            "count": lambda: f"{row['count']:,}",
            "unit": lambda: unit_text(unit),
        }
        return ready[what]() if what in ready else number_text(row[what], unit)

    return re.sub(r"\{(\w+)\.(\w+)\}", put, text)


def _figures(
    city: CityLake, recipe: Recipe, made: Run, names: Names, tz: str, period: _Period, width: int
) -> list[Picture]:
    pictures = []
    for figure in recipe.figures:
        rows = made.rows if figure["step"] == "result" else runs.step(city, made.run_id, figure["step"])
        if rows is None:
            continue
        rows = _clip(rows, figure, period)
        if rows.num_rows == 0:
            continue
        spec = figure_spec(figure, names.named(rows), tz, width=width)
        note = spec.pop("usermeta", {}).get("note", "")
        pictures.append(Picture(figure.get("title", ""), svg(spec), note))
    return pictures


def _clip(rows: pa.Table, figure: Mapping[str, Any], period: _Period) -> pa.Table:
    """Rows of the period, where the figure's x is a time."""
    if period.low is None or period.high is None or "x" not in figure:
        return rows
    kind = rows.schema.field(figure["x"]).type
    if not pa.types.is_timestamp(kind):
        return rows
    at = rows.column(figure["x"]).cast(pa.timestamp("us", tz="UTC"))
    inside = pc.and_(pc.greater_equal(at, pa.scalar(period.low)), pc.less_equal(at, pa.scalar(period.high)))
    return rows.filter(inside)


def _maps(city: CityLake, recipe: Recipe, made: Run, width: int) -> list[Picture]:
    pictures = []
    for item in recipe.maps:
        layers, note = recipe_map(city, made, item)
        if any(len(layer.shapes) for layer in layers):
            pictures.append(Picture(item.get("title", ""), svg(map_spec(layers, width=width)), note))
    return pictures


def _sources(newest: Snapshot, chosen: Sequence[Run]) -> tuple[SourceLine, ...]:
    """The sources that the runs read, as they must be named; erased ones say so."""
    ids: set[str] = set()
    inputs = newest.table("run_input")
    for made in chosen:
        mine = inputs.filter(pc.equal(inputs.column("run_id"), made.run_id))
        ids |= {i for i in mine.column("source_id").to_pylist() if i}
    known = {row["source_id"]: row for row in newest.table("source").to_pylist()}
    lines = []
    for source_id in sorted(ids):
        row = known.get(source_id)
        if row is None:
            lines.append(SourceLine(source_id, f"{source_id} (erased since)", "", "", "", ""))
            continue
        lines.append(
            SourceLine(
                source_id,
                row["title"] or source_id,
                row["licence"] or "licence unknown",
                row["attribution"] or "",
                f"{row['imported_at']:%Y-%m-%d}" if row["imported_at"] else "",
                row["nature"],
            )
        )
    return tuple(lines)


def _quality_words(newest: Snapshot, sources: Sequence[SourceLine]) -> tuple[str, ...]:
    """What the clinic found in these sources, heaviest first, in words."""
    wanted = {s.source_id for s in sources}
    titles = {s.source_id: s.title for s in sources}
    found = [
        row
        for row in newest.table("finding").to_pylist()
        if row["source_id"] in wanted and row["severity"] in {"refuse", "repair", "warn"}
    ]
    weight = {"refuse": 0, "warn": 1, "repair": 2}
    found.sort(key=lambda row: (weight[row["severity"]], -row["count"]))
    return tuple(f"{titles[row['source_id']]}: {row['message']}" for row in found[:8])
