"""The planner of a batch: weeks and days of the draft, sessions, activities. Works without JavaScript."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.domain.plans import CLOSED
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable import planning
from nagara.campus.timetable.clashes import BAD, WARN, Finding, board_of, find
from nagara.campus.timetable.clashes.board import frame_of
from nagara.campus.timetable.domain import (
    Changed,
    Planned,
    add_activity,
    cancel_session,
    change_activity,
    change_session,
    remove_activity,
    remove_session,
    restore_session,
)
from nagara.campus.timetable.domain.plans import add_series, copy_session, make_from_plan
from nagara.campus.timetable.forms import ActivityForm, CopyForm, SessionForm, initial_of
from nagara.campus.timetable.listing import monday
from nagara.campus.timetable.models import Activity, Session
from nagara.campus.timetable.views.access import planned_batch
from nagara.citylab.errors import CityLabError

SHOWN = 3


def day_in(request: HttpRequest, name: str) -> date | None:
    """A day that the address names."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def marks_of(findings: list[Finding]) -> dict[int, str]:
    """The worst finding of each session."""
    marks: dict[int, str] = {}
    for finding in findings:  # the worst come first
        if finding.severity in (BAD, WARN):
            for one in finding.slots:
                marks.setdefault(one, finding.severity)
    return marks


@login_required
@require_safe
def planner(request: SignedIn, slug: str) -> HttpResponse:
    """The draft: a week at a time, or one day."""
    batch = planned_batch(request, slug)
    day, week = day_in(request, "day"), day_in(request, "week")
    findings = find(board_of(batch))
    page = planning.page_of(batch, week=monday(week) if week else None, day=day, marks=marks_of(findings))
    there = {line.session.pk for one in page.days for line in one.lines}
    context = {
        "batch": batch,
        "page": page,
        "closed": batch.state in CLOSED,
        "bad": sum(f.severity == BAD for f in findings),
        "warn": sum(f.severity == WARN for f in findings),
        "findings": [f for f in findings if f.severity != "note" and there.intersection(f.slots)][:12],
        "lines_left": planning.lines_left(batch),
        "office": may(request.user, "timetable.change_places"),
    }
    return render(request, "timetable/planner.html", context)


def _back(batch: Batch, day: date) -> HttpResponse:
    """To the week of a day, at the day."""
    return redirect(f"{reverse('planner', args=[batch.slug])}?week={monday(day):%Y-%m-%d}#d{day:%Y-%m-%d}")


def _say(request: SignedIn, batch: Batch, sessions: list[Session], done: str) -> None:
    """What was done, and what it runs into."""
    wanted = {session.pk for session in sessions}
    found = [f for f in find(board_of(batch)) if f.severity in (BAD, WARN) and wanted.intersection(f.slots)]
    messages.success(request, done + ("" if found else " It runs into nothing."))
    for finding in found[:SHOWN]:
        messages.warning(request, finding.words)
    if len(found) > SHOWN:
        messages.warning(request, f"And {len(found) - SHOWN} more clashes: see the page of clashes.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn, slug: str) -> HttpResponse:
    """A new session or a series, of an activity that is there or a new one."""
    batch = planned_batch(request, slug)
    frame = frame_of(batch)
    initial: dict[str, Any] = {
        "day": day_in(request, "day") or batch.starts,
        "at": request.GET.get("at", frame.live_from if batch.mode == "online" else frame.work_from)[:5],
        "minutes": request.GET.get("minutes", str(frame.live_minutes))[:4],
        "tz": batch.tz,
        "activity": request.GET.get("activity", "")[:12],
        "room": request.GET.get("room", "")[:12],
        "times": 1,
        "skip_holidays": True,
        "online": batch.mode == "online",
    }
    form = SessionForm(batch, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _add(request, batch, form)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    return render(request, "timetable/new.html", {"batch": batch, "form": form}, status=status)


def _add(request: SignedIn, batch: Batch, form: SessionForm) -> HttpResponse:
    data, values = form.cleaned_data, form.values()
    activity = data["activity"]
    if activity is None:
        activity = add_activity(
            batch, kind=data["kind"], title=data["title"], group=data["group"], by=request.user
        )
        values["title"] = ""
    made = add_series(
        Planned(activity, **values),
        times=data["times"] or 1,
        weekdays=[int(day) for day in data["weekdays"]],
        skip_holidays=data["skip_holidays"],
        by=request.user,
    )
    count = len(made.sessions)
    _say(request, batch, made.sessions, f"{count} sessions are added." if count > 1 else "It is added.")
    if made.left:
        left = ", ".join(f"{day.day} {day:%b} ({why})" for day, why in made.left[:6])
        messages.warning(request, f"Left out: {left}.")
    return _back(batch, made.sessions[0].day)


def find_session(batch: Batch, pk: int) -> Session:
    found = (
        Session.objects.select_related("activity__batch", "activity__group", "public", "changed_by")
        .prefetch_related("people__user")
        .filter(pk=pk, activity__batch=batch)
        .first()
    )
    if found is None:
        raise Http404("There is no such session in this batch.")
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Change, move, copy, cancel, restore or delete a session. POST `say` names which."""
    batch = planned_batch(request, slug)
    found = find_session(batch, pk)
    say = request.POST.get("say", "keep")
    if request.method == "POST" and say != "keep":
        return _other(request, batch, found, say)
    form = SessionForm(batch, request.POST or None, session=found, initial=initial_of(found))
    differ: list[tuple[str, str, str]] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                changes = {**form.values(), "activity": form.cleaned_data["activity"]}
                kept = change_session(
                    found, version=form.cleaned_data["version"] or 0, by=request.user, **changes
                )
                _say(request, batch, [kept], "Kept.")
                return _back(batch, kept.day)
            except Changed as error:
                status = 409
                differ = planning.compared(form.cleaned_data, find_session(batch, pk))
                form.data = {**request.POST.dict(), "version": str(error.held.version)}
                form.data["speakers"] = request.POST.getlist("speakers")
            except CityLabError as error:
                form.add_error(error.where if error.where in form.fields else None, str(error))
    findings = [f for f in find(board_of(batch)) if found.pk in f.slots]
    context = {
        "batch": batch,
        "session": found,
        "form": form,
        "differ": differ,
        "findings": findings,
        "copy": CopyForm(initial={"day": found.day + timedelta(days=7), "at": found.at}),
        "released": getattr(found, "public", None),
    }
    return render(request, "timetable/edit.html", context, status=status)


def _other(request: SignedIn, batch: Batch, found: Session, say: str) -> HttpResponse:
    by, seen = request.user, request.POST.get("version", "")
    version = int(seen) if seen.isdigit() else None
    there = redirect("planner-session", batch.slug, found.pk)
    try:
        if say == "cancel":
            cancel_session(found, by=by, reason=request.POST.get("reason", "")[:300], version=version)
            messages.success(request, f"{found} is cancelled in the draft. Release it to tell people.")
        elif say == "restore":
            restore_session(found, by=by, version=version)
            messages.success(request, f"{found} takes place after all.")
        elif say == "remove":
            remove_session(found, by=by, version=version)
            messages.success(request, f"{found} is deleted.")
            return _back(batch, found.day)
        elif say == "copy":
            form = CopyForm(request.POST)
            if not form.is_valid():
                raise CityLabError("The copy needs a day and a time.", mend="Give both.")
            made = copy_session(found, day=form.cleaned_data["day"], at=form.cleaned_data["at"], by=by)
            _say(request, batch, [made], "The copy is added.")
            return redirect("planner-session", batch.slug, made.pk)
    except CityLabError as error:
        messages.error(request, str(error))
    return there


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def activity(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Change, add (number 0) or delete an activity."""
    batch = planned_batch(request, slug)
    held = Activity(batch=batch)
    if pk:
        there = Activity.objects.filter(batch=batch, pk=pk).first()
        if there is None:
            raise Http404("There is no such activity in this batch.")
        held = there
    title = held.title
    form = ActivityForm(batch, request.POST or None, instance=held)
    try:
        if request.method == "POST" and request.POST.get("say") == "remove" and pk:
            remove_activity(Activity.objects.get(pk=pk), by=request.user)
            messages.success(request, f"{title} is deleted.")
            return redirect("planner", slug)
        if request.method == "POST" and form.is_valid():
            if pk:
                change_activity(Activity.objects.get(pk=pk), by=request.user, **form.cleaned_data)
                messages.success(request, "Kept.")
                return redirect("planner-activities", slug)
            made = add_activity(batch, by=request.user, **form.cleaned_data)
            messages.success(request, "It is added. Now give it a session.")
            query = urlencode({"activity": made.pk})
            return redirect(f"{reverse('planner-new', args=[slug])}?{query}")
    except CityLabError as error:
        messages.error(request, str(error))
    status = 422 if request.method == "POST" else 200
    sessions = list(held.sessions.select_related("activity", "room__venue")) if pk else []
    context = {"batch": batch, "form": form, "pk": pk, "title": title, "sessions": sessions}
    return render(request, "timetable/edit_activity.html", context, status=status)


@login_required
@require_safe
def activities(request: SignedIn, slug: str) -> HttpResponse:
    """All activities of the draft, by kind."""
    batch = planned_batch(request, slug)
    by_kind: dict[str, list[Any]] = defaultdict(list)
    for one in planning.activities_of(batch):
        by_kind[one.kind.name].append(one)
    context = {"batch": batch, "kinds": sorted(by_kind.items())}
    return render(request, "timetable/activities.html", context)


@login_required
@require_POST
def from_plan(request: SignedIn, slug: str) -> HttpResponse:
    """Make activities and sessions for the lines of the batch's plan that have none."""
    batch = planned_batch(request, slug)
    made = make_from_plan(batch, by=request.user)
    if made.sessions:
        done = (
            f"{len(made.sessions)} sessions of {len(made.activities)} new activities are made from the plan."
        )
        _say(request, batch, made.sessions, done)
    else:
        messages.success(request, "Every line of the plan that has a time and hours has its session already.")
    if made.left:
        left = "; ".join(f"{title} ({why})" for title, why in made.left[:6])
        messages.warning(request, f"Left out: {left}.")
    return redirect("planner", slug)
