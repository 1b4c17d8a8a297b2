"""The demonstration's master's: weekly sessions of this semester, and who was there."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone

from nagara.campus.attendance.models import Presence
from nagara.campus.degrees.demo_plan import AWAY, OFFERED
from nagara.campus.degrees.models import CourseTaking, Offering
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.domain import Planned, add_activity, add_sessions, make_group, release
from nagara.campus.timetable.models import PublicSession

WEEKS = 16


def sessions(
    batch: Batch, people: list[Enrolment], offerings: dict[tuple[int, str], Offering], office: User | None
) -> None:
    """Weekly sessions of this semester's courses for those who take them, released without letters."""
    by_pk = {p.pk: p for p in people}
    planned: list[Planned] = []
    changed = []
    for number, code, _, weekday, hour, _, minutes in OFFERED:
        offering = offerings[number, code]
        sitting = CourseTaking.objects.filter(offering=offering, state="registered").values_list(
            "enrolment", flat=True
        )
        group = make_group(batch, f"{code} A", [by_pk[pk] for pk in sitting], by=office)
        activity = add_activity(
            batch, kind="course", title=str(offering.course), course=offering.course, group=group, by=office
        )
        offering.group, offering.activity = group, activity
        changed.append(offering)
        first = offering.semester.starts + timedelta(days=weekday)
        speakers = [offering.lecturer] if offering.lecturer else []
        planned += [
            Planned(activity, first + timedelta(weeks=week), time(hour), minutes, people=speakers)
            for week in range(WEEKS)
        ]
    Offering.objects.bulk_update(changed, ["group", "activity"])
    add_sessions(batch, planned, by=office)
    release(batch, by=office, note="Fourth semester", quiet=True)


def present(batch: Batch, people: list[Enrolment]) -> None:
    """Who was in the sessions that are over, as the rosters say."""
    groups: dict[int, list[tuple[int, int]]] = {}
    places = {p.pk: place for place, p in enumerate(people)}
    rows = CourseTaking.objects.filter(
        enrolment__batch=batch, state="registered", offering__group__isnull=False
    )
    for activity, pk, user in rows.values_list("offering__activity", "enrolment", "enrolment__user"):
        groups.setdefault(activity, []).append((pk, user))
    over = PublicSession.objects.filter(batch=batch, ends__lt=timezone.now()).select_related("session")
    stays = []
    for n, public in enumerate(over):
        for pk, user in groups.get(public.session.activity_id, ()):
            if places[pk] in AWAY and n % 4:
                continue
            stays.append(
                Presence(
                    session=public.session,
                    user_id=user,
                    way=Presence.Way.ROSTER,
                    began=public.starts,
                    ended=public.ends,
                    said="present",
                    said_at=public.ends,
                    key=f"roster-u{user}",
                )
            )
    Presence.objects.bulk_create(stays)
