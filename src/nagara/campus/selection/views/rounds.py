"""Rounds: the list, a new one, its overview, settings, people, and sharing the readings out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.admissions.models import Application, Call
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.selection import domain, forms
from nagara.campus.selection.domain import constraints as terms
from nagara.campus.selection.domain.ranking import names_of_values
from nagara.campus.selection.domain.reading import plan_readings, share_out
from nagara.campus.selection.domain.rounds import change_state
from nagara.campus.selection.models import Assignment, Draft, Reviewer, Round
from nagara.campus.selection.queries import progress
from nagara.campus.selection.views.access import round_for
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def round_list(request: SignedIn) -> HttpResponse:
    """The rounds that a person runs or decides, and those the person reads for."""
    mine = (
        Reviewer.objects.filter(user=request.user, active=True)
        .select_related("round__call__batch")
        .annotate(
            open=Count("assignments", filter=Q(assignments__state="open")),
            done=Count("assignments", filter=Q(assignments__state="done")),
        )
    )
    context = {
        "rounds": Round.objects.decided_by(request.user).select_related("call__batch"),
        "mine": mine,
        "may_make": Call.objects.run_by(request.user).exists(),
    }
    return render(request, "selection/rounds.html", context)


@login_required
@require_http_methods(PAGE)
def new(request: SignedIn) -> HttpResponse:
    """A new round: choose the call; the rest comes from the last round."""
    calls = Call.objects.run_by(request.user).exclude(state="draft").select_related("batch")
    if not calls.exists():
        raise PermissionDenied("Only those who run a batch make its selection rounds.")
    form = forms.NewRound(
        request.POST or None, initial={"call": calls.filter(slug=request.GET.get("call", "")).first()}
    )
    form.fields["call"].queryset = calls  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            made = domain.create_round(
                form.cleaned_data["call"], name=form.cleaned_data["name"], by=request.user
            )
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The round is made. Look at its settings, then name its people.")
            return redirect("selection-settings", made.pk)
    return render(request, "selection/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def overview(request: SignedIn, pk: int) -> HttpResponse:
    """Where a round stands and what comes next. Reviewers go to their reading."""
    found = Round.objects.select_related("call__batch", "rubric").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such round.")
    if not may(request.user, "selection.see_round", found):
        if may(request.user, "selection.read_for", found):
            return redirect("selection-reading", pk)
        raise Http404("There is no such round, or it is not yours.")
    names = names_of_values()
    context = {
        "round": found,
        "due": found.due_at,
        "progress": progress(found),
        "applications": Application.objects.filter(call=found.call).handed_in().count(),
        "reviewers": found.reviewers.filter(active=True).count(),
        "committee": list(found.committee.select_related("user")),
        "drafts": list(Draft.objects.filter(round=found).select_related("made_by")),
        "constraints": [terms.said(c, names) for c in terms.read(found.constraints)],
        "may_run": may(request.user, "selection.run_round", found),
        "reads": may(request.user, "selection.read_for", found),
    }
    return render(request, "selection/round.html", context)


@login_required
@require_http_methods(PAGE)
def settings(request: SignedIn, pk: int) -> HttpResponse:
    """How a round works, its seats and constraints, and its state."""
    found = round_for(request, pk, "selection.run_round")
    if request.method == "POST" and "state" in request.POST:
        change_state(found, request.POST["state"], by=request.user)
        messages.success(request, "The round moved on.")
        return redirect("selection-round", pk)
    form = forms.RoundForm(request.POST or None, instance=Round.objects.get(pk=pk))
    rows = forms.read_rows(request.POST) if request.method == "POST" else found.constraints
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            kept = [c.as_dict() for c in terms.read(rows)]
            domain.change_round(found, by=request.user, constraints=kept, **form.cleaned_data)
        except CityLabError as error:
            problem = str(error)
        else:
            messages.success(request, "The settings are saved.")
            return redirect("selection-round", pk)
    context = {
        "round": found,
        "form": form,
        "problem": problem,
        "rows": forms.constraint_rows(rows),
        **forms.choices_for_rows(),
    }
    return render(request, "selection/settings.html", context, status=422 if form.errors or problem else 200)


def _reviewer(round_: Round, form: Any, request: SignedIn) -> str:
    domain.add_reviewer(round_, form.cleaned_data["person"], most=form.cleaned_data["most"], by=request.user)
    return "The reviewer is added."


def _member(round_: Round, form: Any, request: SignedIn) -> str:
    domain.seat(round_, form.cleaned_data["person"], role=form.cleaned_data["role"], by=request.user)
    return "The committee has a new member."


def _conflict(round_: Round, form: Any, request: SignedIn) -> str:
    reference = form.cleaned_data["reference"].strip()
    application = Application.objects.filter(call=round_.call, reference__iexact=reference).first()
    if application is None:
        raise CityLabError(f"There is no application {reference} in this call.", where="reference")
    domain.declare(
        round_, form.cleaned_data["person"], application, reason=form.cleaned_data["reason"], by=request.user
    )
    return "The conflict of interest is recorded."


SAYS: dict[str, tuple[type[Any], Callable[[Round, Any, SignedIn], str]]] = {
    "reviewer": (forms.AddReviewer, _reviewer),
    "member": (forms.AddMember, _member),
    "conflict": (forms.AddConflict, _conflict),
}


@login_required
@require_http_methods(PAGE)
def people(request: SignedIn, pk: int) -> HttpResponse:
    """Reviewers, committee, conflicts of interest."""
    found = round_for(request, pk, "selection.run_round")
    said = request.POST.get("say", "")
    shown = {name: kind(prefix=name) for name, (kind, _) in SAYS.items()}
    if request.method == "POST" and said in SAYS:
        kind, verb = SAYS[said]
        shown[said] = form = kind(request.POST, prefix=said)
        if form.is_valid():
            try:
                messages.success(request, verb(found, form, request))
            except CityLabError as error:
                form.add_error(None, str(error))
            else:
                return redirect("selection-people", pk)
    elif request.method == "POST":
        _leave(request, found, said)
        return redirect("selection-people", pk)
    reviewers = (
        found.reviewers.select_related("user")
        .annotate(
            open=Count("assignments", filter=Q(assignments__state="open")),
            done=Count("assignments", filter=Q(assignments__state="done")),
        )
        .order_by("user__sort_key")
    )
    context = {
        "round": found,
        "forms": shown,
        "reviewers": reviewers,
        "committee": found.committee.select_related("user"),
        "conflicts": found.conflicts.select_related("user", "application", "by"),
    }
    return render(request, "selection/people.html", context, status=422 if request.method == "POST" else 200)


def _leave(request: SignedIn, round_: Round, said: str) -> None:
    reason = request.POST.get("reason", "")
    if said == "end-reviewer":
        reviewer = get_object_or_404(round_.reviewers, pk=_whole(request.POST.get("pk")))
        count = domain.end_reviewer(reviewer, reason=reason, by=request.user)
        messages.success(request, f"{reviewer} reads no more; {count} open readings are taken back.")
    elif said == "unseat":
        member = get_object_or_404(round_.committee, pk=_whole(request.POST.get("pk")))
        domain.unseat(member, reason=reason, by=request.user)
        messages.success(request, "The committee is changed.")
    else:
        raise Http404("That is nothing to say to a round.")


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


@login_required
@require_http_methods(PAGE)
def share(request: SignedIn, pk: int) -> HttpResponse:
    """What sharing out would give to whom; a POST does it."""
    found = round_for(request, pk, "selection.run_round")
    if request.method == "POST":
        sharing = share_out(found, by=request.user)
        messages.success(request, f"{sharing.count} readings are given and the reviewers are told.")
        return redirect("selection-board", pk)
    sharing = plan_readings(found)
    had = dict(
        Assignment.objects.live()
        .filter(round=found)
        .values_list("reviewer")
        .annotate(n=Count("pk"))
        .values_list("reviewer", "n")
    )
    loads = [(r, had.get(r.pk, 0), sharing.plan.loads[key]) for key, r in sharing.reviewers.items()]
    missing = [
        (sharing.applications[ref], count, sharing.why_not[ref])
        for ref, count in sharing.plan.missing.items()
    ]
    context = {"round": found, "count": sharing.count, "loads": loads, "missing": missing}
    return render(request, "selection/share.html", context)
