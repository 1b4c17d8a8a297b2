"""The office's desk: the applications of a call, one application, what is done with many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.admissions import pages, queries
from nagara.campus.admissions.domain import applying, citizenship, eligibility, judging
from nagara.campus.admissions.forms import GraceForm
from nagara.campus.admissions.models import Application, Call
from nagara.campus.admissions.outcomes import outcome
from nagara.campus.admissions.tables import APPLICATIONS
from nagara.campus.admissions.views.calls import find_call
from nagara.campus.cities.models import City, State
from nagara.campus.people.lists import export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

FILTERS = ("state", "place", "city", "documents", "sex", "q")
MOST_AT_ONCE = 500


def _call(request: SignedIn, slug: str) -> Call:
    call = find_call(request, slug)
    if not may(request.user, "admissions.use_desk", call):
        raise PermissionDenied("Applications are seen by those who run the batch.")
    return call


@login_required
@require_safe
def applications(request: SignedIn, slug: str) -> HttpResponse:
    """All applications of a call: filters, pages, files to take away, actions on many."""
    call = _call(request, slug)
    rows = queries.application_list(call, request.GET)
    name, meaning = f"applications-{call.slug}", f"Applications to {call.title}, one a row"
    as_file = export(request, APPLICATIONS, rows, name, meaning)
    if as_file is not None:
        return as_file
    context = {
        "call": call,
        "page": paged(request, rows),
        "counts": queries.application_counts(call),
        "asked": {name: request.GET.get(name, "") for name in FILTERS},
        "states": Application.State.choices,
        "sexes": Application.Sex.choices,
        "documents": queries.DOCUMENTS,
        "places": list(State.objects.filter(applications__call=call).distinct()),
        "cities": list(City.objects.filter(applications__call=call).distinct()),
        "kinds": call.documents,
        "actions": judging.ACTIONS,
    }
    return render(request, "admissions/applications.html", context)


@login_required
@require_POST
def applications_bulk(request: SignedIn, slug: str) -> HttpResponse:
    """Do something with the ticked applications: first shown with every letter, then done."""
    call = _call(request, slug)
    post = request.POST
    ids = [int(pk) for pk in post.getlist("application") if pk.isdigit()][:MOST_AT_ONCE]
    rows = list(queries.application_list(call, {}).filter(pk__in=ids).prefetch_related("documents"))
    for row in rows:
        row.call = call  # known, and long: read once
    given: dict[str, Any] = {
        "action": post.get("action", ""),
        "kind": post.get("kind", ""),
        "remark": post.get("remark", ""),
    }
    if not rows:
        messages.warning(request, "Tick the applications first.")
        return redirect("applications", slug=call.slug)
    if "confirmed" in post:
        count = judging.carry_out(rows, by=request.user, **given)
        messages.success(request, f"Done for {count} application{'' if count == 1 else 's'}.")
        return redirect("applications", slug=call.slug)
    planned = judging.plan(rows, **given)
    context = {
        "call": call,
        "planned": planned,
        "left_out": len(rows) - len(planned),
        "what": judging.ACTIONS[given["action"]],
        **given,
    }
    return render(request, "admissions/bulk.html", context)


def application_page(request: SignedIn, application: Application) -> HttpResponse:
    """One application for those who run the batch. (The address is the applicant's own as well.)"""
    context = {
        "application": application,
        "call": application.call,
        "documents": pages.documents(application),
        "summary": pages.summary(application),
        "told": eligibility.tell(application),
        "has_sealed": application.call.asks_citizenship and citizenship.answered(application),
        "grace_form": GraceForm(),
        "outcome": outcome(application),
        "history": queries.history(f"application/{application.pk}"),
        "missing": applying.missing(application) if not application.is_handed_in else [],
    }
    return render(request, "admissions/desk_application.html", context)


def _find(request: SignedIn, pk: int) -> Application:
    from nagara.campus.admissions.views.applications import find_application

    application = find_application(request, pk)
    if not may(request.user, "admissions.use_desk", application):
        raise PermissionDenied("Applications are judged by those who run the batch.")
    return application


@login_required
@require_POST
def application_judge(request: SignedIn, pk: int) -> HttpResponse:
    """Accept one document, or all that are here, or return one with a remark."""
    application = _find(request, pk)
    action = "accept" if request.POST.get("say") == "accept" else "return"
    try:
        count = judging.carry_out(
            [application],
            action,
            kind=request.POST.get("kind", ""),
            remark=request.POST.get("remark", ""),
            by=request.user,
        )
    except CityLabError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Done." if count else "There was nothing to do.")
    return redirect(application)


@login_required
@require_POST
def application_grace(request: SignedIn, pk: int) -> HttpResponse:
    """More time for one person, with a reason."""
    application = _find(request, pk)
    form = GraceForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give a date with hours and minutes, and say why.")
        return redirect(application)
    try:
        applying.give_grace(application, by=request.user, **form.cleaned_data)
    except CityLabError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "More time is given, and a letter is on its way.")
    return redirect(application)


@login_required
@require_POST
def application_citizenship(request: SignedIn, pk: int) -> HttpResponse:
    """Open the sealed answers of a scholarship, with a reason that is written down."""
    application = _find(request, pk)
    if not may(request.user, "admissions.read_citizenship", application):
        raise PermissionDenied("These answers are read by those who run the batch.")
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, "Say why you read these answers.")
        return redirect(application)
    opened = citizenship.read(application, by=request.user, reason=reason)
    rows = [(words, opened.get(key, "not answered")) for key, words in citizenship.QUESTIONS.items()]
    told = eligibility.tell(application, opened)
    context = {"application": application, "call": application.call, "rows": rows, "told": told}
    return render(request, "admissions/citizenship.html", context)
