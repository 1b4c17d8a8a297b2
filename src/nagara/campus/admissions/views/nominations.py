"""Nominations by those who sign in: representatives, CSCOs, and those who run the batch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.admissions import queries
from nagara.campus.admissions.domain import cosigning, nominating, quotas
from nagara.campus.admissions.domain.nominating import Nominator
from nagara.campus.admissions.forms import HeadForm, NomineeForm, ReplaceForm
from nagara.campus.admissions.models import Call, Nomination
from nagara.campus.admissions.tables import NOMINATIONS
from nagara.campus.admissions.views.calls import find_call
from nagara.campus.people.lists import export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError


@login_required
@require_safe
def nominations(request: SignedIn, slug: str) -> HttpResponse:
    """The nominations of a call that the person may see, with what the quotas leave."""
    call = find_call(request, slug)
    if not may(request.user, "admissions.see_nominations", call):
        raise PermissionDenied("Nominations are seen by those who nominate and those who run the batch.")
    state, place = request.GET.get("state", ""), request.GET.get("place", "")
    rows = queries.nomination_list(request.user, call, state=state, place=place)
    name = f"nominations-{call.slug}"
    as_file = export(request, NOMINATIONS, rows, name, f"Nominations for {call.title}, one a row")
    if as_file is not None:
        return as_file
    nominators = queries.nominators_of(request.user) if call.needs_nomination else []
    runs = may(request.user, "admissions.use_desk", call)
    context = {
        "call": call,
        "is_open": call.is_open,
        "page": paged(request, rows),
        "nominators": [
            (one, queries.key_of(one), quotas.rooms(call, one.home_state, one.city)) for one in nominators
        ],
        "runs": runs,
        "states": Nomination.State.choices,
        "state": state,
        "place": place,
        "places": queries.nominating_states(call) if runs else [],
        "heads": list(call.heads.select_related("home_state", "city")) if runs else [],
    }
    return render(request, "admissions/nominations.html", context)


def _nominator(request: SignedIn) -> Nominator:
    """For whom the person nominates: ?as= names one where there are several."""
    found = queries.nominators_of(request.user)
    if not found:
        raise PermissionDenied(
            "Nominations are made by the National Representative, the Chief Smart City Officer, or the head "
            "of department by a personal link."
        )
    wanted = request.GET.get("as", "")
    return next((one for one in found if queries.key_of(one) == wanted), found[0])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def nominate(request: SignedIn, slug: str) -> HttpResponse:
    """Put a person forward."""
    call = find_call(request, slug)
    nominator = _nominator(request)
    return nominating_page(request, call, nominator, back=reverse("nominations", args=[call.slug]))


def nominating_page(request: HttpRequest, call: Call, nominator: Nominator, *, back: str) -> HttpResponse:
    """The form to nominate; also behind a head of department's personal link."""
    form = NomineeForm(request.POST or None, call=call, nominator=nominator)
    if request.method == "POST" and form.is_valid():
        city = form.cleaned_data.get("city")
        try:
            made = nominating.nominate(call, form.nominee(), nominator=nominator, city=city)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made.name} is nominated. An invitation is on its way.")
            return redirect(back)
    context: dict[str, Any] = {
        "call": call,
        "form": form,
        "nominator": nominator,
        "rooms": quotas.rooms(call, nominator.home_state, nominator.city),
        "is_open": call.is_open,
    }
    if nominator.head is not None:
        own = nominator.head.nominations.select_related("cosignature").order_by("priority", "pk")
        context["made"] = list(own)
        context["replaceable"] = [one for one in context["made"] if one.state in Nomination.TAKES_A_PLACE]
        context["replace_form"] = ReplaceForm(call=call, nominator=nominator, prefix="new")
    return render(request, "admissions/nominate.html", context)


def _find(request: SignedIn, pk: int) -> Nomination:
    rows = Nomination.objects.visible_to(request.user).select_related(
        "call__batch", "city", "home_state", "head", "nominator", "cosignature", "application", "replaced_by"
    )
    return get_object_or_404(rows, pk=pk)


@login_required
@require_safe
def nomination(request: SignedIn, pk: int) -> HttpResponse:
    """One nomination, its co-signature and what may be done with it."""
    found = _find(request, pk)
    changeable = may(request.user, "admissions.change_nomination", found)
    nominator = Nominator(found.kind, found.home_state, found.city, found.nominator, found.head)
    context = {
        "nomination": found,
        "call": found.call,
        "signed": getattr(found, "cosignature", None),
        "application": getattr(found, "application", None),
        "may_change": changeable and found.state in Nomination.TAKES_A_PLACE,
        "is_open": found.call.is_open,
        "replace_form": ReplaceForm(call=found.call, nominator=nominator, prefix="new"),
        "history": queries.history(f"nomination/{found.pk}"),
    }
    return render(request, "admissions/nomination.html", context)


@login_required
@require_POST
def nomination_change(request: SignedIn, pk: int) -> HttpResponse:
    """Withdraw, replace, move up or down, ask the supervisor once more or another one."""
    found = _find(request, pk)
    if not may(request.user, "admissions.change_nomination", found):
        raise PermissionDenied("This nomination is changed by those who made it and those who run the batch.")
    try:
        to, done = change(request, found)
    except CityLabError as error:
        messages.error(request, str(error))
        return redirect(found)
    messages.success(request, done)
    return redirect(to)


def change(request: HttpRequest, found: Nomination) -> tuple[Any, str]:
    """What the form says is done; where to go then, and what is said there."""
    by: Any = request.user if request.user.is_authenticated else None
    post = request.POST
    say = post.get("say", "")
    if say == "withdraw":
        nominating.withdraw(found, by=by, reason=post.get("reason", ""))
        return found, f"The nomination of {found.name} is withdrawn."
    if say in {"up", "down"}:
        nominating.reorder(found, up=say == "up", by=by)
        return reverse("nominations", args=[found.call.slug]), "The order is changed."
    if say == "ask":
        asked = {name: post.get(name, "") for name in ("name", "email", "position")}
        if not asked["name"].strip() or "@" not in asked["email"]:
            raise CityLabError("The supervisor's name and e-mail are missing.")
        cosigning.ask_supervisor(found, by=by, **asked)
        return found, "The supervisor is asked."
    if say == "invite":
        nominating.invite(found, by=by)
        return found, "The invitation is sent once more."
    if say == "replace":
        return _replace(request, found, by)
    raise Http404


def _replace(request: HttpRequest, found: Nomination, by: Any) -> tuple[Any, str]:
    nominator = Nominator(found.kind, found.home_state, found.city, found.nominator, found.head)
    form = ReplaceForm(request.POST, call=found.call, nominator=nominator, prefix="new")
    if not form.is_valid():
        raise CityLabError(
            "; ".join(f"{form.fields[name].label}: {wrong[0]}" for name, wrong in form.errors.items())
        )
    made = nominating.replace(found, form.nominee(), by=by, reason=form.cleaned_data["reason"])
    return made, f"{made.name} takes the place of {found.name}."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_head(request: SignedIn, slug: str) -> HttpResponse:
    """Send a head of department a personal link."""
    call = find_call(request, slug)
    if not may(request.user, "admissions.use_desk", call):
        raise PermissionDenied("Only those who run this batch may do this.")
    form = HeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            head = nominating.ask_head(call, by=request.user, **form.cleaned_data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"A personal link is on its way to {head.name}.")
            return redirect("nominations", slug=call.slug)
    return render(request, "admissions/ask_head.html", {"call": call, "form": form})
