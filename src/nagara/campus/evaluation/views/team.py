"""What the team sees: days, one form's results, replies, times, asking by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.cities.clocks import day_text
from nagara.campus.evaluation import domain
from nagara.campus.evaluation.forms import AskForm, PlanForm, ReplyForm
from nagara.campus.evaluation.models import DAILY, Occasion, Reply
from nagara.campus.evaluation.queries import open_for, replies_for
from nagara.campus.evaluation.results import asked_count, days_of, export_rows, results_of, trend
from nagara.campus.evaluation.times import plan_of, shown_from
from nagara.campus.people.lists import Column, export
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]
SEE, RUN = "evaluation.see_results", "evaluation.run_evaluation"
COLUMNS = (
    Column("form", "Form", lambda r: r["form"]),
    Column("day", "Day", lambda r: r["day"], "date"),
    Column("answers", "Answers to this form", lambda r: r["n"], "whole"),
    Column("question", "Question", lambda r: r["question"]),
    Column("mark", "Mark", lambda r: r["mark"], "whole"),
    Column("count", "How often", lambda r: r["count"], "whole"),
    Column("text", "Text", lambda r: r["text"]),
)


def _batch(request: SignedIn, slug: str) -> tuple[Batch, bool]:
    """The batch, and whether the person sees results there. 404 for strangers."""
    found = Batch.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such batch, or you have no place in it.")
    sees = may(request.user, SEE, found)
    if not sees and not Batch.objects.visible_to(request.user).filter(pk=found.pk).exists():
        raise Http404("There is no such batch, or you have no place in it.")
    return found, sees


def _runs(request: SignedIn, slug: str) -> Batch:
    batch, _ = _batch(request, slug)
    if not may(request.user, RUN, batch):
        raise PermissionDenied("This is for those who run the batch.")
    return batch


def _occasion(request: SignedIn, pk: int, *, runs: bool = False) -> Occasion:
    """A form whose results the person may see."""
    found = (
        Occasion.objects.results_for(request.user)
        .select_related("form", "batch", "activity", "reply")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        asked = Occasion.objects.asked_of(request.user).filter(pk=pk).exists()
        if asked:
            raise PermissionDenied("Results are for the team. You see here what it changed because of them.")
        raise Http404("There is no such form, or it is not yours.")
    if runs and not may(request.user, RUN, found):
        raise PermissionDenied("This is for those who run the batch.")
    return found


@login_required
@require_safe
def overview(request: SignedIn, slug: str) -> HttpResponse:
    """The team: trend, days, sessions, other forms. Participants: open forms, and what was changed."""
    batch, sees = _batch(request, slug)
    now = timezone.now()
    if not sees:
        context: dict[str, Any] = {
            "batch": batch,
            "open": open_for(request.user, now).filter(batch=batch),
            "replies": replies_for(request.user, now).filter(occasion__batch=batch),
        }
        return render(request, "evaluation/said.html", context)
    runs = may(request.user, RUN, batch)
    others = Occasion.objects.filter(batch=batch).exclude(kind=DAILY)
    others = others.select_related("form", "activity__group", "reply").order_by("-day", "title")
    if runs:
        everything = Occasion.objects.filter(batch=batch).select_related("form").order_by("day", "pk")
        rows = export_rows(everything) if request.GET.get("export") else []
        meaning = "How often a mark was given, or one text; no names, nothing of fewer than five people."
        file = export(request, COLUMNS, rows, f"evaluation-{slug}", meaning)
        if file is not None:
            return file
    questions, days = days_of(batch)
    context = {
        "batch": batch,
        "questions": questions,
        "days": days,
        "trend": trend(questions, days),
        "others": [(o, results_of(o)) for o in others],
        "asked": batch.enrolments.exclude(state="withdrawn").count(),
        "runs": runs,
        "plan": plan_of(batch),
        "me": request.user,
    }
    return render(request, "evaluation/overview.html", context)


@login_required
@never_cache
@require_safe
def results(request: SignedIn, pk: int) -> HttpResponse:
    """One form: marks, texts, what the team answers."""
    found = _occasion(request, pk)
    reply = getattr(found, "reply", None)
    plan, now = plan_of(found.batch), timezone.now()
    neighbours = Occasion.objects.filter(batch=found.batch, kind=found.kind, form=found.form)
    context = {
        "occasion": found,
        "batch": found.batch,
        "results": results_of(found),
        "asked": asked_count(found),
        "from": shown_from(found, plan),
        "too_early": now < shown_from(found, plan),
        "least": max(plan.least, 5),
        "closed": now >= found.closes,
        "reply": reply,
        "runs": may(request.user, RUN, found),
        "form": ReplyForm(initial=_words(reply)),
        "before": neighbours.filter(day__lt=found.day).order_by("-day").first(),
        "after": neighbours.filter(day__gt=found.day).order_by("day").first(),
    }
    return render(request, "evaluation/results.html", context)


def _words(reply: Reply | None) -> dict[str, str]:
    return {"said": reply.said, "changed": reply.changed} if reply else {}


@login_required
@require_POST
def reply(request: SignedIn, pk: int) -> HttpResponse:
    """What was changed because of a form."""
    found = _occasion(request, pk, runs=True)
    form = ReplyForm(request.POST)
    if form.is_valid():
        made = domain.reply(found, by=request.user, now=timezone.now(), **form.cleaned_data)
        day = day_text(made.shown_from)
        messages.success(request, f"Kept. People see it from {day} on.")
    else:
        messages.error(request, "Both parts are needed: what people said, and what follows from it.")
    return redirect("evaluation-results", pk)


@login_required
@require_POST
def take_out(request: SignedIn, pk: int) -> HttpResponse:
    """Take a text out that names somebody."""
    found = _occasion(request, pk, runs=True)
    question, name = request.POST.get("question", ""), request.POST.get("name", "")
    try:
        reason = request.POST.get("reason", "")[:300]
        domain.remove_text(found, question=question, name=name, by=request.user, reason=reason)
        messages.success(request, "The text is taken out.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("evaluation-results", pk)


@login_required
@require_http_methods(PAGE)
def settings(request: SignedIn, slug: str) -> HttpResponse:
    """When forms open, remind, report and close."""
    batch = _runs(request, slug)
    form = PlanForm(request.POST or None, instance=plan_of(batch))
    if request.method == "POST" and form.is_valid():
        try:
            domain.change_plan(batch, by=request.user, **form.cleaned_data)
            messages.success(request, "Kept.")
            return redirect("evaluation", slug)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluation/settings.html", {"batch": batch, "form": form}, status=status)


@login_required
@require_http_methods(PAGE)
def ask(request: SignedIn, slug: str) -> HttpResponse:
    """Ask a form by hand: course evaluations of a semester."""
    batch = _runs(request, slug)
    form = AskForm(request.POST or None, batch=batch)
    if request.method == "POST" and form.is_valid():
        try:
            made = domain.ask_by_hand(
                batch,
                form.cleaned_data["form"],
                activities=form.cleaned_data["activities"],
                opens=form.cleaned_data["opens"],
                closes=form.cleaned_data["closes"],
                by=request.user,
            )
            messages.success(request, f"{len(made)} form{'' if len(made) == 1 else 's'} will be asked.")
            return redirect("evaluation", slug)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    by_hand = bool(form.fields["form"].queryset)  # type: ignore[attr-defined]
    context = {"batch": batch, "form": form, "by_hand": by_hand}
    return render(request, "evaluation/ask.html", context, status=status)
