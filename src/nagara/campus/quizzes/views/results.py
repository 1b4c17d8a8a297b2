"""Results: a quiz, its questions, the gain between the tests, where the class is stuck."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nagara.campus.people.lists import export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.quizzes import forms, results
from nagara.campus.quizzes.domain.statistics import SMALL, distribution
from nagara.campus.quizzes.domain.taking import submit_due
from nagara.campus.quizzes.views.access import batch_for, quiz_for


@login_required
@require_safe
def quiz_results(request: SignedIn, pk: int) -> HttpResponse:
    """People, distribution and questions of a quiz. Who only looks sees no names and no small groups."""
    found = quiz_for(request, pk, "quizzes.see_results")
    names = may(request.user, "quizzes.edit", found)
    submit_due(timezone.now())
    form = forms.ResultFilter(request.GET or None)
    form.is_valid()
    given = getattr(form, "cleaned_data", {})
    everyone = results.people(found)
    rows = results.people(found, q=given.get("q", ""), which=given.get("is_", "")) if names else []
    if names:
        sent = export(
            request, results.PEOPLE, rows, f"quiz-{pk}-people", f"A person of the batch in {found}."
        )
        if sent is not None:
            return sent
    percents = [float(p.percent) for p in everyone if p.percent is not None]
    few = not names and len(percents) < SMALL
    context = {
        "batch": found.batch,
        "quiz": found,
        "names": names,
        "few": few,
        "form": form,
        "page": paged(request, rows),
        "inside": len(everyone),
        "done": len(percents),
        "running": sum(p.running for p in everyone),
        "mean": sum(percents) / len(percents) if percents and not few else None,
        "passed": sum(p >= float(found.pass_percent) for p in percents) if found.pass_percent else None,
        "bars": []
        if few
        else [(t, None if not names and 0 < n < SMALL else n) for t, n in distribution(percents)],
        "questions": [] if few else results.questions(found),
        "small": 1 if names else SMALL,
    }
    return render(request, "quizzes/results.html", context)


@login_required
@require_safe
def gain(request: SignedIn, slug: str) -> HttpResponse:
    """Pre- and post-test, matched by learner."""
    batch = batch_for(request, slug, "quizzes.see_results")
    names = may(request.user, "quizzes.edit", batch)
    rows, sums = results.pairs(batch)
    if names:
        sent = export(
            request, results.GAINS, rows, f"{batch.slug}-gain", f"A learner of {batch} in both tests."
        )
        if sent is not None:
            return sent
    context = {
        "batch": batch,
        "names": names,
        "few": not names and sums.matched < SMALL,
        "page": paged(request, rows if names else []),
        "sums": sums,
        "undefined": sums.matched - sums.defined,
        "here": "Pre- and post-test",
    }
    return render(request, "quizzes/gain.html", context)


@login_required
@require_safe
def stuck(request: SignedIn, slug: str) -> HttpResponse:
    """Where the class is stuck."""
    batch = batch_for(request, slug, "quizzes.see_results")
    names = may(request.user, "quizzes.edit", batch)
    context = {
        "batch": batch,
        "questions": results.stuck(batch, now=timezone.now()),
        "small": 1 if names else SMALL,
        "here": "Where the class is stuck",
        "edits": names,
    }
    return render(request, "quizzes/stuck.html", context)
