"""Who is told what of a release: one letter a person with all of their changes, in both clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nagara.campus.notices.domain import letter
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable import concerned
from nagara.campus.timetable.differences import ADDED, CANCELLED, WORDS, Shown, span
from nagara.campus.timetable.models import GroupMember, Session


@dataclass(frozen=True)
class Change:
    """One session that differs from what is released. `was` is None for a new one."""

    session: Session
    what: str
    said: list[str]
    was: Shown | None
    now: Shown

    @property
    def word(self) -> str:
        return WORDS[self.what]

    @property
    def ends(self) -> datetime:
        """When the later of its two states ends."""
        return max(self.now.ends, self.was.ends) if self.was else self.now.ends


@dataclass(frozen=True)
class Letter:
    """One letter as it goes out. `to` is a person or an e-mail address."""

    to: User | str
    name: str
    address: str
    subject: str
    body: str
    count: int
    template: str
    context: dict[str, Any]


def letters_for(
    batch: Batch, changes: Sequence[Change], *, first: bool, note: str, now: datetime
) -> list[Letter]:
    """Every letter of a release of `changes`, by name. Sessions that are over are not told about."""
    coming = [change for change in changes if change.ends > now]
    if not coming:
        return []
    template = "timetable/out" if first else "timetable/changed"
    found = []
    for person, mine in _by_person(batch, coming):
        user = person if isinstance(person, User) else None
        name = str(user) if user is not None else person[1] if isinstance(person, tuple) else ""
        address = user.email if user is not None else person[0] if isinstance(person, tuple) else ""
        zone = user.tz if user is not None else ""
        context = {
            "name": name,
            "batch": batch,
            "note": note.strip(),
            "count": len(mine),
            "guest": user is None,
            "items": [_item(change, zone) for change in mine],
        }
        subject, body = letter(template, {"to": user, **context})
        to: User | str = user if user is not None else address
        found.append(Letter(to, name, address, subject, body, len(mine), template, context))
    return sorted(found, key=lambda one: (one.name.casefold(), one.address))


def _item(change: Change, zone: str) -> dict[str, Any]:
    """A change as a letter says it: both clocks, and what differs."""
    now = change.now
    mine = ""
    if zone:
        other = span(now.starts, now.ends, zone)
        mine = "" if other.rpartition(",")[0] == now.when.rpartition(",")[0] else other
    said = [] if change.what == ADDED else change.said
    return {
        "title": now.title,
        "word": change.word,
        "when": now.when,
        "yours": mine,
        "place": "" if change.what == CANCELLED else now.place or ("online" if now.online else ""),
        "said": said,
        "cancelled": change.what == CANCELLED,
        "path": change.session.get_absolute_url(),
    }


def _by_person(batch: Batch, changes: Sequence[Change]) -> list[tuple[User | tuple[str, str], list[Change]]]:
    """Those concerned, each with the changes that concern them, in the order of the changes."""
    everyone, groups = _participants(batch)
    speakers = _speakers(changes)
    mine: dict[int | str, dict[int, Change]] = defaultdict(dict)
    who: dict[int | str, User | tuple[str, str]] = {}
    for change in changes:
        users: dict[int, User] = {}
        only = None if change.what == ADDED else concerned.only(change.session)
        for state in filter(None, (change.was, change.now)):
            inside = everyone if state.group_id is None else groups.get(state.group_id, {})
            users.update({pk: user for pk, user in inside.items() if only is None or pk in only})
            users.update({pk: speakers[pk] for pk in state.speakers if pk in speakers})
        for pk, user in users.items():
            who[pk] = user
            mine[pk][change.session.pk] = change
        if change.what == ADDED:
            continue
        for guest in concerned.others(change.session):
            key: int | str = guest.pk if isinstance(guest, User) else guest[0].strip().casefold()
            who.setdefault(key, guest)
            mine[key][change.session.pk] = change
    known = {user.email.casefold() for user in who.values() if isinstance(user, User)}
    return [
        (who[key], list(found.values()))
        for key, found in mine.items()
        if not (isinstance(key, str) and key in known)
    ]


def _participants(batch: Batch) -> tuple[dict[int, User], dict[int, dict[int, User]]]:
    """People of the batch who did not withdraw, all and by group."""
    enrolled = Enrolment.objects.filter(batch=batch).exclude(state=Enrolment.State.WITHDRAWN)
    by_enrolment = {row.pk: row.user for row in enrolled.select_related("user")}
    groups: dict[int, dict[int, User]] = defaultdict(dict)
    members = GroupMember.objects.filter(group__batch=batch).values_list("group", "enrolment")
    for group, enrolment in members:
        if enrolment in by_enrolment:
            groups[group][by_enrolment[enrolment].pk] = by_enrolment[enrolment]
    return {user.pk: user for user in by_enrolment.values()}, groups


def _speakers(changes: Sequence[Change]) -> dict[int, User]:
    wanted: set[int] = set()
    for change in changes:
        wanted |= change.now.speakers | (change.was.speakers if change.was else frozenset())
    return User.objects.in_bulk(wanted)
