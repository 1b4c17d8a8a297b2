"""What a copy of a batch takes along: visits and their rides, without people."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models import Session
from nagara.campus.visits.models import Leg, Visit

SAME = (
    *("host", "address", "contact_name", "contact_phone", "contact_email", "briefing", "to_see", "dress"),
    *("rules", "bring", "stops", "meeting_point", "meeting_at", "emergency", "asks", "whom", "seats"),
)


def copy(source: Batch, new: Batch, *, days: int, by: object) -> list[str]:
    """Each visit goes to the session of the copy with the same title on the moved day. The timetable copies
    first; a visit whose session is not there is named in the result."""
    there: dict[tuple[str, object], list[Session]] = defaultdict(list)
    sessions = Session.objects.filter(activity__batch=new, visit=None).select_related("activity")
    for session in sessions.order_by("day", "at", "pk"):
        there[str(session), session.day].append(session)
    made, lost = 0, []
    visits = Visit.objects.filter(session__activity__batch=source).select_related("session__activity")
    for visit in visits.prefetch_related("legs"):
        found = there.get((str(visit.session), visit.session.day + timedelta(days=days)))
        if not found:
            lost.append(str(visit))
            continue
        _copy(visit, found.pop(0), days)
        made += 1
    said = [f"{made} visits with their rides, without people"] if made else []
    return said + [f"not copied, its session is not in the copy: the visit {name}" for name in lost]


def _copy(visit: Visit, session: Session, days: int) -> None:
    window = {
        name: value + timedelta(days=days) for name in ("opens", "closes") if (value := getattr(visit, name))
    }
    made = Visit.objects.create(session=session, **{name: getattr(visit, name) for name in SAME}, **window)
    for leg in visit.legs.all():
        Leg.objects.create(
            visit=made,
            **{
                name: getattr(leg, name)
                for name in ("order", "start", "goal", "mode", "departs", "arrives", "seats", "note")
            },
        )
