"""Pages of releases: the preview with every letter, the one release, and the versions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.views.batches import find_batch
from nagara.campus.timetable.clashes import BAD, board_of, find
from nagara.campus.timetable.differences import WORDS
from nagara.campus.timetable.domain import changes_of, letters, release
from nagara.campus.timetable.domain.releasing import fingerprint
from nagara.campus.timetable.forms import ReleaseForm
from nagara.campus.timetable.models import Release
from nagara.campus.timetable.views.access import planned_batch
from nagara.citylab.errors import CityLabError

PER = 100


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: SignedIn, slug: str) -> HttpResponse:
    """What a release would make public and exactly who would be told what. POST `say`: preview or release."""
    batch = planned_batch(request, slug)
    form = ReleaseForm(request.POST or None)
    now = timezone.now()
    note = form.cleaned_data["note"] if form.is_bound and form.is_valid() else ""
    quiet = bool(form.is_bound and form.is_valid() and form.cleaned_data["quiet"])
    status = 200
    if request.method == "POST" and request.POST.get("say") == "release" and form.is_valid():
        try:
            made = release(
                batch,
                by=request.user,
                note=note,
                quiet=quiet,
                now=now,
                seen=form.cleaned_data["seen"] or "none",
            )
            told = "nobody is told" if quiet else f"{made.told} people are told"
            messages.success(request, f"Version {made.number} is released; {told}.")
            return redirect("timetable-release", slug, made.number)
        except CityLabError as error:
            form.add_error(None, str(error))
            status = 409
    changes = changes_of(batch)
    found = letters(batch, note=note, now=now, changes=changes) if not quiet else []
    context = {
        "batch": batch,
        "form": form,
        "changes": Paginator(changes, PER).get_page(request.GET.get("page")),
        "counts": _counts([change.what for change in changes]),
        "letters": found[:PER],
        "count": len(found),
        "more": max(0, len(found) - PER),
        "quiet": quiet,
        "first": not Release.objects.filter(batch=batch).exists(),
        "seen": fingerprint(changes),
        "bad": sum(f.severity == BAD for f in find(board_of(batch))),
    }
    return render(request, "timetable/release_new.html", context, status=status)


def _counts(whats: list[str]) -> list[tuple[str, int]]:
    return [(words, whats.count(what)) for what, words in WORDS.items() if what in whats]


@login_required
@require_safe
def versions(request: SignedIn, slug: str) -> HttpResponse:
    """The versions of a batch's timetable: each differs from the one before by its changes."""
    batch = find_batch(request, slug)
    found = Release.objects.filter(batch=batch).select_related("by").order_by("-number")
    rows = [(one, _counts([change["what"] for change in one.changes])) for one in found]
    context = {"batch": batch, "rows": rows, "plans": may(request.user, "timetable.plan", batch)}
    return render(request, "timetable/versions.html", context)


@login_required
@require_safe
def version(request: SignedIn, slug: str, number: int) -> HttpResponse:
    """What a version changed against the one before."""
    batch = find_batch(request, slug)
    found = Release.objects.filter(batch=batch, number=number).select_related("by").first()
    if found is None:
        raise Http404("There is no such version.")
    rows = [{**change, "word": WORDS.get(change["what"], change["what"])} for change in found.changes]
    context = {
        "batch": batch,
        "release": found,
        "page": Paginator(rows, PER).get_page(request.GET.get("page")),
        "counts": _counts([change["what"] for change in found.changes]),
        "before": number - 1,
        "after": Release.objects.filter(batch=batch, number=number + 1).exists() and number + 1,
        "plans": may(request.user, "timetable.plan", batch),
    }
    return render(request, "timetable/version.html", context)
