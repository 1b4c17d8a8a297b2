"""Take participant lists of meeting tools: read, match, preview, take; again without harm."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from nagara.adapters.meetings import Report, Stay, Unreadable, read
from nagara.campus.attendance.domain.recording import AttendanceError, expected
from nagara.campus.attendance.models import Presence, Sheet, SheetRow, Who
from nagara.campus.audit.domain import record as write_down
from nagara.campus.cities.clocks import instant
from nagara.campus.timetable.models import PublicSession
from nagara.campus.webinars.models import Registration

NEAR = timedelta(hours=30)
ORDERS = {"mdy": "month first (5/3/2027 is 3 May)", "dmy": "day first (3/5/2027 is 3 May)"}


class Ask(AttendanceError):
    """The file leaves something open: `asks` names what ("tz", "order")."""

    def __init__(self, what: str, asks: str, mend: str) -> None:
        super().__init__(what, where="file", mend=mend)
        self.asks = asks


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a row can be of: an enrolled person or a registered guest."""

    who: Who
    name: str
    emails: frozenset[str]
    names: frozenset[str]
    registration: int | None = None


@transaction.atomic
def read_sheet(public: PublicSession, *, data: bytes, name: str, tz: str, order: str = "", by: Any) -> Sheet:
    """Read a file and match its rows; nothing counts yet. The same bytes again give the sheet that is there.

    Raises Ask where the file names no zone and `tz` is empty, or where its dates can be read in two ways and
    neither, or both, are of the day of the session; AttendanceError where it is no participant list.
    """
    digest = hashlib.sha256(data).hexdigest()
    held = Sheet.objects.filter(session=public.session_id, digest=digest).first()
    if held is not None and held.state != Sheet.State.READ:
        return held
    report = _report(public, data, tz, order)
    stays = [(stay, *_instants(stay, tz)) for stay in report.stays]
    if not stays and not report.problems:
        raise AttendanceError("The file has no participant in it.", where="file")
    problems = [
        {"row": p.row, "severity": p.severity, "what": p.what, "mend": p.mend} for p in report.problems
    ]
    problems += _far_away(public, stays)
    values = {"name": name[:200], "tool": report.tool, "tz": tz, "problems": problems, "by": by}
    sheet, _ = Sheet.objects.update_or_create(
        session=public.session, digest=digest, defaults={**values, "state": Sheet.State.READ}
    )
    sheet.rows.all().delete()
    people = people_of(public)
    matched = match([stay for stay, _, _ in stays], people)
    SheetRow.objects.bulk_create(
        SheetRow(
            sheet=sheet,
            number=stay.row,
            name=stay.name[:300],
            email=stay.email[:320],
            joined=joined,
            left=left,
            user_id=found.who.user if found else None,
            registration_id=found.registration if found else None,
            how=how,
        )
        for (stay, joined, left), (found, how) in zip(stays, matched, strict=True)
    )
    return sheet


def _report(public: PublicSession, data: bytes, tz: str, order: str) -> Report:
    try:
        report = read(data, order=order or None, day=public.day)
        if order or len(report.orders) == 1:
            return _with_zone(report, tz)
        near = []
        for one in report.orders:
            found = read(data, order=one, day=public.day)
            if any(_is_near(public, stay.joined) for stay in found.stays):
                near.append(found)
    except Unreadable as error:
        raise AttendanceError(error.what, where="file", mend=error.mend) from error
    if len(near) == 1 or (near and all(_same(near[0], other) for other in near[1:])):
        return _with_zone(near[0], tz)
    raise Ask(
        "The dates of this file can be read in two ways.",
        "order",
        "Say whether the month or the day is first.",
    )


def _same(one: Report, other: Report) -> bool:
    return [s.joined for s in one.stays] == [s.joined for s in other.stays]


def _is_near(public: PublicSession, joined: datetime) -> bool:
    """Within a day of the session, whatever the zone."""
    at = joined if joined.tzinfo else joined.replace(tzinfo=UTC)
    return public.starts - NEAR <= at <= public.ends + NEAR


def _with_zone(report: Report, tz: str) -> Report:
    if report.needs_zone and not tz:
        raise Ask(
            "The file does not say in which zone its times are.",
            "tz",
            "Say the zone: most tools write times in the zone of whoever exported the file.",
        )
    return report


def _instants(stay: Stay, tz: str) -> tuple[datetime, datetime]:
    def at(time: datetime) -> datetime:
        return time.astimezone(UTC) if time.tzinfo else instant(time, tz)

    joined = at(stay.joined)
    return joined, max(joined, at(stay.left) if stay.left is not None else joined)


def _far_away(
    public: PublicSession, stays: Iterable[tuple[Stay, datetime, datetime]]
) -> list[dict[str, Any]]:
    found = []
    for stay, joined, left in stays:
        if left <= public.starts or joined >= public.ends:
            local = joined.astimezone(ZoneInfo(public.tz))
            found.append(
                {
                    "row": stay.row,
                    "severity": "warning",
                    "what": f"{stay.name or stay.email} was there from {local:%d %b %Y %H:%M} by the "
                    "session's clock: outside the session. It is kept and counts no minute.",
                    "mend": "Look whether the zone and the file are the right ones.",
                }
            )
    return found


def people_of(public: PublicSession) -> list[Person]:
    """Everybody whom a row can be of."""
    found = []
    for enrolment in expected(public).select_related("user"):
        user = enrolment.user
        names = (user.passport_name, user.preferred_name, user.native_name, str(user))
        emails = frozenset({user.email.casefold()} - {""})
        found.append(Person(Who(user.pk), str(user), emails, frozenset(_plain(n) for n in names if n)))
    known = {person.who.user for person in found}
    held = Registration.objects.filter(webinar__session=public.session_id, state__in=Registration.HOLDS)
    for one in held.select_related("user"):
        if one.user_id in known:
            continue
        who = Who(one.user_id) if one.user_id is not None else Who(None, one.pk)
        known_as = (one.name, str(one.user) if one.user else "")
        emails = frozenset({one.email.casefold(), one.user.email.casefold() if one.user else ""} - {""})
        found.append(Person(who, one.name, emails, frozenset(_plain(n) for n in known_as if n), one.pk))
    return found


def _plain(name: str) -> str:
    """A name for comparing: without marks of ISO Latin letters, order of its parts, or small print."""
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(c for c in text if not "\u0300" <= c <= "\u036f").replace("đ", "d")
    return " ".join(sorted(re.split(r"[\s,.·'’-]+", text))).strip()


def match(stays: Iterable[Stay], people: Iterable[Person]) -> list[tuple[Person | None, str]]:
    """For each stay whom it is of and how that was found: by e-mail, else by a name that only one has."""
    emails: dict[str, Person] = {}
    names: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        emails.update(dict.fromkeys(person.emails, person))
        for name in person.names:
            names[name].append(person)
    found: list[tuple[Person | None, str]] = []
    for stay in stays:
        if stay.email and stay.email in emails:
            found.append((emails[stay.email], "e-mail"))
            continue
        found.append(_by_name(stay.name, names))
    return found


def _by_name(said: str, names: Mapping[str, list[Person]]) -> tuple[Person | None, str]:
    """The name as shown, then the original one that Zoom writes in brackets after it."""
    inner = re.fullmatch(r"(.*?)\s*[(（]([^()（）]+)[)）]\s*", said)
    for name in (said, *(inner.groups() if inner else ())):
        held = {person.who: person for person in names.get(_plain(name), [])} if _plain(name) else {}
        if len(held) == 1:
            return next(iter(held.values())), "name"
    return None, ""


def label(row: SheetRow) -> str:
    """Rows of one participant of the file belong together."""
    return hashlib.sha256(f"{row.email}\n{row.name}".encode()).hexdigest()[:16]


@transaction.atomic
def choose(sheet: Sheet, choices: Mapping[str, str], *, by: Any) -> int:
    """Say by hand whom the rows of a participant are of: label -> key of a person, "" for nobody. Returns how
    many rows changed. Who stands in a taken sheet is changed by taking the sheet back first."""
    people = {person.who.key: person for person in people_of(_public(sheet))}
    changed = []
    for row in sheet.rows.filter(presence=None):
        key = choices.get(label(row))
        if key is None or (key and key not in people):
            continue
        person = people.get(key)
        before = (row.user_id, row.registration_id)
        row.user_id = person.who.user if person else None
        row.registration_id = person.registration if person else None
        if before != (row.user_id, row.registration_id):
            row.how = "hand" if person else ""
            changed.append(row)
    SheetRow.objects.bulk_update(changed, ["user", "registration", "how"])
    if changed:
        write_down(
            "match participants", f"session/{sheet.session_id}", by=by, sheet=sheet.pk, rows=len(changed)
        )
    return len(changed)


def _public(sheet: Sheet) -> PublicSession:
    return PublicSession.objects.select_related("session").get(session=sheet.session_id)


@transaction.atomic
def take_sheet(sheet: Sheet, *, by: Any, now: datetime) -> int:
    """Let the matched rows count. Returns how many stays are new: a stay that another file has brought
    is not doubled. Rows of nobody stay aside and can be matched later."""
    sheet = Sheet.objects.select_for_update().get(pk=sheet.pk)
    rows = [row for row in sheet.rows.filter(presence=None) if row.user_id or row.registration_id]
    guests = dict(
        Registration.objects.filter(
            pk__in=[r.registration_id for r in rows if r.registration_id]
        ).values_list("pk", "user_id")
    )
    made = {}
    for row in rows:
        user = row.user_id if row.user_id is not None else guests.get(row.registration_id or 0)
        who = Who(user) if user is not None else Who(None, row.registration_id)
        key = f"import:{who.key}:{int(row.joined.timestamp())}:{int(row.left.timestamp())}"
        made[row.pk] = Presence(
            session_id=sheet.session_id,
            user_id=user,
            registration_id=row.registration_id,
            way=Presence.Way.IMPORT,
            began=row.joined,
            ended=row.left,
            key=key,
            by=by,
            note=f"{sheet.tool}, row {row.number}",
            said_at=now,
        )
    keys = {presence.key for presence in made.values()}
    held = Presence.objects.filter(session=sheet.session_id, key__in=keys)
    before = held.count()
    Presence.objects.bulk_create(made.values(), ignore_conflicts=True)
    # what a list that was taken back brought counts again; what a person took back with a reason does not
    again = held.filter(dropped=True, sheet_rows=None).update(dropped=False)
    ids = dict(held.values_list("key", "pk"))
    for row in rows:
        row.presence_id = ids[made[row.pk].key]
    SheetRow.objects.bulk_update(rows, ["presence"])
    Sheet.objects.filter(pk=sheet.pk).update(state=Sheet.State.TAKEN)
    fresh = len(ids) - before + again
    write_down(
        "import attendance", f"session/{sheet.session_id}", by=by, sheet=sheet.pk, rows=len(rows), new=fresh
    )
    return fresh


@transaction.atomic
def drop_sheet(sheet: Sheet, *, by: Any, reason: str) -> None:
    """Take a sheet back: its stays count no longer, but for those that another taken sheet has too."""
    if len(reason.strip()) < 3:
        raise AttendanceError("Say why it is taken back.", where="reason")
    ids = list(sheet.rows.exclude(presence=None).values_list("presence", flat=True))
    others = SheetRow.objects.filter(presence__in=ids, sheet__state=Sheet.State.TAKEN).exclude(sheet=sheet)
    stay = set(others.values_list("presence", flat=True))
    Presence.objects.filter(pk__in=set(ids) - stay).update(dropped=True)
    sheet.rows.update(presence=None)
    Sheet.objects.filter(pk=sheet.pk).update(state=Sheet.State.DROPPED)
    write_down(
        "take back import", f"session/{sheet.session_id}", by=by, reason=reason.strip(), sheet=sheet.pk
    )
