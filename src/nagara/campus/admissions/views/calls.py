"""Calls: the public list and booklet, and their editing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.admissions import booklet
from nagara.campus.admissions.domain.calls import close_call, edit_call, make_call, publish_call
from nagara.campus.admissions.forms import CallForm
from nagara.campus.admissions.models import Application, Call
from nagara.campus.design import markdown
from nagara.campus.design.limits import limited
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError


def find_call(request: HttpRequest, slug: str) -> Call:
    """The call, where the person may see it."""
    calls = Call.objects.visible_to(request.user).select_related("batch__version__programme__track")
    return get_object_or_404(calls, slug=slug)


def call_to_run(request: HttpRequest, slug: str) -> Call:
    """The call, for those who run its batch; nobody else is told more than the public is."""
    call = find_call(request, slug)
    if not may(request.user, "admissions.edit_call", call):
        raise PermissionDenied("Only those who run this batch may do this.")
    return call


@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """Open calls, calls to come, and closed ones; drafts for those who may see them."""
    calls = (
        Call.objects.visible_to(request.user)
        .select_related("batch__version__programme__track")
        .order_by("closes")
    )
    by_standing: dict[str, list[Call]] = {"open": [], "upcoming": [], "draft": [], "closed": []}
    for call in calls:
        by_standing[call.standing()].append(call)
    by_standing["closed"].reverse()
    return render(request, "admissions/calls.html", {"by": by_standing})


@require_safe
def call_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The booklet."""
    call = find_call(request, slug)
    mine = None
    if request.user.is_authenticated:
        mine = Application.objects.filter(call=call, user=request.user).first()
    context = {
        "call": call,
        "standing": call.standing(),
        "sections": [{**section, "html": markdown.html(section["text"])} for section in call.sections],
        "modules": booklet.modules(call),
        "eligibility": booklet.eligibility_lines(call),
        "quotas": booklet.quota_lines(call),
        "mine": mine,
        "may_edit": may(request.user, "admissions.edit_call", call),
        "may_nominate": call.needs_nomination and may(request.user, "admissions.nominate"),
    }
    return render(request, "admissions/call.html", context)


@require_safe
@limited("booklet", most=20)
def call_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The booklet as PDF."""
    call = find_call(request, slug)
    return HttpResponse(
        booklet.pdf(call),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{call.slug}.pdf"'},
    )


@login_required
@require_POST
def call_make(request: SignedIn, slug: str) -> HttpResponse:
    """Make the call of a batch from what its programme brings."""
    batches = Batch.objects.visible_to(request.user).select_related("version__programme__track")
    batch = get_object_or_404(batches, slug=slug)
    if not may(request.user, "programmes.run_batch", batch):
        raise PermissionDenied("Only those who run this batch may do this.")
    call = batch.calls.first() or make_call(batch, by=request.user)
    return redirect("call-edit", slug=call.slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_edit(request: SignedIn, slug: str) -> HttpResponse:
    """Change what the call says."""
    call = call_to_run(request, slug)
    form = CallForm(request.POST or None, instance=call)
    if request.method == "POST" and form.is_valid():
        try:
            edit_call(call, by=request.user, reason=form.cleaned_data["reason"], **form.given())
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The call is saved.")
            return redirect("call-edit", slug=call.slug)
    context: dict[str, Any] = {"call": call, "form": form, "standing": call.standing()}
    return render(request, "admissions/call_edit.html", context)


@login_required
@require_POST
def call_move(request: SignedIn, slug: str) -> HttpResponse:
    """Publish a call, or close it before its time; both with a reason."""
    call = call_to_run(request, slug)
    verb = {"publish": publish_call, "close": close_call}.get(request.POST.get("say", ""))
    if verb is None:
        raise Http404
    try:
        verb(call, by=request.user, reason=request.POST.get("reason", ""))
    except CityLabError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The call is {'public' if verb is publish_call else 'closed'}.")
    return redirect("call-edit", slug=call.slug)
