"""The code on the screen in the room, and the phone that scans it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import wraps
from typing import Any

import segno
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.attendance.domain import checking, codes
from nagara.campus.attendance.domain.recording import AttendanceError, expected, is_expected
from nagara.campus.attendance.models import Presence
from nagara.campus.attendance.queries import counting_of
from nagara.campus.attendance.views.access import kept_session, released
from nagara.campus.design.errors import page
from nagara.campus.design.limits import asker, too_often
from nagara.campus.people.requests import SignedIn
from nagara.campus.timetable.models import PublicSession
from nagara.campus.timetable.queries import sessions_for

PAGE = ["GET", "HEAD", "POST"]
SEEN = "attendance_seen"
TRIES = 30
"""Codes a person may try in a minute; a room full of phones may share one address before they sign in."""
TRIES_AT_AN_ADDRESS = 900


def _limited(view: Any) -> Any:
    """Counts tries by person, and more generously by address."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        most = TRIES if request.user.is_authenticated else TRIES_AT_AN_ADDRESS
        if too_often("attendance-code", asker(request), most=most, seconds=60):
            response = page(
                request,
                429,
                "That was too often.",
                f"Codes may be tried {most} times in a minute.",
                "Wait a minute, then scan the code on the screen.",
            )
            response["Retry-After"] = "60"
            return response
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return inner


def _now_in(public: PublicSession, now: datetime) -> int:
    """How many people are in: a stay that goes on, by whatever way."""
    here = Presence.objects.filter(session=public.session_id, dropped=False, began__lte=now)
    going_on = here.filter(Q(ended=None) | Q(ended__gt=now))
    return going_on.values("user", "registration").distinct().count()


def _screen(request: HttpRequest, public: PublicSession, now: datetime) -> dict[str, Any]:
    counting = counting_of(public.batch_id)
    context: dict[str, Any] = {
        "public": public,
        "now": now,
        "count": _now_in(public, now),
        "all": expected(public).count(),
    }
    try:
        checking.check_window(public, counting, now)
    except AttendanceError as error:
        return {**context, "closed": error, "left": 20.0, "refresh": 20}
    step = codes.step_at(now, counting.code_seconds)
    path = reverse("attendance-scan", args=[public.session_id, codes.token(public.session_id, step)])
    square = segno.make(request.build_absolute_uri(path), error="m", micro=False)
    left = codes.seconds_left(now, counting.code_seconds)
    svg = square.svg_inline(border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return {
        **context,
        "svg": mark_safe(svg),  # noqa: S308 (drawn by us from our own address)
        "short": codes.short_code(public.session_id, step),
        "left": left,
        "refresh": int(left) + 1,
        "seconds": counting.code_seconds,
        "host": request.get_host(),
    }


@login_required
@never_cache
@require_safe
def code(request: SignedIn, pk: int) -> HttpResponse:
    """The screen of the room: a code that changes by itself, and how many are in. No names."""
    public = kept_session(request, pk)
    return render(request, "attendance/code.html", _screen(request, public, timezone.now()))


@login_required
@never_cache
@require_safe
def code_now(request: SignedIn, pk: int) -> HttpResponse:
    """The part of the screen that changes."""
    public = kept_session(request, pk)
    return render(request, "attendance/_code.html", _screen(request, public, timezone.now()))


@never_cache
@require_safe
@_limited
def scan(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """What a phone opens: the code is checked at once; signing in may take its time."""
    now = timezone.now()
    public = released(pk)
    codes.check_token(pk, token, now=now, seconds=counting_of(public.batch_id).code_seconds)
    if not request.user.is_authenticated:
        request.session[SEEN] = [pk, now.timestamp()]
        return redirect_to_login(reverse("attendance-in", args=[pk]))
    return _door(request, public, now, seen=now)


def _seen(request: HttpRequest, pk: int, now: datetime) -> datetime | None:
    """When this browser scanned the code of a session before it signed in."""
    held = request.session.get(SEEN)
    if not isinstance(held, list) or held[:1] != [pk]:
        return None
    seen = datetime.fromtimestamp(held[1], tz=UTC)
    return seen if 0 <= (now - seen).total_seconds() <= checking.TICKET_SECONDS else None


def _door(request: Any, public: PublicSession, now: datetime, *, seen: datetime | None) -> HttpResponse:
    if not is_expected(public.session, request.user):
        if seen is None:
            raise Http404("There is no such session, or it is not for you.")
        raise PermissionDenied(
            f"You are signed in as {request.user}, who does not take part in this session. "
            "Sign in as yourself, or speak with the lecturer."
        )
    counting = counting_of(public.batch_id)
    context: dict[str, Any] = {"public": public, "now": now}
    context["open"] = checking.open_stay(public.session, request.user)
    mine = Presence.objects.filter(session=public.session_id, user=request.user, dropped=False)
    context["stays"] = list(mine.exclude(ended=None))
    try:
        checking.check_window(public, counting, seen or now)
    except AttendanceError as error:
        context["closed"] = error
    else:
        if seen is not None and context["open"] is None:
            context["ticket"] = checking.ticket(public.session_id, request.user.pk, seen)
    return render(request, "attendance/in.html", context, status=400 if seen and "closed" in context else 200)


@login_required
@never_cache
@require_http_methods(PAGE)
@_limited
def door(request: SignedIn, pk: int) -> HttpResponse:
    """One's own check-in and check-out at a session."""
    now = timezone.now()
    public = released(pk)
    if request.method != "POST":
        return _door(request, public, now, seen=_seen(request, pk, now))
    if not is_expected(public.session, request.user):
        raise Http404("There is no such session, or it is not for you.")
    if request.POST.get("say") == "out":
        checking.check_out(public.session, user=request.user, now=now)
    else:
        seen = checking.read_ticket(request.POST.get("ticket", ""), pk, request.user.pk, now=now)
        counting = counting_of(public.batch_id)
        checking.check_in(public.session, user=request.user, seen=seen, counting=counting)
        request.session.pop(SEEN, None)
    return redirect("attendance-in", pk)


@login_required
@never_cache
@require_http_methods(PAGE)
@_limited
def type_code(request: SignedIn) -> HttpResponse:
    """For those without a camera: six letters from the screen check in at once."""
    problem = None
    said = request.POST.get("code", "")[:20]
    if request.method == "POST":
        now = timezone.now()
        try:
            public = _session_of(request.user, said, now)
            counting = counting_of(public.batch_id)
            checking.check_in(public.session, user=request.user, seen=now, counting=counting)
        except AttendanceError as error:
            problem = error
        else:
            return redirect("attendance-in", public.session_id)
    context = {"problem": problem, "said": said}
    return render(request, "attendance/type.html", context, status=400 if problem else 200)


def _session_of(user: Any, said: str, now: datetime) -> PublicSession:
    """The session of this person, under way now, whose code this is."""
    near = sessions_for(user, now=now).filter(cancelled=False).select_related("session__activity", "batch")
    for public in near[:20]:
        counting = counting_of(public.batch_id)
        if codes.is_short_code(public.session_id, said, now=now, seconds=counting.code_seconds):
            return public
    raise AttendanceError(
        "This is no code of a session of yours now.", mend="Type the six letters that the screen shows."
    )
