"""The demonstration's teaching: materials and work of the running short course, and of last year's. Everyone
in it, every text and every mark, is invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from nagara.campus.cities.clocks import instant
from nagara.campus.learning.demo_texts import TEXTS
from nagara.campus.learning.demo_words import MESSY
from nagara.campus.learning.demo_work import LEARNER, briefs, past_work, reports, statements
from nagara.campus.learning.domain import scoring
from nagara.campus.learning.domain.assigning import save_assignment
from nagara.campus.learning.domain.book import set_weights
from nagara.campus.learning.domain.materials import save_material
from nagara.campus.learning.models import (
    Assignment,
    Material,
    MaterialOpened,
)
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, Module, Rubric
from nagara.campus.quizzes.models import Quiz

NOW, PAST = "ascn-short-course-now", "ascn-short-course-2026"
REFUSED: dict[str, Any] = {"rule": "refused"}


@transaction.atomic
def load() -> None:
    """Add what is missing: the running batch, then last year's."""
    running = Batch.objects.filter(slug=NOW).first()
    if running is not None and not Assignment.objects.filter(batch=running).exists():
        _running(running)
    past = Batch.objects.filter(slug=PAST).first()
    if past is not None and not Assignment.objects.filter(batch=past).exists():
        _past(past)


def _rubric(key: str) -> Rubric | None:
    return Rubric.objects.filter(key=key).order_by("-version").first()


def _people(batch: Batch) -> list[Enrolment]:
    rows = Enrolment.objects.filter(batch=batch).exclude(state=Enrolment.State.WITHDRAWN)
    return list(rows.select_related("user", "city").order_by("pk"))


def _lecturers(batch: Batch) -> list[User]:
    """lecturer@ first, then the others."""
    posts = BatchRole.objects.filter(batch=batch, role="lecturer").select_related("user").order_by("pk")
    return list(dict.fromkeys(post.user for post in posts))


def _running(batch: Batch) -> None:
    today = timezone.localdate()
    lecturers = _lecturers(batch)
    lead = lecturers[0] if lecturers else None
    _materials(batch, lead)

    def day(number: int, hour: int = 18) -> datetime:
        return datetime.combine(batch.starts + timedelta(days=number - 1), time(hour))

    def soon(days: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(18))

    report = save_assignment(
        batch,
        title="City Report",
        module=Module.objects.filter(code="M01").first(),
        instructions="Two pages and five slides on your city: one problem, whom it hurts, the data there "
        "are, one data question. The page **How to write your City Report** in the materials says how.",
        rubric=_rubric("city-report"),
        due=day(-4, 12),
        shown_from=day(-33, 9),
        needs_acceptance=True,
        second_marker=True,
        late={"rule": "minus", "percent_a_day": 5, "days": 7},
        by=lead,
    )
    statement = save_assignment(
        batch,
        title="Problem statement",
        module=Module.objects.filter(code="M04").first(),
        instructions="Half a page: the problem, whom it hurts, the decision that the answer would change. "
        "Three colleagues from other cities read it, and you read three. Do not write your name.",
        rubric=_rubric("decision-brief"),
        due=soon(-3),
        shown_from=day(1, 9),
        files_most=0,
        peer={"count": 3, "share": 30, "calibration": 1, "flag_above": 20},
        peer_due=soon(2),
        late=REFUSED,
        by=lead,
    )
    brief = save_assignment(
        batch,
        title="Decision brief",
        module=Module.objects.filter(code="M11").first(),
        instructions="Two pages to your mayor or head of department. The first line is the decision that you "
        "ask for. One figure, drawn for this decision. At least two options; doing nothing is one.",
        rubric=_rubric("decision-brief"),
        due=soon(3),
        shown_from=day(5, 9),
        needs_acceptance=True,
        late={"rule": "minus", "percent_a_day": 10, "days": 3},
        by=lead,
    )
    plan = save_assignment(
        batch,
        title="Action Plan",
        module=Module.objects.filter(code="M12").first(),
        instructions="Problem tree, project design matrix, finance and the first ninety days, each line with "
        "a name. The pitch takes eight minutes.",
        rubric=_rubric("action-plan"),
        due=max(day(19, 9), soon(6)),
        shown_from=day(8, 9),
        needs_acceptance=True,
        late=REFUSED,
        by=lead,
    )
    _weights(batch, [(report, 20), (statement, 10), (brief, 25), (plan, 35)], lead)
    people = _people(batch)
    reports(report, people, lecturers)
    statements(statement, people, lead)
    briefs(brief, people)


def _weights(batch: Batch, rows: Sequence[tuple[Assignment, int]], by: User | None) -> None:
    """What counts: 10 of 100 are daily quizzes where there are any, else the Action Plan has them too."""
    graded = list(
        Quiz.objects.filter(batch=batch, purpose__graded=True, purpose__side="").exclude(
            state=Quiz.State.DRAFT
        )
    )
    weights: dict[str, tuple[Decimal | None, str]] = {
        f"assignment/{row.pk}": (Decimal(weight), "") for row, weight in rows
    }
    if graded:
        each = scoring.rounded(Decimal(10) / len(graded))
        for quiz in graded:
            weights[f"quiz/{quiz.pk}"] = (each, "Daily quizzes")
        last = f"quiz/{graded[-1].pk}"
        weights[last] = (Decimal(10) - each * (len(graded) - 1), "Daily quizzes")
    else:
        final = f"assignment/{rows[-1][0].pk}"
        weights[final] = (Decimal(rows[-1][1] + 10), "")
    drop = {"Daily quizzes": 1} if len(graded) > 2 else {}
    set_weights(batch, weights, drop=drop, by=by)


def _materials(batch: Batch, lead: User | None) -> None:
    """The pages, a recording and a table; and who has opened them."""
    modules = {module.code: module for module in Module.objects.all()}
    for text in sorted(TEXTS, key=lambda t: (t.module, t.day)):
        first = batch.starts + timedelta(days=text.day - (1 if text.day > 0 else 0))
        save_material(
            batch,
            kind=text.kind,
            title=text.title,
            body=text.body.strip(),
            address=text.address,
            module=modules.get(text.module),
            shown_from=datetime.combine(first, time(8)),
            by=lead,
            now=instant(datetime.combine(first, time(8)), batch.tz),
        )
    save_material(
        batch,
        kind="file",
        title="Water levels with seven faults, for the workshop",
        body="Find all seven before you count. The page *Clean before you count* says where to look.",
        module=modules.get("M02"),
        shown_from=datetime.combine(batch.starts + timedelta(days=1), time(8)),
        upload=SimpleUploadedFile("water-levels-messy.csv", MESSY.encode()),
        by=lead,
    )
    _opened(batch)


def _opened(batch: Batch) -> None:
    chance = Random(55)  # noqa: S311 (invented)
    now = timezone.now()
    rows = []
    for material in Material.objects.filter(batch=batch, shown_at__lte=now):
        assert material.shown_at is not None
        share = chance.choice((0.95, 0.9, 0.8, 0.7, 0.3))
        for person in _people(batch):
            if chance.random() < share and person.user.email != LEARNER:
                at = material.shown_at + (now - material.shown_at) * chance.random()
                rows.append(MaterialOpened(material=material, user=person.user, first_at=at, last_at=at))
    first = Material.objects.filter(batch=batch).order_by("order").first()
    learner = User.objects.filter(email=LEARNER).first()
    if first is not None and learner is not None and first.shown_at is not None:
        for material in Material.objects.filter(batch=batch, shown_at__lte=now).order_by("order")[:4]:
            at = material.shown_at or now
            rows.append(MaterialOpened(material=material, user=learner, first_at=at, last_at=at))
    MaterialOpened.objects.bulk_create(rows, ignore_conflicts=True)


def _past(batch: Batch) -> None:
    """Last year's course: everything handed in, marked, accepted and released, save a few."""
    chance = Random(14)  # noqa: S311 (invented)
    people, lecturers = _people(batch), _lecturers(batch)
    lead = lecturers[0] if lecturers else None
    made = []
    for number, (title, key, day, module) in enumerate(
        (
            ("City Report", "city-report", -5, "M01"),
            ("Decision brief", "decision-brief", 15, "M11"),
            ("Action Plan", "action-plan", 18, "M12"),
        )
    ):
        due = datetime.combine(batch.starts + timedelta(days=day), time(18))
        row = save_assignment(
            batch,
            title=title,
            module=Module.objects.filter(code=module).first(),
            instructions=f"{title}: as the rubric says.",
            rubric=_rubric(key),
            due=due,
            shown_from=due - timedelta(days=14),
            needs_acceptance=True,
            late=REFUSED,
            by=lead,
        )
        lacking = {0: {12}, 1: {12, 33}, 2: {12, 33, 40}}[number]
        inside = [
            p for n, p in enumerate(people) if n not in lacking or p.user.email == "alumna@demo.example"
        ]
        past_work(chance, row, inside, lead)
        made.append(row)
    weights = (Decimal(25), Decimal(30), Decimal(45))
    set_weights(
        batch,
        {f"assignment/{row.pk}": (weight, "") for row, weight in zip(made, weights, strict=True)},
        by=lead,
    )
