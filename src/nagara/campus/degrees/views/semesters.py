"""The office's pages: semesters, offered courses, how the batch counts, grade scales."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from nagara.campus.degrees import forms
from nagara.campus.degrees.domain import semesters as verbs
from nagara.campus.degrees.domain.offers import offers_in
from nagara.campus.degrees.models import DegreePolicy, GradeScale, Offering, Semester
from nagara.campus.degrees.views.access import PAGE, batch_for, semester_for
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office
from nagara.campus.people.requests import SignedIn
from nagara.campus.programmes.models import Batch, Course
from nagara.campus.timetable.models import Activity
from nagara.citylab.errors import CityLabError


@login_required
@require_http_methods(PAGE)
def semesters(request: SignedIn, slug: str) -> HttpResponse:
    """The semesters of a batch, and how it counts."""
    batch = batch_for(request, slug, "degrees.run")
    say = request.POST.get("say")
    policy = DegreePolicy.objects.filter(batch=batch).first()
    start = {"practicum_days": 60, "scale": GradeScale.objects.first(), "repeats": "best"}
    if policy is not None:
        start = {"practicum_days": policy.practicum_days, "scale": policy.scale_id, "repeats": policy.repeats}
    form = forms.SemesterForm(request.POST if say == "semester" else None)
    counting = forms.PolicyForm(request.POST if say == "policy" else None, initial=start)
    if request.method == "POST":
        if say == "needs":
            return _needs(request, batch)
        if _said(request, batch, form if say == "semester" else counting):
            return redirect("degree-semesters", slug)
    context = {
        "batch": batch,
        "semesters": Semester.objects.filter(batch=batch).annotate(courses=Count("offerings")),
        "form": form,
        "counting": counting,
        "policy": policy,
        "courses": Course.objects.filter(version=batch.version).prefetch_related("prerequisites__needs"),
    }
    return render(request, "degrees/semesters.html", context, status=422 if request.method == "POST" else 200)


def _said(request: SignedIn, batch: Batch, form: forms.SemesterForm | forms.PolicyForm) -> bool:
    if not form.is_valid():
        return False
    try:
        if isinstance(form, forms.SemesterForm):
            made = verbs.plan_semester(batch, by=request.user, **form.cleaned_data)
            messages.success(request, f"{made} is planned. Offer its courses next.")
        else:
            verbs.set_policy(batch, by=request.user, **form.cleaned_data)
            messages.success(request, "It counts so from now on.")
    except CityLabError as error:
        form.add_error(None, str(error))
        return False
    return True


def _needs(request: SignedIn, batch: Batch) -> HttpResponse:
    """What a course asks for: codes with commas."""
    courses = {c.code: c for c in Course.objects.filter(version=batch.version)}
    course = courses.get(request.POST.get("course", ""))
    codes = [c.strip() for c in request.POST.get("needs", "")[:400].replace(";", ",").split(",") if c.strip()]
    unknown = [code for code in codes if code not in courses]
    if course is None or unknown:
        messages.error(request, f"There is no course {', '.join(unknown) or 'of this code'} in this version.")
    else:
        try:
            verbs.set_prerequisites(course, [courses[code] for code in codes], by=request.user)
            messages.success(request, f"{course.code} asks for {', '.join(codes) or 'nothing'} now.")
        except CityLabError as error:
            messages.error(request, str(error))
    return redirect("degree-semesters", batch.slug)


@login_required
@require_http_methods(PAGE)
def semester(request: SignedIn, pk: int) -> HttpResponse:
    """One semester: its days and the courses that it offers."""
    held = semester_for(request, pk)
    say = request.POST.get("say")
    offered = Offering.objects.filter(semester=held)
    courses = Course.objects.filter(version=held.batch.version)
    days = {name: getattr(held, name) for name in ("name", *verbs.DAYS)}
    form = forms.SemesterForm(request.POST if say == "semester" else None, initial=days)
    offer = forms.OfferForm(courses, request.POST if say == "offer" else None)
    if request.method == "POST" and _semester_said(request, held, form, offer):
        return redirect(held.get_absolute_url())
    context = {
        "held": held,
        "batch": held.batch,
        "form": form,
        "offer": offer,
        "offers": offers_in(held),
        "activities": Activity.objects.filter(batch=held.batch).order_by("title"),
        "empty": not offered.exists(),
    }
    return render(request, "degrees/semester.html", context, status=422 if request.method == "POST" else 200)


def _semester_said(
    request: SignedIn, held: Semester, form: forms.SemesterForm, offer: forms.OfferForm
) -> bool:
    say = request.POST.get("say")
    try:
        if say == "semester":
            if not form.is_valid():
                return False
            verbs.change_semester(held, by=request.user, **form.cleaned_data)
        elif say == "offer":
            if not offer.is_valid():
                return False
            data = dict(offer.cleaned_data)
            data["lecturer"] = forms.person_by_mail(offer, "lecturer")
            if offer.errors:
                return False
            verbs.offer_course(held, data.pop("course"), by=request.user, **data)
        else:
            _change_offering(request, held)
    except CityLabError as error:
        if say == "change":
            messages.error(request, str(error))
        else:
            (form if say == "semester" else offer).add_error(None, str(error))
        return False
    messages.success(request, "It is kept.")
    return True


def _change_offering(request: SignedIn, held: Semester) -> None:
    def number(name: str) -> int:
        text = request.POST.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    offering = get_object_or_404(Offering, semester=held, pk=number("which"))
    activity = Activity.objects.filter(batch=held.batch, pk=number("activity")).first()
    mail = request.POST.get("lecturer", "").strip()
    lecturer = None
    if mail:
        lecturer = User.objects.filter(email__iexact=mail).first()
        if lecturer is None:
            raise verbs.DegreeError(
                "Nobody here has this e-mail.", where="lecturer", mend="Invite the person."
            )
    verbs.change_offering(
        offering, by=request.user, seats=number("seats"), lecturer=lecturer, activity=activity
    )


@login_required
@require_http_methods(PAGE)
def scales(request: SignedIn) -> HttpResponse:
    """The grade scales."""
    if not is_office(request.user):
        raise PermissionDenied("Grade scales are for the office.")
    found = GradeScale.objects.prefetch_related("grades")
    return render(request, "degrees/scales.html", {"scales": found})


@login_required
@require_http_methods(PAGE)
def scale(request: SignedIn, pk: int) -> HttpResponse:
    """One version of a scale; writing a version that was used makes the next one."""
    if not is_office(request.user):
        raise PermissionDenied("Grade scales are for the office.")
    held = get_object_or_404(GradeScale, pk=pk)
    rows = [
        (g.letter, "" if g.points is None else str(g.points), g.passes, g.meaning) for g in held.grades.all()
    ]
    if request.method == "POST":
        sent = zip(
            request.POST.getlist("letter")[:60],
            request.POST.getlist("points")[:60],
            request.POST.getlist("passes")[:60],
            request.POST.getlist("meaning")[:60],
            strict=False,
        )
        rows = [(letter, points, passes == "yes", meaning) for letter, points, passes, meaning in sent]
        try:
            written = verbs.write_scale(held, rows, note=request.POST.get("note", "")[:2000], by=request.user)
            messages.success(request, f"{written} is kept.")
            return redirect(written.get_absolute_url())
        except CityLabError as error:
            messages.error(request, str(error))
    context = {
        "scale": held,
        "used": verbs.scale_used(held),
        "rows": [*rows, ("", "", True, ""), ("", "", True, "")],
    }
    return render(request, "degrees/scale.html", context, status=422 if request.method == "POST" else 200)
