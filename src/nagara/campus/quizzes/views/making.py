"""Quizzes of a batch: list, new, settings, questions, preview, publishing, extensions."""

from __future__ import annotations

from datetime import datetime, time
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.models import User
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.quizzes import forms
from nagara.campus.quizzes.domain import making
from nagara.campus.quizzes.domain.taking import compose
from nagara.campus.quizzes.models import Bank, Purpose, Quiz
from nagara.campus.quizzes.showing import asked, shown
from nagara.campus.quizzes.views.access import batch_for, quiz_for
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]
COLUMNS = (
    Column("quiz", "Quiz", lambda q: q.title),
    Column("purpose", "Purpose", lambda q: q.purpose.name),
    Column("module", "Module", lambda q: q.module.code if q.module else ""),
    Column("state", "State", lambda q: q.get_state_display()),
    Column("opens", "Opens", lambda q: q.opens_at, "time"),
    Column("closes", "Closes", lambda q: q.closes_at, "time"),
    Column("handed_in", "People who handed in", lambda q: q.people, "whole"),
)


@login_required
@require_safe
def quiz_list(request: SignedIn, slug: str) -> HttpResponse:
    """The quizzes of a batch: all for those who teach, the published ones for participants."""
    batch = batch_for(request, slug)
    edits, sees = may(request.user, "quizzes.edit", batch), may(request.user, "quizzes.see_results", batch)
    found = Quiz.objects.visible_to(request.user).filter(batch=batch).select_related("purpose", "module")
    done = Count("taken__user", filter=Q(taken__submitted_at__isnull=False), distinct=True)
    own = Count("taken", filter=Q(taken__user=request.user, taken__submitted_at__isnull=False), distinct=True)
    found = found.annotate(people=done, mine=own).order_by("opens", "pk")
    form = forms.QuizFilter(request.GET or None)
    if form.is_valid():
        found = found.filter(module=form.cleaned_data["module"]) if form.cleaned_data["module"] else found
        found = found.filter(state=form.cleaned_data["state"]) if form.cleaned_data["state"] else found
    if sees:
        sent = export(request, COLUMNS, found, f"{batch.slug}-quizzes", f"A quiz of {batch}.")
        if sent is not None:
            return sent
    now = timezone.now()
    page = paged(request, found)
    for quiz in page:
        quiz.now_is = quiz.standing(now)
    context = {"batch": batch, "page": page, "form": form, "edits": edits, "sees": sees}
    return render(request, "quizzes/quizzes.html", context)


@login_required
@require_http_methods(PAGE)
def new(request: SignedIn, slug: str) -> HttpResponse:
    """A new quiz, as a draft."""
    batch = batch_for(request, slug, "quizzes.edit")
    day = max(timezone.localdate(), batch.starts)
    first = {
        "opens": datetime.combine(day, time(9)),
        "closes": datetime.combine(day, time(18)),
        "tz": batch.tz,
        "purpose": Purpose.objects.first(),
    }
    form = forms.QuizForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = making.create_quiz(batch, by=request.user, **form.cleaned_data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The quiz is made. Choose its questions.")
            return redirect("quiz-questions", made.pk)
    context = {"batch": batch, "form": form, "here": "New quiz"}
    return render(request, "quizzes/edit_quiz.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(PAGE)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Settings of a quiz."""
    found = quiz_for(request, pk, "quizzes.edit")
    form = forms.QuizForm(request.POST or None, instance=Quiz.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            making.change_quiz(found, by=request.user, **form.cleaned_data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The settings are saved.")
            return redirect("quiz", pk)
    context = {"batch": found.batch, "quiz": found, "form": form, "here": "Settings"}
    return render(request, "quizzes/edit_quiz.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(PAGE)
def questions(request: SignedIn, pk: int) -> HttpResponse:
    """What a quiz asks: parts of banks."""
    found = quiz_for(request, pk, "quizzes.edit")
    first = [
        {"bank": p.bank, "draw": p.draw, "tag": p.tag, "level": p.level, "item": p.item.key if p.item else ""}
        for p in found.parts.select_related("bank", "item")
    ]
    formset = forms.PartFormSet(request.POST or None, initial=first)
    problem = ""
    if request.method == "POST" and formset.is_valid():
        parts = [part for form in formset if (part := form.part()) is not None]
        try:
            making.set_parts(found, parts, by=request.user)
        except CityLabError as error:
            problem = str(error)
        else:
            messages.success(request, "The questions are set. Look at the preview, then publish.")
            return redirect("quiz-preview", pk)
    context = {
        "batch": found.batch,
        "quiz": found,
        "formset": formset,
        "problem": problem,
        "here": "Questions",
        "banks": Bank.objects.all(),
    }
    bad = problem or formset.total_error_count()
    return render(request, "quizzes/questions.html", context, status=422 if bad else 200)


@login_required
@require_safe
def preview(request: SignedIn, pk: int) -> HttpResponse:
    """The quiz as one seed gives it, with the keys: for those who teach."""
    found = quiz_for(request, pk, "quizzes.edit")
    seed = request.GET.get("seed", "")[:40] or token_hex(4)
    answers, problem = [], ""
    try:
        answers = compose(found, seed)
    except CityLabError as error:
        problem = str(error)
    rows = [(asked(answer), shown(answer, key=True)) for answer in answers]
    context = {
        "batch": found.batch,
        "quiz": found,
        "rows": rows,
        "seed": seed,
        "other": token_hex(4),
        "problem": problem,
        "here": "Preview",
        "most": sum(a.most for a in answers),
    }
    return render(request, "quizzes/preview.html", context)


@login_required
@require_POST
def say(request: SignedIn, pk: int) -> HttpResponse:
    """Publish, close, open again."""
    found = quiz_for(request, pk, "quizzes.edit")
    reason, now = request.POST.get("reason", ""), timezone.now()
    try:
        if request.POST.get("say") == "close":
            count = making.close(found, by=request.user, reason=reason, now=now)
            messages.success(request, f"The quiz is closed. Open attempts handed in: {count}.")
        elif request.POST.get("say") == "publish":
            making.publish(found, by=request.user, reason=reason, now=now)
            messages.success(request, "The quiz is published. It opens by itself at its time.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("quiz", pk)


@login_required
@require_http_methods(PAGE)
def extend(request: SignedIn, pk: int) -> HttpResponse:
    """Give one person more."""
    found = quiz_for(request, pk, "quizzes.edit")
    form = forms.ExtendForm(request.POST or None, initial={"person": request.GET.get("person")})
    inside = found.batch.enrolments.exclude(state="withdrawn").values("user")
    person: Any = form.fields["person"]
    person.queryset = User.objects.filter(pk__in=inside).order_by("sort_key")
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            making.extend(found, data.pop("person"), by=request.user, **data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The extension holds at once. The person is told.")
            return redirect("quiz", pk)
    context = {"batch": found.batch, "quiz": found, "form": form, "here": "More time for one person"}
    return render(request, "quizzes/edit_quiz.html", context, status=422 if form.errors else 200)
