"""The demonstration's evaluations: daily ones up to yesterday in the running course, last year's course with
its end form, courses of the master's. All is invented."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.evaluation.demo_words import BEST, COURSE, MISSING, REPLIES, WORDS
from nagara.campus.evaluation.domain import ask_due
from nagara.campus.evaluation.models import AT_END, BY_HAND, DAILY, Answered, Occasion, Reply
from nagara.campus.evaluation.questions import SCALE, questions_of
from nagara.campus.evaluation.times import at, kind_of, plan_of, report_at
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment, EvaluationForm
from nagara.campus.timetable.models import Activity, PublicSession

NOW, PAST, MASTERS = "ascn-short-course-now", "ascn-short-course-2026", "masters-2025"
SPREAD = {1: 1, 2: 3, 3: 10, 4: 22, 5: 18}
NOT_YET = "participant@demo.example"
"""Has not answered yesterday's form: who looks at the demonstration may."""


@transaction.atomic
def load() -> None:
    """Add what is missing, where the batches are."""
    now = timezone.now()
    for slug in (NOW, PAST, MASTERS):
        batch = Batch.objects.filter(slug=slug).first()
        if batch is None or Occasion.objects.filter(batch=batch).exists():
            continue
        dice = random.Random(slug)  # noqa: S311 (invented marks)
        people = list(
            Enrolment.objects.filter(batch=batch)
            .exclude(state="withdrawn")
            .order_by("pk")
            .values_list("user", "user__email")
        )
        if slug == MASTERS:
            _courses(batch, people, dice, now)
        else:
            _days(batch, people, dice, now)
            _end(batch, people, dice, now)
        if slug == NOW:
            ask_due(batch, now=now)


def _form(batch: Batch, kind: str) -> EvaluationForm | None:
    forms = EvaluationForm.objects.filter(version=batch.version_id)
    return next((form for form in forms if kind_of(form) == kind), None)


def _days(batch: Batch, people: Sequence[Any], dice: random.Random, now: datetime) -> None:
    """Each day with sessions that is over, and what the team changed."""
    form, plan = _form(batch, DAILY), plan_of(batch)
    today = now.astimezone(at(batch.starts, time(0), batch.tz).tzinfo).date()
    sessions = PublicSession.objects.filter(
        batch=batch, cancelled=False, day__gte=batch.starts, day__lt=today, day__lte=batch.ends
    )
    days = list(sessions.order_by("day").values_list("day", flat=True).distinct())
    if form is None:
        return
    rows, answered = [], []
    for number, day in enumerate(dict.fromkeys(days)):
        made = Occasion(
            batch=batch,
            form=form,
            kind=DAILY,
            day=day,
            title=_title(form, day),
            opens=at(day, plan.opens, batch.tz),
            closes=at(day + timedelta(days=1), plan.late_until, batch.tz),
        )
        chosen = [user for user, email in people if dice.random() < 0.88 and email != NOT_YET]
        low = 0.35 if number % 7 == 3 else 0.0
        _fill(made, len(chosen), dice, {"words": WORDS[number % len(WORDS)]}, low)
        rows.append(made)
        answered.append(chosen)
    _keep(rows, answered, now)
    by = User.objects.filter(email="office@demo.example").first()
    Reply.objects.bulk_create(
        Reply(occasion=row, said=said, changed=changed, by=by, shown_from=row.day + timedelta(days=1), at=now)
        for row, (said, changed) in zip(rows[:-1], REPLIES, strict=False)
        if said
    )


def _end(batch: Batch, people: Sequence[Any], dice: random.Random, now: datetime) -> None:
    form, plan = _form(batch, AT_END), plan_of(batch)
    opens = at(batch.ends, time(9), batch.tz)
    if form is None or now < opens:
        return
    made = Occasion(
        batch=batch,
        form=form,
        kind=AT_END,
        day=batch.ends,
        title=form.title,
        opens=opens,
        closes=at(batch.ends + timedelta(days=plan.end_days), time(23, 59), batch.tz),
    )
    chosen = [user for n, (user, _) in enumerate(people) if n % 12 != 10]
    _fill(made, len(chosen), dice, {"best": BEST, "missing": MISSING}, 0.0)
    _keep([made], [chosen], now)


def _courses(batch: Batch, people: Sequence[Any], dice: random.Random, now: datetime) -> None:
    """The courses of the semester: two forms closed, one open."""
    form = _form(batch, BY_HAND)
    courses = list(
        Activity.objects.filter(batch=batch, course__isnull=False, group=None).order_by("title")[:3]
    )
    if form is None:
        return
    rows, answered = [], []
    for number, activity in enumerate(courses):
        day = now.date() - timedelta(days=(30, 25, 2)[number])
        made = Occasion(
            batch=batch,
            form=form,
            kind=BY_HAND,
            day=day,
            activity=activity,
            title=f"{form.title}: {activity}"[:200],
            opens=at(day, time(8), batch.tz),
            closes=at(day + timedelta(days=14), time(23, 59), batch.tz),
        )
        chosen = [
            user for user, email in people if dice.random() < 0.7 and not email.endswith("@demo.example")
        ]
        _fill(made, len(chosen), dice, {"words": COURSE}, 0.1 * number)
        rows.append(made)
        answered.append(chosen)
    _keep(rows, answered, now)


def _title(form: EvaluationForm, day: date) -> str:
    return f"{form.title}, {day:%d %b %Y}".replace(", 0", ", ")


def _fill(made: Occasion, n: int, dice: random.Random, texts: dict[str, Sequence[str]], low: float) -> None:
    """Sums of `n` invented answers; `low` makes a part of them worse."""
    made.n, made.counts, made.texts = n, {}, {}
    for number, question in enumerate(questions_of(made.form)):
        if question.kind != SCALE:
            pile = list(texts.get(question.key, ()))
            made.texts[question.key] = dice.sample(pile, len(pile))
            continue
        marks = dice.choices(list(SPREAD), list(SPREAD.values()), k=n)
        worse = [max(1, mark - 2) if dice.random() < low * (1 + number % 2) else mark for mark in marks]
        made.counts[question.key] = {
            str(mark): count for mark in question.marks if (count := worse.count(mark))
        }
    made.shown = {"n": n, "counts": made.counts, "texts": made.texts}


def _keep(rows: list[Occasion], answered: list[list[int]], now: datetime) -> None:
    for row in rows:
        row.reminded_at = row.opens
        due = report_at(row, plan_of(row.batch))
        row.reported_at = due if due <= now else None
    made = Occasion.objects.bulk_create(rows)
    Answered.objects.bulk_create(
        Answered(occasion=row, user_id=user)
        for row, users in zip(made, answered, strict=True)
        for user in users
    )
