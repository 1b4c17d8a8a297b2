"""Verbs of handing in: keep the draft, add files, hand in once, by the server's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.learning.domain import files
from nagara.campus.learning.models import Assignment, Extension, HandIn, Submission, SubmissionFile
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Enrolment
from nagara.campus.timetable.models import Group
from nagara.citylab.errors import CityLabError

MOST_TEXT = 60_000
State = Submission.State


class Stale(CityLabError):
    """It was saved from another window since the page was opened."""


@dataclass(frozen=True)
class Times:
    """When a person's work is due, and until when it is taken at all (None: without end)."""

    due: datetime
    closes: datetime | None
    extension: Extension | None = None

    def late_days(self, at: datetime) -> int:
        """Days late, each day begun counts; 0 in time."""
        return max(0, ceil((at - self.due) / timedelta(days=1)))


def times(assignment: Assignment, enrolments: list[int]) -> Times:
    """Due time and last moment for these enrolments (a team has the longest extension of its members)."""
    given = (
        Extension.objects.filter(assignment=assignment, enrolment__in=enrolments)
        .order_by("-until_at")
        .first()
    )
    return times_with(assignment, given)


def times_with(assignment: Assignment, extension: Extension | None) -> Times:
    """The same with the extension at hand."""
    due = max(assignment.due_at, extension.until_at) if extension else assignment.due_at
    late = assignment.late
    if late.get("rule", "refused") == "refused":
        return Times(due, due, extension)
    days = late.get("days")
    return Times(due, due + timedelta(days=days) if days else None, extension)


def team_of(assignment: Assignment, enrolment: Enrolment) -> Group | None:
    """The team in which a person hands this in; None for own work."""
    return assignment.teams.filter(memberships__enrolment=enrolment).order_by("pk").first()


def member_ids(submission: Submission) -> list[int]:
    """Enrolments whose work it is."""
    if submission.enrolment_id:
        return [submission.enrolment_id]
    members = Enrolment.objects.filter(groups=submission.group_id).exclude(state=Enrolment.State.WITHDRAWN)
    return list(members.values_list("pk", flat=True))


def find(assignment: Assignment, enrolment: Enrolment) -> Submission | None:
    """What this person (or the team) has begun or handed in."""
    found = Submission.objects.filter(assignment=assignment)
    if assignment.teams.exists():
        return found.filter(group__memberships__enrolment=enrolment).order_by("pk").first()
    return found.filter(enrolment=enrolment).first()


@transaction.atomic
def begin(assignment: Assignment, enrolment: Enrolment) -> Submission:
    """The submission of a person or team, made when it is missing, held for this transaction."""
    if enrolment.batch_id != assignment.batch_id or enrolment.state == Enrolment.State.WITHDRAWN:
        raise CityLabError("This assignment is not yours.")
    team = None
    if assignment.teams.exists():
        team = team_of(assignment, enrolment)
        if team is None:
            raise CityLabError(
                "This is handed in by teams, and you are in none of them.", mend="Ask your lecturer."
            )
    who: dict[str, Any] = {"group": team} if team else {"enrolment": enrolment}
    try:
        with transaction.atomic():
            made, _ = Submission.objects.get_or_create(assignment=assignment, **who)
    except IntegrityError:  # the other window was faster
        made = Submission.objects.get(assignment=assignment, **who)
    return Submission.objects.select_for_update().get(pk=made.pk)


def may_hand_in(
    assignment: Assignment, submission: Submission | None, clockwork: Times, now: datetime
) -> str:
    """ "" where work may be handed in at `now`, else why not."""
    if not assignment.is_shown(now):
        return "This assignment is not open yet."
    state = submission.state if submission else State.DRAFT
    if state == State.ACCEPTED:
        return "It is accepted: nothing more to hand in."
    if state == State.RETURNED:
        return ""
    if clockwork.closes is not None and now > clockwork.closes:
        return "The time for this assignment is over."
    if assignment.peers_at is not None and submission is not None and submission.number:
        return "Peers are reading it: it cannot be changed any more."
    return ""


def _open(assignment: Assignment, enrolment: Enrolment, now: datetime) -> tuple[Submission, Times]:
    """The submission, held, where it may be changed now."""
    submission = begin(assignment, enrolment)
    clockwork = times(assignment, member_ids(submission))
    refusal = may_hand_in(assignment, submission, clockwork, now)
    if refusal:
        raise CityLabError(refusal, mend="Write to your lecturer if you need more time.")
    return submission, clockwork


@transaction.atomic
def save_draft(
    assignment: Assignment,
    enrolment: Enrolment,
    *,
    text: str,
    version: int | None,
    now: datetime | None = None,
) -> Submission:
    """Keep the text. `version` is that of the draft on the screen: raises Stale where another window (or
    another member of the team) saved since; what is typed here is not lost, it stays in the form."""
    submission, _ = _open(assignment, enrolment, now or timezone.now())
    return _keep_text(submission, text, version)


def _keep_text(submission: Submission, text: str, version: int | None) -> Submission:
    if len(text) > MOST_TEXT:
        raise CityLabError(f"The text is longer than {MOST_TEXT:,} letters.", where="text")
    text = text.replace("\r\n", "\n")
    if text == submission.text:
        return submission
    if version is not None and version != submission.draft_version:
        raise Stale(
            "This was saved from another window since you opened it.",
            where="text",
            mend="Copy your text, load the page again, and put both together.",
        )
    submission.text = text
    submission.draft_version += 1
    submission.save(update_fields=["text", "draft_version", "saved_at"])
    return submission


@transaction.atomic
def add_file(
    assignment: Assignment, enrolment: Enrolment, *, upload: Any, by: User, now: datetime | None = None
) -> SubmissionFile:
    """Put a file to the draft. Raises CityLabError where it is too large, of another kind, one too many."""
    submission, _ = _open(assignment, enrolment, now or timezone.now())
    have = list(submission.files.filter(in_draft=True))
    if len(have) >= assignment.files_most:
        raise CityLabError(
            f"At most {assignment.files_most} files are taken.",
            where=upload.name or "file",
            mend="Take one away first.",
        )
    with files.received(upload, max_mb=assignment.max_mb) as here:
        kept = files.store(
            here, f"submissions/{submission.pk}", name=upload.name or "file", types=assignment.types
        )
    same = next((one for one in have if one.sha256 == kept.sha256), None)
    if same is not None:  # sent twice
        (same.path.parent / kept.file.rsplit("/", 1)[-1]).unlink(missing_ok=True)
        return same
    return SubmissionFile.objects.create(
        submission=submission,
        file=kept.file,
        name=kept.name,
        media=kept.media,
        size=kept.size,
        sha256=kept.sha256,
        by=by,
    )


@transaction.atomic
def take_out(file: SubmissionFile, *, enrolment: Enrolment, now: datetime | None = None) -> None:
    """Take a file out of the draft. One that was handed in before stays with its version."""
    submission, _ = _open(file.submission.assignment, enrolment, now or timezone.now())
    held = submission.files.filter(pk=file.pk).first()
    if held is None:
        raise CityLabError("This file is not yours.")
    if HandIn.objects.filter(files=held).exists():
        held.in_draft = False
        held.save(update_fields=["in_draft"])
        return
    path = held.path
    held.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


@transaction.atomic
def hand_in(
    assignment: Assignment,
    enrolment: Enrolment,
    *,
    text: str,
    version: int | None,
    key: str,
    by: User,
    now: datetime | None = None,
) -> HandIn:
    """Hand the draft in as a new version. `key` names the form: sent twice, it counts once. Lateness is told
    by the server's clock; work that came back keeps the lateness it had. The learner gets a receipt."""
    now = now or timezone.now()
    held = begin(assignment, enrolment)
    there = held.hand_ins.filter(key=key).first()
    if there is not None:
        return there
    submission, clockwork = _open(assignment, enrolment, now)
    _keep_text(submission, text if assignment.takes_text else "", version)
    given = list(submission.files.filter(in_draft=True))
    if not submission.text.strip() and not given:
        raise CityLabError("There is nothing to hand in yet.", mend="Write a text or choose a file first.")
    late = submission.late_days if submission.state == State.RETURNED else clockwork.late_days(now)
    submission.number += 1
    made = HandIn.objects.create(
        submission=submission,
        number=submission.number,
        text=submission.text,
        at=now,
        late_days=late,
        by=by,
        key=key[:64],
    )
    made.files.set(given)
    submission.state, submission.handed_in_at, submission.late_days = State.HANDED_IN, now, late
    submission.save(update_fields=["state", "handed_in_at", "late_days", "number", "saved_at"])
    record(
        "work handed in",
        f"submission/{submission.pk}",
        by=by,
        version=made.number,
        late=late,
        files=len(given),
    )
    _receipt(made, given, by=by)
    return made


def _receipt(made: HandIn, given: list[SubmissionFile], *, by: User) -> None:
    submission = made.submission
    members = Enrolment.objects.filter(pk__in=member_ids(submission)).select_related("user")
    for member in members:
        queue(
            to=member.user,
            template="learning/receipt",
            context={
                "assignment": submission.assignment,
                "made": made,
                "files": given,
                "words": len(made.text.split()),
                "handed_in_by": by if member.user_id != by.pk else None,
                "link": submission.assignment.get_absolute_url(),
            },
            about=f"submission/{submission.pk}",
            by=None,
        )
