"""What a person is asked once a batch, and the printed sheets."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.design.markdown import html
from nagara.campus.people.models import ConsentText
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.views.batches import find_batch
from nagara.campus.visits import domain, sheets
from nagara.campus.visits.domain.forgetting import deleted_on
from nagara.campus.visits.forms import TravelForm
from nagara.campus.visits.missing import CONSENTS, asked_of, consents_of, own_missing
from nagara.campus.visits.models import TravelFacts, Visit
from nagara.campus.visits.views.access import visit_for


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def travel_facts(request: SignedIn, slug: str) -> HttpResponse:
    """A person's own travel facts for a batch: only what its coming visits ask."""
    batch = find_batch(request, slug)
    enrolment = batch.enrolments.filter(user=request.user).exclude(state="withdrawn").first()
    if enrolment is None:
        raise Http404("You are not in this batch.")
    now = timezone.now()
    asks = asked_of(enrolment, now)
    held = TravelFacts.objects.filter(enrolment=enrolment).first()
    form = TravelForm(request.POST or None, asks=asks, facts=held)
    if request.method == "POST" and asks and form.is_valid():
        given = {p: request.POST[f"consent-{p}"] == "yes" for p in CONSENTS if f"consent-{p}" in request.POST}
        domain.keep_facts(enrolment, by=request.user, facts=form.said(), consents=given)
        lacks = own_missing(enrolment, now)
        if lacks:
            messages.warning(request, f"Kept. Still missing: {', '.join(lacks)}.")
        else:
            messages.success(request, "Kept. Nothing is missing.")
        return redirect("batch-visits" if not lacks else "travel-facts", slug)
    answers = consents_of([request.user.pk])[request.user.pk]
    texts = {t.purpose: t for t in ConsentText.objects.filter(purpose__in=CONSENTS).order_by("version")}
    context = {
        "batch": batch,
        "form": form,
        "asks": asks,
        "consents": [(texts[p], answers.get(p)) for p in CONSENTS if p in texts],
        "deleted_on": deleted_on(batch),
        "visits": Visit.objects.filter(places__enrolment=enrolment).select_related("session__activity"),
        "sealed": {"passport", "medical"} & set(asks),
    }
    return render(request, "visits/travel.html", context, status=422 if form.errors else 200)


def _sheet(request: SignedIn, pk: int, kind: str) -> Visit:
    if kind not in sheets.KINDS:
        raise Http404("There is no such sheet.")
    return visit_for(request, pk, "" if kind == "day" else "visits.see_roster")


@login_required
@never_cache
@require_safe
def sheet(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """A sheet as a page that prints well."""
    found = _sheet(request, pk, kind)
    made = sheets.sheet(found, kind, timezone.now())
    context = {
        "visit": found,
        "batch": found.batch,
        "sheet": made,
        "texts": [(part["title"], html(part["text"])) for part in made["texts"]],
        "kinds": sheets.KINDS if may(request.user, "visits.see_roster", found) else {},
    }
    return render(request, "visits/sheet.html", context)


@login_required
@never_cache
@require_safe
def paper(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """A sheet as PDF on A4."""
    found = _sheet(request, pk, kind)
    body = sheets.pdf(sheets.sheet(found, kind, timezone.now()))
    name = f'inline; filename="visit-{pk}-{kind}.pdf"'
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": name})
