"""Pages of the planner about the whole draft: clashes, free times, the frame of the days, groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.people.lists import Column, export
from nagara.campus.people.requests import SignedIn
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.clashes import BAD, NOTE, WARN, Board, board_of, find
from nagara.campus.timetable.clashes.board import frame_of, teachers_of
from nagara.campus.timetable.clashes.free import Window, Wish, rooms_free, why_not, windows
from nagara.campus.timetable.clashes.shapes import clock, wall
from nagara.campus.timetable.domain.activities import (
    make_group,
    remove_group,
    rename_group,
    set_members,
    split,
)
from nagara.campus.timetable.domain.plans import change_frame
from nagara.campus.timetable.forms import FreeForm, GroupForm, SplitForm
from nagara.campus.timetable.frame_forms import FrameForm, MealForm, PrayerForm, TravelForm
from nagara.campus.timetable.listing import monday
from nagara.campus.timetable.models import Group, GroupMember
from nagara.campus.timetable.views.access import planned_batch
from nagara.citylab.errors import CityLabError

SEVERITIES = {BAD: "Must be mended", WARN: "Look at it", NOTE: "Good to know"}
FINDING = (
    Column("severity", "Severity", lambda f: SEVERITIES[f.severity]),
    Column("kind", "Kind", lambda f: f.kind),
    Column("day", "Day", lambda f: f.day, "date"),
    Column("words", "What", lambda f: f.words),
    Column("people", "People concerned", lambda f: f.people or None, "whole"),
    Column("mend", "What mends it", lambda f: f.mend),
)


@login_required
@require_safe
def clashes(request: SignedIn, slug: str) -> HttpResponse:
    """What the draft runs into, the worst first, each with where to mend it."""
    batch = planned_batch(request, slug)
    found = find(board_of(batch))
    counts = [(key, words, sum(f.severity == key for f in found)) for key, words in SEVERITIES.items()]
    asked = request.GET.get("severity", "")
    shown = [f for f in found if f.severity == asked] if asked in SEVERITIES else found
    file = export(request, FINDING, shown, f"clashes-{slug}", f"A clash in the draft timetable of {batch}.")
    if file is not None:
        return file
    page = Paginator(shown, 100).get_page(request.GET.get("page"))
    context = {"batch": batch, "page": page, "counts": counts, "severity": asked, "total": len(found)}
    return render(request, "timetable/clashes.html", context)


@login_required
@require_safe
def free(request: SignedIn, slug: str) -> HttpResponse:
    """Which times are free for everyone in some weeks."""
    batch = planned_batch(request, slug)
    start = monday(batch.starts)
    frame = frame_of(batch)
    initial = {"minutes": frame.live_minutes, "start": start, "weeks": 3, "home": batch.mode == "online"}
    form = FreeForm(batch, request.GET if "minutes" in request.GET else None, initial=initial)
    context: dict[str, Any] = {"batch": batch, "form": form, "start": start, "weeks": 3}
    if form.is_bound and form.is_valid():
        context |= _free(batch, form.cleaned_data)
    return render(request, "timetable/free.html", context, status=422 if form.errors else 200)


def _free(batch: Batch, said: dict[str, Any]) -> dict[str, Any]:
    start = monday(said["start"])
    days = [start + timedelta(days=n) for n in range(said["weeks"] * 7)]
    board = board_of(batch, first=days[0], last=days[-1])
    users = [user.pk for user in said["speakers"]]
    board.teachers = {**board.teachers, **teachers_of(users, days[0], days[-1])}
    wish = Wish(
        said["minutes"],
        said["group"].pk if said["group"] else None,
        said["room"].pk if said["room"] else None,
        frozenset(users),
        said["home"],
    )
    size = len(board.audience(wish.audience))
    found: dict[Any, list[Any]] = {day: [] for day in days}
    for window in windows(board, wish, days):
        rooms = rooms_free(board, window, size)[:3] if not said["room"] and not said["home"] else []
        found[window.day].append({"window": window, "rooms": rooms, "zones": _zones(board, wish, window)})
    rows = [(day, why_not(board, day), there) for day, there in found.items()]
    return {
        "rows": rows,
        "start": start,
        "weeks": said["weeks"],
        "minutes": said["minutes"],
        "searched": True,
    }


def _zones(board: Board, wish: Wish, window: Window) -> list[tuple[str, str]]:
    """Where people join from home: the first beginning in each of their clocks."""
    if not wish.at_home:
        return []
    zones = sorted({zone for zone, _ in board.homes(wish.audience)})
    return [(zone.rpartition("/")[2].replace("_", " "), clock(wall(window.first, zone)[1])) for zone in zones]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def frame(request: SignedIn, slug: str) -> HttpResponse:
    """Working hours, prayers, meals and travel days of a batch."""
    batch = planned_batch(request, slug)
    held = frame_of(batch)
    posted = request.POST if request.method == "POST" else None
    form = FrameForm(posted, instance=held)
    prayers: Any = _rows(PrayerForm, 1, posted, "prayer", [_prayer(row) for row in held.prayers])
    meals: Any = _rows(MealForm, 1, posted, "meal", [_meal(row) for row in held.meals])
    travel: Any = _rows(TravelForm, 2, posted, "travel", held.travel_days)
    if posted is not None and all(part.is_valid() for part in (form, prayers, meals, travel)):
        try:
            change_frame(
                batch,
                by=request.user,
                **form.cleaned_data,
                prayers=_kept(prayers),
                meals=_kept(meals),
                travel_days=_kept(travel),
            )
            messages.success(request, "Kept. The clashes are looked for anew.")
            return redirect("planner-frame", slug)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    context = {"batch": batch, "form": form, "prayers": prayers, "meals": meals, "travel": travel}
    return render(request, "timetable/frame.html", context, status=422 if posted is not None else 200)


def _rows(form: type[forms.Form], extra: int, posted: Any, prefix: str, initial: list[Any]) -> Any:
    made = forms.formset_factory(form, extra=extra, can_delete=True, max_num=40, absolute_max=40)
    return made(posted, prefix=prefix, initial=initial)


def _kept(rows: Any) -> list[dict[str, Any]]:
    """Rows that are full and not marked to go."""
    found = [form.row() for form in rows if not form.cleaned_data.get("DELETE")]
    return [row for row in found if row is not None]


def _prayer(row: dict[str, Any]) -> dict[str, Any]:
    days = [str(day) for day in row.get("days", ())]
    return {
        **row,
        "begins": row["from"],
        "ends": row["to"],
        "days": days,
        "states": ", ".join(row.get("states", ())),
    }


def _meal(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "begins": row["from"], "ends": row["to"]}


MEMBER = (
    Column("group", "Group", lambda m: m.group.name),
    Column("name", "Passport name", lambda m: m.enrolment.user.passport_name),
    Column("native", "Name in own script", lambda m: m.enrolment.user.native_name),
    Column("city", "City", lambda m: m.enrolment.city.name if m.enrolment.city else ""),
    Column("state", "State", lambda m: m.enrolment.city.state.name if m.enrolment.city else ""),
    Column("email", "E-mail", lambda m: m.enrolment.user.email),
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: SignedIn, slug: str) -> HttpResponse:
    """Groups of the batch: split everybody evenly; export who is in which."""
    batch = planned_batch(request, slug)
    members = GroupMember.objects.filter(group__batch=batch).select_related(
        "group", "enrolment__user", "enrolment__city__state"
    )
    members = members.order_by("group__name", "enrolment__user__sort_key", "pk")
    file = export(request, MEMBER, members, f"groups-{slug}", f"A person in a group of {batch}.")
    if file is not None:
        return file
    form = SplitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = split(batch, form.cleaned_data["names"], by=request.user, mix=form.cleaned_data["mix"])
            messages.success(request, f"{len(made)} groups are made.")
            return redirect("planner-groups", slug)
        except CityLabError as error:
            form.add_error("names", str(error))
    found = Group.objects.filter(batch=batch).prefetch_related("members__user", "activities")
    people = Enrolment.objects.filter(batch=batch).exclude(state=Enrolment.State.WITHDRAWN).count()
    context = {"batch": batch, "groups": list(found), "form": form, "people": people}
    return render(request, "timetable/groups.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """A group: its name and its people; number 0 makes a new one."""
    batch = planned_batch(request, slug)
    found = Group.objects.filter(batch=batch, pk=pk).first()
    if pk and found is None:
        raise Http404("There is no such group in this batch.")
    inside = list(found.memberships.values_list("enrolment", flat=True)) if found else []
    form = GroupForm(
        batch, request.POST or None, initial={"name": found.name if found else "", "members": inside}
    )
    try:
        if request.method == "POST" and request.POST.get("say") == "remove" and found:
            remove_group(found, by=request.user)
            messages.success(request, f"{found.name} is taken away.")
            return redirect("planner-groups", slug)
        if request.method == "POST" and form.is_valid():
            name, people = form.cleaned_data["name"], list(form.cleaned_data["members"])
            if found is None:
                make_group(batch, name, people, by=request.user)
            else:
                set_members(rename_group(found, name, by=request.user), people, by=request.user)
            messages.success(request, "Kept.")
            return redirect("planner-groups", slug)
    except CityLabError as error:
        messages.error(request, str(error))
    status = 422 if request.method == "POST" else 200
    return render(
        request, "timetable/group.html", {"batch": batch, "group": found, "form": form}, status=status
    )
