"""Minutes of a session, of a batch, of a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from nagara.campus.attendance.intervals import Evidence, Terms, seconds_present
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.models import GroupMember, PublicSession, Session

FEW = 200
"""Up to so many people are named in the question; beyond, all of the batch are read."""


def counting_of(batch: Batch | int) -> Counting:
    """How a batch counts: its row, else the defaults (not saved)."""
    pk = batch if isinstance(batch, int) else batch.pk
    return Counting.objects.filter(batch=pk).first() or Counting(batch_id=pk)


def terms_of(counting: Counting) -> Terms:
    return Terms(grace=counting.grace, without_check_out=counting.without_check_out)


def evidence_of(presences: QuerySet[Presence]) -> dict[tuple[int, Who], list[Evidence]]:
    """Presences in force, by session and person, in one query. Those of nobody (erased) are kept apart."""
    found: dict[tuple[int, Who], list[Evidence]] = defaultdict(list)
    rows = presences.filter(dropped=False).values_list(
        "session_id",
        Coalesce("user_id", "registration__user_id"),
        "registration_id",
        "way",
        "began",
        "ended",
        "by_id",
        "said_at",
        "key",
    )
    for session, user, guest, *stay in rows.order_by().iterator(chunk_size=5000):
        if user is not None or guest is not None:
            found[session, Who(user, guest if user is None else None)].append(Evidence(*stay))
    return found


def seconds(session: Session, *, now: datetime | None = None) -> dict[Who, int]:
    """Seconds of each person in a session as released; nobody where it is not released or cancelled."""
    public = PublicSession.objects.filter(session=session, cancelled=False).first()
    if public is None:
        return {}
    terms = terms_of(counting_of(public.batch_id))
    held = evidence_of(Presence.objects.filter(session=session))
    return {
        who: seconds_present(stays, public.starts, public.ends, terms, now=now)
        for (_, who), stays in held.items()
    }


def minutes(session: Session, *, now: datetime | None = None) -> dict[Who, int]:
    """Whole minutes of each person in a session: the union of all stays, clipped to the released time."""
    return {who: found // 60 for who, found in seconds(session, now=now).items()}


@dataclass(slots=True)
class Share:
    """A person's minutes in a batch. `planned`: of counting sessions for this person that have ended;
    `to_come`: of those that have not; `sessions` and `missed` are numbers of ended sessions."""

    seconds: int = 0
    planned: int = 0
    to_come: int = 0
    sessions: int = 0
    missed: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def share(self) -> float | None:
        """Present of planned, 0 to 1; None where no session has ended."""
        return self.seconds / (self.planned * 60) if self.planned else None

    def may_miss(self, needed: float) -> int:
        """Minutes still to come that may be missed while the share of the whole stays at `needed`; below 0:
        it can no longer be reached."""
        return int((self.seconds / 60 + self.to_come) - needed * (self.planned + self.to_come))


def counting_sessions(batch: Batch) -> QuerySet[PublicSession]:
    """Released sessions of a batch that count and are not cancelled, in order."""
    return PublicSession.objects.filter(
        batch=batch, cancelled=False, session__activity__counts=True
    ).order_by("starts", "id")


def groups_of(batch: Batch) -> dict[int, set[int]]:
    """Group -> users in it, of a batch."""
    found: dict[int, set[int]] = defaultdict(set)
    members = GroupMember.objects.filter(group__batch=batch).exclude(
        enrolment__state=Enrolment.State.WITHDRAWN
    )
    for group, user in members.values_list("group_id", "enrolment__user_id"):
        found[group].add(user)
    return found


def shares(batch: Batch, users: Iterable[Any], *, now: datetime | None = None) -> dict[int, Share]:
    """The share of each of `users` (by primary key) in `batch` up to `now`: four queries for any number."""
    at = now or timezone.now()
    ids = [user.pk for user in users]
    sessions = list(
        counting_sessions(batch).values_list("session_id", "group_id", "starts", "ends", "minutes")
    )
    groups = groups_of(batch) if any(row[1] for row in sessions) else {}
    ended = {row[0] for row in sessions if row[3] <= at}
    held = _held(batch, ids, ended)
    terms = terms_of(counting_of(batch))
    found = {pk: Share() for pk in ids}
    for session, group, starts, ends, planned in sessions:
        taking = ids if group is None else groups.get(group, set()).intersection(ids)
        for pk in taking:
            share = found[pk]
            if session not in ended:
                share.to_come += planned
                continue
            _add(share, held.get((session, Who(pk)), []), starts, ends, planned, terms)
    return found


def _held(batch: Batch, ids: Sequence[int], ended: set[int]) -> dict[tuple[int, Who], list[Evidence]]:
    if not ended or not ids:
        return {}
    rows = Presence.objects.filter(session__activity__batch=batch)
    if len(ids) <= FEW:
        rows = rows.filter(user__in=ids)
    return evidence_of(rows)


def _add(
    share: Share, stays: list[Evidence], starts: datetime, ends: datetime, planned: int, terms: Terms
) -> None:
    present = seconds_present(stays, starts, ends, terms) if stays else 0
    share.seconds += present
    share.planned += planned
    share.sessions += 1
    share.first = share.first or starts
    share.last = ends
    if present:
        share.ways.update({stay.way for stay in stays})
    else:
        share.missed += 1
