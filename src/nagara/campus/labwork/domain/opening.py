"""Opening a lab: the city, the numbers, the key as a Run; once for each person."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from nagara.campus.audit.domain import record
from nagara.campus.cities.lakes import closed_sources
from nagara.campus.cities.models import City, CityMember
from nagara.campus.labwork.domain.keys import as_kept
from nagara.campus.labwork.fitting import Chooser, Where
from nagara.campus.labwork.models import LabAssignment, LabWork, TaskState
from nagara.campus.labwork.shelf import Which, find, which
from nagara.campus.learning.queries import enrolment_of
from nagara.campus.lessons.variants import Curricula, curricula
from nagara.campus.people.models import User
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.citylab.labs import Lab, Prepared


class NotOpen(CityLabError):
    """The lab cannot be begun or answered now."""


@dataclass(frozen=True)
class Plan:
    """What a person would get: the lab with its variant, the city, and why."""

    which: Which
    where: Where


def seed_for(user: int, assignment: int | None, lab: str, number: int = 1) -> str:
    """The seed of a person's numbers: nobody can work it out without the site's secret."""
    said = f"lab/{user}/{assignment or 0}/{lab}/{number}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()


def own_city(user: Any) -> City | None:
    """The city in whose team the person is, for practice outside of a batch."""
    post = CityMember.objects.current().filter(user=user).select_related("city").first()
    return post.city if post is not None else None


def plan_for(row: LabAssignment, city: City | None, chooser: Chooser, known: Curricula) -> Plan:
    """Which lab somebody from `city` gets, and where. Raises CityLabError where there is none."""
    found = which(row.module, row.variant, known.choose(city, row.module))
    return Plan(found, chooser.choose(found.lab, *_named(city)))


def _named(city: City | None) -> tuple[str, str]:
    return (city.slug, city.name) if city is not None else ("", "")


def _own_plan(user: User, name: str, city: str) -> Plan:
    lab = find(name)
    if lab is None:
        raise CityLabError(f"There is no lab {name}.", mend="Choose one from the list of labs.")
    chooser = Chooser(None)
    if city:
        place = chooser.place(city)
        fit = chooser.fit(place, lab) if place is not None else None
        if place is None or fit is None or not fit.ok:
            raise CityLabError(f"The lab {lab.title} does not run on {city}: tables are missing.")
        if closed_sources(place.sources) and not may(user, "lab.see_all_rows", place):
            raise CityLabError(
                f"{place.name} holds data that may not be passed on: practice there is for the city's team.",
                mend="Choose the simulated city, or your own.",
            )
        return Plan(Which(lab, ""), Where(place, "chosen", f"You chose {place.name}.", fit))
    return Plan(Which(lab, ""), chooser.choose(lab, *_named(own_city(user))))


def open_lab(
    user: User, what: LabAssignment | str, *, now: datetime, city: str = "", again: bool = False
) -> LabWork:
    """Begin a lab or go on with it. `what` is a lab of a batch, or the name of one for practice; practice may
    choose a `city`, and begin `again` with other numbers.

    The key is worked out before the database is held: two presses at once may both work it out, and one
    work stands. Raises NotOpen, NoCity, CityLabError.
    """
    row = what if isinstance(what, LabAssignment) else None
    found = LabWork.objects.filter(user=user, assignment=row)
    if row is None:
        found = found.filter(lab=what)
    last = found.order_by("-number").first()
    if last is not None and not (row is None and (again or (city and city != last.city_slug))):
        return last
    if row is not None:
        home = _may_begin(user, row, now).city
        known = curricula(row.batch, [home] if home else [])
        plan, number = plan_for(row, home, Chooser(row.batch), known), 1
    else:
        plan = _own_plan(user, str(what), city)
        number = (found.aggregate(most=Max("number"))["most"] or 0) + 1
    return _begin(user, row, plan, number, now)


def _may_begin(user: User, row: LabAssignment, now: datetime) -> Enrolment:
    enrolment = enrolment_of(user, row.batch)
    if enrolment is None:
        raise NotOpen("You are not in this batch.")
    standing = row.standing(now)
    if standing in ("draft", "upcoming"):
        raise NotOpen("This lab is not open yet.")
    if standing == "closed":
        raise NotOpen("This lab is closed.", mend="You can still do it for practice, from the list of labs.")
    return enrolment


def _begin(user: User, row: LabAssignment | None, plan: Plan, number: int, now: datetime) -> LabWork:
    from nagara.citylab import labs

    lab, where = plan.which.lab, plan.where
    seed = seed_for(user.pk, row.pk if row else None, lab.name, number)
    assert where.place.data is not None
    prepared = labs.prepare(where.place.data, lab, seed)
    work = LabWork(
        assignment=row,
        user=user,
        number=number,
        lab=lab.name,
        version=lab.version,
        sha256=lab.sha256,
        variant_why=plan.which.why[:400],
        city_slug=where.place.slug,
        city_why=where.why[:400],
        lacks=list(where.lacks),
        snapshot=prepared.snapshot,
        run_id=prepared.run_id,
        seed=seed,
        prepared=as_kept(prepared),
        started_at=now,
        changed_at=now,
    )
    tasks = states_of(lab, prepared)
    work.most = sum((task.most for task in tasks), Decimal(0))
    try:
        return _keep(work, tasks)
    except IntegrityError:  # the other press was first
        return LabWork.objects.get(user=user, assignment=row, lab=lab.name, number=number)


def states_of(lab: Lab, prepared: Prepared) -> list[TaskState]:
    """A row for each task that was posed, not saved."""
    return [
        TaskState(task=t.id, kind=t.kind, title=t.title[:160], place=n, most=Decimal(str(t.points)))
        for n, t in enumerate((t for t in lab.tasks if t.id in prepared.posed), 1)
    ]


@transaction.atomic
def _keep(work: LabWork, tasks: list[TaskState]) -> LabWork:
    work.save()
    for task in tasks:
        task.work = work
    TaskState.objects.bulk_create(tasks)
    record(
        "lab begun", f"lab-work/{work.pk}", by=work.user, lab=work.lab, city=work.city_slug, run=work.run_id
    )
    return work
