"""Where the evidence of a session does not agree with itself. Computed, not kept: a correction settles it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nagara.campus.attendance.models import Presence, Who
from nagara.campus.timetable.models import PublicSession

APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to decide about a person."""

    who: Who
    what: str


def who_of(presence: Presence) -> Who:
    """The person of a presence; load `registration` with it."""
    if presence.user_id is not None:
        return Who(presence.user_id)
    held = presence.registration
    if held is not None and held.user_id is not None:
        return Who(held.user_id)
    return Who(None, presence.registration_id)


def findings(public: PublicSession, presences: Iterable[Presence]) -> list[Finding]:
    """Contradictions of lecturers and codes, and stays that lie outside the released time. Give the presences
    of the session with `by` and `registration`."""
    people: dict[Who, list[Presence]] = defaultdict(list)
    for presence in presences:
        if not presence.dropped and (presence.user_id or presence.registration_id):
            people[who_of(presence)].append(presence)
    found = []
    for who, held in people.items():
        if any(p.way == Presence.Way.CORRECTION for p in held):
            continue
        words = _last_words(held)
        said = (_denied(words, held), _apart(words), _outside(public, held))
        found += [Finding(who, what) for what in said if what]
    return found


def _last_words(held: list[Presence]) -> list[Presence]:
    words: dict[int | None, Presence] = {}
    for presence in sorted(held, key=lambda p: (p.said_at, p.key)):
        if presence.way == Presence.Way.ROSTER:
            words[presence.by_id] = presence
    return list(words.values())


def _denied(words: list[Presence], held: list[Presence]) -> str:
    """One says absent, another or a code says present."""
    denies = [p for p in words if p.said == "absent"]
    seen = [p for p in held if p.way != Presence.Way.ROSTER] + [p for p in words if p.said != "absent"]
    if not denies or not seen:
        return ""
    other = seen[0]
    if other.way == Presence.Way.ROSTER:
        how = f"{other.by} says {other.said}"
    else:
        how = f"there is other evidence ({other.get_way_display().lower()})"
    return f"{denies[0].by} says absent; {how}. Present counts until you decide."


def _apart(words: list[Presence]) -> str:
    """Two lecturers give times that differ by more than a few minutes."""
    there = [p for p in words if p.said != "absent" and p.ended is not None]
    for one in there:
        for other in there:
            ends = (one.ended or one.began) - (other.ended or other.began)
            if one.by_id != other.by_id and (abs(one.began - other.began) > APART or abs(ends) > APART):
                return f"{one.by} and {other.by} give different times. All of them count until you decide."
    return ""


def _outside(public: PublicSession, held: list[Presence]) -> str:
    """Recorded before the session was moved."""
    for presence in held:
        ended = presence.ended or public.ends
        length = ended - presence.began
        if length <= timedelta(0):
            continue
        inside = min(ended, public.ends) - max(presence.began, public.starts)
        said = presence.way == Presence.Way.ROSTER
        if inside <= timedelta(0) or (said and inside < length):
            return (
                f"{presence.get_way_display()} recorded {_clock(presence.began)} UTC, outside the time of "
                "the session: it was moved, or this is of another one. Only what lies inside counts."
            )
    return ""


def _clock(at: datetime) -> str:
    return f"{at:%d %b %H:%M}".lstrip("0")
