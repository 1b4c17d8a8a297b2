"""Verbs about the sessions of the draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.programmes.domain.batches import check_zone
from nagara.campus.programmes.models import Batch, BatchActivity
from nagara.campus.timetable.models import Activity, Room, Session, SessionPerson
from nagara.campus.timetable.models.sessions import LONGEST
from nagara.citylab.errors import CityLabError

Speaker = User | str | tuple[User | str, str]
FIELDS = ("activity", "title", "day", "at", "minutes", "tz", "room", "online", "join_link", "note")


class Changed(CityLabError):
    """Somebody else changed the session since the form was opened: `held` is how it stands now."""

    def __init__(self, held: Session) -> None:
        super().__init__(
            f"{held} was changed by someone else since you opened it.",
            mend="Compare the two, then keep yours or take theirs.",
        )
        self.held = held


@dataclass(frozen=True)
class Planned:
    """A session to add. `people`: persons or names, or pairs of one of these and a role."""

    activity: Activity
    day: date
    at: time
    minutes: int = 90
    tz: str = ""
    room: Room | None = None
    online: bool = False
    people: Sequence[Speaker] = field(default=())
    title: str = ""
    note: str = ""
    join_link: str = ""
    plan_line: BatchActivity | None = None


def subject(session: Session) -> str:
    """The session's name in the audit log."""
    return f"session/{session.pk}"


def add_session(
    activity: Activity,
    *,
    day: date,
    at: time,
    minutes: int,
    tz: str | None = None,
    room: Room | None = None,
    online: bool = False,
    people: Iterable[Speaker] = (),
    title: str = "",
    note: str = "",
    join_link: str = "",
    by: User | None,
) -> Session:
    """One more session of an activity, in the draft. `tz` is the host's where it is not said."""
    planned = Planned(
        activity, day, at, minutes, tz or "", room, online, tuple(people), title, note, join_link
    )
    return add_sessions(activity.batch, [planned], by=by)[0]


@transaction.atomic
def add_sessions(batch: Batch, planned: Iterable[Planned], *, by: User | None) -> list[Session]:
    """Many sessions at once, in a fixed number of queries: series, imports, a whole semester."""
    rows = list(planned)
    sessions: list[Session] = []
    zones: set[str] = set()
    for row in rows:
        tz = row.tz or batch.tz
        if tz not in zones:
            check_zone(tz)
            zones.add(tz)
        if row.activity.batch_id != batch.pk:
            raise CityLabError(f"{row.activity} belongs to another batch.", where="activity")
        check_minutes(row.minutes)
        sessions.append(
            Session(
                activity=row.activity,
                title=row.title.strip(),
                day=row.day,
                at=row.at,
                minutes=row.minutes,
                tz=tz,
                room=row.room,
                online=row.online,
                note=row.note,
                join_link=row.join_link,
                plan_line=row.plan_line,
                changed_by=by if by is not None and by.pk else None,
            )
        )
    made = Session.objects.bulk_create(sessions)
    SessionPerson.objects.bulk_create(
        person for session, row in zip(made, rows, strict=True) for person in _speakers(session, row.people)
    )
    if made:
        where = subject(made[0]) if len(made) == 1 else f"batch/{batch.slug}"
        record("session added" if len(made) == 1 else "sessions added", where, by=by, count=len(made))
    return made


def check_minutes(minutes: int) -> None:
    """Raises CityLabError for a session that is too short or longer than a day."""
    if not 5 <= minutes <= LONGEST:
        raise CityLabError(
            f"A session takes 5 to {LONGEST} minutes.", where="minutes", mend="Split longer ones by day."
        )


def _speakers(session: Session, people: Iterable[Speaker]) -> list[SessionPerson]:
    rows = []
    seen: set[int | str] = set()
    for entry in people:
        one, role = entry if isinstance(entry, tuple) else (entry, "lecturer")
        key: int | str = one.pk if isinstance(one, User) else one.strip()
        if not key or key in seen:
            continue
        seen.add(key)
        rows.append(
            SessionPerson(
                session=session,
                user=one if isinstance(one, User) else None,
                name="" if isinstance(one, User) else one.strip()[:200],
                role=(role.strip() or "lecturer")[:40],
            )
        )
    return rows


def held(session: Session, version: int | None) -> Session:
    """The session, locked. Raises Changed where it is not at `version` any more (None: does not matter)."""
    found = (
        Session.objects.select_for_update(of=("self",))
        .select_related("activity__batch", "activity__kind", "room__venue")
        .get(pk=session.pk)
    )
    if version is not None and found.version != version:
        raise Changed(found)
    return found


@transaction.atomic
def change_session(
    session: Session, *, version: int | None, by: User | None, reason: str = "", **changes: Any
) -> Session:
    """Change fields of a session (`day`, `at`, `room` ..., `people`). `version` is the one that was seen:
    raises Changed where someone else was faster. Nothing is told to anyone before the next release."""
    found = held(session, version)
    people = changes.pop("people", None)
    unknown = set(changes) - set(FIELDS)
    if unknown:
        raise CityLabError(f"A session has no {', '.join(sorted(unknown))}.")
    activity = changes.get("activity", found.activity)
    if activity.batch_id != found.activity.batch_id:
        raise CityLabError(f"{activity} belongs to another batch.", where="activity")
    changed = sorted(name for name, value in changes.items() if getattr(found, name) != value)
    was = {name: str(getattr(found, name)) for name in changed if name in ("day", "at", "minutes", "tz")}
    for name in changed:
        setattr(found, name, changes[name])
    check_minutes(found.minutes)
    if "tz" in changed:
        check_zone(found.tz)
    if people is not None and _set_people(found, list(people)):
        changed.append("people")
    if changed:
        _kept(found, by)
        record("session changed", subject(found), by=by, reason=reason, fields=changed, was=was)
    return found


def _set_people(session: Session, people: list[Speaker]) -> bool:
    rows = _speakers(session, people)
    now = [(row.user_id, row.name, row.role) for row in rows]
    if list(session.people.values_list("user", "name", "role")) == now:
        return False
    session.people.all().delete()
    SessionPerson.objects.bulk_create(rows)
    return True


def _kept(session: Session, by: User | None) -> None:
    session.version += 1
    session.changed_by = by if by is not None and by.pk else None
    session.save()


@transaction.atomic
def cancel_session(session: Session, *, by: User | None, reason: str, version: int | None = None) -> Session:
    """It does not take place. It stays in the timetable with the reason; told with the next release."""
    reason = reason.strip()
    if not reason:
        raise CityLabError(
            "Cancelling a session needs a reason.", where="reason", mend="Say in a sentence why."
        )
    found = held(session, version)
    if found.cancelled:
        return found
    found.cancelled, found.cancel_reason = True, reason[:300]
    _kept(found, by)
    record("session cancelled", subject(found), by=by, reason=reason)
    return found


@transaction.atomic
def restore_session(session: Session, *, by: User | None, version: int | None = None) -> Session:
    """A cancelled session takes place after all."""
    found = held(session, version)
    if found.cancelled:
        found.cancelled, found.cancel_reason = False, ""
        _kept(found, by)
        record("session restored", subject(found), by=by)
    return found


@transaction.atomic
def remove_session(session: Session, *, by: User | None, version: int | None = None) -> None:
    """Delete a session of the draft. Raises CityLabError where it was released once: people have it in their
    calendars."""
    found = held(session, version)
    if hasattr(found, "public"):
        raise CityLabError(
            f"{found} was released: it cannot be deleted.", mend="Cancel it, with a reason that people read."
        )
    record("session removed", subject(found), by=by, title=str(found), day=found.day.isoformat())
    found.delete()
