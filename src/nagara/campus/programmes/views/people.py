"""People of a batch: who has which role, who is enrolled, where each stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.cities.models import State
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.models import User
from nagara.campus.people.names import searchable
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.domain import change_enrolment, end_role, give_role, waive
from nagara.campus.programmes.forms import EnrolmentFilter, RoleForm, WaiverForm
from nagara.campus.programmes.models import BatchRole, Enrolment, RoleKind
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import says
from nagara.campus.programmes.standing import SECTIONS, standings
from nagara.campus.programmes.views.batches import find_batch, places_filled, run_batch
from nagara.citylab.errors import CityLabError

COLUMNS = (
    Column("name", "Name as in passport", lambda e: e.user.passport_name),
    Column("native_name", "Name in own script", lambda e: e.user.native_name),
    Column("preferred_name", "Name to be called by", lambda e: e.user.preferred_name),
    Column("email", "E-mail", lambda e: e.user.email),
    Column("sex", "Sex", lambda e: e.user.get_sex_display()),
    Column("city", "City", lambda e: e.city.name if e.city else ""),
    Column("state", "State", lambda e: e.city.state.name if e.city else ""),
    Column("standing", "Standing in the batch", lambda e: e.get_state_display()),
    Column("application", "Application", lambda e: e.application_ref),
    Column("since", "Since", lambda e: e.since, "date"),
)


@login_required
@require_safe
def enrolments(request: SignedIn, slug: str) -> HttpResponse:
    """The people of a batch."""
    batch = find_batch(request, slug)
    if not may(request.user, "programmes.see_enrolments", batch):
        raise PermissionDenied("Only those who run or teach the batch see its people.")
    rows = batch.enrolments.select_related("user", "city__state").order_by("user__sort_key", "pk")
    countries = State.objects.filter(cities__enrolments__batch=batch).distinct().values_list("iso2", "name")
    form = EnrolmentFilter(list(Enrolment.State.choices), list(countries), request.GET)
    if form.is_valid():
        said = form.cleaned_data
        if said["q"]:
            rows = rows.filter(
                Q(user__search_text__icontains=searchable(said["q"])) | Q(user__email__icontains=said["q"])
            )
        if said["country"]:
            rows = rows.filter(city__state__iso2=said["country"])
        if said["state"]:
            rows = rows.filter(state=said["state"])
    file = export(request, COLUMNS, rows, f"people-{slug}", f"A person in {batch}.")
    if file is not None:
        return file
    context = {
        "batch": batch,
        "form": form,
        "page": paged(request, rows),
        "narrowed": any(request.GET.get(name) for name in ("q", "country", "state")),
        "may_waive": may(request.user, "programmes.run_batch", batch),
    }
    return render(request, "programmes/people.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Where one person stands: every rule, met or not. Those who run the batch may waive and withdraw."""
    batch = find_batch(request, slug)
    rows = Enrolment.objects.visible_to(request.user).select_related(
        "user", "city", "batch__version__programme"
    )
    held = rows.filter(batch=batch, pk=pk).first()
    if held is None:
        raise Http404("There is no such person in the batch.")
    runs = may(request.user, "programmes.run_batch", batch)
    rules = [(str(rule["id"]), says(rule)) for rule in rules_of(batch.version.rules, "certificate")]
    form = WaiverForm(rules)
    if request.method == "POST":
        if not runs:
            raise PermissionDenied("Only those who run the batch may do this.")
        form, done = _said(request, held, rules)
        if done:
            return redirect("enrolment", slug, pk)
    context = {
        "batch": batch,
        "held": held,
        "standings": standings(held, _sections(runs=runs, own=held.user_id == request.user.pk)),
        "runs": runs,
        "form": form,
        "states": [choice for choice in Enrolment.State.choices if choice[0] != held.state],
    }
    return render(request, "programmes/person.html", context, status=422 if request.method == "POST" else 200)


def _sections(*, runs: bool, own: bool) -> tuple[str, ...]:
    """Grades and warnings are for the person and those who run the batch; others see the certificate."""
    return SECTIONS if runs or own else ("certificate",)


def _said(request: SignedIn, held: Enrolment, rules: list[tuple[str, str]]) -> tuple[WaiverForm, bool]:
    """Do what the form says: waive a rule or change the standing. True where it is done."""
    form = WaiverForm(rules)
    try:
        if request.POST.get("say") == "waive":
            form = WaiverForm(rules, request.POST)
            if not form.is_valid():
                return form, False
            waive(held, by=request.user, **form.cleaned_data)
            messages.success(request, "The rule is waived; the reason and your name stand beside it.")
            return form, True
        reason = request.POST.get("reason", "")[:500]
        changed = change_enrolment(held, request.POST.get("to", ""), by=request.user, reason=reason)
        messages.success(request, f"{changed.user} is now: {changed.get_state_display()}.")
    except CityLabError as error:
        messages.error(request, str(error))
        return form, False
    return form, True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: SignedIn, slug: str) -> HttpResponse:
    """Who has which role in the batch; give and end roles."""
    batch = run_batch(request, slug)
    form = RoleForm(request.POST if request.POST.get("say") == "give" else None)
    if request.method == "POST" and _role_said(request, batch, form):
        return redirect("batch-roles", slug)
    names = dict(RoleKind.objects.values_list("slug", "name"))
    held = list(batch.roles.select_related("user").order_by("role", "user__sort_key"))
    filled = [h.role for h in held if h.until is None]
    context = {
        "batch": batch,
        "form": form,
        "roles": [(names.get(h.role, h.role), h) for h in held],
        "places": places_filled(batch, filled, names),
    }
    return render(request, "programmes/roles.html", context, status=422 if request.method == "POST" else 200)


def _role_said(request: SignedIn, batch: Any, form: RoleForm) -> bool:
    try:
        if request.POST.get("say") == "end":
            pk = request.POST.get("held", "")
            held = get_object_or_404(
                BatchRole, batch=batch, pk=int(pk) if pk.isdecimal() and len(pk) < 16 else 0
            )
            end_role(held, by=request.user, reason=request.POST.get("reason", "")[:500])
            messages.success(request, "The role has ended.")
            return True
        if not form.is_valid():
            return False
        user = User.objects.filter(email__iexact=form.cleaned_data["email"]).first()
        if user is None:
            form.add_error("email", "Nobody here has this e-mail. Invite the person first.")
            return False
        give_role(batch, user, form.cleaned_data["role"], by=request.user)
        messages.success(request, f"{user} has the role now.")
    except CityLabError as error:
        messages.error(request, str(error))
        return False
    return True
