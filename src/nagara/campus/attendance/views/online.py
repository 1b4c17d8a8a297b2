"""Joining online, and the signs of life that add up to minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.attendance.domain import AttendanceError
from nagara.campus.attendance.domain.pinging import (
    every_seconds,
    hear,
    presence_token,
    read_presence_token,
)
from nagara.campus.attendance.domain.recording import is_expected
from nagara.campus.attendance.intervals import seconds_present
from nagara.campus.attendance.models import Presence, Who
from nagara.campus.attendance.queries import counting_of, evidence_of, terms_of
from nagara.campus.attendance.views.access import released
from nagara.campus.design.limits import limited, too_often
from nagara.campus.people.requests import SignedIn
from nagara.campus.timetable.models import PublicSession
from nagara.campus.webinars.models import Registration

LINK_FROM = timedelta(days=1)


def clock_now() -> datetime:
    """The server's clock. Settings may put another in its place (a test that lives through an afternoon)."""
    from django.conf import settings

    made: datetime = getattr(settings, "NAGARA_PRESENCE_CLOCK", timezone.now)()
    return made


def minutes_so_far(public: PublicSession, who: Who, now: datetime) -> int:
    """Whole minutes of one person up to now."""
    held = evidence_of(Presence.objects.filter(session=public.session_id).of(who))
    terms = terms_of(counting_of(public.batch_id))
    stays = held.get((public.session_id, who), [])
    return seconds_present(stays, public.starts, public.ends, terms, now=now) // 60


def _page(
    request: HttpRequest, public: PublicSession, who: Who, token: str, now: datetime, guest: Any
) -> HttpResponse:
    """Opening the page is the first sign of life."""
    heard = hear(
        public,
        who,
        counting=counting_of(public.batch_id),
        now=now,
        registration=guest.pk if guest else None,
    )
    near = public.starts - LINK_FROM <= now <= public.ends and not public.cancelled
    context = {
        "public": public,
        "heard": heard,
        "token": token,
        "guest": guest,
        "every": every_seconds(),
        "refresh": max(int(every_seconds()), 1),
        "link": public.join_link if near else "",
        "link_from": public.starts - LINK_FROM,
        "minutes": minutes_so_far(public, who, now),
    }
    return render(request, "attendance/join.html", context)


@login_required
@never_cache
@require_safe
def join(request: SignedIn, pk: int) -> HttpResponse:
    """The page that those who take part keep open while they are online."""
    public = released(pk)
    if not public.online or not is_expected(public.session, request.user):
        raise Http404("There is no such session online, or it is not for you.")
    token = presence_token(public.session, user=request.user)
    return _page(request, public, Who(request.user.pk), token, clock_now(), None)


@never_cache
@require_safe
@limited("attendance-guest", most=120)
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a registered guest of a webinar, by the personal link."""
    held = Registration.objects.select_related("webinar").filter(token=token).first()
    if held is None or held.state != Registration.State.SEATED:
        raise Http404("This link is not known, or the registration was withdrawn.")
    public = released(held.webinar.session_id)
    made = presence_token(public.session, registration=held)
    who = Who(held.user_id) if held.user_id is not None else Who(None, held.pk)
    return _page(request, public, who, made, clock_now(), held)


@csrf_exempt  # the signed token is the proof; nothing else can be done here
@never_cache
@require_POST
def ping(request: HttpRequest) -> HttpResponse:
    """A sign of life. Answers in JSON with the minutes so far and when the next one is due."""
    said = request.body[:2000].decode("ascii", "replace")
    try:
        session, who, registration = read_presence_token(said)
        if too_often("attendance-ping", f"{session}:{who.key}", most=240, seconds=60):
            return JsonResponse({"problem": "That was too often."}, status=429)
        public = released(session)
    except AttendanceError as error:
        return JsonResponse({"problem": error.what}, status=400)
    now = clock_now()
    heard = hear(public, who, counting=counting_of(public.batch_id), now=now, registration=registration)
    return JsonResponse(
        {"state": heard.state, "minutes": minutes_so_far(public, who, now), "next": every_seconds()}
    )
