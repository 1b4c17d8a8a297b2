"""Participant lists of meeting tools: upload, look at what was read, choose, take."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nagara.campus.attendance.domain import AttendanceError
from nagara.campus.attendance.domain.importing import (
    ORDERS,
    Ask,
    choose,
    drop_sheet,
    label,
    people_of,
    read_sheet,
    take_sheet,
)
from nagara.campus.attendance.models import Sheet, SheetRow, Who
from nagara.campus.attendance.views.access import kept_session
from nagara.campus.design.limits import limited
from nagara.campus.people.requests import SignedIn
from nagara.campus.timetable.models import PublicSession

PAGE = ["GET", "HEAD", "POST"]
LARGEST = 5_000_000


@login_required
@limited("attendance-import", most=30, methods=("POST",))
@require_http_methods(PAGE)
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Give a file. What it leaves open (zone, order of dates) is asked for, never guessed."""
    public = kept_session(request, pk)
    problem: AttendanceError | None = None
    if request.method == "POST":
        try:
            sheet = _read(request, public)
        except AttendanceError as error:
            problem = error
        else:
            return redirect("attendance-sheet", sheet.pk)
    context = {
        "public": public,
        "problem": problem,
        "asks": problem.asks if isinstance(problem, Ask) else "",
        "zones": _zones(public),
        "tz": request.POST.get("tz", ""),
        "orders": ORDERS,
        "order": request.POST.get("order", ""),
        "sheets": Sheet.objects.filter(session=pk).select_related("by"),
    }
    return render(request, "attendance/import.html", context, status=422 if problem else 200)


def _zones(public: PublicSession) -> list[str]:
    """Zones to choose from: the session's and its batch's first."""
    near = list(dict.fromkeys((public.tz, public.batch.tz, "UTC")))
    places = ("Asia/", "Australia/", "Europe/", "America/", "Pacific/", "Africa/")
    return near + sorted(z for z in available_timezones() if z.startswith(places) and z not in near)


def _read(request: SignedIn, public: PublicSession) -> Sheet:
    file = request.FILES.get("file")
    if file is None:
        raise AttendanceError("Choose a file.", where="file")
    if (file.size or 0) > LARGEST:
        raise AttendanceError("The file is larger than 5 MB.", where="file")
    tz, order = request.POST.get("tz", ""), request.POST.get("order", "")
    if tz and tz not in available_timezones():
        raise AttendanceError("There is no such zone.", where="tz")
    if order and order not in ORDERS:
        order = ""
    return read_sheet(
        public, data=file.read(), name=str(file.name or "list"), tz=tz, order=order, by=request.user
    )


@login_required
@require_http_methods(PAGE)
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """What a file says and whom its rows are of; choose for those whom nobody was found for; take it."""
    found = Sheet.objects.select_related("by").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such list.")
    public = kept_session(request, found.session_id)
    if request.method == "POST":
        _do(request, found)
        return redirect("attendance-sheet", pk)
    people = people_of(public)
    rows = list(found.rows.select_related("user", "registration"))
    groups = _groups(rows)
    context = {
        "public": public,
        "sheet": found,
        "groups": groups,
        "people": sorted(people, key=lambda p: p.name.casefold()),
        "problems": found.problems,
        "unmatched": sum(not g["key"] for g in groups),
        "waiting": sum(not r.presence_id and bool(r.user_id or r.registration_id) for r in rows),
    }
    return render(request, "attendance/sheet.html", context)


def _groups(rows: list[SheetRow]) -> list[dict[str, Any]]:
    """Participants of the file: those whom nobody was found for first."""
    held: dict[str, list[SheetRow]] = defaultdict(list)
    for row in rows:
        held[label(row)].append(row)
    found = []
    for name, of in held.items():
        first = of[0]
        who = Who(first.user_id) if first.user_id else Who(None, first.registration_id)
        found.append(
            {
                "label": name,
                "rows": of,
                "name": first.name,
                "email": first.email,
                "key": who.key if first.user_id or first.registration_id else "",
                "person": first.user or first.registration,
                "how": first.how,
                "taken": all(row.presence_id for row in of),
            }
        )
    return sorted(found, key=lambda g: (bool(g["key"]), str(g["name"]).casefold()))


def _do(request: SignedIn, found: Sheet) -> None:
    say = request.POST.get("say", "")
    if say == "drop":
        drop_sheet(found, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, "The list is taken back. It stays here and can be taken again.")
        return
    choices = {name[3:]: str(value) for name, value in request.POST.items() if name.startswith("is-")}
    changed = choose(found, choices, by=request.user)
    if say == "take":
        fresh = take_sheet(found, by=request.user, now=timezone.now())
        messages.success(request, f"Taken: {fresh} new stay{'' if fresh == 1 else 's'}.")
    else:
        messages.success(request, f"{changed} row{'' if changed == 1 else 's'} changed.")
