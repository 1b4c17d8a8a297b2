"""Pages of a batch: overview of all students, early warnings, recommendation for the degree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.degrees.domain.arithmetic import plain, shown
from nagara.campus.degrees.domain.judging import judge_many
from nagara.campus.degrees.domain.ledger import host_day
from nagara.campus.degrees.domain.recommending import (
    Candidate,
    candidates,
    candidates_of,
    recommend,
)
from nagara.campus.degrees.domain.warnings import Live, advisors_of, live, live_of, look_again, write_weekly
from nagara.campus.degrees.forms import StudentFilter
from nagara.campus.degrees.minutes import minutes_pdf, minutes_xlsx
from nagara.campus.degrees.views.access import PAGE, batch_for, need, students_for
from nagara.campus.design.lists import Column, export, paged
from nagara.campus.people.names import searchable
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import says
from nagara.citylab.errors import CityLabError

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Student:
    """A line of the overview."""

    candidate: Candidate
    advisor: Any
    warnings: list[Live]

    @property
    def enrolment(self) -> Enrolment:
        return self.candidate.enrolment

    @property
    def credits(self) -> str:
        return plain(self.candidate.record.credits)

    @property
    def gpa(self) -> str:
        return shown(self.candidate.record.gpa)

    @property
    def met(self) -> int:
        return sum(bool(v.met or v.waived) for v in self.candidate.standing.verdicts)

    @property
    def rules(self) -> int:
        return len(self.candidate.standing.verdicts)


OVERVIEW = (
    Column("name", "Name as in passport", lambda s: s.enrolment.user.passport_name),
    Column("native_name", "Name in own script", lambda s: s.enrolment.user.native_name),
    Column("email", "E-mail", lambda s: s.enrolment.user.email),
    Column("city", "City", lambda s: s.enrolment.city.name if s.enrolment.city else ""),
    Column("advisor", "Advisor", lambda s: s.advisor.passport_name if s.advisor else ""),
    Column("credits", "Credits", lambda s: float(s.candidate.record.credits), "number"),
    Column("gpa", "Grade average", lambda s: float(s.gpa) if s.gpa else None, "number"),
    Column("rules_met", "Degree rules met", lambda s: s.met, "whole"),
    Column("rules", "Degree rules", lambda s: s.rules, "whole"),
    Column("open", "What is open", lambda s: "; ".join(s.candidate.open)),
    Column("warnings", "Early warnings", lambda s: "; ".join(w.said for w in s.warnings)),
)
WARNINGS = (
    Column("name", "Name as in passport", lambda w: w.enrolment.user.passport_name),
    Column("native_name", "Name in own script", lambda w: w.enrolment.user.native_name),
    Column("email", "E-mail", lambda w: w.enrolment.user.email),
    Column("rule", "Rule", lambda w: w.rule),
    Column("said", "Warning", lambda w: w.said),
    Column("since", "First seen", lambda w: w.since, "time"),
    Column("agreed", "What was agreed last", lambda w: w.notes[-1].text if w.notes else ""),
)


@login_required
@require_safe
def overview(request: SignedIn, slug: str) -> HttpResponse:
    """All students of a batch with their progress."""
    batch = batch_for(request, slug, "degrees.see_students")
    rules = [(str(r["id"]), says(r)) for r in rules_of(batch.version.rules, "degree")]
    form = StudentFilter(rules, request.GET)
    people = _named(students_for(request, batch), request)
    judged = judge_many(batch, people)
    found = candidates_of(judged.values())
    rule = form.cleaned_data["rule"] if form.is_valid() else ""
    if rule:
        found = [
            c
            for c in found
            if any(v.rule == rule and not v.met and not v.waived for v in c.standing.verdicts)
        ]
    warned: dict[int, list[Live]] = {}
    for warning in live_of(judged[c.enrolment.pk] for c in found):
        warned.setdefault(warning.enrolment.pk, []).append(warning)
    advisors = advisors_of(batch)
    rows = [Student(c, advisors.get(c.enrolment.pk), warned.get(c.enrolment.pk, [])) for c in found]
    file = export(request, OVERVIEW, rows, f"degrees-{slug}", f"A student of {batch} with the progress.")
    if file is not None:
        return file
    context = {
        "batch": batch,
        "form": form,
        "page": paged(request, rows),
        "narrowed": bool(request.GET.get("q") or rule),
        "ready": sum(c.ready for c in found),
        "warned": sum(bool(row.warnings) for row in rows),
        "runs": may(request.user, "degrees.run", batch),
    }
    return render(request, "degrees/overview.html", context)


def _named(people: Sequence[Enrolment], request: SignedIn) -> list[Enrolment]:
    """Those whose names hold the words of ?q=."""
    asked = searchable(request.GET.get("q", "")[:100]).split()
    return [e for e in people if all(word in e.user.search_text for word in asked)]


@login_required
@require_http_methods(PAGE)
def warnings(request: SignedIn, slug: str) -> HttpResponse:
    """Who does not meet a warning rule now. Those who run the batch write the weekly letters early."""
    batch = batch_for(request, slug, "degrees.see_students")
    if request.method == "POST":
        need(request, "degrees.run", batch)
        changed = look_again(batch)
        count = write_weekly(batch, now=timezone.now(), by=request.user)
        messages.success(
            request,
            f"{count} letters are on their way to advisors; {changed} warnings began or ended."
            if count
            else f"Every advisor has had the letter of this week. {changed} warnings began or ended.",
        )
        return redirect("degree-warnings", slug)
    rules = [(str(r["id"]), says(r)) for r in rules_of(batch.version.rules, "warnings")]
    form = StudentFilter(rules, request.GET)
    people = [e for e in students_for(request, batch) if e.state == Enrolment.State.ENROLLED]
    rows = live(batch, _named(people, request))
    rule = form.cleaned_data["rule"] if form.is_valid() else ""
    if rule:
        rows = [w for w in rows if w.rule == rule]
    file = export(request, WARNINGS, rows, f"warnings-{slug}", f"An early warning in {batch}.")
    if file is not None:
        return file
    context = {
        "batch": batch,
        "form": form,
        "page": paged(request, rows),
        "narrowed": bool(request.GET.get("q") or rule),
        "people": len({w.enrolment.pk for w in rows}),
        "advisors": advisors_of(batch),
        "runs": may(request.user, "degrees.run", batch),
    }
    return render(request, "degrees/warnings.html", context)


@login_required
@require_http_methods(PAGE)
def recommendation(request: SignedIn, slug: str) -> HttpResponse:
    """Who meets every rule; recommend them to the committee."""
    batch = batch_for(request, slug, "degrees.run")
    people = students_for(request, batch)
    if request.method == "POST":
        ticked = set(request.POST.getlist("who"))
        chosen = [e for e in people if str(e.pk) in ticked]
        try:
            made = recommend(chosen, by=request.user, reason=request.POST.get("reason", "")[:2000])
            messages.success(request, f"{made.people.count()} students are recommended. The minutes say so.")
            return redirect("degree-recommendation", slug)
        except CityLabError as error:
            messages.error(request, str(error))
    found = candidates(batch, people)
    context = {
        "batch": batch,
        "ready": [c for c in found if c.ready and not c.recommended],
        "done": [c for c in found if c.recommended],
        "open": [c for c in found if not c.ready and not c.recommended],
        "reason": request.POST.get("reason", ""),
    }
    return render(
        request, "degrees/recommendation.html", context, status=422 if request.method == "POST" else 200
    )


@login_required
@require_safe
def minutes(request: SignedIn, slug: str, ending: str) -> HttpResponse:
    """The minutes for the committee."""
    batch: Batch = batch_for(request, slug, "degrees.run")
    found = candidates(batch, students_for(request, batch))
    if ending == "xlsx":
        data, media = minutes_xlsx(batch, found), SHEET
    elif ending == "pdf":
        data, media = minutes_pdf(batch, found, host_day(batch)), "application/pdf"
    else:
        raise Http404("The minutes are there as pdf and xlsx.")
    name = f'attachment; filename="degrees-{slug}.{ending}"'
    return HttpResponse(data, content_type=media, headers={"Content-Disposition": name})
