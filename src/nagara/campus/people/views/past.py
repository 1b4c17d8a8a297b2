"""Bringing earlier batches, alumni and past certificates from a table."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from nagara.campus.people.domain import past
from nagara.campus.people.domain.past_reading import COLUMNS
from nagara.campus.people.forms import Upload
from nagara.campus.people.lists import Column, xlsx_bytes
from nagara.campus.people.models import PeopleImport
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

MOST_BYTES = 10 * 1024 * 1024
SAMPLE = [
    {
        "email": "keomany@example.org",
        "passport_name": "Keomany Phommachanh",
        "native_name": "ແກ້ວມະນີ ພົມມະຈັນ",
        "country": "Lao PDR",
        "sex": "woman",
        "programme_title": "Short course",
        "batch_title": "Short Course 2023",
        "year": 2023,
        "city_text": "Vientiane",
        "certificate_number": "SC-2023-014",
        "certificate_kind": "Completion",
    }
]


def _cell(name: str, row: dict[str, Any]) -> Any:
    return row.get(name, "")


def _office_only(request: SignedIn) -> None:
    if not may(request.user, "people.import_past"):
        raise PermissionDenied("Bringing people is for the office.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_people(request: SignedIn) -> HttpResponse:
    """Choose a file; see the tables brought before."""
    _office_only(request)
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > MOST_BYTES:
            form.add_error("file", "The file is larger than 10 MB. Bring it in several files.")
        else:
            try:
                made = past.examine(file.read(), file.name, by=request.user)
            except CityLabError as error:
                form.add_error("file", f"{error.what} {error.mend}")
            else:
                return redirect("people-import", pk=made.pk)
    context = {"form": form, "columns": COLUMNS.values(), "imports": PeopleImport.objects.defer("rows")[:20]}
    return render(request, "people/import.html", context)


@login_required
@require_http_methods(["GET", "HEAD"])
def sample(request: SignedIn) -> HttpResponse:
    """A table to fill, with one example row."""
    _office_only(request)
    columns = [
        Column(name, title, partial(_cell, name), "whole" if name == "year" else "text")
        for name, (title, *_) in COLUMNS.items()
    ]
    return HttpResponse(
        xlsx_bytes(columns, SAMPLE, "people"),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": 'attachment; filename="earlier-batches.xlsx"'},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: SignedIn, pk: int) -> HttpResponse:
    """What the table says, who may be known already, and the yes or no."""
    _office_only(request)
    made = get_object_or_404(PeopleImport, pk=pk)
    if request.method == "POST":
        return _decided(request, made)
    context = {"made": made, "stops": sum(1 for f in made.findings if f["stops"])}
    if made.state == PeopleImport.State.EXAMINED:
        found = past.plan(made.rows)
        known = sum(1 for answer in found.same.values() if answer.startswith("user:"))
        context |= {"plan": found, "count": len(made.rows), "known": known, "rows": made.rows[:20]}
        context["new"] = len(made.rows) - len(found.same) - len(found.ask)
    return render(request, "people/import_one.html", context)


def _decided(request: SignedIn, made: PeopleImport) -> HttpResponse:
    if request.POST.get("say") == "drop":
        past.drop(made, by=request.user)
        messages.success(request, "Nothing was taken; the rows are forgotten.")
        return redirect("import-people")
    answers = {
        int(name.removeprefix("same-")): str(value)
        for name, value in request.POST.items()
        if name.startswith("same-") and name.removeprefix("same-").isdigit()
    }
    taken = past.take(made, answers=answers, by=request.user)
    messages.success(request, f"Taken: {taken.said['rows']} rows, {taken.said['added']} new people.")
    return redirect("people-import", pk=made.pk)
