"""Labs outside of a batch: the list, one lab, beginning it; and what one has done."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.labwork.domain import open_lab
from nagara.campus.labwork.fitting import NoCity, glance
from nagara.campus.labwork.models import LabWork
from nagara.campus.labwork.progress import progress_of
from nagara.campus.labwork.shelf import catalogue, find
from nagara.campus.people.lists import paged
from nagara.campus.people.requests import SignedIn
from nagara.citylab.errors import CityLabError


@require_safe
def labs(request: HttpRequest) -> HttpResponse:
    """All labs, by module."""
    modules: dict[str, list[object]] = {}
    for lab in sorted(catalogue().values(), key=lambda lab: (lab.module, lab.name)):
        modules.setdefault(lab.module, []).append(lab)
    return render(request, "labwork/labs.html", {"modules": modules})


@require_safe
def lab(request: HttpRequest, name: str) -> HttpResponse:
    """One lab: what one does, what a city needs for it, where it runs; the way in."""
    found = find(name)
    if found is None:
        raise Http404("There is no such lab.")
    seen = glance()
    where = [(place, seen.cells.get((place.slug, name))) for place in seen.places]
    own = []
    if request.user.is_authenticated:
        own = list(
            LabWork.objects.filter(user=request.user, lab=name).select_related("assignment").defer("prepared")
        )
    context = {
        "lab": found,
        "where": where,
        "works": own,
        "fits": [place for place, fit in where if fit is not None and fit.ok],
        "optional": any(n.optional for n in found.needs),
    }
    return render(request, "labwork/lab.html", context)


@login_required
@require_POST
def open_own(request: SignedIn, name: str) -> HttpResponse:
    """Begin a lab for practice, or go on with it."""
    if find(name) is None:
        raise Http404("There is no such lab.")
    again = request.POST.get("say") == "again"
    try:
        work = open_lab(
            request.user, name, now=timezone.now(), city=request.POST.get("city", "")[:60], again=again
        )
    except NoCity as error:
        messages.error(request, str(error))
        return redirect("labwork-fit")
    except CityLabError as error:
        messages.error(request, str(error))
        return redirect("labwork-lab", name)
    return redirect("labwork-work", work.pk)


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """What one has done: labs, points, hints, named mistakes met and mended."""
    found = LabWork.objects.filter(user=request.user).select_related("assignment__batch").defer("prepared")
    page = paged(request, found)
    return render(
        request, "labwork/mine.html", {"page": page, "progress": progress_of(list(page), now=timezone.now())}
    )
