"""A decision brief as plain data: question, answer, numbers with ranges, figures, quality, sources, runs.

The page, the PDF and the site all draw the same `Brief`. Its words come from the recipe's `[brief]`
section, see `docs/briefs.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab import runs
from nagara.citylab.brief.figure_rows import prepared
from nagara.citylab.brief.figures import figure_spec, local_text, svg
from nagara.citylab.brief.map_layers import recipe_map
from nagara.citylab.brief.maps import map_spec
from nagara.citylab.brief.naming import Names
from nagara.citylab.brief.periods import Periods, parse_periods
from nagara.citylab.brief.sayings import Number, Sayings, Tile
from nagara.citylab.brief.trust import SourceLine, clinic_words, run_findings, sources_of
from nagara.citylab.evidence import Run
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import CityLake
from nagara.citylab.recipes import Recipe, load

__all__ = ["Brief", "Number", "Picture", "Section", "SourceLine", "Tile", "answer_of", "make"]

WIDE, NARROW = 680, 340
"""Widths of pictures in pixels: of the page, and of half a page."""
MAP_HEIGHT = 255
MOST_TILES = 4


@dataclass(frozen=True)
class Picture:
    """A figure or map in marker colours, with the words that stand for it."""

    title: str
    svg: str
    note: str = ""
    wide: bool = True


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
    tiles: tuple[Tile, ...] = ()


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
    tiles: tuple[Tile, ...] = field(default=())


def make(city: CityLake, *, run_ids: Sequence[str] = (), title: str = "", event: str = "") -> Brief:
    """The brief of the named runs, or of the newest finished run of each recipe.

    `event`: the period to report, see `parse_periods`. Raises UnknownRun, and CityLabError where there is
    no run to report.
    """
    newest = city.newest()
    row = newest.city()
    chosen = runs.read_all(city, run_ids) if run_ids else _newest_runs(city)
    if not chosen:
        name = row["city_id"]
        raise CityLabError(
            f"{name} has no finished run to report.", mend=f"Run a recipe: nagara run RECIPE {name}"
        )
    periods = parse_periods(event, row["tz"])
    names = Names(newest)
    sections = tuple(_section(city, made, names, row["tz"], periods) for made in chosen)
    sources = sources_of(newest, chosen)
    return Brief(
        title=title or load(chosen[0].recipe).title,
        city=row["name"],
        made=local_text(datetime.now(UTC), row["tz"]),
        period=periods.text,
        simulated=any(s.nature == "simulated" for s in sources),
        sections=sections,
        sources=sources,
        quality=clinic_words(newest, sources),
        tiles=_head(sections),
    )


def _newest_runs(city: CityLake) -> list[Run]:
    seen: dict[str, str] = {}
    for made in runs.recent(city, limit=500):
        if made.status == "done":
            seen.setdefault(made.recipe, made.run_id)
    return runs.read_all(city, list(seen.values()))


def _head(sections: Sequence[Section]) -> tuple[Tile, ...]:
    """A few large numbers: each section's first, then the second ones, in the order of the sections."""
    deepest = max((len(s.tiles) for s in sections), default=0)
    turns = [(turn, i) for turn in range(deepest) for i, s in enumerate(sections) if turn < len(s.tiles)]
    chosen = sorted(turns[:MOST_TILES], key=lambda pair: (pair[1], pair[0]))
    return tuple(sections[i].tiles[turn] for turn, i in chosen)


def _section(city: CityLake, made: Run, names: Names, tz: str, periods: Periods) -> Section:
    recipe = load(made.recipe)
    rows = in_periods(made.rows, periods)
    says = Sayings(recipe, rows, names, tz)
    numbers = says.numbers()
    return Section(
        recipe=recipe.name,
        title=recipe.title,
        question=recipe.question,
        answer=made.reason if made.status == "refused" else says.answer(),
        run_id=made.run_id,
        digest=made.digest,
        snapshot=made.snapshot,
        numbers=numbers,
        more_numbers=max(0, rows.num_rows - len(numbers)),
        figures=tuple(_figures(city, recipe, made, names, tz, periods)),
        maps=tuple(_maps(city, recipe, made)),
        meaning=says.meaning(),
        limits=recipe.limits,
        quality=run_findings(made),
        citation=recipe.citation,
        method=recipe.method,
        tiles=says.tiles(),
    )


def answer_of(city: CityLake, made: Run) -> str:
    """What a run says in one sentence; the reason where it was refused."""
    if made.status == "refused":
        return made.reason
    newest = city.newest()
    return Sayings(load(made.recipe), made.rows, Names(newest), str(newest.city()["tz"])).answer()


def in_periods(rows: pa.Table, periods: Periods) -> pa.Table:
    """Result rows within the periods, and those that speak of no time."""
    if not periods:
        return rows
    at = rows.column("ts")
    return rows.filter(pc.or_(pc.is_null(at), pc.fill_null(periods.inside(at), True)))


def _chosen(items: Sequence[Mapping[str, Any]], names: Sequence[str] | None) -> list[Mapping[str, Any]]:
    """The items that `[brief]` names, in its order; all where it names none."""
    if names is None:
        return list(items)
    return [item for name in names for item in items if item.get("name") == name]


def _figures(
    city: CityLake, recipe: Recipe, made: Run, names: Names, tz: str, periods: Periods
) -> list[Picture]:
    pictures = []
    for figure in _chosen(recipe.figures, recipe.extra.get("brief", {}).get("figures")):
        rows = made.rows if figure["step"] == "result" else runs.step(city, made.run_id, figure["step"])
        rows = None if rows is None else clip(rows, figure, periods)
        if rows is None or prepared(figure, rows).num_rows < int(figure.get("least", 1)):
            continue
        wide = bool(figure.get("wide", True))
        spec = figure_spec(figure, names.named(rows), tz, width=WIDE if wide else NARROW)
        note = spec.pop("usermeta", {}).get("note", "")
        pictures.append(Picture(figure.get("title", ""), svg(spec), note, wide))
    return pictures


def clip(rows: pa.Table, figure: Mapping[str, Any], periods: Periods) -> pa.Table:
    """Rows of the periods, where the figure's x is a time; spans of a timeline are cut to them."""
    if not periods:
        return rows
    if "start" in figure and "end" in figure:
        cut = periods.touching(rows.column(figure["start"]), rows.column(figure["end"]))
        kept = rows.filter(pa.array([span is not None for span in cut]))
        for name, which in ((figure["start"], 0), (figure["end"], 1)):
            times = pa.array([span[which] for span in cut if span], pa.timestamp("us", tz="UTC"))
            kept = kept.set_column(kept.column_names.index(name), name, times)
        return kept
    x = figure.get("x", "")
    timed = x in rows.column_names and pa.types.is_timestamp(rows.schema.field(x).type)
    return rows.filter(periods.inside(rows.column(x))) if timed else rows


def _maps(city: CityLake, recipe: Recipe, made: Run) -> list[Picture]:
    pictures = []
    for item in _chosen(recipe.maps, recipe.extra.get("brief", {}).get("maps")):
        layers, note = recipe_map(city, made, item)
        if any(len(layer.shapes) for layer in layers):
            drawn = svg(map_spec(layers, width=NARROW, most_height=MAP_HEIGHT))
            pictures.append(Picture(item.get("title", ""), drawn, note, wide=False))
    return pictures
