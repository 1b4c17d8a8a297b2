"""When forms open, remind, report and close: the host's wall times as instants."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from nagara.campus.cities.clocks import clock, instant
from nagara.campus.evaluation.models import AT_END, BY_HAND, DAILY, LATER, Occasion, Plan
from nagara.campus.programmes.models import Batch, EvaluationForm

_MONTHS = re.compile(r"^(\d{1,2}) months? later$")
LATER_DAYS = 30
"""How long a form that is asked months later stays open."""


def plan_of(batch: Batch | int) -> Plan:
    """The times of a batch: its row, else the defaults (not saved)."""
    pk = batch if isinstance(batch, int) else batch.pk
    return Plan.objects.filter(batch=pk).first() or Plan(batch_id=pk)


def kind_of(form: EvaluationForm) -> str:
    """What the words in `when` mean: daily, last day, months later; everything else is asked by hand."""
    when = form.when.strip().lower()
    if when in (DAILY, AT_END):
        return when
    return LATER if _MONTHS.match(when) else BY_HAND


def months_later(form: EvaluationForm) -> int:
    match = _MONTHS.match(form.when.strip().lower())
    return int(match[1]) if match else 0


def later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is none."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    return min(first + timedelta(days=day.day - 1), next_month - timedelta(days=1))


def at(day: date, wall: time, zone: str) -> datetime:
    return instant(datetime.combine(day, wall), zone)


def today(batch: Batch, now: datetime) -> date:
    """The day at the host."""
    return clock(batch.tz, now).at.date()


def report_at(occasion: Occasion, plan: Plan) -> datetime:
    """When the team gets the summary: the same evening; of forms asked by hand or later, when they close."""
    if occasion.kind in (DAILY, AT_END):
        return at(occasion.day, plan.reports, occasion.batch.tz)
    return occasion.closes


def shown_from(occasion: Occasion, plan: Plan) -> datetime:
    """Before this nothing is shown, however many answered."""
    if occasion.kind in (DAILY, AT_END):
        return at(occasion.day, plan.reports, occasion.batch.tz)
    return occasion.opens


def remind_at(occasion: Occasion, plan: Plan) -> datetime:
    return at(occasion.day, plan.reminds, occasion.batch.tz)
