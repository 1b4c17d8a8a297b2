"""Verbs: ask what is due (each day with sessions, at the end, months later), ask by hand, set the times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from nagara.campus.audit.domain import record
from nagara.campus.evaluation.models import AT_END, BY_HAND, DAILY, LATER, Occasion, Plan
from nagara.campus.evaluation.times import LATER_DAYS, at, kind_of, later, months_later, plan_of, today
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, EvaluationForm
from nagara.campus.timetable.models import Activity, PublicSession
from nagara.citylab.errors import CityLabError


def subject(batch: Batch) -> str:
    return f"batch/{batch.slug}"


@transaction.atomic
def ask_due(batch: Batch, *, now: datetime) -> list[Occasion]:
    """Ask what the forms of the batch's version want asked today. Safe to repeat. A daily form of a day whose
    sessions were all cancelled before anyone answered is taken back."""
    day, plan = today(batch, now), plan_of(batch)
    made = []
    for form in EvaluationForm.objects.filter(version=batch.version_id):
        kind = kind_of(form)
        if kind == DAILY and batch.starts <= day <= batch.ends:
            made.append(_daily(batch, form, day, plan))
        elif kind == AT_END and batch.ends <= day <= batch.ends + timedelta(days=plan.end_days):
            made.append(_once(batch, form, kind, batch.ends, _end_times(batch, plan)))
        elif kind == LATER:
            first = later(batch.ends, months_later(form))
            if first <= day < first + timedelta(days=LATER_DAYS):
                opens = at(first, time(9), batch.tz)
                made.append(_once(batch, form, kind, first, (opens, opens + timedelta(days=LATER_DAYS))))
    return [occasion for occasion in made if occasion is not None]


def _daily(batch: Batch, form: EvaluationForm, day: date, plan: Plan) -> Occasion | None:
    sessions = PublicSession.objects.filter(batch=batch, day=day, cancelled=False)
    last = sessions.aggregate(last=Max("ends"))["last"]
    there = Occasion.objects.filter(batch=batch, form=form, day=day, kind=DAILY).first()
    if last is None:
        if there is not None and there.n == 0:
            there.delete()
        return None
    opens = min(at(day, plan.opens, batch.tz), last)
    closes = at(day + timedelta(days=1), plan.late_until, batch.tz)
    if there is not None and there.n == 0 and (there.opens, there.closes) != (opens, closes):
        there.opens, there.closes = opens, closes
        there.save(update_fields=["opens", "closes"])
    return there or _once(batch, form, DAILY, day, (opens, closes))


def _end_times(batch: Batch, plan: Plan) -> tuple[datetime, datetime]:
    opens = at(batch.ends, time(9), batch.tz)
    return opens, at(batch.ends + timedelta(days=plan.end_days), time(23, 59), batch.tz)


def _once(
    batch: Batch, form: EvaluationForm, kind: str, day: date, times: tuple[datetime, datetime]
) -> Occasion:
    title = f"{form.title}, {day:%d %b %Y}".replace(", 0", ", ") if kind == DAILY else form.title
    found, _ = Occasion.objects.get_or_create(
        batch=batch,
        form=form,
        day=day,
        kind=kind,
        activity=None,
        defaults={"title": title, "opens": times[0], "closes": times[1]},
    )
    return found


def ask_all_batches(now: datetime) -> int:
    """Regular work: ask what is due in every batch that runs or has ended."""
    batches = Batch.objects.filter(
        state__in=[Batch.State.RUNNING, Batch.State.FINISHED],
        starts__lte=(now + timedelta(days=1)).date(),
        version__evaluation_forms__isnull=False,
    ).distinct()
    before = Occasion.objects.count()
    for batch in batches:
        ask_due(batch, now=now)
    return Occasion.objects.count() - before


@transaction.atomic
def ask_by_hand(
    batch: Batch,
    form: EvaluationForm,
    *,
    activities: Iterable[Activity],
    opens: date,
    closes: date,
    by: User | None,
) -> list[Occasion]:
    """Ask a form about courses, or without any about the batch, from the morning of `opens` to the end of
    `closes`. What was asked about a course already is left as it is. Raises CityLabError."""
    if form.version_id != batch.version_id or kind_of(form) != BY_HAND:
        raise CityLabError(f"{form} is not asked by hand in this batch.", where="form")
    if closes < opens:
        raise CityLabError("It closes before it opens.", where="closes", mend="Mend one of the two days.")
    chosen = list(activities)
    if any(activity.batch_id != batch.pk for activity in chosen):
        raise CityLabError("A course of another batch was chosen.", where="activities")
    start, end = at(opens, time(8), batch.tz), at(closes, time(23, 59), batch.tz)
    known = set(
        Occasion.objects.filter(batch=batch, form=form, activity__in=chosen).values_list(
            "activity", flat=True
        )
    )
    made = [
        Occasion.objects.create(
            batch=batch,
            form=form,
            day=opens,
            activity=activity,
            title=f"{form.title}: {activity}"[:200],
            opens=start,
            closes=end,
        )
        for activity in chosen
        if activity.pk not in known
    ]
    if not chosen:
        made.append(
            Occasion.objects.create(
                batch=batch, form=form, day=opens, title=form.title, opens=start, closes=end
            )
        )
    if made:
        record("evaluation asked", subject(batch), by=by, form=form.key, count=len(made))
    return made


@transaction.atomic
def change_plan(batch: Batch, *, by: User | None, **changes: Any) -> Plan:
    """Set the times of a batch; forms that nobody has answered yet follow. Raises CityLabError."""
    Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    plan = plan_of(batch)
    for name, value in changes.items():
        setattr(plan, name, value)
    if plan.least < 5:
        raise CityLabError(
            "Results of fewer than five people point to them.", where="least", mend="Say 5 or more."
        )
    if not plan.opens <= plan.reminds <= plan.reports:
        raise CityLabError(
            "The form opens, then people are reminded, then the team gets the results.",
            where="reminds",
            mend="Put the three times in this order.",
        )
    plan.save()
    record("evaluation times changed", subject(batch), by=by, fields=sorted(changes))
    return plan
