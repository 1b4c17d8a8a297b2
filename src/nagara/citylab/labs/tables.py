"""Which tables a learner may query in a lab: the city's, the results of its recipes, the steps it shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nagara.citylab.labs.bench import opened
from nagara.citylab.labs.fitting import Kept, contents, data_of, of_the_city
from nagara.citylab.labs.keeping import recipes_for
from nagara.citylab.labs.model import Lab, Prepared
from nagara.citylab.labs.plan import plan_of

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.lake import CityLake, Snapshot
    from nagara.citylab.sandbox import Catalogue

_STEPS: Kept[Any] = Kept(64)
MOST_ROWS = 200_000


def catalogue_of(city: CityLake, prepared: Prepared) -> Catalogue:
    """Tables for the learner's SQL at the lab's snapshot: `run` tables and shown steps among them. A lab with
    a rule task is cut where its learner must not see further. Raises InputsErased."""
    from nagara.citylab import sandbox

    seen = city.snapshot(prepared.snapshot)
    extra = extra_tables(city, prepared, seen)
    return sandbox.catalogue(seen, extra=extra, since=seen_from(prepared), until=seen_until(prepared))


def seen_from(prepared: Prepared) -> datetime | None:
    """The first moment (UTC) that the learner may see, where a rule keeps earlier days for its test."""
    days = [p.body.get("closed_before") for p in prepared.posed.values() if p.kind == "rule"]
    told = [day for day in days if day]
    return datetime.fromisoformat(max(told)).replace(tzinfo=UTC) if told else None


def seen_until(prepared: Prepared) -> datetime | None:
    """The first moment (UTC) that the learner must not see; None where nothing is hidden."""
    days = [p.body["seen_until"] for p in prepared.posed.values() if p.kind == "rule"]
    return datetime.fromisoformat(min(days)).replace(tzinfo=UTC) if days else None


def extra_tables(city: CityLake, prepared: Prepared, seen: Snapshot) -> dict[str, pa.Table]:
    """The lab's own tables by name: results of recipes, and steps with `show = true`."""
    lab = prepared.lab
    tables, _ = recipes_for(city, lab, seen) if lab.runs else ({}, {})
    return {**tables, **_shown_steps(lab, prepared, seen, tables)}


def _shown_steps(
    lab: Lab, prepared: Prepared, seen: Snapshot, runs: dict[str, pa.Table]
) -> dict[str, pa.Table]:
    plan = plan_of(lab)
    steps = [step for step in lab.steps if step.show]
    steps = [s for s in steps if plan.step_params(s.name) <= set(prepared.params)]
    if not steps:
        return {}
    drawn = tuple(sorted((k, str(v)) for k, v in prepared.params.items()))
    key = (contents(lab, seen), drawn)
    known = _STEPS.get(key)
    if known is not None:
        return dict(known)
    found = {}
    with opened(plan, data_of(plan, seen), of_the_city(seen)["tz"], runs) as bench:
        for step in steps:
            bench.step(step.name, prepared.params)
            sql = f'select * from "{step.name}" limit {MOST_ROWS}'
            found[step.name] = bench.session.sql(sql)
    return dict(_STEPS.put(key, found))
