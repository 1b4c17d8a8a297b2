"""What lecturers say on their rosters: merged mark by mark, the same mark never twice."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction

from nagara.campus.attendance.domain.recording import AttendanceError, expected
from nagara.campus.attendance.models import Presence, Who
from nagara.campus.audit.domain import record as write_down
from nagara.campus.cities.clocks import instant
from nagara.campus.timetable.models import PublicSession

SAID = ("present", "late", "left", "absent")
MOST = 500
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Mark:
    """One word about one person. `came` and `went` are wall times of the session ("09:20"), `at` when it was
    said by the clock of the device (seconds), `id` the device's name for this mark."""

    id: str
    who: str
    said: str
    came: str = ""
    went: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a mark: taken (now or before), or why not."""

    id: str
    taken: bool
    why: str = ""


def read_marks(rows: Any) -> list[Mark]:
    """Marks from JSON. Raises AttendanceError where it is none; a mark that makes no sense is answered for
    itself by `merge`."""
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise AttendanceError("A roster is a list of marks.")
    if len(rows) > MOST:
        raise AttendanceError(f"At most {MOST} marks are taken at once.", mend="Send the rest afterwards.")
    marks = []
    for row in rows:
        at = row.get("at", 0)
        words = {name: str(row.get(name) or "")[:64] for name in ("id", "who", "said", "came", "went")}
        moment = float(at) if isinstance(at, int | float) and math.isfinite(at) else 0.0
        marks.append(Mark(words["id"], words["who"], words["said"], words["came"], words["went"], moment))
    return marks


@transaction.atomic
def merge(
    public: PublicSession, *, marks: Iterable[Mark], by: Any, now: datetime, sent_at: float | None = None
) -> list[Answer]:
    """Take a lecturer's marks. Each counts once, in whatever order and however often it is sent; of marks by
    one lecturer on one person the last that was said holds. `sent_at` is the clock of the device now: its
    error is taken off. What other lecturers said and what codes recorded stays untouched.
    """
    drift = now.timestamp() - sent_at if sent_at else 0.0
    people = {f"u{pk}": pk for pk in expected(public).values_list("user_id", flat=True)}
    answers, made = [], []
    for mark in marks:
        try:
            made.append(_presence(public, mark, people, by, _said_at(mark, drift, now)))
        except AttendanceError as error:
            answers.append(Answer(mark.id, False, error.what))
        else:
            answers.append(Answer(mark.id, True))
    if made:
        before = Presence.objects.filter(session=public.session_id).count()
        Presence.objects.bulk_create(made, ignore_conflicts=True)
        fresh = Presence.objects.filter(session=public.session_id).count() - before
        if fresh:
            write_down("merge roster", f"session/{public.session_id}", by=by, marks=len(made), new=fresh)
    return answers


def _said_at(mark: Mark, drift: float, now: datetime) -> datetime:
    if not mark.at:
        return now
    stamp = min(mark.at + drift, now.timestamp())
    return datetime.fromtimestamp(max(stamp, now.timestamp() - 30 * 86_400), tz=now.tzinfo)


def _presence(
    public: PublicSession, mark: Mark, people: Mapping[str, int], by: Any, said_at: datetime
) -> Presence:
    if not _ID.fullmatch(mark.id):
        raise AttendanceError("The mark has no name of its own.")
    if mark.who not in people:
        raise AttendanceError("This person does not take part in the session any more.")
    if mark.said not in SAID:
        raise AttendanceError("Say present, late, left or absent.")
    began, ended = public.starts, public.ends
    if mark.said == "absent":
        ended = began
    elif mark.said != "present":
        came, went = wall_instant(public, mark.came), wall_instant(public, mark.went)
        if mark.said == "late" and came is None:
            raise AttendanceError("Say when the person came, such as 09:20.")
        if mark.said == "left" and went is None:
            raise AttendanceError("Say when the person left, such as 10:10.")
        began, ended = came or began, went or ended
        if not public.starts <= began < ended <= public.ends:
            raise AttendanceError("The times lie outside the session, or the wrong way round.")
    return Presence(
        session_id=public.session_id,
        user_id=people[mark.who],
        way=Presence.Way.ROSTER,
        began=began,
        ended=ended,
        said=mark.said,
        said_at=said_at,
        by=by,
        key=f"roster:{by.pk}:{mark.id}",
    )


def wall_instant(public: PublicSession, said: str) -> datetime | None:
    """The instant of a wall time ("09:20") of a session; None for an empty one. After midnight belongs to
    the next day where the session goes on then. Raises AttendanceError."""
    if not said.strip():
        return None
    found = _CLOCK.fullmatch(said.strip())
    if found is None:
        raise AttendanceError(f"{said!r} is no time of day.", mend="Write it like 09:20.")
    at = instant(datetime.combine(public.day, time(int(found[1]), int(found[2]))), public.tz)
    if at < public.starts and at + timedelta(days=1) <= public.ends:
        at += timedelta(days=1)
    return at


def last_words(public: PublicSession, by: Any) -> dict[Who, Presence]:
    """What one lecturer has last said about each person."""
    found: dict[Who, Presence] = {}
    mine = Presence.objects.filter(session=public.session_id, way=Presence.Way.ROSTER, by=by, dropped=False)
    for presence in mine.order_by("said_at", "key"):
        found[Who(presence.user_id)] = presence
    return found
