"""Work of learners in the demonstration: handed in, marked, read by peers. All of it is invented."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.utils import timezone

from nagara.campus.admissions.demo_papers import tiny_pdf
from nagara.campus.learning.demo_words import BLAME, PRAISE, REPORTS, STATEMENTS
from nagara.campus.learning.domain import scoring
from nagara.campus.learning.domain.peering import assign_peers
from nagara.campus.learning.models import (
    Assignment,
    Grade,
    HandIn,
    Marking,
    PeerReview,
    Submission,
    SubmissionFile,
)
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment

LEARNER, COLLEAGUE, ALUMNA = "participant@demo.example", "staff1.jakarta@demo.example", "alumna@demo.example"
State = Submission.State
HARDER = {"facts": 1.3}
"""Where the class is stuck: this criterion has lower marks."""


def _numbers(chance: Random, city: str) -> dict[str, Any]:
    return {
        "city": city,
        "people": chance.randint(90, 2400),
        "area": chance.randint(60, 900),
        "growth": chance.randint(4, 31) / 10,
        "km": chance.randint(40, 420),
        "calls": chance.randint(12, 640),
        "hours": chance.randint(3, 14),
        "up": chance.randint(71, 98),
    }


def _handed(
    assignment: Assignment, rows: Iterable[tuple[Enrolment, str, datetime, int, str]]
) -> list[Submission]:
    """Submissions of (person, text, when, days late, state), each handed in once, without letters."""
    given = list(rows)
    made = Submission.objects.bulk_create(
        Submission(
            assignment=assignment,
            enrolment=person,
            state=state,
            text=text,
            draft_version=1,
            number=1,
            handed_in_at=at,
            late_days=late,
        )
        for person, text, at, late, state in given
    )
    HandIn.objects.bulk_create(
        HandIn(
            submission=work, number=1, text=text, at=at, late_days=late, by=person.user, key=f"demo-{work.pk}"
        )
        for work, (person, text, at, late, _) in zip(made, given, strict=True)
    )
    return made


def _file(work: Submission, name: str, *lines: str) -> None:
    """A small PDF that goes with the work."""
    data = tiny_pdf(*lines)
    place = f"submissions/{work.pk}/demo.pdf"
    target = Path(settings.UPLOADS) / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    made = SubmissionFile.objects.create(
        submission=work,
        file=place,
        name=name,
        media="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    HandIn.objects.get(submission=work).files.add(made)


def reports(report: Assignment, people: list[Enrolment], lecturers: list[User]) -> None:
    """City Reports: 45 are in; two read each, blind; most accepted, two back, a few still to do."""
    chance = Random(11)  # noqa: S311 (invented)
    last = {LEARNER, COLLEAGUE}
    order = sorted(people, key=lambda p: (p.user.email in last, p.pk))
    inside = order[3:]
    rows = []
    for number, person in enumerate(inside):
        late = 1 if number in (7, 19) else 0
        at = report.due_at + timedelta(hours=9 if late else -chance.randint(2, 200))
        text = REPORTS[number % len(REPORTS)].strip().format(**_numbers(chance, str(person.city)))
        rows.append((person, text, at, late, State.HANDED_IN))
    works = _handed(report, rows)
    for work, person in list(zip(works, inside, strict=True))[-6:]:
        _file(work, f"City Report {person.city}.pdf", f"City Report: {person.city}", "Five slides follow.")
    markers = (lecturers + lecturers)[:2] if lecturers else []
    sheets: list[Marking] = []
    grades: list[Grade] = []
    for number, (work, person) in enumerate(zip(works, inside, strict=True)):
        mail = person.user.email
        fresh = 4 <= number < 7
        returned = number in (0, 1) or mail == COLLEAGUE
        level = 2.2 if returned else chance.choice((3.3, 3.8, 4.2, 4.6))
        far = number in (10, 23)
        pair = []
        for place, marker in enumerate(markers, 1):
            if fresh and place == 2:
                continue
            shift = -1.6 if far and place == 2 else 0
            pair.append(_sheet(chance, work, marker, place, level + shift, returned))
        sheets += pair
        percents = [s.percent for s in pair if s.percent is not None]
        expert = scoring.combined(percents, report.differ_by)
        if expert is not None:
            off = scoring.late_minus(report.late, work.late_days)
            how = {"expert": str(expert)} | ({"late": str(off), "late_days": work.late_days} if off else {})
            grades.append(
                Grade(assignment=report, enrolment=person, percent=max(Decimal(0), expert - off), how=how)
            )
        if not fresh and not far:
            work.state = State.RETURNED if returned else State.ACCEPTED
            work.remark = BLAME[number % 2] if returned else PRAISE[number % len(PRAISE)]
            work.decided_by = markers[0] if markers else None
            work.decided_at = timezone.now() - timedelta(days=2, hours=number % 20)
    Marking.objects.bulk_create(sheets)
    Grade.objects.bulk_create(grades)
    Submission.objects.bulk_update(works, ["state", "remark", "decided_by", "decided_at"])
    Assignment.objects.filter(pk=report.pk).update(released_at=timezone.now() - timedelta(days=1))


def _marks(chance: Random, criteria: Any, level: float) -> dict[str, int]:
    """Marks of 5 around a level."""
    return {
        str(c["id"]): max(
            0, min(int(c["max"]), round(level - HARDER.get(str(c["id"]), 0) + chance.uniform(-0.6, 0.6)))
        )
        for c in criteria
    }


def _sheet(
    chance: Random, work: Submission, marker: User, place: int, level: float, bad: bool = False
) -> Marking:
    criteria = work.assignment.rubric.criteria if work.assignment.rubric else scoring.PLAIN
    marks = _marks(chance, criteria, level)
    words = BLAME if bad else PRAISE
    return Marking(
        submission=work,
        marker=marker,
        place=place,
        marks=marks,
        comment=chance.choice(words),
        percent=scoring.percent_of(criteria, marks),
        done_at=timezone.now() - timedelta(days=3, hours=chance.randint(0, 40)),
        version=1,
    )


def statements(statement: Assignment, people: list[Enrolment], lead: User | None) -> None:
    """Problem statements: 46 are in, peers read; half of the readings are done."""
    chance = Random(12)  # noqa: S311 (invented)
    inside = [p for n, p in enumerate(people) if n not in (5, 30) or p.user.email in (LEARNER, COLLEAGUE)]
    rows = [
        (
            person,
            STATEMENTS[number % len(STATEMENTS)].format(city=person.city),
            statement.due_at - timedelta(hours=chance.randint(1, 60)),
            0,
            State.HANDED_IN,
        )
        for number, person in enumerate(inside)
    ]
    works = _handed(statement, rows)
    pieces = works[:2]
    if lead is not None:
        Marking.objects.bulk_create(_sheet(chance, work, lead, 1, 3.6) for work in pieces)
    Submission.objects.filter(pk__in=[w.pk for w in pieces]).update(calibration=True)
    assign_peers(statement, by=lead, quiet=True)
    criteria = statement.rubric.criteria if statement.rubric else scoring.PLAIN
    done = []
    for row in PeerReview.objects.filter(submission__assignment=statement).select_related("reviewer__user"):
        mine = row.reviewer.user.email == LEARNER
        if (mine and row.number > 2) or (not mine and chance.random() < 0.45):
            continue
        strange = row.reviewer_id % 17 == 0
        row.marks = _marks(chance, criteria, 1.2 if strange else 3.7)
        row.percent = scoring.percent_of(criteria, row.marks)
        row.comment = chance.choice(PRAISE)
        row.version, row.done_at = 1, timezone.now() - timedelta(hours=chance.randint(1, 60))
        done.append(row)
    PeerReview.objects.bulk_update(done, ["marks", "percent", "comment", "version", "done_at"])


def briefs(brief: Assignment, people: list[Enrolment]) -> None:
    """Decision briefs: nine are in already, some have a draft."""
    chance = Random(13)  # noqa: S311 (invented)
    others = [p for p in people if p.user.email not in (LEARNER, COLLEAGUE)]
    now = timezone.now()
    text = "We ask you to decide: {0}\n\nWhy now: the budget closes in March.\n\nOptions: nothing; half; all."
    _handed(
        brief,
        [
            (
                person,
                text.format(STATEMENTS[number % 3].format(city=person.city)),
                now - timedelta(hours=chance.randint(2, 40)),
                0,
                State.HANDED_IN,
            )
            for number, person in enumerate(others[::5][:9])
        ],
    )
    drafts = [p for p in people if p.user.email == LEARNER] + others[1:20:3]
    Submission.objects.bulk_create(
        Submission(
            assignment=brief,
            enrolment=person,
            text=f"We ask you to decide: {STATEMENTS[0].format(city=person.city)}",
            draft_version=1,
        )
        for person in drafts
        if person not in others[::5][:9]
    )


def past_work(chance: Random, row: Assignment, inside: list[Enrolment], lead: User | None) -> None:
    done = row.due_at + timedelta(days=3)
    works = _handed(
        row,
        [
            (
                person,
                STATEMENTS[n % 3].format(city=person.city),
                row.due_at - timedelta(hours=chance.randint(1, 90)),
                0,
                State.ACCEPTED,
            )
            for n, person in enumerate(inside)
        ],
    )
    Submission.objects.filter(assignment=row).update(decided_at=done, decided_by=lead, remark=PRAISE[3])
    if lead is not None:
        sheets = [_sheet(chance, work, lead, 1, chance.choice((3.2, 3.8, 4.3, 4.8))) for work in works]
        for sheet in sheets:
            sheet.done_at = done
        Marking.objects.bulk_create(sheets)
        Grade.objects.bulk_create(
            Grade(assignment=row, enrolment=p, percent=s.percent, how={"expert": str(s.percent)})
            for p, s in zip(inside, sheets, strict=True)
        )
    Assignment.objects.filter(pk=row.pk).update(released_at=done + timedelta(days=1))
