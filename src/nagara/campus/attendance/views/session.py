"""Attendance of a session: everyone with minutes and ways, and one person's evidence with corrections."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.attendance.domain import AttendanceError, correct, count_again, take_back
from nagara.campus.attendance.domain.rostering import wall_instant
from nagara.campus.attendance.models import Presence, Sheet, Who
from nagara.campus.attendance.overview import Row, rows_of
from nagara.campus.attendance.views.access import kept_session
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.timetable.models import PublicSession

SHOW = {
    "": "everyone",
    "there": "who was there",
    "away": "who was not there",
    "decide": "to be decided",
}


def _columns(public: PublicSession) -> list[Column]:
    return [
        Column("name", "Name", lambda r: r.name),
        Column("passport_name", "Name as in passport", lambda r: r.passport or r.name),
        Column("native_name", "Name in own script", lambda r: r.native),
        Column("email", "E-mail", lambda r: r.email),
        Column("place", "City or organisation", lambda r: r.place),
        Column("minutes", "Minutes present", lambda r: r.minutes, "whole"),
        Column("planned", "Minutes of the session", lambda _: public.minutes, "whole"),
        Column("ways", "How it is known", lambda r: ", ".join(r.ways)),
        Column("first", "Came (UTC)", lambda r: r.first, "time"),
        Column("last", "Left (UTC)", lambda r: r.last, "time"),
        Column("corrected", "Corrected by hand", lambda r: r.corrected, "yes"),
    ]


def _fits(row: Row, show: str) -> bool:
    return {"there": row.seconds > 0, "away": row.seconds == 0, "decide": bool(row.findings)}.get(show, True)


@login_required
@require_safe
def overview(request: SignedIn, pk: int) -> HttpResponse:
    """Everyone of a session with minutes; what does not agree; the doors to code, roster and import."""
    public = kept_session(request, pk)
    now = timezone.now()
    rows = rows_of(public, now=now)
    show, q = request.GET.get("show", ""), request.GET.get("q", "").strip().casefold()
    kept = [
        r
        for r in rows
        if _fits(r, show)
        and (not q or q in f"{r.name} {r.passport} {r.native} {r.email} {r.place}".casefold())
    ]
    file = export(
        request,
        _columns(public),
        kept,
        f"attendance-session-{pk}",
        "Attendance of one session: one person a row",
    )
    if file is not None:
        return file
    context = {
        "public": public,
        "page": paged(request, kept),
        "kept": len(kept),
        "total": len(rows),
        "there": sum(r.seconds > 0 for r in rows),
        "decide": [(r, what) for r in rows for what in r.findings],
        "show": show if show in SHOW else "",
        "shows": SHOW,
        "q": q,
        "open": public.starts <= now < public.ends and not public.cancelled,
        "aside": Sheet.objects.filter(session=pk, state=Sheet.State.READ).count(),
    }
    return render(request, "attendance/session.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: SignedIn, pk: int, key: str) -> HttpResponse:
    """What is recorded of one person in a session; correct it with a reason."""
    public = kept_session(request, pk)
    who = Who.read(key)
    now = timezone.now()
    row = next((r for r in rows_of(public, now=now) if r.who == who), None)
    if who is None or row is None:
        raise Http404("Nobody of this session has this number.")
    problem = None
    if request.method == "POST":
        try:
            _change(request, public, who)
        except AttendanceError as error:
            problem = error
        else:
            messages.success(request, "It is written down with your name and the reason.")
            return redirect("attendance-person", pk, key)
    held = Presence.objects.filter(session=pk).of(who).select_related("by").order_by("made_at", "pk")
    context = {
        "public": public,
        "row": row,
        "held": list(held),
        "problem": problem,
        "form_key": uuid.uuid4().hex,
        "came": request.POST.get("came", ""),
        "went": request.POST.get("went", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "attendance/person.html", context, status=422 if problem else 200)


def _change(request: SignedIn, public: PublicSession, who: Who) -> None:
    say, reason = request.POST.get("say", ""), request.POST.get("reason", "")
    if say in {"drop", "again"}:
        number = request.POST.get("presence", "")
        held: Any = Presence.objects.filter(session=public.session_id).of(who)
        presence = held.filter(pk=int(number)).first() if number.isdigit() and len(number) < 18 else None
        if presence is None:
            raise AttendanceError("This is not recorded here any more.")
        (take_back if say == "drop" else count_again)(presence, by=request.user, reason=reason)
        return
    absent = say == "absent"
    came = None if absent else wall_instant(public, request.POST.get("came", "")) or public.starts
    went = None if absent else wall_instant(public, request.POST.get("went", "")) or public.ends
    correct(
        public,
        who,
        began=came,
        ended=went,
        by=request.user,
        reason=reason,
        now=timezone.now(),
        key=request.POST.get("key", "")[:40] or uuid.uuid4().hex,
    )
