"""Verbs of the evening: remind those who have not answered, send the team the summary. Both once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from nagara.campus.attendance.models import Presence
from nagara.campus.evaluation.domain.answering import _publish
from nagara.campus.evaluation.models import AT_END, DAILY, Answered, Occasion
from nagara.campus.evaluation.results import asked_count, summary
from nagara.campus.evaluation.times import plan_of, remind_at, report_at
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, RoleKind
from nagara.campus.timetable.models import PublicSession

SECOND = timedelta(days=2)
"""The end form is reminded of once more, two days before it closes."""
TEACHING = ("lecturer", "mentor")


def asked(occasion: Occasion) -> Any:
    """The people whom a form is for."""
    enrolled = Enrolment.objects.filter(batch=occasion.batch_id).exclude(state=Enrolment.State.WITHDRAWN)
    group = occasion.activity.group_id if occasion.activity_id and occasion.activity else None
    if group:
        enrolled = enrolled.filter(groups=group)
    return User.objects.filter(pk__in=enrolled.values("user"), erased_at=None)


def not_answered(occasion: Occasion) -> list[User]:
    """Those to remind. Of a day on which attendance was taken, those who were there."""
    people = asked(occasion).exclude(pk__in=Answered.objects.filter(occasion=occasion).values("user"))
    if occasion.kind == DAILY:
        there = Presence.objects.filter(
            session__public__batch=occasion.batch_id, session__public__day=occasion.day, dropped=False
        )
        if there.exists():
            people = people.filter(pk__in=there.values("user"))
    return list(people.order_by("pk"))


def remind_due(now: datetime) -> int:
    """Regular work: reminders whose hour has come, of forms that are open."""
    count = 0
    open_ = Occasion.objects.open_at(now).filter(kind__in=[DAILY, AT_END]).select_related("batch", "activity")
    for occasion in open_.filter(Q(reminded_at=None) | Q(kind=AT_END)):
        if _is_due(occasion, now):
            count += _remind(occasion, now)
    return count


def _is_due(occasion: Occasion, now: datetime) -> bool:
    if occasion.reminded_at is None:
        return now >= remind_at(occasion, plan_of(occasion.batch_id))
    last = occasion.closes - SECOND
    return occasion.kind == AT_END and now >= last > occasion.reminded_at


@transaction.atomic
def _remind(occasion: Occasion, now: datetime) -> int:
    held = (
        Occasion.objects.select_for_update(of=("self",))
        .select_related("batch", "activity")
        .get(pk=occasion.pk)
    )
    if held.reminded_at != occasion.reminded_at:
        return 0
    held.reminded_at = now
    held.save(update_fields=["reminded_at"])
    people = not_answered(held)
    for person in people:
        queue(
            to=person,
            template="evaluation/remind",
            context={
                "occasion": held,
                "batch": held.batch,
                "daily": held.kind == DAILY,
                "path": f"/evaluate/{held.pk}/",
            },
            about=f"evaluation/{held.pk}",
            by=None,
        )
    return len(people)


def team_of(occasion: Occasion) -> list[User]:
    """Who gets the summary: those who run or teach the batch, and who spoke that day."""
    batch = occasion.batch
    running = RoleKind.objects.filter(Q(runs=True) | Q(slug__in=TEACHING)).values("slug")
    roles = BatchRole.objects.filter(now_valid(), batch=batch, role__in=running).values("user")
    sessions = PublicSession.objects.filter(batch=batch, cancelled=False)
    if occasion.activity_id:
        sessions = sessions.filter(session__activity=occasion.activity_id)
    elif occasion.kind == DAILY:
        sessions = sessions.filter(day=occasion.day)
    speakers = PublicSession.speakers.through.objects.filter(
        publicsession__in=sessions.order_by().values("pk")
    )
    found = User.objects.filter(Q(pk__in=roles) | Q(pk__in=speakers.values("user")), erased_at=None)
    return list(found.order_by("pk"))


def report_due(now: datetime) -> int:
    """Regular work: publish portions of answers, and write the summary of the evening, each form once."""
    count = 0
    waiting = Occasion.objects.filter(opens__lte=now).filter(
        Q(reported_at=None, opens__gt=now - timedelta(days=60)) | Q(closes__gt=now - timedelta(days=1))
    )
    for occasion in waiting.select_related("batch"):
        count += _report(occasion, now)
    return count


@transaction.atomic
def _report(occasion: Occasion, now: datetime) -> int:
    held = Occasion.objects.select_for_update(of=("self",)).select_related("batch", "form", "activity")
    held_one = held.get(pk=occasion.pk)
    changed = _publish(held_one, now)
    due = held_one.reported_at is None and now >= report_at(held_one, plan_of(held_one.batch_id))
    if due:
        held_one.reported_at = now
    if not (due or changed):
        return 0
    held_one.save(update_fields=["shown", "reported_at"])
    if not due or held_one.batch.state == Batch.State.CANCELLED:
        return 0
    people = team_of(held_one)
    context = {
        "occasion": held_one,
        "batch": held_one.batch,
        "n": held_one.n,
        "asked": asked_count(held_one),
        "lines": summary(held_one),
        "path": held_one.get_absolute_url(),
    }
    for person in people:
        queue(
            to=person,
            template="evaluation/evening",
            context=context,
            about=f"evaluation/{held_one.pk}",
            by=None,
        )
    return len(people)
