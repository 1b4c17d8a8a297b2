"""Pages of those who run webinars: the list of a batch, settings, registrants, what comes afterwards."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.design.lists import Column, export, paged
from nagara.campus.people.countries import countries
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.views.batches import find_batch
from nagara.campus.webinars import domain
from nagara.campus.webinars.forms import (
    AfterwardsForm,
    NewWebinarForm,
    RegistrantFilter,
    TermsForm,
    WebinarForm,
)
from nagara.campus.webinars.models import Registration, Terms, Webinar
from nagara.campus.webinars.queries import SEATED, WAITING, by_country, registered
from nagara.campus.webinars.views.public import find
from nagara.citylab.errors import CityLabError

COLUMNS = [
    Column("name", "Name", lambda r: r.name),
    Column("email", "E-mail", lambda r: r.email),
    Column("organisation", "City or organisation", lambda r: r.organisation),
    Column("country", "Country", lambda r: r.country),
    Column("state", "State", lambda r: r.get_state_display()),
    Column("asked", "Asked", lambda r: r.asked_at, "time"),
    Column("confirmed", "Confirmed", lambda r: r.confirmed_at, "time"),
    Column("joined", "Opened the way in", lambda r: r.joined_at, "time"),
    Column("terms", "Terms, version", lambda r: r.terms.version if r.terms else None, "whole"),
    Column("news", "Wants to hear of further webinars", lambda r: r.news, "yes"),
]


def _batch(request: SignedIn, slug: str) -> Batch:
    batch = find_batch(request, slug)
    if not may(request.user, "webinars.run", batch):
        raise PermissionDenied("Only those who run this batch may do this.")
    return batch


def _webinar(request: SignedIn, slug: str) -> Webinar:
    found = find(request, slug)
    if not may(request.user, "webinars.run", found):
        raise PermissionDenied("Only those who run this webinar may do this.")
    return found


@login_required
@require_safe
def of_batch(request: SignedIn, slug: str) -> HttpResponse:
    """The webinars of a batch, with how many are registered."""
    batch = _batch(request, slug)
    rows = (
        Webinar.objects.filter(session__activity__batch=batch)
        .select_related("session__public", "session__activity")
        .annotate(seated=SEATED, waiting=WAITING)
    )
    return render(request, "webinars/of_batch.html", {"batch": batch, "rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn, slug: str) -> HttpResponse:
    """Make a webinar of a session."""
    batch = _batch(request, slug)
    form = NewWebinarForm(request.POST or None, batch=batch)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            made = domain.make_webinar(fields.pop("session"), by=request.user, **fields)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made} has a page now.")
            return redirect(made)
    return render(request, "webinars/new.html", {"batch": batch, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, slug: str) -> HttpResponse:
    """Change what the page says, for whom it is, how many seats."""
    found = _webinar(request, slug)
    form = WebinarForm(request.POST or None, instance=Webinar.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        try:
            held = domain.change_webinar(found, by=request.user, now=timezone.now(), **form.cleaned_data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The changes are kept.")
            return redirect(held)
    return render(request, "webinars/edit.html", {"webinar": found, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def afterwards(request: SignedIn, slug: str) -> HttpResponse:
    """The link to the recording, and its text."""
    found = _webinar(request, slug)
    if request.POST.get("say") == "take-away":
        domain.take_transcript_away(found, by=request.user)
        messages.success(request, "The text is taken off the page.")
        return redirect("webinar-afterwards", slug=found.slug)
    initial = {"recording": found.recording, "language": found.transcript_language or "English"}
    form = AfterwardsForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            domain.give_recording(
                found,
                by=request.user,
                recording=form.cleaned_data["recording"],
                language=form.cleaned_data["language"],
                file=(file.name, file.read(1_000_001)) if file else None,
            )
        except CityLabError as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, "It stands on the page of the webinar now.")
            return redirect(found)
    return render(request, "webinars/afterwards.html", {"webinar": found, "form": form})


@login_required
@require_safe
def people(request: SignedIn, slug: str) -> HttpResponse:
    """Who registered: filtered, by page, as a file; numbers by state and country."""
    found = _webinar(request, slug)
    form = RegistrantFilter(request.GET)
    rows = registered(found, form.cleaned_data if form.is_valid() else {})
    name = f"registrants-{found.slug}"
    made = export(request, COLUMNS, rows.select_related("terms"), name, f"Registrants of {found}, one a row")
    if made is not None:
        return made
    states = dict(found.registrations.order_by().values_list("state").annotate(n=Count("pk")))
    context = {
        "webinar": found,
        "form": form,
        "page": paged(request, rows),
        "numbers": [(words, states.get(value, 0)) for value, words in Registration.State.choices],
        "joined": found.registrations.exclude(joined_at=None).count(),
        "countries": [(countries().get(code, code), n) for code, n in by_country(found)],
    }
    return render(request, "webinars/people.html", context)


@login_required
@require_POST
def withdraw(request: SignedIn, slug: str) -> HttpResponse:
    """Withdraw registrations: first a look at whose, then the deed. Each gets a letter with the reason."""
    found = _webinar(request, slug)
    marked = [int(word) for word in request.POST.getlist("id") if word.isdigit()]
    rows = list(found.registrations.filter(pk__in=marked).exclude(state=Registration.State.WITHDRAWN))
    if not rows:
        raise CityLabError("Nobody was marked.", mend="Go back and mark some.")
    reason = request.POST.get("reason", "").strip()
    if request.POST.get("sure") != "yes" or not reason:
        asked = request.POST.get("sure") == "yes"
        context = {"webinar": found, "rows": rows, "missing": asked}
        return render(request, "webinars/withdraw.html", context)
    now = timezone.now()
    for one in rows:
        domain.withdraw(one, by=request.user, reason=reason, now=now)
    messages.success(request, f"{len(rows)} withdrawn. Who waited has moved up.")
    return redirect("webinar-people", slug=found.slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: SignedIn) -> HttpResponse:
    """The words to which registrants agree. A change is a new version."""
    if not may(request.user, "webinars.write_terms"):
        raise PermissionDenied("The terms are written by the office.")
    versions = list(Terms.objects.select_related("by"))
    now = versions[0] if versions else None
    form = TermsForm(request.POST or None, initial={"text": now.text, "news": now.news} if now else None)
    if request.method == "POST" and form.is_valid():
        made = domain.publish_terms(**form.cleaned_data, by=request.user)
        messages.success(request, f"Version {made.version} holds from now on.")
        return redirect("webinar-terms")
    return render(request, "webinars/terms.html", {"form": form, "versions": versions})
