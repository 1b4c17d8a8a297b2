"""The roster: who has a seat, what is missing, rides; sealed facts; files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nagara.campus.people.lists import Column, export, paged, xlsx_bytes
from nagara.campus.people.names import searchable
from nagara.campus.people.requests import SignedIn
from nagara.campus.visits import domain
from nagara.campus.visits.domain.facts import FIELDS
from nagara.campus.visits.domain.telling import rides, short
from nagara.campus.visits.forms import RosterFilter, without_seat
from nagara.campus.visits.missing import facts_of, missing_of_visit
from nagara.campus.visits.models import ASKS, SECRETS, Leg, Need, Seat, TravelFacts, Visit
from nagara.campus.visits.sheets import absent, emergency, needs, official
from nagara.campus.visits.views.access import visit_for
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]
ROSTER, SEALED, RUN = "visits.see_roster", "visits.read_sealed", "visits.run_visit"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Row:
    """A person on the roster."""

    seat: Seat
    lacks: list[str]
    needs: str
    emergency: str
    rides: list[str]
    sealed: bool


COLUMNS = (
    Column("name", "Name as in passport", lambda r: r.seat.enrolment.user.passport_name),
    Column("native_name", "Name in own script", lambda r: r.seat.enrolment.user.native_name),
    Column("called", "Called", lambda r: str(r.seat.enrolment.user)),
    Column("city", "City", lambda r: r.seat.enrolment.city.name if r.seat.enrolment.city else ""),
    Column("state", "Seat", lambda r: r.seat.get_state_display()),
    Column("place", "Place on the waiting list", lambda r: r.seat.place or None, "whole"),
    Column("phone", "Phone", lambda r: r.seat.enrolment.user.phone),
    Column("needs", "Dietary and access needs", lambda r: r.needs),
    Column("emergency", "Emergency contact", lambda r: r.emergency),
    Column("rides", "Rides", lambda r: "; ".join(r.rides)),
    Column("missing", "Not said yet", lambda r: "; ".join(r.lacks)),
)


def rows_of(visit: Visit) -> list[Row]:
    """The whole roster in a fixed number of queries: it is as long as a batch."""
    seats = list(
        visit.places.select_related("enrolment__user", "enrolment__city__state").order_by(
            "enrolment__user__sort_key", "pk"
        )
    )
    lacks = dict(missing_of_visit(visit, seats))
    facts = facts_of([seat.enrolment_id for seat in seats])
    names = {(need.kind, need.slug): need.name for need in Need.objects.all()}
    riding = rides(visit, short)
    public = getattr(visit.session, "public", None)
    over, gone = public is not None and public.ends <= timezone.now(), absent(visit, timezone.now())
    return [
        Row(
            seat,
            [] if over or seat.state == Seat.State.GIVEN_BACK else lacks[seat],
            needs(facts.get(seat.enrolment_id), visit.asks, names, gone),
            emergency(facts.get(seat.enrolment_id), visit.asks, gone),
            riding.get(seat.pk, []),
            _sealed(facts.get(seat.enrolment_id), visit),
        )
        for seat in seats
    ]


def _sealed(facts: TravelFacts | None, visit: Visit) -> bool:
    return facts is not None and any(getattr(facts, FIELDS[w]) for w in SECRETS if w in visit.asks)


def _narrowed(rows: Sequence[Row], form: RosterFilter) -> list[Row]:
    said = form.cleaned_data if form.is_valid() else {}
    state, wanted = said.get("state") or "", searchable(said.get("q") or "")
    if state in Seat.State.values:
        rows = [r for r in rows if r.seat.state == state]
    elif not state:
        rows = [r for r in rows if r.seat.state != Seat.State.GIVEN_BACK]
    if said.get("lacks"):
        rows = [r for r in rows if r.lacks]
    return [r for r in rows if wanted in r.seat.enrolment.user.search_text] if wanted else list(rows)


@login_required
@never_cache
@require_http_methods(PAGE)
def roster(request: SignedIn, pk: int) -> HttpResponse:
    """Who comes. What is said about the people who are ticked is done to them."""
    found = visit_for(request, pk, ROSTER)
    if request.method == "POST":
        try:
            _say(request, found)
        except CityLabError as error:
            messages.error(request, str(error))
        return redirect("visit-roster", pk)
    form = RosterFilter(request.GET)
    rows = rows_of(found)
    shown = _narrowed(rows, form)
    file = export(request, COLUMNS, shown, f"visit-{pk}-roster", f"A person on the visit {found}.")
    if file is not None:
        return file
    context = {
        "visit": found,
        "batch": found.batch,
        "page": paged(request, shown),
        "total": len(rows),
        "kept": len(shown),
        "narrowed": any(request.GET.get(name) for name in ("state", "lacks", "q")),
        "states": [*Seat.State.choices, ("all", "All")],
        "state": request.GET.get("state", ""),
        "lacks": request.GET.get("lacks", ""),
        "q": request.GET.get("q", ""),
        "legs": [(leg, leg.people.count()) for leg in found.legs.all()],
        "lacking": sum(bool(r.lacks) and r.seat.state == Seat.State.SEATED for r in rows),
        "others": without_seat(found),
        "passports": "passport" in found.asks,
    }
    return render(request, "visits/roster.html", context)


def _say(request: SignedIn, visit: Visit) -> None:
    """One word of the roster's form."""
    say, reason, now = request.POST.get("say", ""), request.POST.get("reason", "")[:300], timezone.now()
    ticked = visit.places.filter(pk__in=[pk for pk in request.POST.getlist("seat") if pk.isdecimal()])
    if say == "share":
        given, without = domain.share_out(visit, by=request.user)
        words = f"{given} rides are given."
        messages.success(request, words + (f" {without} found no seat: add a leg." if without else ""))
    elif say in {"put", "off"}:
        leg = get_object_or_404(Leg, visit=visit, pk=_whole(request.POST.get("leg")))
        verb = domain.assign if say == "put" else domain.take_off
        count = verb(leg, ticked, by=request.user)
        messages.success(request, f"{count} people are {'put on' if say == 'put' else 'taken off'} {leg}.")
    elif say == "back":
        for seat in ticked:
            domain.give_back(seat, by=request.user, now=now, reason=reason)
        messages.success(request, "The seats are taken back, and those people are told.")
    elif say == "first":
        domain.join_waiting(get_object_or_404(ticked), by=request.user, place=1, reason=reason)
        messages.success(request, "This person is now first on the waiting list.")
    elif say == "add":
        enrolment = get_object_or_404(without_seat(visit), pk=_whole(request.POST.get("enrolment")))
        seat = domain.add_person(visit, enrolment, by=request.user, reason=reason)
        messages.success(request, f"{enrolment.user}: {seat.get_state_display().lower()}.")
    elif say == "step":
        came, went = domain.seat_group(visit, by=request.user)
        messages.success(request, f"In step with the group: {came} came, {went} went.")
    elif say == "remind":
        count = domain.remind(visit, by=request.user, now=now)
        messages.success(request, f"{count} {'person is' if count == 1 else 'people are'} reminded.")


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


@login_required
@never_cache
@require_http_methods(PAGE)
def sealed(request: SignedIn, pk: int, seat: int) -> HttpResponse:
    """Passport number and medical note of one person: read with a reason, which is written down."""
    found = visit_for(request, pk, SEALED)
    held = get_object_or_404(found.places.select_related("enrolment__user", "visit"), pk=seat)
    read: list[tuple[str, str]] = []
    problem = ""
    if request.method == "POST":
        try:
            for what in SECRETS:
                if what in found.asks:
                    text = domain.read_fact(
                        held, what, by=request.user, reason=request.POST.get("reason", "")
                    )
                    read.append((ASKS[what], text))
        except CityLabError as error:
            problem = str(error)
    context = {"visit": found, "batch": found.batch, "seat": held, "read": read, "problem": problem}
    return render(request, "visits/sealed.html", context, status=422 if problem else 200)


@login_required
@never_cache
@require_POST
def passports(request: SignedIn, pk: int) -> HttpResponse:
    """Names and passport numbers of those with a seat, for the guards of the place."""
    found = visit_for(request, pk, SEALED)
    seats = found.places.filter(state=Seat.State.SEATED).select_related("enrolment__user", "visit")
    try:
        rows = domain.read_passports(
            found, seats, by=request.user, reason=request.POST.get("reason", "")[:200]
        )
    except CityLabError as error:
        messages.error(request, str(error))
        return redirect("visit-roster", pk)
    columns = (
        Column("name", "Name as in passport", lambda r: official(r[0].enrolment.user)),
        Column("country", "Country", lambda r: r[0].enrolment.user.country),
        Column("passport", "Passport number", lambda r: r[1]),
    )
    name = f'attachment; filename="visit-{pk}-passports.xlsx"'
    body = xlsx_bytes(columns, rows, "Passports")
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": name})
