"""Decisions about an assessment: who answers, sending, returning, targets, agreeing; and who is expert."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from nagara.campus.people.models import User
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.readiness.domain import deciding
from nagara.campus.readiness.domain.answering import set_target
from nagara.campus.readiness.domain.deciding import NotNow
from nagara.campus.readiness.forms import NewExpert
from nagara.campus.readiness.models import Assessment, Expert
from nagara.campus.readiness.questions import profile, questionnaire
from nagara.campus.readiness.views.finding import assessment_for


def _allowed(request: SignedIn, right: str, found: Assessment, who: str) -> None:
    if not may(request.user, right, found):
        raise PermissionDenied(f"{who} may do this.")


@login_required
@require_POST
def say(request: SignedIn, pk: int) -> HttpResponse:
    """One decision: `say` is send, return, agree, reopen or answerers; with `reason`."""
    found = assessment_for(request, pk)
    said, reason = request.POST.get("say", ""), request.POST.get("reason", "")
    try:
        message = _carry_out(request, found, said, reason)
    except NotNow as error:
        messages.error(request, f"{error.what} {error.mend}")
    else:
        messages.success(request, message)
    return redirect(found)


def _carry_out(request: SignedIn, found: Assessment, said: str, reason: str) -> str:
    user = request.user
    if said == "send":
        _allowed(request, "readiness.lead", found, f"The CSCO of {found.city}")
        deciding.send_to_expert(found, by=user, reason=reason)
        return "The expert verifies now."
    if said == "return":
        _allowed(request, "readiness.verify", found, "The expert")
        deciding.return_to_city(found, by=user, reason=reason)
        return "The city can answer again."
    if said == "reopen":
        _allowed(request, "readiness.reopen", found, "The office")
        deciding.reopen(found, by=user, reason=reason)
        return "The assessment is open again."
    if said == "answerers":
        _allowed(request, "readiness.lead", found, f"The CSCO of {found.city}")
        chosen = [int(pk) for pk in request.POST.getlist("person") if pk.isdecimal()]
        deciding.name_answerers(found, list(User.objects.filter(pk__in=chosen)), by=user)
        return "Those who answer are named."
    if said == "agree":
        return _agree(request, found, reason)
    raise NotNow("The form asked for something that we do not know.")


def _agree(request: SignedIn, found: Assessment, reason: str) -> str:
    _allowed(request, "readiness.set_target", found, f"The CSCO of {found.city} and the expert")
    side = "city" if may(request.user, "readiness.lead", found) else "expert"
    after = deciding.say_yes(found, side=side, by=request.user, reason=reason)
    if after.state == Assessment.State.AGREED:
        return "City and expert have both said yes: the assessment is agreed."
    return f"Your yes is kept. Now the {'expert' if side == 'city' else 'city'} has to say it."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def targets(request: SignedIn, pk: int) -> HttpResponse:
    """Where the city wants to be, dimension by dimension; set by city and expert together."""
    found = assessment_for(request, pk)
    may_set = may(request.user, "readiness.set_target", found) and found.state == Assessment.State.VERIFYING
    errors: dict[str, str] = {}
    if request.method == "POST":
        _allowed(request, "readiness.set_target", found, f"The CSCO of {found.city} and the expert")
        errors = _set(request, found)
        if not errors:
            messages.success(request, "The targets are saved. City and expert each say yes to them next.")
            return redirect(found)
    set_ = {target.dimension: target for target in found.targets.select_related("set_by")}
    rows = [
        {
            "d": d,
            "target": set_.get(d.id),
            "typed": request.POST.get(f"target-{d.id}", "") if errors else None,
            "reason": request.POST.get(f"reason-{d.id}", "") if errors else None,
            "error": errors.get(d.id, ""),
        }
        for d in profile(found).dimensions
    ]
    context = {"assessment": found, "rows": rows, "may_set": may_set}
    return render(request, "readiness/targets.html", context, status=422 if errors else 200)


@transaction.atomic
def _set(request: SignedIn, found: Assessment) -> dict[str, str]:
    """Set what was changed on the page; an emptied field goes back to the default. Returns what is wrong,
    also where somebody set another target since the page was opened: nothing is set then."""
    locked = deciding.held(found, Assessment.State.VERIFYING)
    there = {target.dimension: target for target in locked.targets.select_related("set_by")}
    errors, wanted = {}, []
    for key in questionnaire(found).dimension:
        if f"target-{key}" not in request.POST:
            continue
        now, typed = there.get(key), _typed(request, key)
        if typed == (request.POST.get(f"seen-{key}", ""), request.POST.get(f"seen-reason-{key}", "")):
            continue
        try:
            value = Decimal(typed[0].replace(",", ".")) if typed[0] else None
        except InvalidOperation:
            errors[key] = f"“{typed[0][:20]}” is no number."
            continue
        if value is not None and not (value.is_finite() and 0 <= value <= 5):
            errors[key] = "A target lies between 0 and 5."
        elif request.POST.get(f"seen-{key}", "") != (str(now.value) if now else ""):
            said = f"{now.set_by} set {now.value}" if now else "it went back to the default"
            errors[key] = f"Meanwhile {said}. Save again to put yours in its place."
        wanted.append((key, value, typed[1]))
    if not errors:
        for key, value, reason in wanted:
            set_target(found, key, value, by=request.user, reason=reason)
    return errors


def _typed(request: SignedIn, key: str) -> tuple[str, str]:
    return request.POST.get(f"target-{key}", "").strip(), request.POST.get(f"reason-{key}", "").strip()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def experts(request: SignedIn) -> HttpResponse:
    """Programme experts: the office names and ends them."""
    if not may(request.user, "readiness.name_expert"):
        raise PermissionDenied("The office keeps the list of experts.")
    ending = request.POST.get("end", "")
    form = NewExpert(request.POST if request.method == "POST" and not ending else None)
    if ending.isdecimal():
        return _end(request, int(ending))
    if request.method == "POST" and form.is_valid():
        user = User.objects.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
        if user is None:
            form.add_error("email", "Nobody here has that address. Ask the person to make an account first.")
        else:
            deciding.name_expert(user, city=form.cleaned_data["city"], by=request.user)
            messages.success(request, f"{user} is a programme expert.")
            return redirect("experts")
    posts = Expert.objects.current().select_related("user", "city").order_by("user__sort_key", "city__name")
    context: dict[str, Any] = {"form": form, "posts": posts}
    return render(request, "readiness/experts.html", context, status=422 if form.errors else 200)


def _end(request: SignedIn, pk: int) -> HttpResponse:
    expert = Expert.objects.current().filter(pk=pk).first()
    if expert is not None:
        try:
            deciding.end_expert(expert, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, f"{expert.user} is no expert any more.")
        except NotNow as error:
            messages.error(request, f"{error.what} {error.mend}")
    return redirect("experts")
