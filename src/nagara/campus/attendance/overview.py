"""Overviews: everyone of a session, and a batch by people and sessions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from nagara.campus.attendance.domain.findings import findings, who_of
from nagara.campus.attendance.domain.recording import expected
from nagara.campus.attendance.intervals import Evidence, Terms, seconds_present
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.attendance.queries import (
    counting_of,
    counting_sessions,
    evidence_of,
    groups_of,
    terms_of,
)
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.timetable.models import PublicSession
from nagara.campus.webinars.models import Registration

WAYS = dict(Presence.Way.choices)


@dataclass(slots=True)
class Row:
    """A person in a session."""

    who: Who
    name: str
    native: str
    email: str
    place: str
    seconds: int = 0
    ways: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    findings: list[str] = field(default_factory=list)
    corrected: bool = False
    guest: bool = False
    passport: str = ""

    @property
    def minutes(self) -> int:
        return self.seconds // 60


def rows_of(public: PublicSession, *, now: datetime) -> list[Row]:
    """Everyone expected, every guest, and whoever else something is recorded of; in four queries."""
    rows = _people(public)
    held: dict[Who, list[Presence]] = defaultdict(list)
    presences = list(
        Presence.objects.filter(session=public.session_id).select_related("by", "user", "registration")
    )
    for presence in presences:
        if presence.user_id or presence.registration_id:
            held[who_of(presence)].append(presence)
    terms = terms_of(counting_of(public.batch_id))
    for who, of in held.items():
        row = rows.setdefault(who, _other(who, of[0]))
        _count(row, of, public, terms, now)
    for found in findings(public, presences):
        rows[found.who].findings.append(found.what)
    return sorted(rows.values(), key=lambda r: (r.guest, r.name.casefold()))


def _people(public: PublicSession) -> dict[Who, Row]:
    found = {}
    for enrolment in expected(public).select_related("user", "city"):
        user = enrolment.user
        place = enrolment.city.name if enrolment.city else ""
        row = found[Who(user.pk)] = Row(Who(user.pk), str(user), user.native_name, user.email, place)
        row.passport = user.passport_name if user.passport_name != row.name else ""
    seated = Registration.objects.filter(
        webinar__session=public.session_id, state=Registration.State.SEATED
    ).select_related("user")
    for one in seated:
        who = Who(one.user_id) if one.user_id is not None else Who(None, one.pk)
        if who not in found:
            found[who] = Row(who, one.name, "", one.email, one.organisation or one.country, guest=True)
    return found


def _other(who: Who, presence: Presence) -> Row:
    """Somebody who is not expected (any more): withdrew, changed the group."""
    if presence.user is not None:
        return Row(who, str(presence.user), presence.user.native_name, presence.user.email, "not expected")
    held = presence.registration
    return Row(who, held.name if held else "", "", held.email if held else "", "not expected", guest=True)


def _count(row: Row, held: list[Presence], public: PublicSession, terms: Terms, now: datetime) -> None:
    kept = [p for p in held if not p.dropped]
    stays = [Evidence(p.way, p.began, p.ended, p.by_id, p.said_at, p.key) for p in kept]
    row.seconds = seconds_present(stays, public.starts, public.ends, terms, now=now)
    row.ways = [WAYS[way] for way in dict.fromkeys(p.way for p in kept)]
    row.corrected = any(p.way == Presence.Way.CORRECTION for p in kept)
    there = [p for p in kept if p.said != "absent"]
    row.first = min((p.began for p in there), default=None)
    row.last = max((p.ended or public.ends for p in there), default=None)


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a batch in which something is held: `key` such as 2027-W18."""

    key: str
    first: date

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


def weeks_of(sessions: Iterable[PublicSession]) -> list[Week]:
    found = {}
    for public in sessions:
        year, week, weekday = public.day.isocalendar()
        first = public.day - timedelta(days=weekday - 1)
        found[f"{year}-W{week:02}"] = Week(f"{year}-W{week:02}", first)
    return sorted(found.values(), key=lambda w: w.first)


@dataclass(frozen=True, slots=True)
class Cell:
    """Minutes of a person in a session; `words` is "not for them", "to come", or nothing."""

    minutes: int
    planned: int
    words: str = ""

    @property
    def level(self) -> str:
        if self.words:
            return "off"
        return "none" if not self.minutes else "some" if self.minutes * 5 < self.planned * 4 else "full"


def matrix(
    batch: Batch, users: Sequence[int], sessions: Sequence[PublicSession], counting: Counting, now: datetime
) -> dict[int, list[Cell]]:
    """Cells of people by sessions, in two queries."""
    presences = Presence.objects.filter(session__in=[s.session_id for s in sessions])
    if len(users) <= 200:
        presences = presences.filter(user__in=users)
    held = evidence_of(presences)
    groups = groups_of(batch) if any(s.group_id for s in sessions) else {}
    terms = terms_of(counting)
    found: dict[int, list[Cell]] = {}
    for user in users:
        cells = []
        for public in sessions:
            if public.group_id and user not in groups.get(public.group_id, ()):
                cells.append(Cell(0, public.minutes, "not for them"))
                continue
            stays = held.get((public.session_id, Who(user)), [])
            present = seconds_present(stays, public.starts, public.ends, terms, now=now) // 60
            words = "to come" if public.ends > now and not present else ""
            cells.append(Cell(present, public.minutes, words))
        found[user] = cells
    return found


def needed_share(batch: Batch) -> float | None:
    """The share of minutes that the certificate needs by the rules of the version; None where none does."""
    for rule in rules_of(batch.version.rules or {}, "certificate"):
        if rule.get("fact") == "attendance.minutes_share" and isinstance(rule.get("value"), int | float):
            return float(rule["value"])
    return None


@dataclass(frozen=True, slots=True)
class Held:
    """A session as a person sees it in the own record."""

    public: PublicSession
    minutes: int
    ways: str
    ended: bool


def own_sessions(batch: Batch, user: Any, *, now: datetime) -> list[Held]:
    """The sessions of a person that count, with the minutes; in four queries."""
    groups = {group for group, members in groups_of(batch).items() if user.pk in members}
    sessions = [s for s in counting_sessions(batch) if s.group_id is None or s.group_id in groups]
    held = evidence_of(Presence.objects.filter(session__activity__batch=batch, user=user))
    terms = terms_of(counting_of(batch))
    found = []
    for public in sessions:
        stays = held.get((public.session_id, Who(user.pk)), [])
        ways = Counter(WAYS[stay.way] for stay in stays)
        present = seconds_present(stays, public.starts, public.ends, terms, now=now) // 60
        found.append(Held(public, present, ", ".join(ways), public.ends <= now))
    return found
