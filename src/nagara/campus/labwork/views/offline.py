"""A lab to take along: the pack, and the answers when they come back."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.design.limits import limited
from nagara.campus.labwork.models import LabWork
from nagara.campus.labwork.offline.building import build
from nagara.campus.labwork.offline.returning import bring, merge, preview
from nagara.campus.labwork.views.access import work_for
from nagara.campus.people.requests import SignedIn
from nagara.citylab.errors import CityLabError
from nagara.citylab.labs.pack import MOST_ANSWER_BYTES, BadPack


@login_required
@require_safe
@never_cache
def offline(request: SignedIn, pk: int) -> HttpResponse:
    """What a pack is, the pack, and a form for the answers."""
    return render(request, "labwork/offline.html", {"work": work_for(request, pk, own=True)})


@login_required
@limited("pack", most=10, seconds=3600)
@require_safe
@never_cache
def pack(request: SignedIn, pk: int) -> HttpResponse:
    """The pack as a zip."""
    work = work_for(request, pk, own=True)
    try:
        made = build(work, site=request.build_absolute_uri("/"), now=timezone.now())
    except CityLabError as error:
        return _page(request, work, problem=error)
    answer = HttpResponse(made, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{work.lab}-{work.pk}.zip"'
    return answer


@login_required
@limited("pack-answers", most=60, seconds=600)
@require_POST
@never_cache
def count(request: SignedIn, pk: int) -> HttpResponse:
    """Answers that came back: first shown, then, with `say=count`, handed in."""
    work = work_for(request, pk, own=True)
    now = timezone.now()
    try:
        data = _file(request)
        found, answers = bring(data, user=request.user)
        if found.pk != work.pk:
            raise BadPack("This file belongs to another lab of yours.", mend=f"Bring it to: {found.lab}.")
        if request.POST.get("say") == "count":
            lines = merge(found, answers, by=request.user, now=now)
            found.refresh_from_db()
            return _page(request, found, lines=lines, done=True)
        lines = preview(found, answers, now=now)
    except CityLabError as error:
        return _page(request, work, problem=error)
    return _page(request, found, lines=lines, text=data.decode())


def _file(request: SignedIn) -> bytes:
    """The file that was brought, or its text from the page before."""
    given = request.FILES.get("answers")
    if given is not None:
        data: bytes = given.read(MOST_ANSWER_BYTES + 1)
    else:
        data = request.POST.get("text", "").encode()
    if not data:
        raise BadPack("Choose the file of answers first.")
    return data


def _page(request: SignedIn, work: LabWork, **more: object) -> HttpResponse:
    status = 422 if more.get("problem") else 200
    lines = more.get("lines")
    if isinstance(lines, list):
        more["new"] = sum(line.state in {"new", "counted"} for line in lines)
    return render(request, "labwork/offline.html", {"work": work, **more}, status=status)
