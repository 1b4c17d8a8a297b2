"""Verbs of running a recipe from the site."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.lakes import Place, find_place
from nagara.campus.lab.domain.imports import AT_ONCE, NotNow
from nagara.campus.lab.models import RunJob, State
from nagara.campus.people.models import User
from nagara.citylab import runs
from nagara.citylab.errors import CityLabError
from nagara.citylab.evidence import Run
from nagara.citylab.lake import CityLake
from nagara.citylab.recipes import load

log = logging.getLogger(__name__)


def start_run(
    place: Place, recipe: str, params: Mapping[str, Any], *, by: User, start: Callable[[int], Any]
) -> RunJob:
    """Ask for a run. Raises UnknownRecipe and BadParameter before anything is queued, NotNow where the
    person has too many jobs open or the city has no data."""
    load(recipe).settle(params)
    if place.data is None:
        raise NotNow(f"{place.name} has no data yet.", mend="Bring a file first.")
    _not_too_many(by)
    with transaction.atomic():
        plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in params.items()}
        job = RunJob.objects.create(city=place.slug, recipe=recipe, params=plain, by=by)
        record("run asked for", f"city/{place.slug}", by=by, job=job.pk, recipe=recipe)
        transaction.on_commit(lambda: start(job.pk))
    return job


def run_again(place: Place, made: Run, *, by: User, start: Callable[[int], Any]) -> RunJob:
    """Ask for a new run with the settings of an earlier one, on the newest rows."""
    if made.params.get("scenario"):
        raise NotNow(
            "A run of a scenario is made again on the command line.",
            mend=f"nagara run {made.recipe} {made.city_id} --scenario {made.params['scenario']}",
        )
    known = {param.name for param in load(made.recipe).params}
    given = {name: value for name, value in made.params.items() if name in known and value is not None}
    return start_run(place, made.recipe, given, by=by, start=start)


def repeat_run(place: Place, made: Run, *, by: User, start: Callable[[int], Any]) -> RunJob:
    """Ask for the same results once more, from the very rows that the run read, and to compare the two."""
    if made.status != "done":
        raise NotNow("This run gave no results to repeat.", mend="Bring what it lacked and run it again.")
    _not_too_many(by)
    with transaction.atomic():
        job = RunJob.objects.create(city=place.slug, recipe=made.recipe, repeats=made.run_id, by=by)
        record("repeat asked for", f"city/{place.slug}", by=by, job=job.pk, run=made.run_id)
        transaction.on_commit(lambda: start(job.pk))
    return job


def _not_too_many(by: User) -> None:
    if RunJob.objects.filter(by=by).unfinished().count() >= AT_ONCE:
        raise NotNow(f"You have {AT_ONCE} runs under way.", mend="Wait until one has ended.")


def carry_out(job_id: int) -> None:
    """What the worker does: run the recipe and keep the Run, or repeat one; write down how it ended."""
    job = RunJob.objects.get(pk=job_id)
    if job.state != State.WAITING:
        return
    RunJob.objects.filter(pk=job_id).update(state=State.WORKING, doing="computing")
    try:
        place = find_place(job.city)
        if place.data is None:
            raise NotNow(f"{place.name} has no data any more.")
        done = _repeated(place.data, job) if job.repeats else _run(place.data, job)
    except CityLabError as error:
        _end(job_id, State.REFUSED, reason=error.what, mend=error.mend)
    except Exception:
        log.exception("run job %s failed", job_id)
        _end(job_id, State.FAILED, reason="This is a fault of ours; it was written to the log.")
    else:
        _end(job_id, **done)


def _run(city: CityLake, job: RunJob) -> dict[str, Any]:
    made = runs.run(city, job.recipe, job.params)
    state = State.DONE if made.status == "done" else State.REFUSED
    return {"state": state, "run_id": made.run_id, "reason": made.reason}


def _repeated(city: CityLake, job: RunJob) -> dict[str, Any]:
    return {"state": State.DONE, "report": runs.rerun(city, job.repeats).as_dict()}


def _end(job_id: int, state: State, **fields: Any) -> None:
    RunJob.objects.filter(pk=job_id).update(state=state, ended=datetime.now(UTC), doing="", **fields)
