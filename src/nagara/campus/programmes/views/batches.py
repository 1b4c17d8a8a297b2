"""Pages of batches: list, one batch, its plan and budget."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.forms import inlineformset_factory
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes import budgets, planning, tabs
from nagara.campus.programmes.domain import change_state, create_batch
from nagara.campus.programmes.domain.batches import NEXT, host_today
from nagara.campus.programmes.domain.plans import (
    CLOSED,
    change_batch,
    change_part,
    move_batch,
    remove_activity,
    save_activity,
)
from nagara.campus.programmes.domain.seeding import host
from nagara.campus.programmes.editing import known_budget_lines
from nagara.campus.programmes.forms import (
    ActivityForm,
    BatchFilter,
    BatchForm,
    BudgetLineForm,
    MoveForm,
    NewBatch,
    StateForm,
)
from nagara.campus.programmes.models import Batch, BatchActivity, BatchBudgetLine, RoleKind
from nagara.citylab.errors import CityLabError

COLUMNS = (
    Column("batch", "Batch", lambda b: b.name),
    Column("short_name", "Short name", lambda b: b.slug),
    Column("programme", "Programme", lambda b: b.version.programme.name),
    Column("version", "Version of the programme", lambda b: b.version.number, "whole"),
    Column("track", "Track", lambda b: b.version.programme.track.name),
    Column("starts", "First day", lambda b: b.starts, "date"),
    Column("ends", "Last day", lambda b: b.ends, "date"),
    Column("state", "State", lambda b: b.get_state_display()),
    Column("mode", "Mode", lambda b: b.get_mode_display()),
    Column("seats", "Seats", lambda b: b.seats, "whole"),
    Column("people", "People in it", lambda b: b.people, "whole"),
)


def find_batch(request: SignedIn, slug: str) -> Batch:
    """The batch, if the person may see it; else 404: that it exists is not told."""
    found = (
        Batch.objects.visible_to(request.user)
        .select_related("version__programme__track", "host_state", "copied_from")
        .filter(slug=slug)
        .first()
    )
    if found is None:
        raise Http404("There is no such batch, or you have no place in it.")
    return found


def run_batch(request: SignedIn, slug: str) -> Batch:
    """The batch, if the person runs it."""
    found = find_batch(request, slug)
    if not may(request.user, "programmes.run_batch", found):
        raise PermissionDenied("Only the office, the manager and the coordinators of the batch may do this.")
    return found


def places_filled(found: Batch, filled: list[str], names: dict[str, str]) -> list[tuple[str, int, int]]:
    """Each role of the batch: its name, its places, how many are filled."""
    return [(names.get(p.role, p.role), p.places, filled.count(p.role)) for p in found.role_places.all()]


def _still_held(found: Batch) -> Q:
    """Roles that hold today, or held until the batch ended."""
    return Q(until__isnull=True) | Q(until__gte=min(host_today(found), found.ends))


@login_required
@require_safe
def batch_list(request: SignedIn) -> HttpResponse:
    """The batches that one may see, newest first."""
    form = BatchFilter(request.GET)
    people = Count("enrolments", filter=~Q(enrolments__state="withdrawn"), distinct=True)
    batches = Batch.objects.visible_to(request.user).select_related("version__programme__track")
    if form.is_valid():
        said = form.cleaned_data
        if said["state"]:
            batches = batches.filter(state=said["state"])
        if said["track"]:
            batches = batches.filter(version__programme__track__slug=said["track"])
        if said["year"]:
            batches = batches.filter(starts__year=said["year"])
    batches = batches.annotate(people=people).order_by("-starts", "name")
    file = export(request, COLUMNS, batches, "batches", "One run of a programme.")
    if file is not None:
        return file
    context = {
        "form": form,
        "page": paged(request, batches),
        "narrowed": any(request.GET.get(name) for name in ("state", "track", "year")),
        "may_make": may(request.user, "programmes.copy_batch"),
    }
    return render(request, "programmes/batches.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """A batch that is not copied from another."""
    if not may(request.user, "programmes.copy_batch"):
        raise PermissionDenied("Only the office makes batches.")
    form = NewBatch(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_batch(by=request.user, host_state=host(), **form.cleaned_data)
            messages.success(request, f"{made} is made. Its plan comes from the programme: check the dates.")
            return redirect("batch-plan", made.slug)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    copies = Batch.objects.visible_to(request.user).order_by("-starts")[:12]
    return render(request, "programmes/new.html", {"form": form, "copies": copies}, status=status)


@login_required
@require_safe
def batch(request: SignedIn, slug: str) -> HttpResponse:
    """One batch: what it is, where it stands, who runs it, what comes next."""
    found = find_batch(request, slug)
    runs = may(request.user, "programmes.run_batch", found)
    people = found.enrolments.exclude(state="withdrawn").count()
    names = dict(RoleKind.objects.values_list("slug", "name"))
    roles = [
        (names.get(held.role, held.role), held)
        for held in found.roles.filter(_still_held(found)).select_related("user")
    ]
    state_names = dict(Batch.State.choices)
    steps = [(to, state_names[Batch.State(to)]) for to in NEXT[found.state]]
    context = {
        "batch": found,
        "edition": found.version,
        "people": people,
        "free": max(found.seats - people, 0),
        "roles": roles,
        "places": places_filled(found, [held.role for _, held in roles], names),
        "activities": list(found.activities.select_related("kind")[:8]),
        "activity_count": found.activities.count(),
        "cities": list(found.cities.select_related("state").order_by("name")),
        "runs": runs,
        "may_copy": may(request.user, "programmes.copy_batch"),
        "may_see_people": may(request.user, "programmes.see_enrolments", found),
        "own": found.enrolments.filter(user=request.user).first(),
        "state_form": StateForm(steps) if runs else None,
        "tabs": tabs.of(found, request.user),
    }
    return render(request, "programmes/batch.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, slug: str) -> HttpResponse:
    """The description of a batch."""
    found = run_batch(request, slug)
    form = BatchForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        cities = said.pop("cities")
        try:
            fresh = Batch.objects.get(pk=found.pk)
            change_batch(fresh, by=request.user, **said)
            change_part(fresh, "cities", lambda: fresh.cities.set(cities), by=request.user)
            messages.success(request, "Kept.")
            return redirect("batch", slug)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    return render(request, "programmes/edit_batch.html", {"batch": found, "form": form}, status=status)


@login_required
@require_POST
def state(request: SignedIn, slug: str) -> HttpResponse:
    """Move a batch on, back or out."""
    found = run_batch(request, slug)
    try:
        moved = change_state(
            found, request.POST.get("to", ""), by=request.user, reason=request.POST.get("reason", "")[:500]
        )
        messages.success(request, f"{moved} is now: {moved.get_state_display()}.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("batch", slug)


def _plan(found: Batch) -> dict[str, Any]:
    """Activities by day, with what their days run into."""
    activities = list(found.activities.select_related("kind", "module"))
    states = planning.states_concerned(found)
    clashes = planning.clashes(activities, host=found.host_state, states=states)
    there: dict[tuple[str, Any], list[planning.Clash]] = {}
    for clash in clashes:
        there.setdefault((clash.title, clash.day), []).append(clash)
    return {
        "batch": found,
        "rows": [(a, there.get((a.title, a.day), [])) for a in activities],
        "bad": planning.bad_days(clashes),
        "elsewhere": planning.by_day([clash for clash in clashes if not clash.bad]),
        "notes": planning.notes(found.starts, found.ends, host=found.host_state, states=states),
        "hours": sum(a.hours for a in activities if a.day >= found.starts),
    }


@login_required
@require_safe
def plan(request: SignedIn, slug: str) -> HttpResponse:
    """The dated plan of a batch, checked against holidays."""
    found = find_batch(request, slug)
    runs = may(request.user, "programmes.run_batch", found)
    form = MoveForm(initial={"starts": found.starts})
    may_edit = runs and found.state not in CLOSED
    return render(request, "programmes/plan.html", {**_plan(found), "runs": may_edit, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def activity(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Change, add (number 0) or take out one activity."""
    found = run_batch(request, slug)
    if pk:
        held = get_object_or_404(BatchActivity.objects.select_related("batch"), pk=pk, batch=found)
    else:
        held = BatchActivity(batch=found, day=found.starts)
    title = held.title
    form = ActivityForm(request.POST or None, instance=held)
    if request.method == "POST":
        try:
            if request.POST.get("say") == "remove" and pk:
                remove_activity(
                    BatchActivity.objects.get(pk=pk),
                    by=request.user,
                    reason=request.POST.get("reason", "")[:500],
                )
                messages.success(request, f"{title} is out of the plan.")
                return redirect("batch-plan", slug)
            if form.is_valid():
                save_activity(found, form.instance, by=request.user)
                messages.success(request, "Kept.")
                return redirect("batch-plan", slug)
        except CityLabError as error:
            messages.error(request, str(error))
    status = 422 if request.method == "POST" else 200
    context = {"batch": found, "form": form, "pk": pk, "title": title}
    return render(request, "programmes/activity.html", context, status=status)


@login_required
@require_POST
def move(request: SignedIn, slug: str) -> HttpResponse:
    """Move everything dated to a new first day."""
    found = run_batch(request, slug)
    form = MoveForm(request.POST)
    if not form.is_valid():
        context = {**_plan(found), "runs": True, "form": form}
        return render(request, "programmes/plan.html", context, status=422)
    try:
        days = move_batch(
            found, form.cleaned_data["starts"], by=request.user, reason=form.cleaned_data["reason"]
        )
        messages.success(request, f"Everything is moved by {days} days.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("batch-plan", slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: SignedIn, slug: str) -> HttpResponse:
    """Planned costs: for those who run the batch."""
    found = run_batch(request, slug)
    rows = inlineformset_factory(Batch, BatchBudgetLine, form=BudgetLineForm, extra=2)
    posted = request.POST if request.method == "POST" else None
    form: Any = rows(posted, instance=found, prefix="row")
    if posted is not None and form.is_valid():
        try:
            change_part(found, "budget", form.save, by=request.user)
            messages.success(request, "Kept.")
            return redirect("batch-budget", slug)
        except CityLabError as error:
            messages.error(request, str(error))
    lines = list(found.budget_lines.all())
    rows_of_budget = [(n, budgets.cost(n), budgets.converted(n, found.budget_currency)) for n in lines]
    context = {
        "batch": found,
        "form": form,
        "lines": rows_of_budget,
        "sum": budgets.total(lines, found.budget_currency),
        "budget_lines": known_budget_lines(),
    }
    file = export(request, BUDGET, rows_of_budget, f"budget-{slug}", f"A planned cost of {found}.")
    return file or render(
        request, "programmes/budget.html", context, status=422 if posted is not None else 200
    )


BUDGET = (
    Column("line", "Budget line", lambda r: r[0].line),
    Column("amount", "Amount for one unit", lambda r: float(r[0].amount), "number"),
    Column("currency", "Currency", lambda r: r[0].currency),
    Column("quantity", "Quantity", lambda r: float(r[0].quantity), "number"),
    Column("per", "Counted in", lambda r: r[0].per),
    Column("cost", "Cost in its currency", lambda r: float(r[1]), "number"),
    Column(
        "rate",
        "Rate to the currency of the budget",
        lambda r: None if r[0].rate is None else float(r[0].rate),
        "number",
    ),
    Column("rate_on", "Exchange date", lambda r: r[0].rate_on, "date"),
    Column(
        "converted",
        "Cost in the currency of the budget",
        lambda r: None if r[2] is None else float(r[2]),
        "number",
    ),
    Column("note", "Note", lambda r: r[0].note),
)
