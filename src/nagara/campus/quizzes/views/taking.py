"""Taking a quiz: its first page, the questions, saving, handing in, the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.quizzes.domain import taking
from nagara.campus.quizzes.domain.making import problems
from nagara.campus.quizzes.models import Answer, Attempt, Quiz
from nagara.campus.quizzes.queries import counted
from nagara.campus.quizzes.showing import Asked, asked, shown
from nagara.campus.quizzes.views.access import attempt_for, quiz_for
from nagara.citylab.errors import CityLabError


@login_required
@require_safe
@never_cache
def quiz(request: SignedIn, pk: int) -> HttpResponse:
    """A quiz: for participants what it is and the way in; for lecturers its settings and state."""
    found = quiz_for(request, pk)
    now = timezone.now()
    takes, edits = may(request.user, "quizzes.take", found), may(request.user, "quizzes.edit", found)
    attempts = [
        taking.finish_if_over(a, now=now)
        for a in Attempt.objects.filter(quiz=found, user=request.user).select_related("quiz")
    ]
    context = {
        "quiz": found,
        "batch": found.batch,
        "now_is": found.standing(now),
        "takes": takes,
        "edits": edits,
        "sees": may(request.user, "quizzes.see_results", found),
        "stands": taking.standing(found, request.user, now=now) if takes else None,
        "attempts": attempts,
        "counts": counted(attempts, found.counts),
        "parts": list(found.parts.select_related("bank", "item")),
        "problems": problems(found) if edits and found.state == Quiz.State.DRAFT else [],
        "extensions": list(found.extensions.select_related("user", "by")) if edits else [],
    }
    return render(request, "quizzes/quiz.html", context)


@login_required
@require_POST
def start(request: SignedIn, pk: int) -> HttpResponse:
    """Begin, or go on."""
    found = quiz_for(request, pk)
    if not may(request.user, "quizzes.take", found):
        raise PermissionDenied("Those in the batch take its quizzes.")
    attempt = taking.start(found, request.user, now=timezone.now())
    return redirect("quiz-attempt", attempt.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def attempt(request: SignedIn, pk: int) -> HttpResponse:
    """An attempt: the questions while it is open, the result afterwards."""
    found = attempt_for(request, pk)
    now = timezone.now()
    own = found.user_id == request.user.pk
    if request.method == "POST":
        if not own:
            raise PermissionDenied("Only the person who began it answers.")
        return _said(request, found, now)
    quiz, person = found.quiz, found.user
    found = taking.finish_if_over(found, now=now)
    found.quiz, found.user = quiz, person
    if found.is_open:
        if not own:
            raise PermissionDenied("This attempt is open: it shows here once it is handed in.")
        return _questions(request, found, now)
    return _result(request, found, now, own=own)


def _said(request: SignedIn, found: Attempt, now: datetime) -> HttpResponse:
    """Save what was sent, then go where the button says."""
    late = False
    if found.is_open and not found.over(now):
        try:
            taking.save(found, fields=_fields(request), places=_places(request), now=now)
        except taking.TooLate:
            late = True
    elif found.is_open:
        late = True
    say = request.POST.get("say", "save")
    if late or say == "hand-in":
        done = taking.submit(found, now=now)
        if done.how == Attempt.How.TIME:
            messages.warning(request, "The time was over. What you had saved by then is handed in.")
        else:
            messages.success(request, "Your answers are handed in.")
        return redirect("quiz-attempt", found.pk)
    if say == "check":
        return redirect(f"{found.get_absolute_url()}?check=1")
    if say.startswith("go-"):
        return redirect(f"{found.get_absolute_url()}?question={_whole(say[3:])}")
    messages.success(request, "Saved.")
    at = request.GET.get("question", "")
    return redirect(found.get_absolute_url() + (f"?question={_whole(at)}" if at else ""))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 1


def _places(request: SignedIn) -> list[int]:
    """The questions that stand on the page that was sent."""
    return [_whole(name[1:-5]) for name in request.POST if name.startswith("q") and name.endswith("-seen")]


def _fields(request: SignedIn) -> Callable[[int, str], Sequence[str]]:
    """Values by question and field: q3, q3-unit, q3-seen."""
    return lambda place, name: request.POST.getlist(f"q{place}-{name}" if name else f"q{place}")


def _questions(request: SignedIn, found: Attempt, now: datetime) -> HttpResponse:
    answers = list(Answer.objects.filter(attempt=found).select_related("version"))
    every = [asked(answer) for answer in answers]
    checking = "check" in request.GET
    one = found.quiz.layout == Quiz.Layout.ONE and not checking
    at = min(max(1, _whole(request.GET.get("question", "1"))), len(every))
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "batch": found.quiz.batch,
        "checking": checking,
        "one": one,
        "at": at,
        "every": every,
        "questions": [] if checking else [every[at - 1]] if one else every,
        "open": [e for e in every if not e.answered],
        "back": [e for e in every if e.asks_back],
        "seconds": max(0, int((found.due_at - now).total_seconds())),
        "limited": found.due_at < found.quiz.closes_at or found.quiz.minutes is not None,
    }
    return render(request, "quizzes/attempt.html", context)


def _result(request: SignedIn, found: Attempt, now: datetime, *, own: bool) -> HttpResponse:
    due = not own or taking.feedback_due(found.quiz, now=now)
    answers = Answer.objects.filter(attempt=found).select_related("version", "marked_by", "item__bank")
    context = {
        "attempt": found,
        "quiz": found.quiz,
        "batch": found.quiz.batch,
        "own": own,
        "due": due,
        "answers": [shown(answer, key=due) for answer in answers],
        "passed": found.quiz.pass_percent is not None and (found.percent or 0) >= found.quiz.pass_percent,
        "stands": taking.standing(found.quiz, found.user, now=now) if own else None,
    }
    return render(request, "quizzes/result.html", context)


@login_required
@require_POST
def save(request: SignedIn, pk: int) -> HttpResponse:
    """Autosave: keep what was sent and say, in JSON, what became of each answer. 409: it is handed in."""
    found = attempt_for(request, pk)
    if found.user_id != request.user.pk:
        raise PermissionDenied("Only the person who began it answers.")
    now = timezone.now()
    try:
        taking.save(found, fields=_fields(request), places=_places(request), now=now)
    except taking.TooLate as late:
        taking.finish_if_over(found, now=now)
        return JsonResponse({"over": True, "says": str(late)}, status=409)
    except CityLabError as error:
        return JsonResponse({"says": str(error)}, status=400)
    wanted = Answer.objects.filter(attempt=found, place__in=_places(request)).select_related("version")
    said: dict[str, Any] = {str(one.place): _says(one) for one in map(asked, wanted)}
    left = max(0, int((found.due_at - now).total_seconds()))
    return JsonResponse({"answers": said, "seconds": left})


def _says(one: Asked) -> dict[str, Any]:
    parts = one.question.parts
    return {
        "seen": one.seen,
        "answered": one.answered,
        "back": one.asks_back,
        "said": parts.get("said", ""),
        "either": parts.get("either", {}),
        "read": parts.get("read", ""),
    }
