"""The printed sheets of a visit, as data: one for the page, one for typst, both from here.

Three sheets: "day" (for everyone: no names), "host" (names and cities as agreed to, needs as counts),
"leader" (everything that is needed on the way; sealed facts only as "on file").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nagara.campus.cities.clocks import clock
from nagara.campus.design import papers
from nagara.campus.design.markdown import blocks
from nagara.campus.visits.domain.forgetting import deleted_on
from nagara.campus.visits.domain.telling import rides, short
from nagara.campus.visits.missing import TERMS, consents_of, facts_of
from nagara.campus.visits.models import Need, Seat, TravelFacts, Visit

TEMPLATE = Path(__file__).with_name("sheet.typ")
KINDS = {"day": "Sheet of the day", "host": "Sheet for the host", "leader": "Sheet for the leader"}
NOT_SAID, GONE = "not said yet", "deleted after travel"
NO_NAME = "Participant (name not given)"


@dataclass(frozen=True)
class Line:
    """One moment of the day, on the host's clock."""

    at: str
    what: str
    more: str = ""


def sheet(visit: Visit, kind: str, now: datetime) -> dict[str, Any]:
    """What stands on a sheet. Plain values only."""
    session = visit.session
    public = getattr(session, "public", None)
    shown = public or session
    start = clock(session.tz, shown.starts)
    end = clock(session.tz, shown.ends)
    found: dict[str, Any] = {
        "kind": kind,
        "title": str(shown),
        "heading": KINDS[kind],
        "batch": visit.batch.name,
        "day": f"{start.at:%A, %d %B %Y}".replace(" 0", " "),
        "hours": f"{start.text} to {end.text}",
        "clock": f"All times are {session.tz.rpartition('/')[2].replace('_', ' ')} time ({start.offset})",
        "cancelled": bool(public and public.cancelled),
        "draft": public is None,
        "host": visit.host,
        "address": visit.address,
        "contact": [w for w in (visit.contact_name, visit.contact_phone, visit.contact_email) if w],
        "meeting": ", ".join(
            w for w in (f"{visit.meeting_at:%H:%M}" if visit.meeting_at else "", visit.meeting_point) if w
        ),
        "programme": [vars(line) for line in programme(visit, start.text, end.text, str(shown))],
        "bring": visit.bring,
        "emergency": visit.emergency,
        "printed": f"{clock(session.tz, now).at:%d %b %Y, %H:%M}".lstrip("0"),
        "leaders": [_named(user) for user in visit.leaders.all()] if kind != "host" else [],
        "texts": _texts(visit, kind),
        "people": [],
        "counts": [],
        "columns": [],
    }
    if kind != "day":
        seats = list(
            visit.places.filter(state=Seat.State.SEATED)
            .select_related("enrolment__user", "enrolment__city__state")
            .order_by("enrolment__user__sort_key", "pk")
        )
        _add_people(found, visit, seats, kind, absent(visit, now))
    return found


def programme(visit: Visit, start: str, end: str, title: str) -> list[Line]:
    """Meeting, rides, the visit itself and its programme, in the order of the day."""
    found = []
    if visit.meeting_at:
        found.append(Line(f"{visit.meeting_at:%H:%M}", "Meet", visit.meeting_point))
    for leg in visit.legs.all():
        arrives = f", arrives {leg.arrives:%H:%M}" if leg.arrives else ""
        night = " the next day" if leg.arrives and leg.arrives < leg.departs else ""
        more = "; ".join(w for w in (leg.operator, leg.note) if w)
        found.append(
            Line(
                f"{leg.departs:%H:%M}",
                f"{leg.mode[:1].upper()}{leg.mode[1:]}: {leg.start} to {leg.goal}{arrives}{night}",
                more,
            )
        )
    found += [Line(stop["at"], stop["what"]) for stop in visit.stops]
    found.append(Line(start, f"The visit begins: {title}", visit.address))
    found.append(Line(end, "The visit ends"))
    order = {id(line): number for number, line in enumerate(found)}
    return sorted(found, key=lambda line: (line.at or "99", line.what == "The visit ends", order[id(line)]))


def _texts(visit: Visit, kind: str) -> list[dict[str, Any]]:
    if kind == "host":
        return []
    named = (
        ("Briefing", visit.briefing),
        ("What to see and what to ask", visit.to_see),
        ("Dress and safety", visit.dress),
        ("Rules of the place", visit.rules),
    )
    return [{"title": title, "text": text, "blocks": blocks(text)} for title, text in named if text.strip()]


def _named(user: Any) -> str:
    phone = f", {user.phone}" if user.phone else ""
    return f"{user}{phone}"


def official(user: Any) -> str:
    """The name as in the passport, the own script beside it."""
    native = user.native_name if user.native_name != user.passport_name else ""
    return f"{user.passport_name} ({native})" if native else str(user.passport_name)


def absent(visit: Visit, now: datetime) -> str:
    """What to say where there are no facts: they were never said, or they are deleted by now."""
    gone = clock(visit.batch.tz, now).at.date() >= deleted_on(visit.batch)
    return GONE if gone else NOT_SAID


def _add_people(found: dict[str, Any], visit: Visit, seats: Sequence[Seat], kind: str, gone: str) -> None:
    facts = facts_of([seat.enrolment_id for seat in seats])
    agreed = consents_of([seat.enrolment.user_id for seat in seats])
    names = {(need.kind, need.slug): need.name for need in Need.objects.all()}
    found["counts"] = counts(facts.values(), visit.asks, names)
    found["number"] = len(seats)
    if kind == "host":
        found["columns"] = ["Name", "City"]
        named = [s for s in seats if agreed[s.enrolment.user_id].get(TERMS)]
        found["people"] = [[official(s.enrolment.user), _city(s)] for s in named]
        found["people"] += [[NO_NAME, ""]] * (len(seats) - len(named))
        return
    riding = rides(visit, short)
    found["columns"] = ["Name", "City", "Needs", "Emergency contact", "Rides"]
    found["people"] = [
        [
            official(seat.enrolment.user)
            + (f", {seat.enrolment.user.phone}" if seat.enrolment.user.phone else ""),
            _city(seat),
            needs(facts.get(seat.enrolment_id), visit.asks, names, gone),
            emergency(facts.get(seat.enrolment_id), visit.asks, gone),
            "\n".join(riding.get(seat.pk, [])),
        ]
        for seat in seats
    ]


def _city(seat: Seat) -> str:
    city = seat.enrolment.city
    return f"{city.name}, {city.state.name}" if city else ""


def needs(
    facts: TravelFacts | None, asks: Sequence[str], names: dict[tuple[str, str], str], absent: str = NOT_SAID
) -> str:
    """Dietary and access needs in words; what is not said is said to be so."""
    if facts is None:
        return absent
    found = []
    for kind in ("diet", "access"):
        if kind not in asks:
            continue
        ticked = getattr(facts, kind)
        note = getattr(facts, f"{kind}_note")
        if ticked is None:
            found.append("diet not said" if kind == "diet" else "access not said")
            continue
        found += [names.get((kind, slug), slug) for slug in ticked]
        found += [note] if note else []
    if "medical" in asks and facts.medical_note:
        found.append("medical note on file")
    return "; ".join(found) or "none"


def emergency(facts: TravelFacts | None, asks: Sequence[str], absent: str = NOT_SAID) -> str:
    if "emergency" not in asks:
        return ""
    if facts is None or not facts.emergency_name:
        return absent
    relation = f" ({facts.emergency_relation})" if facts.emergency_relation else ""
    return f"{facts.emergency_name}{relation}, {facts.emergency_phone}"


def counts(facts: Any, asks: Sequence[str], names: dict[tuple[str, str], str]) -> list[list[Any]]:
    """How many people have which need: [["Halal", 12], ...]; notes in words count as one each."""
    tally: Counter[str] = Counter()
    for row in facts:
        for kind in ("diet", "access"):
            if kind in asks:
                tally.update(names.get((kind, slug), slug) for slug in getattr(row, kind) or ())
                note = getattr(row, f"{kind}_note")
                tally.update([note] if note else [])
    return [[name, count] for name, count in sorted(tally.items(), key=lambda p: (-p[1], p[0]))]


def pdf(data: dict[str, Any]) -> bytes:
    """A sheet on A4."""
    return papers.pdf(TEMPLATE, data)
