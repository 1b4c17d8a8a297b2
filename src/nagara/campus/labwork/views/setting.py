"""Labs of a batch, for who teaches and for who learns: the list, setting one, publishing, who gets what."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.cities.lakes import holdings
from nagara.campus.labwork import forms
from nagara.campus.labwork.domain import change_lab, publish, set_example_city, set_lab, withdraw
from nagara.campus.labwork.fitting import example_city_of
from nagara.campus.labwork.models import LabAssignment, LabWork, TaskState
from nagara.campus.labwork.plans import PLAN_COLUMNS, plans
from nagara.campus.labwork.shelf import labs_of_module
from nagara.campus.labwork.tasks import ready
from nagara.campus.labwork.views.access import assignment_for, batch_for
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

PAGE = ["GET", "HEAD", "POST"]
COLUMNS = (
    Column("lab", "Lab", str),
    Column("module", "Module", lambda r: r.module),
    Column("variant", "Variant", lambda r: r.variant or "each one's own"),
    Column("state", "State", lambda r: r.get_state_display()),
    Column("opens", "Opens", lambda r: r.opens_at, "time"),
    Column("due", "Due", lambda r: r.due_at, "time"),
    Column("closes", "Closes", lambda r: r.closes_at, "time"),
    Column("begun", "People who began", lambda r: r.begun, "whole"),
    Column("done", "People who answered every task", lambda r: r.done, "whole"),
)


@login_required
@require_safe
def batch_labs(request: SignedIn, slug: str) -> HttpResponse:
    """The labs of a batch: all for those who teach, the published ones for who learns."""
    batch = batch_for(request, slug)
    sets, sees = may(request.user, "labwork.set", batch), may(request.user, "labwork.see_class", batch)
    found = LabAssignment.objects.visible_to(request.user).filter(batch=batch)
    found = found.annotate(
        begun=Count("works", distinct=True),
        done=Count("works", filter=Q(works__done_at__isnull=False), distinct=True),
    ).order_by("opens_at", "pk")
    if sees:
        sent = export(request, COLUMNS, found, f"{batch.slug}-labs", f"A lab of {batch}.")
        if sent is not None:
            return sent
    page, now = paged(request, found), timezone.now()
    own = {
        w.assignment_id: w
        for w in LabWork.objects.filter(user=request.user, assignment__in=list(page)).defer("prepared")
    }
    rows = [(row, row.standing(now), own.get(row.pk)) for row in page]
    context = {
        "batch": batch,
        "page": page,
        "rows": rows,
        "sets": sets,
        "sees": sees,
        "city": example_city_of(batch) if sees else "",
    }
    return render(request, "labwork/batch.html", context)


@login_required
@require_http_methods(PAGE)
def new(request: SignedIn, slug: str) -> HttpResponse:
    """Set a lab, as a draft."""
    batch = batch_for(request, slug, "labwork.set")
    day = max(timezone.localdate(), batch.starts)
    first = {
        "opens": datetime.combine(day, time(9)),
        "due": datetime.combine(day + timedelta(days=2), time(18)),
        "closes": datetime.combine(day + timedelta(days=7), time(18)),
        "tz": batch.tz,
        "module": request.GET.get("module", ""),
    }
    form = forms.LabForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = set_lab(batch, by=request.user, **form.cleaned_data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The lab is set as a draft. See who gets what, then publish it.")
            return redirect("labwork-assignment", made.pk)
    context = {"batch": batch, "form": form, "here": "Set a lab"}
    return render(request, "labwork/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(PAGE)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change what is set."""
    row = assignment_for(request, pk, "labwork.set")
    form = forms.LabForm(request.POST or None, instance=LabAssignment.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            change_lab(row, by=request.user, **form.cleaned_data)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The change is saved.")
            return redirect("labwork-assignment", pk)
    context = {"batch": row.batch, "row": row, "form": form, "here": "Settings"}
    return render(request, "labwork/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(PAGE)
def example_city(request: SignedIn, slug: str) -> HttpResponse:
    """The city on which labs run for whom the own city lacks the tables."""
    batch = batch_for(request, slug, "labwork.set")
    cities = [(r.slug, f"{r.name}{' (simulated)' if r.simulated else ''}") for r in holdings() if r.sources]
    first = {"example_city": example_city_of(batch)}
    form = forms.CityForm(request.POST or None, cities=cities, initial=first)
    if request.method == "POST" and form.is_valid():
        set_example_city(batch, form.cleaned_data["example_city"], by=request.user)
        messages.success(request, "The example city is set. Work that was begun stays where it is.")
        return redirect("labwork-batch", slug)
    context = {"batch": batch, "form": form, "here": "Example city"}
    return render(request, "labwork/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def assignment(request: SignedIn, pk: int) -> HttpResponse:
    """A lab of a batch: for who learns the way in, for who teaches its settings and how it goes."""
    row = assignment_for(request, pk)
    sees = may(request.user, "labwork.see_class", row)
    works = LabWork.objects.filter(assignment=row)
    counts = works.aggregate(begun=Count("pk"), done=Count("pk", filter=Q(done_at__isnull=False)))
    waiting = TaskState.objects.filter(work__assignment=row, kind="text", tries__gt=0, points=None).count()
    mine = works.filter(user=request.user).defer("prepared").first()
    labs = labs_of_module(row.module)
    chosen = mine.lab if mine is not None else f"{row.module.lower()}-{row.variant}"
    context: dict[str, Any] = {
        "row": row,
        "batch": row.batch,
        "lab": next((lab for lab in labs if lab.name == chosen), labs[0] if len(labs) == 1 else None),
        "minutes": sorted({lab.minutes for lab in labs}),
        "now_is": row.standing(timezone.now()),
        "does": may(request.user, "labwork.do", row),
        "sets": may(request.user, "labwork.set", row),
        "sees": sees,
        "mine": mine,
        "labs": labs,
        "counts": counts,
        "waiting": waiting if sees else 0,
        "regrades": list(row.regrades.select_related("by")) if sees else [],
    }
    return render(request, "labwork/assignment.html", context)


@login_required
@require_POST
def say(request: SignedIn, pk: int) -> HttpResponse:
    """Publish, or take back."""
    row = assignment_for(request, pk, "labwork.set")
    try:
        if request.POST.get("say") == "publish":
            publish(row, by=request.user, now=timezone.now())
            ready.enqueue(row.pk)
            messages.success(request, "The lab is published. It opens by itself at its time.")
        elif request.POST.get("say") == "withdraw":
            withdraw(row, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, "Learners do not see this lab any more. What they did is kept.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("labwork-assignment", pk)


@login_required
@require_safe
def who(request: SignedIn, pk: int) -> HttpResponse:
    """Who gets which variant on which city, and why: before it is published and afterwards."""
    row = assignment_for(request, pk, "labwork.see_class")
    found = plans(row)
    sent = export(
        request, PLAN_COLUMNS, found, f"lab-{pk}-who", f"A learner of {row.batch} and the lab of {row}."
    )
    if sent is not None:
        return sent
    counts: dict[tuple[str, str], int] = {}
    for plan in found:
        counts[plan.lab, plan.city] = counts.get((plan.lab, plan.city), 0) + 1
    context = {
        "row": row,
        "batch": row.batch,
        "page": paged(request, found),
        "counts": sorted(counts.items(), key=lambda c: -c[1]),
        "here": "Who gets what, and why",
    }
    return render(request, "labwork/who.html", context)
