"""What people answer: their open forms, one form."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.evaluation.domain import AlreadyAnswered, answer
from nagara.campus.evaluation.models import Answered, Occasion
from nagara.campus.evaluation.queries import open_for, replies_for
from nagara.campus.evaluation.questions import questions_of
from nagara.campus.people.requests import SignedIn
from nagara.citylab.errors import CityLabError


@login_required
@never_cache
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """The forms that are open for a person, and what the team changed."""
    now = timezone.now()
    context = {"open": open_for(request.user, now), "replies": replies_for(request.user, now)[:5]}
    return render(request, "evaluation/mine.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fill_in(request: SignedIn, pk: int) -> HttpResponse:
    """One form, answered once."""
    now = timezone.now()
    found = (
        Occasion.objects.asked_of(request.user)
        .select_related("form", "batch", "activity")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such form, or it is not for you.")
    problem, where = "", ""
    if request.method == "POST":
        try:
            answer(found, request.user, request.POST, now=now)
            messages.success(request, "Thank you. Your answer is counted, without your name.")
            return redirect("evaluate")
        except AlreadyAnswered:
            messages.success(request, "You have answered already. It counts once.")
            return redirect("evaluate")
        except CityLabError as error:
            problem, where = str(error).removeprefix(f"{error.where}: "), error.where
    done = Answered.objects.filter(occasion=found, user=request.user).exists()
    context = {
        "occasion": found,
        "questions": [(q, request.POST.get(q.key, "")) for q in questions_of(found.form)],
        "problem": problem,
        "where": where,
        "open": found.opens <= now < found.closes,
        "early": now < found.opens,
        "done": done,
        "replies": replies_for(request.user, now).filter(occasion__batch=found.batch)[:1],
    }
    return render(request, "evaluation/fill_in.html", context, status=422 if problem else 200)
