"""The audit page, choosing courses, and the early warnings of one student."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.degrees.audit import audit_of
from nagara.campus.degrees.domain.courses import drop_course, register_course
from nagara.campus.degrees.domain.ledger import read
from nagara.campus.degrees.domain.offers import most_credits, next_semester, obstacles, offers_in
from nagara.campus.degrees.domain.warnings import answer_warning, live
from nagara.campus.degrees.models import Advising, CourseTaking, EarlyWarning, Offering
from nagara.campus.degrees.views.access import PAGE, need, record_for
from nagara.campus.people.queries import now_valid
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError


@login_required
@require_safe
def audit(request: SignedIn, pk: int) -> HttpResponse:
    """Each rule met or unmet, what would meet it, and which course would mend it."""
    held = record_for(request, pk)
    found = audit_of(held, letter=request.GET.get("grade", ""), picks=request.GET.getlist("course")[:20])
    advising = Advising.objects.filter(now_valid(), enrolment=held).select_related("user").first()
    context = {
        "held": held,
        "batch": held.batch,
        "audit": found,
        "own": held.user_id == request.user.pk,
        "advisor": advising.user if advising else None,
        "may_take": may(request.user, "degrees.take_courses", held),
        "runs": may(request.user, "degrees.run", held),
    }
    return render(request, "degrees/audit.html", context)


@login_required
@require_http_methods(PAGE)
def courses(request: SignedIn, pk: int) -> HttpResponse:
    """What a student takes, and what is offered next; register and drop."""
    held = record_for(request, pk)
    if request.method == "POST":
        need(request, "degrees.take_courses", held)
        try:
            _said(request, pk)
        except CityLabError as error:
            messages.error(request, str(error))
        return redirect(_back(request, pk))
    ledger = read(held)
    semester = next_semester(ledger.semesters, ledger.today)
    offers = offers_in(semester) if semester else []
    rows = CourseTaking.objects.filter(enrolment=held).exclude(state=CourseTaking.State.DROPPED)
    context = {
        "held": held,
        "batch": held.batch,
        "own": held.user_id == request.user.pk,
        "semester": semester,
        "open": bool(semester and semester.open_on(ledger.today)),
        "offers": [(o, obstacles(o, ledger, offers)) for o in offers],
        "taking": [
            (row, row.semester is not None and ledger.today <= row.semester.withdraw_until)
            for row in rows.filter(state=CourseTaking.State.REGISTERED).select_related(
                "semester", "offering__lecturer"
            )
        ],
        "passed": {t.code for t in ledger.record().counting if t.earns},
        "load": ledger.record().load.get(semester.number, 0) if semester else 0,
        "most": most_credits(held.batch.version.rules),
        "may_take": may(request.user, "degrees.take_courses", held),
        "runs": may(request.user, "degrees.run", held),
    }
    return render(request, "degrees/courses.html", context)


def _said(request: SignedIn, pk: int) -> None:
    """Do what the button says."""
    held = record_for(request, pk)
    reason = request.POST.get("reason", "")[:500]
    number = request.POST.get("which", "")
    which = int(number) if number.isdecimal() and len(number) < 16 else 0
    if request.POST.get("say") == "drop":
        taking = get_object_or_404(CourseTaking.objects.select_related("enrolment"), enrolment=held, pk=which)
        done = drop_course(taking, by=request.user, reason=reason)
        messages.success(request, f"{done} is {done.get_state_display().lower()}.")
        return
    offering = get_object_or_404(Offering, semester__batch=held.batch_id, pk=which)
    made = register_course(held, offering, by=request.user, reason=reason)
    messages.success(request, f"{made} is taken: its sessions are in the timetable now.")


def _back(request: SignedIn, pk: int) -> str:
    """The page that the button stood on."""
    return reverse("degree-audit" if request.POST.get("from") == "audit" else "degree-courses", args=[pk])


@login_required
@require_http_methods(PAGE)
def warnings(request: SignedIn, pk: int) -> HttpResponse:
    """The early warnings of one student: now and before, with what was agreed."""
    held = record_for(request, pk)
    if request.method == "POST":
        need(request, "degrees.advise", held)
        text = request.POST.get("text", "")[:4000]
        try:
            answer_warning(held, request.POST.get("rule", "")[:60], text=text, by=request.user)
            messages.success(request, "What was agreed is written down.")
        except CityLabError as error:
            messages.error(request, str(error))
        return redirect("degree-warning", pk)
    ended = EarlyWarning.objects.filter(enrolment=held, ended_at__isnull=False).prefetch_related("notes__by")
    context = {
        "held": held,
        "batch": held.batch,
        "own": held.user_id == request.user.pk,
        "live": live(held.batch, [held]),
        "ended": ended,
        "may_answer": may(request.user, "degrees.advise", held),
    }
    return render(request, "degrees/warning.html", context)
