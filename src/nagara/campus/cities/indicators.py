"""What runs computed for a city as a whole, and what the clinic found, for the city's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc

from nagara.campus.cities.lakes import Place
from nagara.citylab import runs
from nagara.citylab.evidence import Run
from nagara.citylab.recipes import Output, catalogue


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


def outputs() -> dict[tuple[str, str], Output]:
    """(recipe, indicator) -> what the recipe says of it."""
    return {(recipe.name, out.indicator): out for recipe in catalogue().values() for out in recipe.outputs}


def city_indicators(place: Place) -> list[CityIndicator]:
    """For each recipe its newest finished run's values of the whole city (no scenario)."""
    if place.snapshot is None or "run" not in place.snapshot.tables:
        return []
    return place.fact("indicators", lambda: _indicators(place))


def _indicators(place: Place) -> list[CityIndicator]:
    assert place.snapshot is not None
    newest: dict[str, dict[str, Any]] = {}
    for row in place.snapshot.table("run").to_pylist():
        old = newest.get(row["recipe"])
        if row["status"] == "done" and (old is None or row["started"] > old["started"]):
            newest[row["recipe"]] = row
    chosen = {row["run_id"]: row for row in newest.values()}
    if not chosen:
        return []
    rows = place.ask(
        "select * from result where unit_kind = 'city' and scenario_id is null "
        f"and run_id in ({', '.join(f'$r{i}' for i in range(len(chosen)))}) order by run_id, indicator, ts",
        {f"r{i}": run_id for i, run_id in enumerate(chosen)},
        over=["result"],
    )
    known = outputs()
    found: dict[tuple[str, str], CityIndicator] = {}
    for row in rows.to_pylist():
        run = chosen[row["run_id"]]
        out = known.get((run["recipe"], row["indicator"]))
        found[run["recipe"], row["indicator"]] = CityIndicator(
            title=out.title if out else row["indicator"],
            unit=out.unit if out else "",
            standard=out.standard if out else "",
            recipe=run["recipe"],
            started=run["started"],
            **{k: row[k] for k in _COPIED},
        )
    return list(found.values())


_COPIED = ("indicator", "value", "lo", "hi", "n", "coverage", "quality", "reason", "ts", "run_id")


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
