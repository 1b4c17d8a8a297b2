"""Letters before the release, the release, minutes, results, and an applicant's own outcome."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.selection import domain
from nagara.campus.selection.domain import releasing
from nagara.campus.selection.minutes import minutes_pdf, minutes_xlsx
from nagara.campus.selection.models import Draft, Outcome, Result
from nagara.campus.selection.queries import newest_draft
from nagara.campus.selection.results import TEXT, title_of
from nagara.campus.selection.views.access import draft_for, round_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = [
    Column("application", "Number of the application", lambda r: r.application.reference),
    Column("name", "Name as in passport", lambda r: r.application.user.passport_name),
    Column("native_name", "Name in own script", lambda r: r.application.user.native_name),
    Column("city", "City", lambda r: r.application.city.name if r.application.city else ""),
    Column("state", "State", lambda r: r.application.home_state.name if r.application.home_state else ""),
    Column("outcome", "Outcome", lambda r: r.get_outcome_display()),
    Column("place", "Place on the waiting list", lambda r: r.place, "whole"),
    Column("answer", "Answer", lambda r: r.get_answer_display()),
    Column("answer_reason", "Reason of the answer", lambda r: r.answer_reason),
    Column("promoted_at", "Moved up at", lambda r: r.promoted_at, "time"),
]


def _version(request: SignedIn) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0


def _open(found: Draft) -> bool:
    newest = newest_draft(found.round)
    return newest is not None and newest.pk == found.pk and not found.round.is_released


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: SignedIn, pk: int) -> HttpResponse:
    """Every letter as it would go out. A POST writes them and holds them back for the office's page."""
    found = draft_for(request, pk, "selection.decide")
    if request.method == "POST":
        count = domain.prepare_letters(found, by=request.user, version=_version(request))
        messages.success(request, f"{count} letters are written and held back. Nothing is sent.")
        return redirect("selection-letters", pk)
    asked = request.GET.get("outcome", "")
    written = [one for one in releasing.letters(found) if not asked or one.decision.outcome == asked]
    context = {
        "draft": found,
        "round": found.round,
        "page": lists.paged(request, written, 25),
        "total": len(written),
        "outcome": asked,
        "outcomes": Outcome.choices,
        "is_open": _open(found),
        "held": found.letters_of == found.version,
        "hindrances": [] if found.round.is_released else releasing.hindrances(found),
        "open_readings": releasing.open_readings(found.round),
        "may_release": may(request.user, "selection.release", found.round),
    }
    return render(request, "selection/letters.html", context)


@login_required
@require_POST
def release(request: SignedIn, pk: int) -> HttpResponse:
    """The one release. Pressed twice it stays one."""
    found = draft_for(request, pk, "selection.release")
    made = domain.release(
        found, by=request.user, version=_version(request), reason=request.POST.get("reason", "")
    )
    messages.success(request, f"The selection is released with {made.letters} letters.")
    return redirect("selection-results", found.round_id)


@login_required
@require_safe
def minutes(request: SignedIn, pk: int, ending: str) -> HttpResponse:
    """The minutes of a draft as PDF or XLSX: every score, every reason, every change."""
    found = draft_for(request, pk, "selection.see_round")
    name = f"minutes-round-{found.round_id}-draft-{found.number}"
    if ending == "pdf":
        response = HttpResponse(minutes_pdf(found), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    elif ending == "xlsx":
        response = HttpResponse(minutes_xlsx(found), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    else:
        raise Http404("Minutes are pdf or xlsx.")
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def results(request: SignedIn, pk: int) -> HttpResponse:
    """After the release: answers, free seats, the waiting list. POST `say`: decline or promote."""
    found = round_for(request, pk, "selection.see_round")
    if request.method == "POST":
        round_for(request, pk, "selection.release")
        _say(request, pk)
        return redirect("selection-results", pk)
    rows = Result.objects.filter(round=found).select_related(
        "application__user", "application__city", "application__home_state"
    )
    asked = request.GET.get("outcome", "")
    shown = rows.filter(outcome=asked) if asked else rows
    name, meaning = f"results-{found.pk}", f"Results of {found}"
    if (file := lists.export(request, COLUMNS, shown, name, meaning)) is not None:
        return file
    every = list(rows)
    coming = [r for r in every if r.outcome == Outcome.ACCEPT and r.answer != Result.Answer.DECLINED]
    release_ = getattr(found, "release", None)
    seats = release_.draft.seats if release_ else found.seats
    context = {
        "round": found,
        "release": release_,
        "page": lists.paged(request, shown, 100),
        "outcome": asked,
        "outcomes": Outcome.choices,
        "coming": len(coming),
        "confirmed": sum(r.answer == Result.Answer.CONFIRMED for r in coming),
        "declined": sum(r.answer == Result.Answer.DECLINED for r in every),
        "free": max(0, seats - len(coming)),
        "waiting": sum(r.outcome == Outcome.RESERVE and not r.answer for r in every),
        "next": releasing.next_in_line(found) if release_ else None,
        "may_release": may(request.user, "selection.release", found),
    }
    return render(request, "selection/results.html", context)


def _say(request: SignedIn, pk: int) -> None:
    """What those who run the round say of one result."""
    reference = (request.POST.get("reference", "").split() or [""])[0]
    result = get_object_or_404(Result, round=pk, application__reference__iexact=reference)
    reason = request.POST.get("reason", "")
    if request.POST.get("say") == "promote":
        domain.promote(result, by=request.user, reason=reason)
        messages.success(request, f"{result.application} has a place now and is told.")
    else:
        following = domain.decline(result, by=request.user, reason=reason)
        moved = f" {following.application} moved up and is told." if following else ""
        messages.success(request, f"{result.application} gave the place back.{moved}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def outcome(request: SignedIn, reference: str) -> HttpResponse:
    """An applicant's own outcome, after the release. POST `say`: confirm or decline."""
    found = (
        Result.objects.select_related("application__user", "round__call__batch", "round__release")
        .filter(application__reference=reference, application__user=request.user)
        .first()
    )
    if found is None:
        raise Http404("There is no such application, or nothing is decided yet.")
    if request.method == "POST":
        if request.POST.get("say") == "confirm":
            domain.confirm(found, by=request.user)
            messages.success(request, "Thank you: your place is confirmed.")
        else:
            domain.decline(found, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, "You gave your place back. Thank you for telling us.")
        return redirect("selection-outcome", reference)
    context = {
        "result": found,
        "title": title_of(found),
        "text": TEXT[Outcome(found.outcome)],
        "batch": found.round.call.batch,
        "may_answer": found.outcome in (Outcome.ACCEPT, Outcome.RESERVE) and found.answer != "declined",
    }
    return render(request, "selection/outcome.html", context)
