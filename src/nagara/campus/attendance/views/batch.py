"""Attendance of a batch: people by sessions, how it counts, and one person's own record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.attendance.models import Counting
from nagara.campus.attendance.overview import matrix, needed_share, own_sessions, weeks_of
from nagara.campus.attendance.providing import said_ways
from nagara.campus.attendance.queries import Share, counting_of, counting_sessions, shares
from nagara.campus.audit.domain import record as write_down
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.programmes.views.batches import find_batch, run_batch


def _enrolled(batch: Batch) -> Any:
    return (
        Enrolment.objects.filter(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("user", "city")
        .order_by("user__sort_key", "id")
    )


def _columns(found: dict[int, Share]) -> list[Column]:
    return [
        Column("name", "Name as in passport", lambda e: e.user.passport_name),
        Column("native_name", "Name in own script", lambda e: e.user.native_name),
        Column("email", "E-mail", lambda e: e.user.email),
        Column("city", "City", lambda e: e.city.name if e.city else ""),
        Column("minutes", "Minutes present", lambda e: found[e.user_id].minutes, "whole"),
        Column("planned", "Minutes planned so far", lambda e: found[e.user_id].planned, "whole"),
        Column("share", "Share, 0 to 1", lambda e: _rounded(found[e.user_id].share), "number"),
        Column("missed", "Sessions missed", lambda e: found[e.user_id].missed, "whole"),
        Column("sessions", "Sessions ended", lambda e: found[e.user_id].sessions, "whole"),
        Column("ways", "How it is known", lambda e: said_ways(found[e.user_id])),
    ]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


@login_required
@require_safe
def overview(request: SignedIn, slug: str) -> HttpResponse:
    """People by the sessions of a week, with the share of each so far."""
    batch = find_batch(request, slug)
    if not may(request.user, "programmes.see_enrolments", batch):
        raise PermissionDenied("This is for the team of the batch. Your own record is under My attendance.")
    now = timezone.now()
    counting = counting_of(batch)
    people = _enrolled(batch)
    q = request.GET.get("q", "").strip()
    if q:
        people = people.filter(user__search_text__icontains=q.casefold())
    below, wants_file = request.GET.get("below") == "1", request.GET.get("export", "")
    found: dict[int, Share] = {}
    if below or wants_file:
        people = list(people)
        found = shares(batch, [e.user for e in people], now=now)
    if below:
        people = [e for e in people if _is_below(found[e.user_id], counting.warn_below)]
    file = export(
        request, _columns(found), people, f"attendance-{slug}", "Attendance in a batch: one person a row"
    )
    if file is not None:
        return file
    page = paged(request, people)
    users = [e.user for e in page.object_list]
    found = found or shares(batch, users, now=now)
    sessions = list(counting_sessions(batch))
    weeks = weeks_of(sessions)
    week = _chosen(weeks, request.GET.get("week", ""), now)
    shown = [s for s in sessions if week and week.first <= s.day <= week.last]
    cells = matrix(batch, [u.pk for u in users], shown, counting, now) if shown else {}
    context = {
        "batch": batch,
        "page": page,
        "rows": [(e, found[e.user_id], cells.get(e.user_id, [])) for e in page.object_list],
        "sessions": shown,
        "weeks": weeks,
        "week": week,
        "q": q,
        "below": below,
        "counting": counting,
        "needed": needed_share(batch),
        "may_run": may(request.user, "programmes.run_batch", batch),
    }
    return render(request, "attendance/batch.html", context)


def _is_below(share: Share, percent: int) -> bool:
    return share.share is not None and share.share * 100 < percent


def _chosen(weeks: list[Any], key: str, now: Any) -> Any:
    """The week asked for; else this one, the last one held, or the first."""
    for week in weeks:
        if week.key == key:
            return week
    past = [week for week in weeks if week.first <= now.date()]
    return past[-1] if past else (weeks[0] if weeks else None)


class CountingForm(forms.ModelForm[Counting]):
    class Meta:
        model = Counting
        fields = (
            "code_seconds",
            "opens_before",
            "grace",
            "without_check_out",
            "bridge_seconds",
            "warn_below",
        )

    reason = forms.CharField(label="Reason", max_length=300, help_text="kept with the change")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counting(request: SignedIn, slug: str) -> HttpResponse:
    """How a batch counts attendance."""
    batch = run_batch(request, slug)
    held = counting_of(batch)
    form = CountingForm(request.POST or None, instance=held)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            data = {name: form.cleaned_data[name] for name in form.changed_data if name != "reason"}
            write_down(
                "change counting",
                f"batch/{batch.slug}",
                by=request.user,
                reason=form.cleaned_data["reason"],
                **data,
            )
        messages.success(request, "Attendance is counted so from now on, also of what was recorded before.")
        return redirect("attendance-batch", slug)
    context = {"batch": batch, "form": form}
    return render(request, "attendance/counting.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """Where a person stands in each of the own batches."""
    held = (
        Enrolment.objects.filter(user=request.user)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("batch__version")
        .order_by("-batch__starts")
    )
    now = timezone.now()
    rows = []
    for enrolment in held[:10]:
        share = shares(enrolment.batch, [request.user], now=now)[request.user.pk]
        if share.planned or share.to_come:
            rows.append((enrolment.batch, share, needed_share(enrolment.batch)))
    return render(request, "attendance/mine.html", {"rows": rows})


@login_required
@require_safe
def of_person(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """One person's record in a batch: for the person, and for the team of the batch."""
    batch = find_batch(request, slug)
    enrolment = _enrolled(batch).filter(user=pk).first()
    allowed = pk == request.user.pk or may(request.user, "programmes.see_enrolments", batch)
    if enrolment is None or not allowed:
        raise Http404("There is no such record, or it is not yours.")
    now = timezone.now()
    share = shares(batch, [enrolment.user], now=now)[pk]
    needed = needed_share(batch)
    spare = share.may_miss(needed) if needed is not None else None
    context = {
        "batch": batch,
        "person": enrolment.user,
        "own": pk == request.user.pk,
        "share": share,
        "needed": needed,
        "spare": spare,
        "short": -spare if spare is not None and spare < 0 else 0,
        "bar": round((share.share or 0) * 300, 1),
        "bar_need": round((needed or 0) * 300, 1),
        "rows": own_sessions(batch, enrolment.user, now=now),
        "keeps": may(request.user, "timetable.teach", batch),
    }
    return render(request, "attendance/own.html", context)
