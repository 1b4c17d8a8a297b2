"""What runs computed for a city as a whole, and what the clinic found, for the city's page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc

from nagara.campus.cities.lakes import Place
from nagara.citylab import runs
from nagara.citylab.evidence import Run
from nagara.citylab.indicators import Indicator, computed_by, registry
from nagara.citylab.recipes import Output, Recipe, catalogue

REPEATS = frozenset({"profile", "compare"})
"""Recipes that show the results of others again."""
MOST = 12
"""Rows of one recipe on the city's page; all of them stand on the page of the run."""


@dataclass(frozen=True)
class CityIndicator:
    """An indicator of the whole city with its range and the run behind it."""

    indicator: str
    title: str
    unit: str
    standard: str
    value: float | None
    lo: float | None
    hi: float | None
    n: int | None
    coverage: float | None
    quality: str | None
    reason: str | None
    ts: datetime | None
    run_id: str
    recipe: str
    started: datetime


@dataclass(frozen=True)
class Theme:
    """Indicators of the registry under one heading."""

    name: str
    rows: Sequence[CityIndicator]


@dataclass(frozen=True)
class OfRecipe:
    """What else one recipe computed for the whole city: the first rows, and how many there are."""

    recipe: Recipe
    run_id: str
    started: datetime
    asked: str
    rows: Sequence[CityIndicator]
    total: int


@dataclass(frozen=True)
class Missing:
    """An indicator that nothing has computed here, and the recipes that could."""

    indicator: Indicator
    recipes: Sequence[str]


@dataclass(frozen=True)
class Overview:
    """A city's numbers as its page shows them."""

    themes: Sequence[Theme]
    others: Sequence[OfRecipe]
    missing: Sequence[Missing]

    def __bool__(self) -> bool:
        return bool(self.themes or self.others)


def overview(place: Place) -> Overview:
    """The registry's indicators by theme, then the rest by recipe, then what is still to be computed."""
    if place.snapshot is None or "run" not in place.snapshot.tables:
        return Overview((), (), ())
    return place.fact("overview", lambda: _overview(place))


def _overview(place: Place) -> Overview:
    made = _newest_runs(place)
    rows = _of_the_city(place, made)
    known = registry()
    listed: dict[str, CityIndicator] = {}
    rest: dict[str, list[CityIndicator]] = {}
    for row in sorted(rows, key=lambda row: row.started):
        if row.indicator.partition("_")[0] in known:
            listed[row.indicator] = row
        else:
            rest.setdefault(row.recipe, []).append(row)
    themes = [
        Theme(name, [listed[key] for key in sorted(listed) if known[key[:3]].theme == name])
        for name in dict.fromkeys(item.theme for item in known.values())
    ]
    there = {key[:3] for key, row in listed.items() if row.value is not None}
    can = computed_by()
    missing = [Missing(item, can.get(item.id, ())) for item in known.values() if item.id not in there]
    others = [_of_recipe(catalogue()[name], made[name], rest[name]) for name in catalogue() if name in rest]
    return Overview([theme for theme in themes if theme.rows], others, missing)


def _newest_runs(place: Place) -> dict[str, dict[str, Any]]:
    """recipe -> its newest finished run without a scenario."""
    assert place.snapshot is not None
    newest: dict[str, dict[str, Any]] = {}
    for row in place.snapshot.table("run").to_pylist():
        row["params"] = json.loads(row["params"])
        old = newest.get(row["recipe"])
        fits = row["status"] == "done" and row["recipe"] not in REPEATS and not row["params"].get("scenario")
        if fits and (old is None or row["started"] > old["started"]):
            newest[row["recipe"]] = row
    return newest


def _of_the_city(place: Place, made: Mapping[str, Mapping[str, Any]]) -> list[CityIndicator]:
    """The last value of each indicator of the whole city in each of the runs."""
    chosen = {row["run_id"]: row for row in made.values()}
    if not chosen:
        return []
    rows = place.ask(
        "select * from result where unit_kind = 'city' and scenario_id is null "
        f"and run_id in ({', '.join(f'$r{i}' for i in range(len(chosen)))}) order by run_id, indicator, ts",
        {f"r{i}": run_id for i, run_id in enumerate(chosen)},
        over=["result"],
    )
    found: dict[tuple[str, str], CityIndicator] = {}
    for row in rows.to_pylist():
        run = chosen[row["run_id"]]
        out = output_of(run["recipe"], row["indicator"])
        found[run["recipe"], row["indicator"]] = CityIndicator(
            title=out.title,
            unit=out.unit,
            standard=out.standard,
            recipe=run["recipe"],
            started=run["started"],
            **{k: row[k] for k in _COPIED},
        )
    return list(found.values())


_COPIED = ("indicator", "value", "lo", "hi", "n", "coverage", "quality", "reason", "ts", "run_id")


def output_of(recipe: str, indicator: str) -> Output:
    """Title, unit and standard of an indicator; its id in words where the recipe is not installed here."""
    known = catalogue().get(recipe)
    said = known.output(indicator) if known else None
    plain = indicator.replace("_", " ").replace("-", " ")
    return said or Output(indicator, plain[:1].upper() + plain[1:])


def _of_recipe(recipe: Recipe, made: Mapping[str, Any], rows: Iterable[CityIndicator]) -> OfRecipe:
    """Rows in the order in which the recipe declares them; families last, the greatest first."""
    declared = {out.indicator: i for i, out in enumerate(recipe.outputs)}
    ordered = sorted(
        rows, key=lambda row: (declared.get(row.indicator, len(declared)), -(row.value or 0), row.title)
    )
    usual = {param.name: param.default for param in recipe.params}
    asked = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in sorted(made["params"].items())
        if value not in (None, "", usual.get(name))
    )
    return OfRecipe(recipe, made["run_id"], made["started"], asked, ordered[:MOST], len(ordered))


def finding_counts(place: Place) -> dict[str, dict[str, int]]:
    """source_id -> {severity: number of findings, "rejected": rows set aside}."""
    return place.fact("findings", lambda: _finding_counts(place)) if place.snapshot is not None else {}


def _finding_counts(place: Place) -> dict[str, dict[str, int]]:
    assert place.snapshot is not None
    counts: dict[str, dict[str, int]] = {}
    for row in place.snapshot.table("finding", ["source_id", "severity"]).to_pylist():
        of_source = counts.setdefault(row["source_id"], {})
        of_source[row["severity"]] = of_source.get(row["severity"], 0) + 1
    rejected = place.snapshot.table("rejected", ["source_id"])
    for row in pc.value_counts(rejected.column("source_id")).to_pylist():
        counts.setdefault(row["values"], {})["rejected"] = row["counts"]
    return counts


def recent_runs(place: Place, limit: int) -> list[Run]:
    """The newest runs of a city, without their result rows."""
    data = place.data
    if data is None or place.snapshot is None:
        return []
    return place.fact(f"runs:{limit}", lambda: runs.recent(data, limit=limit))
