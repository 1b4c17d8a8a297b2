"""One's own degrees, classes and advisees; the class sheet of a course."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.degrees.domain.grading import (
    change_grade,
    class_of,
    enter_grades,
    letters_of,
    preview,
    release_grades,
)
from nagara.campus.degrees.models import Advising, CourseTaking, GradeChange, Offering
from nagara.campus.degrees.views.access import PAGE, class_for
from nagara.campus.design.lists import Column, export
from nagara.campus.people.queries import now_valid
from nagara.campus.people.requests import SignedIn
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError

COLUMNS = (
    Column("name", "Name as in passport", lambda t: t.enrolment.user.passport_name),
    Column("native_name", "Name in own script", lambda t: t.enrolment.user.native_name),
    Column("email", "E-mail", lambda t: t.enrolment.user.email),
    Column("state", "State", lambda t: t.get_state_display()),
    Column("grade", "Grade", lambda t: t.grade.letter if t.grade else ""),
    Column("draft", "Grade not released yet", lambda t: t.draft.letter if t.draft else ""),
)


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """One's own degrees, the classes one teaches, the students one advises."""
    own = list(
        Enrolment.objects.filter(user=request.user, batch__version__rules__has_key="degree")
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("batch")
        .order_by("-since", "-pk")
    )
    classes = (
        Offering.objects.filter(lecturer=request.user)
        .select_related("course", "semester__batch")
        .order_by("-semester__starts", "course__code")
    )
    advisees = (
        Advising.objects.filter(now_valid(), user=request.user)
        .select_related("enrolment__user", "enrolment__batch")
        .order_by("enrolment__batch", "enrolment__user__sort_key")
    )
    if len(own) == 1 and not classes and not advisees:
        return redirect("degree-audit", own[0].pk)
    return render(request, "degrees/mine.html", {"own": own, "classes": classes, "advisees": advisees})


@login_required
@require_http_methods(PAGE)
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """The class sheet: enter all grades, look at them, release them; change one with a reason."""
    offering = class_for(request, pk)
    if request.method == "POST":
        try:
            _said(request, offering)
        except CityLabError as error:
            messages.error(request, str(error))
        looking = request.POST.get("say") == "preview"
        return redirect(f"{offering.get_absolute_url()}?look=1" if looking else offering.get_absolute_url())
    rows = class_of(offering)
    file = export(request, COLUMNS, rows, f"class-{offering.course.code}", f"A student of {offering}.")
    if file is not None:
        return file
    held = list(rows)
    context = {
        "offering": offering,
        "batch": offering.semester.batch,
        "rows": held,
        "letters": list(letters_of(offering).values()),
        "graded": any(row.grade for row in held),
        "waiting": any(row.state == "registered" for row in held),
        "preview": preview(offering) if request.GET.get("look") else None,
        "changes": GradeChange.objects.filter(taking__offering=offering).select_related(
            "taking__enrolment__user", "was", "now", "by"
        ),
    }
    return render(request, "degrees/sheet.html", context)


def _said(request: SignedIn, offering: Offering) -> None:
    """Keep, release or change."""
    say = request.POST.get("say")
    if say == "release":
        count = release_grades(offering, by=request.user)
        messages.success(request, f"{count} grades are released; each student is told.")
    elif say == "change":
        number = request.POST.get("which", "")
        key = int(number) if number.isdecimal() and len(number) < 16 else 0
        taking = get_object_or_404(CourseTaking, offering=offering, pk=key)
        reason = request.POST.get("reason", "")[:2000]
        changed = change_grade(taking, request.POST.get("letter", "")[:6], by=request.user, reason=reason)
        messages.success(request, f"The grade is {changed.grade} now; the reason is kept and told.")
    else:
        letters = {
            int(name.removeprefix("grade-")): str(value)[:6]
            for name, value in request.POST.items()
            if name.startswith("grade-") and name.removeprefix("grade-").isdecimal() and len(name) < 22
        }
        count = enter_grades(offering, letters, by=request.user)
        messages.success(request, f"Kept: {count} changed. Only you and the office see them.")
