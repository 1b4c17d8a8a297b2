"""A batch's visits, one visit, its settings and legs, telling people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.design.markdown import html
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.views.batches import find_batch, run_batch
from nagara.campus.timetable.models import Session
from nagara.campus.visits import domain
from nagara.campus.visits.domain.seats import free, sign_up_state
from nagara.campus.visits.domain.setting_up import KIND
from nagara.campus.visits.domain.telling import news, rides
from nagara.campus.visits.forms import LegForm, VisitForm
from nagara.campus.visits.missing import missing_of_visit, own_missing
from nagara.campus.visits.models import Leg, Seat, Visit
from nagara.campus.visits.queries import listed
from nagara.campus.visits.views.access import own_enrolment, seat_of, visit_for
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]
RUN, ROSTER = "visits.run_visit", "visits.see_roster"


@login_required
@require_safe
def batch_visits(request: SignedIn, slug: str) -> HttpResponse:
    """The visits of a batch; for who runs it also the sessions that have no visit yet."""
    batch = find_batch(request, slug)
    runs = may(request.user, "programmes.run_batch", batch)
    enrolment = batch.enrolments.filter(user=request.user).exclude(state="withdrawn").first()
    now = timezone.now()
    open_sessions = Session.objects.filter(
        activity__batch=batch, activity__kind__slug=KIND, visit=None, cancelled=False
    )
    context = {
        "batch": batch,
        "visits": listed(batch, request.user, enrolment),
        "runs": runs,
        "now": now,
        "bare": list(open_sessions.select_related("activity")) if runs else [],
        "lacks": own_missing(enrolment, now) if enrolment else [],
        "enrolment": enrolment,
    }
    return render(request, "visits/visits.html", context)


@login_required
@require_POST
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Give a session its visit."""
    session = get_object_or_404(Session.objects.select_related("activity__batch", "activity__kind"), pk=pk)
    run_batch(request, session.activity.batch.slug)
    made = domain.set_up(session, by=request.user)
    domain.seat_group(made, by=request.user)
    return redirect("visit-edit", made.pk)


@login_required
@require_safe
def visit(request: SignedIn, pk: int) -> HttpResponse:
    """One visit: for people the briefing and their seat, for organisers also what is to do."""
    found = visit_for(request, pk)
    now = timezone.now()
    seat = seat_of(request, found)
    enrolment = own_enrolment(request, found)
    organises = may(request.user, ROSTER, found)
    closed = sign_up_state(found, now)
    seated = bool(seat and seat.state == Seat.State.SEATED)
    context: dict[str, Any] = {
        "visit": found,
        "session": found.session,
        "public": getattr(found.session, "public", None),
        "batch": found.batch,
        "texts": [
            (title, html(text))
            for title, text in (
                ("Briefing", found.briefing),
                ("What to see and what to ask", found.to_see),
                ("Dress and safety", found.dress),
                ("Rules of the place", found.rules),
            )
            if text.strip()
        ],
        "legs": list(found.legs.all()),
        "seat": seat,
        "seated": seated,
        "enrolment": enrolment,
        "closed": closed,
        "free": free(found),
        "rides": rides(found).get(seat.pk, []) if seat and seated else [],
        "lacks": own_missing(enrolment, now) if enrolment and seat and seat.state != "given-back" else [],
        "organises": organises,
        "runs": may(request.user, RUN, found),
        "begun": bool(getattr(found.session, "public", None) and found.session.public.starts <= now),
    }
    if organises:
        context |= _to_do(found, begun=context["begun"])
    return render(request, "visits/visit.html", context)


def _to_do(found: Visit, *, begun: bool) -> dict[str, Any]:
    """What the organiser sees at the top: seats, who waits, what is missing, what is not told."""
    rows = missing_of_visit(found)
    return {
        "seated_count": len(rows),
        "waiting_count": found.places.filter(state=Seat.State.WAITING).count(),
        "lacking": 0 if begun else sum(bool(lacks) for _, lacks in rows),
        "untold": 0 if begun else len(news(found)),
    }


@login_required
@require_http_methods(PAGE)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Everything a visit says."""
    found = visit_for(request, pk, RUN)
    form = VisitForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            domain.change_visit(Visit.objects.get(pk=pk), by=request.user, **said)
            messages.success(request, "Kept. Tell people when the changes are complete.")
            return redirect("visit", pk)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    context = {"visit": found, "batch": found.batch, "form": form}
    return render(request, "visits/edit.html", context, status=status)


@login_required
@require_http_methods(PAGE)
def leg(request: SignedIn, pk: int, leg: int) -> HttpResponse:
    """Add (number 0), change or take out one leg."""
    found = visit_for(request, pk, RUN)
    held = get_object_or_404(Leg, pk=leg, visit=found) if leg else Leg(visit=found, order=_next(found))
    form = LegForm(request.POST or None, instance=held)
    if request.method == "POST":
        try:
            if request.POST.get("say") == "remove" and leg:
                reason = request.POST.get("reason", "")[:500]
                domain.take_out_leg(Leg.objects.get(pk=leg), by=request.user, reason=reason)
                messages.success(request, "The leg is out. Tell people when the changes are complete.")
                return redirect("visit", pk)
            if form.is_valid():
                domain.save_leg(found, form.instance, by=request.user)
                messages.success(request, "Kept. Tell people when the changes are complete.")
                return redirect("visit", pk)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    context = {"visit": found, "batch": found.batch, "form": form, "number": leg}
    return render(request, "visits/leg.html", context, status=status)


def _next(found: Visit) -> int:
    return found.legs.count() + 1


@login_required
@require_http_methods(PAGE)
def telling(request: SignedIn, pk: int) -> HttpResponse:
    """Who will be told what; a POST tells them."""
    found = visit_for(request, pk, RUN)
    if request.method == "POST":
        try:
            count = domain.tell(found, by=request.user, note=request.POST.get("note", "")[:1000])
            messages.success(request, f"{count} {'person is' if count == 1 else 'people are'} told.")
            return redirect("visit", pk)
        except CityLabError as error:
            messages.error(request, str(error))
    rows = news(found)
    common = next((piece.lines for piece in rows if not piece.first), ())
    context = {
        "visit": found,
        "batch": found.batch,
        "news": rows,
        "first": sum(piece.first for piece in rows),
        "changed": sum(not piece.first for piece in rows),
        "lines": [line for line in common if not line.startswith("Your rides")],
    }
    return render(request, "visits/telling.html", context)


@login_required
@require_POST
def seat(request: SignedIn, pk: int) -> HttpResponse:
    """A person takes a seat or gives it back."""
    found = visit_for(request, pk)
    enrolment = own_enrolment(request, found)
    if enrolment is None:
        raise Http404("You are not in this batch.")
    now = timezone.now()
    try:
        if request.POST.get("say") == "back":
            own = seat_of(request, found)
            if own is not None:
                domain.give_back(own, by=request.user, now=now, reason=request.POST.get("reason", "")[:300])
                messages.success(request, "Your seat is given back. Thank you for telling us.")
        else:
            taken = domain.take_seat(found, enrolment, by=request.user, now=now)
            if taken.state == Seat.State.SEATED:
                messages.success(request, "You have a seat.")
            else:
                messages.warning(request, "All seats are taken. You wait, and we write when one is free.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("visit", pk)
