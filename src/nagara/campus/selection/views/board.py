"""The review board and the calibration view."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.selection.domain.constraints import SCALE
from nagara.campus.selection.models import Round
from nagara.campus.selection.queries import STANDINGS, BoardRow, agreement_of, board
from nagara.campus.selection.views.access import is_veiled, round_for

PER = 300


def _read(place: int, field: str) -> Any:
    def value(row: BoardRow) -> Any:
        if place >= len(row.reads):
            return None
        read = row.reads[place]
        if field == "points":
            return None if read.points is None else read.points / SCALE
        return read.reviewer

    return value


def columns(round_: Round, *, veiled: bool, most: int) -> list[Column]:
    """The board as a file. Without names where it is veiled."""
    who = [
        Column("name", "Name as in passport", lambda r: r.name),
        Column("native_name", "Name in own script", lambda r: r.native_name),
        Column("city", "City", lambda r: r.city),
        Column("state", "State", lambda r: r.state),
        Column("sex", "Sex", lambda r: r.sex),
    ]
    reads = [
        column
        for i in range(most)
        for column in (
            Column(f"reader_{i + 1}", f"Reader {i + 1}", _read(i, "reviewer")),
            Column(f"points_{i + 1}", f"Points of 100, reader {i + 1}", _read(i, "points"), "number"),
        )
    ]
    return [
        Column("application", "Number of the application", lambda r: r.reference),
        *([] if veiled else who),
        *reads,
        Column("score", "Score of 100", lambda r: None if r.score is None else r.score / SCALE, "number"),
        Column("apart", "Readings apart by, points", lambda r: r.apart / SCALE, "number"),
        Column("standing", "Where it stands", lambda r: STANDINGS[r.standing]),
    ]


@login_required
@require_safe
def review_board(request: SignedIn, pk: int) -> HttpResponse:
    """Every application with its readings; filters `standing`, `state`, `q`."""
    found = round_for(request, pk, "selection.see_round")
    veiled = is_veiled(request, found)
    rows = board(found, veiled=veiled)
    standing, state = request.GET.get("standing", ""), request.GET.get("state", "")
    asked = request.GET.get("q", "").strip().casefold()
    kept = [
        r
        for r in rows
        if (not standing or r.standing == standing)
        and (not state or r.state == state)
        and (not asked or asked in f"{r.reference} {r.name} {r.native_name} {r.city}".casefold())
    ]
    most = max([found.readers, *(len(r.reads) for r in rows)])
    if (
        file := lists.export(
            request,
            columns(found, veiled=veiled, most=most),
            kept,
            f"review-board-{found.pk}",
            f"Applications of {found} with their readings",
        )
    ) is not None:
        return file
    context = {
        "round": found,
        "page": lists.paged(request, kept, PER),
        "total": len(rows),
        "kept": len(kept),
        "standings": STANDINGS,
        "standing": standing,
        "states": sorted({r.state for r in rows} - {""}),
        "state": state,
        "q": request.GET.get("q", ""),
        "veiled": veiled,
        "may_run": may(request.user, "selection.run_round", found),
    }
    return render(request, "selection/board.html", context)


@login_required
@require_safe
def agreement(request: SignedIn, pk: int) -> HttpResponse:
    """How the reviewers agree: severity, spread, outliers."""
    found = round_for(request, pk, "selection.see_round")
    result, names = agreement_of(found)
    columns_ = [
        Column("reviewer", "Reviewer", lambda f: names[f.reviewer]),
        Column("read", "Readings", lambda f: f.read, "whole"),
        Column("mean", "Mean, points", lambda f: round(f.mean, 3), "number"),
        Column("spread", "Standard deviation, points", lambda f: _rounded(f.spread), "number"),
        Column(
            "severity",
            "Above or below the others on the same applications",
            lambda f: _rounded(f.severity),
            "number",
        ),
        Column("apart", "Mean distance from the other reader, points", lambda f: _rounded(f.apart), "number"),
        Column("outlier", "Stands out", lambda f: f.outlier, "yes"),
    ]
    name = f"agreement-{found.pk}"
    if (file := lists.export(request, columns_, result.reviewers, name, f"Reviewers of {found}")) is not None:
        return file
    facts = sorted(result.reviewers, key=lambda f: (f.severity is None, f.severity or 0.0))
    context = {
        "round": found,
        "agreement": result,
        "reviewers": [(names[f.reviewer], f) for f in facts],
        "widest": max((abs(f.severity) for f in facts if f.severity is not None), default=1.0) or 1.0,
    }
    return render(request, "selection/agreement.html", context)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
