"""What else is on record: advisor and meetings, milestones, practicum, leave, transfer, double counting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.degrees import forms
from nagara.campus.degrees.domain import progress
from nagara.campus.degrees.models import (
    Advising,
    AdvisorMeeting,
    CourseTaking,
    Leave,
    Milestone,
    Practicum,
    Semester,
)
from nagara.campus.degrees.transcript import transcript_of, transcript_pdf
from nagara.campus.degrees.views.access import PAGE, need, record_for
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError

Form = django_forms.Form
SAYS = {
    "meeting": "degrees.advise",
    "milestone": "degrees.advise",
    "practicum": "degrees.advise",
    "log": "degrees.see_record",
    "advisor": "degrees.run",
    "transfer": "degrees.run",
    "double": "degrees.run",
    "leave": "degrees.run",
    "end-leave": "degrees.run",
}
"""What a form says, and who may say it."""


def _forms(held: Enrolment) -> dict[str, Callable[..., Form]]:
    double = [
        (str(t.pk), f"{t} ({t.other_degree or 'for this degree only'})")
        for t in CourseTaking.objects.filter(
            enrolment=held, state__in=["completed", "transferred", "registered"]
        )
    ]
    semesters = Semester.objects.filter(batch=held.batch)
    return {
        "meeting": forms.MeetingForm,
        "milestone": lambda *a: forms.MilestoneForm(progress.milestone_names(held), *a),
        "practicum": forms.PracticumForm,
        "log": forms.PracticumLogForm,
        "advisor": forms.AdvisorForm,
        "transfer": forms.TransferForm,
        "double": lambda *a: forms.DoubleForm(double, *a),
        "leave": lambda *a: forms.LeaveForm(semesters, *a),
    }


@login_required
@require_http_methods(PAGE)
def record(request: SignedIn, pk: int) -> HttpResponse:
    """The record beside the courses. Advisors log meetings and milestones; the office does the rest."""
    held = record_for(request, pk)
    makers = _forms(held)
    said = request.POST.get("say", "")
    bound: dict[str, Form] = {}
    if request.method == "POST":
        need(request, SAYS.get(said, "degrees.run"), held)
        if said == "end-leave":
            return _end_leave(request, held)
        form = makers[said](request.POST) if said in makers else None
        if form is not None and form.is_valid() and _done(request, held, said, form):
            messages.success(request, "It is on record.")
            return redirect("degree-record", pk)
        if form is not None:
            bound[said] = form
    shown = {
        name: bound.get(name) or make()
        for name, make in makers.items()
        if may(request.user, SAYS[name], held)
    }
    context = {
        "held": held,
        "batch": held.batch,
        "own": held.user_id == request.user.pk,
        "forms": shown,
        "said": said,
        "advising": Advising.objects.filter(enrolment=held).select_related("user").order_by("-since"),
        "meetings": AdvisorMeeting.objects.filter(enrolment=held).select_related("advisor"),
        "milestones": _milestones(held),
        "practica": Practicum.objects.filter(enrolment=held).prefetch_related("entries__by"),
        "leaves": Leave.objects.filter(enrolment=held).select_related("semester"),
        "transfers": CourseTaking.objects.filter(enrolment=held, state="transferred"),
        "doubled": CourseTaking.objects.filter(enrolment=held).exclude(other_degree=""),
        "runs": may(request.user, "degrees.run", held),
    }
    return render(request, "degrees/record.html", context, status=422 if bound else 200)


def _milestones(held: Enrolment) -> list[tuple[str, list[Milestone], bool]]:
    rows = list(Milestone.objects.filter(enrolment=held).select_related("by"))
    names = [*progress.milestone_names(held)]
    return [
        (name, [m for m in rows if m.name == name], any(m.passed for m in rows if m.name == name))
        for name in names
    ]


def _done(request: SignedIn, held: Enrolment, said: str, form: Form) -> bool:
    """Call the verb of a form; its error stands beside the form."""
    data: dict[str, Any] = dict(form.cleaned_data)
    by = request.user
    try:
        if said == "advisor":
            advisor = forms.person_by_mail(form, "advisor")
            if advisor is None:
                return False
            progress.name_advisor(held, advisor, by=by)
        elif said == "double":
            taking = get_object_or_404(CourseTaking, enrolment=held, pk=int(data.pop("taking")))
            progress.count_double(taking, by=by, **data)
        elif said == "log":
            number = request.POST.get("practicum", "")
            key = int(number) if number.isdecimal() and len(number) < 16 else 0
            progress.log_practicum(get_object_or_404(Practicum, enrolment=held, pk=key), by=by, **data)
        else:
            verbs: dict[str, Callable[..., object]] = {
                "meeting": progress.log_meeting,
                "milestone": _milestone,
                "practicum": progress.begin_practicum,
                "transfer": progress.transfer_credit,
                "leave": _leave,
            }
            verbs[said](held, by=by, **data)
    except CityLabError as error:
        form.add_error(None, str(error))
        return False
    return True


def _milestone(held: Enrolment, *, name: str, **data: Any) -> object:
    return progress.record_milestone(held, name, **data)


def _leave(held: Enrolment, *, semester: Semester, **data: Any) -> object:
    return progress.grant_leave(held, semester, **data)


def _end_leave(request: SignedIn, held: Enrolment) -> HttpResponse:
    number = request.POST.get("leave", "")
    key = int(number) if number.isdecimal() and len(number) < 16 else 0
    leave = get_object_or_404(Leave, enrolment=held, pk=key)
    try:
        progress.end_leave(leave, by=request.user, reason=request.POST.get("reason", "")[:500])
        messages.success(request, "The leave is taken back.")
    except CityLabError as error:
        messages.error(request, str(error))
    return redirect("degree-record", held.pk)


@login_required
@require_safe
def transcript(request: SignedIn, pk: int) -> HttpResponse:
    """The transcript as a page."""
    held = record_for(request, pk)
    context = {
        "held": held,
        "batch": held.batch,
        "own": held.user_id == request.user.pk,
        "transcript": transcript_of(held),
    }
    return render(request, "degrees/transcript.html", context)


@login_required
@require_safe
def transcript_file(request: SignedIn, pk: int) -> HttpResponse:
    """The transcript as PDF."""
    held = record_for(request, pk)
    return HttpResponse(
        transcript_pdf(transcript_of(held)),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="transcript-{held.pk}.pdf"'},
    )
