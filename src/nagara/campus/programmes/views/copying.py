"""Copying last year's batch: choose, look, send once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes import copying, planning
from nagara.campus.programmes.domain import copy_batch
from nagara.campus.programmes.domain.copying import LEFT, role_places
from nagara.campus.programmes.forms import CopyForm
from nagara.campus.programmes.models import Batch, ProgrammeVersion
from nagara.campus.programmes.views.batches import find_batch
from nagara.citylab.errors import CityLabError


def suggested_name(source: Batch, year: int) -> str:
    """Last year's name with this year's number, or with the year added."""
    for was in (str(source.starts.year), str(source.starts.year % 100)):
        if was in source.name:
            return source.name.replace(was, str(year)[-len(was) :])
    return f"{source.name} {year}"


def _first(source: Batch) -> dict[str, Any]:
    starts = planning.same_weekday_next_year(source.starts)
    newest = ProgrammeVersion.objects.filter(programme=source.version.programme_id, status="published")
    return {
        "starts": starts,
        "name": suggested_name(source, starts.year),
        "version": newest.order_by("-number").first() or source.version,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: SignedIn, slug: str) -> HttpResponse:
    """GET looks (?starts=&name=&version=), POST makes the batch. A form sent twice makes one."""
    source = find_batch(request, slug)
    if not may(request.user, "programmes.copy_batch", source):
        raise PermissionDenied("Only the office copies batches.")
    first = _first(source)
    if request.method == "POST":
        form = CopyForm(source, request.POST)
        if form.is_valid():
            made = _made(request, source, form)
            if made is not None:
                return redirect("batch-plan", made.slug)
    else:
        asked = {name: request.GET.get(name) or value for name, value in first.items()}
        asked["version"] = request.GET.get("version") or first["version"].pk
        form = CopyForm(source, asked)
    good = form.is_valid()
    starts = form.cleaned_data["starts"] if good else first["starts"]
    context = {
        "batch": source,
        "form": form,
        "key": request.POST.get("key") or secrets.token_urlsafe(24),
        "suggested": first["starts"],
        **_preview(source, starts),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "programmes/copy.html", context, status=status)


def _made(request: SignedIn, source: Batch, form: CopyForm) -> Batch | None:
    """The new batch, or None with a message."""
    said = form.cleaned_data
    try:
        made = copy_batch(
            source,
            name=said["name"],
            starts=said["starts"],
            version=said["version"],
            key=f"{request.user.pk}:{request.POST.get('key', '')}"[:64],
            by=request.user,
        )
    except CityLabError as error:
        messages.error(request, str(error))
        return None
    messages.success(request, f"{made} is made from {source}. Check its dates; nothing is public yet.")
    return made


def _preview(source: Batch, starts: Any) -> dict[str, Any]:
    """What a copy that starts on this day would hold, and what its days run into."""
    days = (starts - source.starts).days
    moved = planning.move(source.activities.select_related("kind"), days)
    ends = source.ends + timedelta(days=days)
    states = planning.states_concerned(source)
    clashes = planning.clashes(moved, host=source.host_state, states=states)
    return {
        "starts": starts,
        "ends": ends,
        "days": days,
        "weekdays_differ": days % 7 != 0,
        "moved": moved,
        "bad": planning.bad_days(clashes),
        "elsewhere": planning.by_day([clash for clash in clashes if not clash.bad]),
        "notes": planning.notes(starts, ends, host=source.host_state, states=states),
        "line_count": source.budget_lines.count(),
        "places": role_places(source),
        "rooms": copying.registered(),
        "left": LEFT,
    }
