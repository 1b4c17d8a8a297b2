"""Pages of the office: draft, edit and publish a version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes import editing
from nagara.campus.programmes.domain import drop_draft, new_draft, publish
from nagara.campus.programmes.domain.versions import change_part, change_rules
from nagara.campus.programmes.models import Programme, ProgrammeVersion
from nagara.campus.programmes.rule_schema import SECTIONS
from nagara.campus.programmes.views.programmes import find_version
from nagara.citylab.errors import CityLabError


def _office(request: SignedIn) -> None:
    if not may(request.user, "programmes.change_programme"):
        raise PermissionDenied("Only the office changes programmes.")


@login_required
@require_POST
def draft(request: SignedIn, slug: str) -> HttpResponse:
    """Start a draft from the newest version."""
    _office(request)
    programme = get_object_or_404(Programme, slug=slug)
    made = new_draft(programme, by=request.user)
    return redirect(made)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, slug: str, number: int, part: str) -> HttpResponse:
    """One part of a draft as a form: rows of a table, or fields."""
    _office(request)
    version = find_version(request, slug, number)
    if part not in editing.PARTS and part not in SECTIONS:
        raise Http404("There is no such part of a version.")
    if not version.is_draft:
        messages.warning(request, "This version is published and stays as it is. Start a draft to change it.")
        return redirect(version)
    form = editing.form_for(version, part, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _kept(request, version, part, form):
        messages.success(request, "Kept.")
        return redirect("edit-version", slug, number, part)
    context: dict[str, Any] = {
        "edition": version,
        "programme": version.programme,
        "part": part,
        "title": editing.title(part),
        "form": form,
        "rows": hasattr(form, "forms"),
        "head": editing.head_of(version, part, request.POST if request.method == "POST" else None),
        "parts": [(name, editing.title(name)) for name in (*editing.PARTS, *SECTIONS)],
        "budget_lines": editing.known_budget_lines() if part == "budget" else [],
        "facts": editing.known_facts(),
        "is_rules": part in editing.RULE_PARTS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "programmes/edit.html", context, status=status)


def _kept(request: SignedIn, version: ProgrammeVersion, part: str, form: Any) -> bool:
    """Write the part; what is wrong with it stands above the form."""
    try:
        if part in SECTIONS:
            change_rules(version, editing.rules_from(version, part, form, request.POST), by=request.user)
        else:
            change_part(version, part, form.save, by=request.user)
    except CityLabError as error:
        messages.error(request, str(error))
        return False
    return True


@login_required
@require_POST
def say(request: SignedIn, slug: str, number: int) -> HttpResponse:
    """Publish a draft, or throw it away with a reason."""
    _office(request)
    version = find_version(request, slug, number)
    word, reason = request.POST.get("say", ""), request.POST.get("reason", "").strip()[:500]
    if word not in {"publish", "drop"}:
        raise Http404("That is no answer to a draft.")
    try:
        if word == "publish":
            publish(version, by=request.user, reason=reason)
            messages.success(request, f"Version {number} is published. Batches can now be made of it.")
            return redirect(version)
        drop_draft(version, by=request.user, reason=reason)
    except CityLabError as error:
        messages.error(request, str(error))
        return redirect(version)
    messages.success(request, f"Draft {number} is thrown away.")
    return redirect(version.programme)
