"""Where assessments stand: the list, a city's own past, one assessment, its agenda."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.audit.models import Event
from nagara.campus.cities.models import City, CityMember
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.readiness import drawing
from nagara.campus.readiness.domain.deciding import open_assessment
from nagara.campus.readiness.domain.scoring import Profile, agenda
from nagara.campus.readiness.forms import Filter
from nagara.campus.readiness.models import Answer, Assessment
from nagara.campus.readiness.questions import of_city, profile, questionnaire
from nagara.campus.readiness.views.finding import assessment_for

PAGE = 50
FILES = (("csv", "CSV"), ("csvw", "its description"), ("xlsx", "XLSX"))
COLUMNS = (
    Column("city", "City", lambda a: a.city.name),
    Column("country", "State of the city", lambda a: a.city.state.name),
    Column("cycle", "Year", lambda a: a.cycle, "whole"),
    Column("state", "Where the assessment stands", lambda a: a.get_state_display()),
    Column("agreed", "Agreed on", lambda a: a.agreed_at.date() if a.agreed_at else None, "date"),
)
"""No score: a file of scores of many cities would be a ranking."""


def _today() -> date:
    return date.today()  # noqa: DTZ011 (a calendar day)


@login_required
@require_safe
def assessment_list(request: SignedIn) -> HttpResponse:
    """Assessments that this person may see, by city and year; never by score."""
    form = Filter(request.GET)
    form.fields["state"].choices = [("", "every state"), *Assessment.State.choices]  # type: ignore[attr-defined]
    found = Assessment.objects.visible_to(request.user).select_related("city__state")
    if form.is_valid():
        data = form.cleaned_data
        if data["q"]:
            found = found.filter(city__name__icontains=data["q"])
        if data["state"]:
            found = found.filter(state=data["state"])
        if data["cycle"]:
            found = found.filter(cycle=data["cycle"])
    file = export(request, COLUMNS, found, "assessments", "A city's Readiness Assessment in one year.")
    if file is not None:
        return file
    query = request.GET.copy()
    for name in ("page", "export"):
        query.pop(name, None)
    context = {
        "page": paged(request, found, PAGE),
        "form": form,
        "query": f"{query.urlencode()}&" if query else "",
        "files": FILES,
        "may_name": may(request.user, "readiness.name_expert"),
    }
    return render(request, "readiness/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def city_readiness(request: SignedIn, slug: str) -> HttpResponse:
    """A city's assessments over the years: the newest profile beside the city's own past. POST opens this
    year's."""
    city = get_object_or_404(City.objects.select_related("state"), slug=slug)
    if not may(request.user, "readiness.view", city):
        raise PermissionDenied("Readiness is seen by the city's team, its National Representative, experts.")
    may_open = may(request.user, "readiness.open", city)
    if request.method == "POST":
        if not may_open:
            raise PermissionDenied(f"The CSCO of {city} or the office opens an assessment.")
        return redirect(open_assessment(city, cycle=_today().year, by=request.user))
    cycles = list(of_city(city, request.user).select_related("instrument", "city"))
    shown = [(cycle, profile(cycle)) for cycle in cycles[:6]]
    newest = next(((a, p) for a, p in shown if p.own is not None or p.verified is not None), None)
    context: dict[str, Any] = {
        "city": city,
        "cycles": shown,
        "past_years": _past_years(shown),
        "newest": newest[0] if newest else None,
        "may_open": may_open and all(a.cycle != _today().year for a in cycles),
        "year": _today().year,
    }
    if newest:
        context |= _picture(newest[1], _before(newest[0], shown))
    return render(request, "readiness/city.html", context)


def _past_years(shown: list[tuple[Assessment, Profile]]) -> list[tuple[str, list[float | None]]]:
    """(dimension, its scores from the oldest year to the newest): the city beside its own past."""
    if len(shown) < 2:
        return []
    names = {d.id: f"{d.id} {d.name}" for _, scores in shown for d in scores.dimensions}
    known = [{d.id: d.current for d in scores.dimensions} for _, scores in reversed(shown)]
    return [(name, [scores.get(key) for scores in known]) for key, name in names.items()]


def _before(chosen: Assessment, shown: list[tuple[Assessment, Profile]]) -> tuple[Assessment, Profile] | None:
    return next(((a, p) for a, p in shown if a.cycle < chosen.cycle and p.own is not None), None)


def _picture(scores: Profile, before: tuple[Assessment, Profile] | None) -> dict[str, Any]:
    """What `_profile.html` shows."""
    past = before[1] if before else None
    return {
        "profile": scores,
        "drawing": drawing.bars(scores, past),
        "before": f"In {before[0].cycle}" if before else "",
        "past": {d.id: d.current for d in past.dimensions} if past else None,
    }


@login_required
@require_safe
def assessment(request: SignedIn, pk: int) -> HttpResponse:
    """One assessment: where it stands, who answers, what is next, the profile."""
    found = assessment_for(request, pk)
    scores, form = profile(found), questionnaire(found)
    past = found.city.assessments.filter(cycle__lt=found.cycle).select_related("instrument").first()
    before = (past, profile(past)) if past else None
    differing, spread = agenda(form, scores)
    team = CityMember.objects.current().filter(city=found.city).select_related("user")
    history = Event.objects.filter(subject=found.subject).exclude(verb__in=_SMALL).select_related("by")
    context = {
        "assessment": found,
        "answerers": _answerers(found),
        "asked": len(form.home_of),
        "most": int(form.rules["answerers"]),
        "team": list({member.user_id: member.user for member in team}.values()),
        "agenda_count": len(differing) + len(spread),
        "history": history[:20],
        "may_lead": may(request.user, "readiness.lead", found),
        "may_answer": may(request.user, "readiness.answer", found),
        "may_verify": may(request.user, "readiness.verify", found),
        "may_target": may(request.user, "readiness.set_target", found),
        "may_reopen": may(request.user, "readiness.reopen", found),
    } | _picture(scores, before)
    return render(request, "readiness/assessment.html", context)


_SMALL = ("answered", "verified", "evidence added")


def _answerers(found: Assessment) -> list[dict[str, Any]]:
    """Who answers, with the number of questions that each has answered."""
    counts: dict[int, int] = {}
    for by in found.answers.filter(side=Answer.Side.SELF, score__isnull=False).values_list("by", flat=True):
        if by:
            counts[by] = counts.get(by, 0) + 1
    return [{"user": s.user, "count": counts.get(s.user_id, 0)} for s in found.seats.select_related("user")]


@login_required
@require_safe
def kick_off(request: SignedIn, pk: int) -> HttpResponse:
    """The agenda of the kick-off interview: where city and expert, or the city's own people, differ."""
    found = assessment_for(request, pk)
    form, scores = questionnaire(found), profile(found)
    differing, spread = agenda(form, scores)
    texts = {q.id: q for d in form.dimensions for q in d.questions}
    context = {
        "assessment": found,
        "limit": form.rules["disagreement"],
        "differing": [(score, texts[score.id], form.home_of[score.id]) for score in differing],
        "spread": [(score, texts[score.id], form.home_of[score.id]) for score in spread],
    }
    return render(request, "readiness/agenda.html", context)
