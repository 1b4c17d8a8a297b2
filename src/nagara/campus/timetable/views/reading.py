"""Pages for those who take part: a batch's timetable, one's own, a session, an activity."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.views.batches import find_batch
from nagara.campus.timetable import listing, session_doors
from nagara.campus.timetable.differences import span
from nagara.campus.timetable.models import Activity, PublicSession, Release
from nagara.campus.timetable.paper import timetable_pdf
from nagara.campus.timetable.queries import sessions_for, takes_part
from nagara.campus.timetable.views.access import session_for

SHOW_LINK = timedelta(days=1)
LATE = timedelta(hours=1)
"""The link to join stays so long after the end: meetings run late."""
OWN_PAST, OWN_AHEAD = timedelta(hours=12), 60


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def wanted(request: HttpRequest) -> listing.Wanted:
    """What the address asks for."""
    said = request.GET
    week = _day(said.get("week", ""))
    return listing.Wanted(
        whose=said.get("whose", "") if said.get("whose") in ("mine", "all") else "",
        kind=said.get("kind", ""),
        speaker=said.get("speaker", ""),
        group=said.get("group", ""),
        day=_day(said.get("day", "")),
        week=listing.monday(week) if week else None,
    )


@login_required
@require_safe
def timetable(request: SignedIn, slug: str) -> HttpResponse:
    """The released timetable of a batch: my sessions first."""
    batch = find_batch(request, slug)
    asked = wanted(request)
    page = listing.timetable_of(batch, request.user, asked, timezone.now())
    context = {
        "batch": batch,
        "page": page,
        "asked": asked,
        "release": Release.objects.filter(batch=batch).order_by("-number").first(),
        "plans": may(request.user, "timetable.plan", batch),
        "query": request.GET.urlencode(),
    }
    return render(request, "timetable/timetable.html", context)


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """My timetable: what comes next in all my batches."""
    now = timezone.now()
    coming = sessions_for(request.user, now=now - OWN_PAST).select_related("batch", "group")
    rows = list(coming[: OWN_AHEAD + 1])
    days = listing.by_day(
        rows[:OWN_AHEAD], zone=request.user.tz, mine=set(), now=now, host=request.user.tz or "UTC"
    )
    context = {
        "days": days,
        "more": len(rows) > OWN_AHEAD,
        "batches": list({row.batch_id: row.batch for row in rows}.values()),
        "past": None if rows else sessions_for(request.user).select_related("batch").last(),
    }
    return render(request, "timetable/mine.html", context)


def _part(request: SignedIn, public: PublicSession) -> bool:
    """True for those who take part in the session or speak there."""
    return sessions_for(request.user, batches=[public.batch]).filter(pk=public.pk).exists()


def _yours(public: PublicSession, zone: str) -> str:
    """Its time in the reader's clock; "" where that shows the same."""
    host = span(public.starts, public.ends, public.tz)
    own = span(public.starts, public.ends, zone) if zone else host
    return "" if own.rpartition(",")[0] == host.rpartition(",")[0] else own


@login_required
@require_safe
def session(request: SignedIn, pk: int) -> HttpResponse:
    """Everything about a session for one who takes part."""
    found, public = session_for(request, pk)
    batch = found.activity.batch
    runs = may(request.user, "timetable.plan", batch)
    context: dict[str, Any] = {"session": found, "batch": batch, "public": public, "runs": runs}
    if public is None:
        context["people"] = list(found.people.select_related("user"))
        return render(request, "timetable/drafted.html", context)
    now = timezone.now()
    part = _part(request, public)
    zones: dict[str, int] = {}
    if public.online:
        rows = takes_part(found).exclude(user__tz="").values_list("user__tz").annotate(Count("pk"))
        zones = dict(rows.order_by("user__tz"))
    context |= {
        "part": part,
        "link": public.join_link
        if public.join_link
        and not public.cancelled
        and public.ends > now - LATE
        and (runs or (part and public.starts - now <= SHOW_LINK))
        else "",
        "link_later": bool(public.join_link) and part and public.starts - now > SHOW_LINK,
        "link_from": public.starts - SHOW_LINK,
        "when": span(public.starts, public.ends, public.tz),
        "yours": _yours(public, request.user.tz),
        "on": public.starts <= now < public.ends,
        "zones": listing.zone_times(public, zones),
        "doors": session_doors.of(public, request.user),
    }
    return render(request, "timetable/session.html", context)


@login_required
@require_safe
def activity(request: SignedIn, pk: int) -> HttpResponse:
    """An activity with its released sessions."""
    found = (
        Activity.objects.select_related("batch", "kind", "module", "course", "group").filter(pk=pk).first()
    )
    if found is None:
        raise Http404("There is no such activity.")
    rows = list(
        PublicSession.objects.visible_to(request.user)
        .filter(session__activity=found)
        .select_related("group")
        .order_by("starts")
    )
    runs = may(request.user, "timetable.plan", found.batch)
    if not rows and not runs:
        raise Http404("There is no such activity, or it is not for you.")
    context = {
        "activity": found,
        "batch": found.batch,
        "days": listing.by_day(
            rows, zone=request.user.tz, mine=set(), now=timezone.now(), host=found.batch.tz
        ),
        "runs": runs,
    }
    return render(request, "timetable/activity.html", context)


@login_required
@require_safe
def pdf(request: SignedIn, slug: str) -> HttpResponse:
    """The same as the page, on paper: all weeks."""
    batch = find_batch(request, slug)
    asked = wanted(request)
    now = timezone.now()
    page = listing.timetable_of(batch, request.user, asked, now, paged=False)
    whose = str(request.user) if page.whose == "mine" else ""
    content = timetable_pdf(batch, page, zone=request.user.tz, now=now, whose=whose)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="timetable-{slug}.pdf"'
    return response
