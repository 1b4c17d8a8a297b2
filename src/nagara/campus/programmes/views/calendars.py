"""Three weeks from any Monday: which days are holidays where."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes import calendars
from nagara.campus.programmes.domain.plans import forget_holiday, say_holiday
from nagara.campus.programmes.forms import CalendarForm, HolidayForm
from nagara.campus.programmes.models import ExtraHoliday
from nagara.citylab.errors import CityLabError

FIRST, LAST = date(1990, 1, 1), date(2099, 12, 1)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _asked(request: HttpRequest) -> tuple[date, int]:
    form = CalendarForm(request.GET)
    said: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    day = said.get("start") or timezone.localdate()
    return monday_of(min(max(day, FIRST), LAST)), said.get("weeks") or 3


@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: SignedIn) -> HttpResponse:
    """The table for everyone; the office may add, confirm or take away a day."""
    start, weeks = _asked(request)
    office = may(request.user, "programmes.change_holidays")
    entry = HolidayForm(request.POST or None)
    if request.method == "POST":
        if not office:
            raise PermissionDenied("Only the office changes holidays.")
        if entry.is_valid():
            try:
                said = say_holiday(by=request.user, **entry.cleaned_data)
                messages.success(request, f"Kept: {said}.")
                return redirect(f"{request.path}?start={monday_of(said.day):%Y-%m-%d}&weeks={weeks}")
            except CityLabError as error:
                entry.add_error(error.where if error.where in entry.fields else None, str(error))
    rows = calendars.table(start, weeks * 7)
    last = start + timedelta(days=weeks * 7 - 1)
    context = {
        "form": CalendarForm(initial={"start": start, "weeks": weeks}),
        "start": start,
        "last": last,
        "before": start - timedelta(days=weeks * 7),
        "after": last + timedelta(days=1),
        "weeks": weeks,
        "days": [start + timedelta(days=n) for n in range(weeks * 7)],
        "rows": rows,
        "listed": sorted(
            ((cell.day, row.state.name, cell) for row in rows for cell in row.holidays), key=lambda t: t[:2]
        ),
        "free": _free_days(rows),
        "seasons": calendars.seasons_between(start, last),
        "unknown": [row.state.name for row in rows if not row.known],
        "said": ExtraHoliday.objects.filter(day__range=(start, last)).select_related("state"),
        "office": office,
        "entry": entry,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "programmes/holidays.html", context, status=status)


def _free_days(rows: list[calendars.Row]) -> list[date]:
    """Days on which every state works."""
    if not rows:
        return []
    return [
        rows[0].cells[n].day
        for n in range(len(rows[0].cells))
        if all(row.cells[n].kind in ("work", "regional") for row in rows)
    ]


@login_required
@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Take the office's word about a day back."""
    if not may(request.user, "programmes.change_holidays"):
        raise PermissionDenied("Only the office changes holidays.")
    said = get_object_or_404(ExtraHoliday.objects.select_related("state"), pk=pk)
    day = monday_of(said.day)
    forget_holiday(said, by=request.user)
    messages.success(request, "Taken back: what the library knows holds again.")
    return redirect(f"/holidays/?start={day:%Y-%m-%d}")
