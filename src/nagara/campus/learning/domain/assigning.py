"""Verbs of assignments: set, publish, give more time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.cities.clocks import clock, instant
from nagara.campus.learning.domain.files import KINDS
from nagara.campus.learning.models import Assignment, BookEntry, Extension
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment, Rubric
from nagara.citylab.errors import CityLabError

FIELDS = (
    *("title", "instructions", "rubric", "due", "tz", "shown_from", "late", "takes_text", "files_most"),
    *("types", "max_mb", "needs_acceptance", "second_marker", "differ_by", "peer", "peer_due"),
    *("activity", "course", "module"),
)
LATE_RULES = {
    "refused": "not accepted after the time",
    "minus": "accepted, points off for each day begun",
    "accepted": "accepted, marked as late",
}


def subject(assignment: Assignment) -> str:
    return f"assignment/{assignment.pk}"


def source_of(assignment: Assignment) -> str:
    """How the grade book names it."""
    return f"assignment/{assignment.pk}"


def check_late(late: Any) -> dict[str, Any]:
    """A late rule in good order. Raises CityLabError."""
    if not isinstance(late, dict) or late.get("rule", "refused") not in LATE_RULES:
        raise CityLabError(
            "The rule for late work is unknown.", where="late", mend=f"Known: {', '.join(LATE_RULES)}."
        )
    rule = late.get("rule", "refused")
    if rule == "refused":
        return {"rule": "refused"}
    days = late.get("days") or None
    if days is not None and (not isinstance(days, int) or not 1 <= days <= 365):
        raise CityLabError("The days for late work are a whole number up to 365.", where="late")
    if rule == "accepted":
        return {"rule": rule, "days": days}
    off = late.get("percent_a_day", 10)
    if not isinstance(off, int | float) or not 0 < off <= 100:
        raise CityLabError("The points off for a day lie between 0 and 100.", where="late")
    return {"rule": rule, "percent_a_day": off, "days": days}


def check_peer(peer: Any) -> dict[str, Any]:
    """A peer rule in good order; {} for none. Raises CityLabError."""
    if not peer:
        return {}
    if not isinstance(peer, dict):
        raise CityLabError("The rule for peers is no rule.", where="peer")
    limits = {
        "count": (1, 10, 3),
        "share": (0, 100, 30),
        "calibration": (0, 5, 0),
        "flag_above": (1, 100, 20),
    }
    found = {}
    for name, (low, high, usual) in limits.items():
        value = peer.get(name, usual)
        if not isinstance(value, int) or not low <= value <= high:
            raise CityLabError(f"{name} of the peers lies between {low} and {high}.", where="peer")
        found[name] = value
    return found


@transaction.atomic
def save_assignment(
    batch: Batch,
    *,
    assignment: Assignment | None = None,
    teams: Any = None,
    weight: Decimal | None = None,
    reason: str = "",
    by: User | None,
    now: datetime | None = None,
    **fields: Any,
) -> Assignment:
    """Set an assignment, or change one. The rubric's version is fixed once it is published; a due time that
    moves after publishing needs a reason, and learners are told. `weight`: of 100 in the grade book."""
    now = now or timezone.now()
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"no field of an assignment: {unknown}")
    if assignment is None:
        made = Assignment(batch=batch, tz=batch.tz, late={"rule": "refused"})
    else:
        made = Assignment.objects.select_for_update().get(pk=assignment.pk)
    was_shown, old_due, old_rubric = made.is_shown(now), made.due_at, made.rubric_id
    for name, value in fields.items():
        setattr(made, name, value)
    _check(made)
    made.set_instants()
    if was_shown and made.rubric_id != old_rubric and _is_used(made):
        raise CityLabError(
            "The rubric is fixed: learners have handed in under it.",
            where="rubric",
            mend="Set another assignment for another rubric.",
        )
    moved = was_shown and old_due is not None and made.due_at != old_due
    if moved and not reason.strip():
        raise CityLabError("The time moves: a reason is missing.", where="reason", mend="Say why.")
    made.save()
    if teams is not None:
        _set_teams(made, teams)
    if weight is not None:
        BookEntry.objects.update_or_create(
            batch=batch, source=source_of(made), defaults={"weight": weight, "course": made.course}
        )
    verb = "assignment set" if assignment is None else "assignment changed"
    record(verb, subject(made), by=by, reason=reason.strip(), batch=batch.slug, due=f"{made.due} {made.tz}")
    if moved:
        _tell_moved(made, reason=reason.strip(), by=by)
    return made


def _is_used(made: Assignment) -> bool:
    return made.submissions.filter(number__gt=0).exists()


def _check(made: Assignment) -> None:
    if not made.title.strip():
        raise CityLabError("The assignment needs a title.", where="title")
    made.title = made.title.strip()
    if not made.due:
        raise CityLabError("When is it due?", where="due", mend="Give a day and a time.")
    made.late, made.peer = check_late(made.late), check_peer(made.peer)
    if not made.takes_text and not made.files_most:
        raise CityLabError(
            "Nothing could be handed in.", where="takes_text", mend="Take text, files, or both."
        )
    unknown = [key for key in made.types if key not in KINDS]
    if unknown or (made.files_most and not made.types):
        raise CityLabError("Choose the kinds of files that are taken.", where="types")
    if made.shown_from and made.due and made.shown_from >= made.due:
        raise CityLabError("It would be due before it is shown.", where="shown_from")
    if made.peer and not made.rubric_id:
        raise CityLabError("Peers mark by a rubric.", where="rubric", mend="Choose one.")
    if made.peer and (not made.peer_due or made.peer_due <= made.due):
        raise CityLabError("Peers need a time of their own after the due time.", where="peer_due")
    if made.course is not None and made.course.version_id != made.batch.version_id:
        raise CityLabError("The course is none of this batch's programme.", where="course")
    if made.activity is not None and made.activity.batch_id != made.batch_id:
        raise CityLabError("The activity is one of another batch.", where="activity")


def _set_teams(made: Assignment, teams: Any) -> None:
    groups = list(teams)
    if any(group.batch_id != made.batch_id for group in groups):
        raise CityLabError("A team is one of another batch.", where="teams")
    if set(made.teams.values_list("pk", flat=True)) == {group.pk for group in groups}:
        return
    if _is_used(made):
        raise CityLabError("Work was handed in already: the teams stay.", where="teams")
    made.teams.set(groups)


def _tell_moved(made: Assignment, *, reason: str, by: User | None) -> None:
    for enrolment in concerned(made):
        queue(
            to=enrolment.user,
            template="learning/moved",
            context={"assignment": made, "reason": reason, "link": made.get_absolute_url()},
            about=subject(made),
            by=by,
        )


def concerned(assignment: Assignment) -> list[Enrolment]:
    """Whose assignment it is: the teams' members, the group of its activity, else the whole batch."""
    found = (
        Enrolment.objects.filter(batch=assignment.batch_id)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("user", "city__state")
        .order_by("user__sort_key", "id")
    )
    teams = list(assignment.teams.values_list("pk", flat=True))
    if teams:
        return list(found.filter(groups__in=teams).distinct())
    activity = assignment.activity
    if activity is not None and activity.group_id:
        return list(found.filter(groups=activity.group_id).distinct())
    return list(found)


def newest(rubric: Rubric) -> Rubric:
    """The newest version of a rubric: what a new assignment uses."""
    return Rubric.objects.filter(key=rubric.key).order_by("-version")[0]


@transaction.atomic
def extend(
    assignment: Assignment, enrolment: Enrolment, *, until: datetime, reason: str, by: User | None
) -> Extension:
    """More time for one person, with a reason; the person is told. `until` is a wall time in the zone of the
    assignment. Raises CityLabError."""
    if not reason.strip():
        raise CityLabError(
            "A reason is missing.", where="reason", mend="It is kept, and the person reads it."
        )
    if enrolment.batch_id != assignment.batch_id:
        raise CityLabError("This person is in another batch.", where="person")
    at = instant(until, assignment.tz)
    if at <= assignment.due_at:
        raise CityLabError(
            "This is no more time than everybody has.", where="until", mend="Choose a later time."
        )
    made, _ = Extension.objects.update_or_create(
        assignment=assignment,
        enrolment=enrolment,
        defaults={"until": until, "until_at": at, "reason": reason.strip(), "by": by},
    )
    record(
        "extension given",
        subject(assignment),
        by=by,
        reason=reason.strip(),
        enrolment=enrolment.pk,
        until=f"{until} {assignment.tz}",
    )
    theirs = clock(enrolment.user.tz or assignment.tz, at)
    queue(
        to=enrolment.user,
        template="learning/extended",
        context={
            "assignment": assignment,
            "extension": made,
            "own": theirs,
            "link": assignment.get_absolute_url(),
        },
        about=subject(assignment),
        by=by,
    )
    return made


def read_weight(text: str) -> Decimal | None:
    """A weight as a form sends it; None for nothing. Raises CityLabError."""
    if not text.strip():
        return None
    try:
        weight = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise CityLabError(f"{text!r} is no number.", where="weight") from None
    if not weight.is_finite() or not 0 <= weight <= 100:
        raise CityLabError("A weight lies between 0 and 100.", where="weight")
    return weight.quantize(Decimal("0.01"))
