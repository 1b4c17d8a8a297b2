"""Drafts: a new one, the table of decisions, changes by hand, terms, the difference to another draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.admissions.models import Application
from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.selection import domain, forms
from nagara.campus.selection.domain import constraints as terms_
from nagara.campus.selection.domain.constraints import SCALE
from nagara.campus.selection.domain.drafting import Moved, changed_terms
from nagara.campus.selection.domain.ranking import names_of_values
from nagara.campus.selection.domain.releasing import decisions_of, hindrances, open_readings
from nagara.campus.selection.models import Decision, Draft, Outcome
from nagara.campus.selection.queries import newest_draft
from nagara.campus.selection.views.access import draft_for, round_for
from nagara.citylab.errors import CityLabError

COLUMNS = [
    Column("rank", "Rank", lambda d: d.rank, "whole"),
    Column("application", "Number of the application", lambda d: d.application.reference),
    Column("name", "Name as in passport", lambda d: d.application.user.passport_name),
    Column("native_name", "Name in own script", lambda d: d.application.user.native_name),
    Column("city", "City", lambda d: d.application.city.name if d.application.city else ""),
    Column("state", "State", lambda d: d.application.home_state.name if d.application.home_state else ""),
    Column("sex", "Sex", lambda d: d.application.sex),
    Column("score", "Score with bonus, points of 100", lambda d: _points(d.score), "number"),
    Column("score_of_readings", "Score of the readings, points of 100", lambda d: _points(d.plain), "number"),
    Column("outcome", "Outcome", lambda d: d.get_outcome_display()),
    Column("place", "Place on the waiting list", lambda d: d.place, "whole"),
    Column("reason", "Reason", lambda d: d.reason),
    Column("by", "Changed by", lambda d: str(d.by) if d.by else ""),
]


def _points(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / SCALE


@login_required
@require_POST
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Begin the next draft."""
    found = round_for(request, pk, "selection.decide")
    made = domain.new_draft(found, by=request.user, note=request.POST.get("note", ""))
    messages.success(request, f"{made} is computed.")
    return redirect(made)


def names_in(draft: Draft, decisions: list[Decision]) -> dict[str, str]:
    """Reference -> who and where from, for costs and ties."""
    return {str(d.application.reference): f"{d.application.user} ({d.application.place})" for d in decisions}


def _costs(draft: Draft, who: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            **cost,
            "points_text": f"{cost['points'] / SCALE:+.3f}".rstrip("0").rstrip("."),
            "in": [(ref, who.get(ref, "")) for ref in cost["in"]],
            "out": [(ref, who.get(ref, "")) for ref in cost["out"]],
        }
        for cost in draft.costs
    ]


def page_context(request: SignedIn, found: Draft) -> dict[str, Any]:
    """What the page of a draft shows, whatever is asked of it."""
    decisions = decisions_of(found)
    who = names_in(found, decisions)
    counts = {o.value: sum(d.outcome == o for d in decisions) for o in Outcome}
    accepted = [d for d in decisions if d.outcome == Outcome.ACCEPT]
    newest = newest_draft(found.round)
    return {
        "round": found.round,
        "draft": found,
        "newest": newest,
        "is_open": newest is not None and newest.pk == found.pk and not found.round.is_released,
        "decisions": decisions,
        "counts": [(o.value, o.label, counts[o.value]) for o in Outcome],
        "women": sum(d.application.sex == "woman" for d in accepted),
        "states": len({d.application.home_state_id for d in accepted}),
        "cities": len({d.application.city_id for d in accepted if d.application.city_id}),
        "points": (found.objective.get("plain") or 0) / SCALE,
        "costs": _costs(found, who),
        "ties": [
            {
                "score": t["score"] / SCALE,
                "chosen": [(r, who.get(r, "")) for r in t["chosen"]],
                "out": [(r, who.get(r, "")) for r in t["out"]],
            }
            for t in found.ties
        ],
        "changes": list(found.changes.select_related("application", "by")),
        "hindrances": [] if found.round.is_released else hindrances(found),
        "open_readings": open_readings(found.round),
        "may_release": may(request.user, "selection.release", found.round),
    }


@login_required
@require_safe
def draft(request: SignedIn, pk: int) -> HttpResponse:
    """One draft: what it fills, what each constraint costs, ties, decisions with reasons, changes by hand.
    `change` in the query puts a reference into the form."""
    found = draft_for(request, pk, "selection.see_round")
    context = page_context(request, found)
    asked = request.GET.get("outcome", "")
    shown = [d for d in context["decisions"] if not asked or d.outcome == asked]
    name = f"draft-{found.number}-of-round-{found.round_id}"
    meaning = f"Decisions of {found} of {found.round}"
    if (file := lists.export(request, COLUMNS, shown, name, meaning)) is not None:
        return file
    form = forms.ChangeForm(initial={"reference": request.GET.get("change", "")})
    context |= {"shown": lists.paged(request, shown, 300), "outcome": asked, "form": form}
    return render(request, "selection/draft.html", context)


def _again(request: SignedIn, found: Draft, form: Any, status: int, **more: Any) -> HttpResponse:
    context = page_context(request, Draft.objects.select_related("round__call__batch").get(pk=found.pk))
    context |= {"shown": lists.paged(request, context["decisions"], 300), "form": form, **more}
    return render(request, "selection/draft.html", context, status=status)


def _version(request: SignedIn) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0


@login_required
@require_POST
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Change one decision by hand. Where someone else was quicker: 409, with what changed and the form as it
    was filled in."""
    found = draft_for(request, pk, "selection.decide")
    if request.POST.get("say") == "compute":
        domain.compute_anew(found, by=request.user, version=_version(request))
        messages.success(request, "The draft is computed from the readings as they are now.")
        return redirect(found)
    form = forms.ChangeForm(request.POST)
    if not form.is_valid():
        return _again(request, found, form, 422)
    reference = form.cleaned_data["reference"].split()[0]
    application = Application.objects.filter(call=found.round.call_id, reference__iexact=reference).first()
    if application is None:
        form.add_error("reference", "There is no such application in this call.")
        return _again(request, found, form, 422)
    kind, outcome = form.kind_and_outcome()
    try:
        domain.change(
            found,
            application,
            kind,
            outcome=outcome,
            reason=form.cleaned_data["reason"],
            letter=form.cleaned_data["letter"],
            by=request.user,
            version=_version(request),
        )
    except Moved as moved:
        since = moved.draft.changes.select_related("application", "by").order_by("-at")
        return _again(request, found, form, 409, moved=list(since[: moved.draft.version - moved.seen]))
    except CityLabError as error:
        form.add_error(None, str(error))
        return _again(request, found, form, 422)
    messages.success(request, f"{application.reference} is changed, and the draft computed anew.")
    return redirect(found)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: SignedIn, pk: int) -> HttpResponse:
    """Seats, waiting list and constraints of a draft."""
    found = draft_for(request, pk, "selection.decide")
    posted = request.method == "POST"
    form = forms.TermsForm(
        request.POST if posted else None, initial={"seats": found.seats, "reserve": found.reserve}
    )
    rows = forms.read_rows(request.POST) if posted else found.constraints
    problem, version = "", found.version
    if posted and form.is_valid():
        try:
            domain.change_terms(
                found,
                **form.cleaned_data,
                constraints=rows,
                reason=request.POST.get("reason", ""),
                by=request.user,
                version=_version(request),
            )
        except CityLabError as error:
            problem = str(error)
            if not isinstance(error, Moved):
                version = _version(request)
        else:
            messages.success(request, "The terms are changed, and the draft computed anew.")
            return redirect(found)
    context = {
        "draft": found,
        "round": found.round,
        "form": form,
        "problem": problem,
        "seen": version,
        "reason": request.POST.get("reason", ""),
        "rows": forms.constraint_rows(rows),
        **forms.choices_for_rows(),
    }
    status = 409 if problem and version != _version(request) else 422 if problem or form.errors else 200
    return render(request, "selection/terms.html", context, status=status)


@login_required
@require_safe
def difference(request: SignedIn, pk: int) -> HttpResponse:
    """What changed since another draft: the one before, or `with` (its number)."""
    found = draft_for(request, pk, "selection.see_round")
    others = list(Draft.objects.filter(round=found.round_id).exclude(pk=found.pk).order_by("-number"))
    asked = request.GET.get("with", "")
    before = next((d for d in others if (str(d.number) == asked if asked else d.number < found.number)), None)
    if before is None and asked:
        raise Http404(f"There is no draft {asked} in this round.")
    went, came = changed_terms(before, found) if before else ([], [])
    names = names_of_values()
    context = {
        "draft": found,
        "round": found.round,
        "before": before,
        "others": others,
        "rows": domain.difference(before, found) if before else [],
        "went": went,
        "came": came,
        "gained": ((found.objective.get("plain") or 0) - (before.objective.get("plain") or 0)) / SCALE
        if before
        else 0,
        "constraints": [terms_.said(c, names) for c in terms_.read(found.constraints)],
    }
    return render(request, "selection/difference.html", context)
