"""An applicant's pages: one's applications, the checklist, the short pages, handing in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.admissions import pages, queries
from nagara.campus.admissions.application_forms import AnswersForm, CitizenshipForm, WorkForm, YouForm
from nagara.campus.admissions.domain import applying, citizenship, eligibility
from nagara.campus.admissions.models import Application
from nagara.campus.admissions.outcomes import outcome, outcomes
from nagara.campus.admissions.views import desk
from nagara.campus.admissions.views.calls import find_call
from nagara.campus.people.domain import change_names
from nagara.campus.people.requests import SignedIn
from nagara.citylab.errors import CityLabError


def find_application(request: HttpRequest, pk: int) -> Application:
    """The application, where the person may see it: else nobody learns that there is one."""
    rows = Application.objects.visible_to(request.user).select_related(
        "call__batch__version__programme__track", "user", "nomination", "city", "home_state"
    )
    return get_object_or_404(rows, pk=pk)


def own_application(request: SignedIn, pk: int) -> Application:
    """The application, for the person whose it is."""
    application = find_application(request, pk)
    if application.user_id != request.user.pk:
        raise Http404
    return application


@login_required
@require_safe
def my_applications(request: SignedIn) -> HttpResponse:
    """One's own applications, and the nominations to begin one by."""
    mine = list(
        Application.objects.filter(user=request.user)
        .select_related("call__batch", "city", "home_state")
        .order_by("-started_at")
    )
    released = outcomes([one.pk for one in mine])
    rows = [(one, released.get(one.pk)) for one in mine]
    waiting = [one for one in queries.waiting_nominations(request.user) if one.call.is_open]
    return render(request, "admissions/my_applications.html", {"rows": rows, "waiting": waiting})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: SignedIn, slug: str) -> HttpResponse:
    """Begin an application, or go on with the one begun."""
    call = find_call(request, slug)
    if request.method == "POST":
        return redirect(applying.start(call, user=request.user))
    mine = Application.objects.filter(call=call, user=request.user).first()
    if mine is not None:
        return redirect(mine)
    context = {"call": call, "standing": call.standing()}
    return render(request, "admissions/apply.html", context)


@login_required
@require_safe
def application(request: SignedIn, pk: int) -> HttpResponse:
    """The checklist of one's own application; for those who run the batch, the office's page of it."""
    found = find_application(request, pk)
    if found.user_id != request.user.pk:
        return desk.application_page(request, found)
    missing = applying.missing(found)
    context = {
        "application": found,
        "call": found.call,
        "pages": pages.checklist(found, missing),
        "documents": pages.documents(found),
        "told": eligibility.tell(found),
        "missing": missing,
        "in_time": found.in_time(),
        "outcome": outcome(found),
        "history": queries.history(f"application/{found.pk}"),
    }
    return render(request, "admissions/application.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_section(request: SignedIn, pk: int, section: str) -> HttpResponse:
    """One short page of an application: saved when sent, then on to the next."""
    found = own_application(request, pk)
    form = _form(request, found, section)
    if request.method == "POST" and form.is_valid():
        try:
            _save(found, section, form, request)
        except CityLabError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved.")
            if "later" in request.POST:
                return redirect(found)
            return redirect(pages.address(found, pages.after(found.call, section)))
    context = {
        "application": found,
        "call": found.call,
        "form": form,
        "section": section,
        "title": dict(pages.pages(found.call))[section],
        "place": pages.place(found.call, section),
        "in_time": found.in_time() and not found.is_handed_in,
        "sealed": section == "citizenship",
        "answered": section == "citizenship" and citizenship.answered(found),
    }
    return render(request, "admissions/section.html", context)


def _form(request: SignedIn, found: Application, section: str) -> Any:
    data = request.POST or None
    if section == "you":
        return YouForm(data, instance=found.user, initial={"sex": found.sex or found.user.sex})
    if section == "work":
        return WorkForm(data, instance=found)
    if section == "citizenship" and found.call.asks_citizenship:
        return CitizenshipForm(data)
    page = next((page for page in found.call.questions if page["key"] == section), None)
    if page is None:
        raise Http404
    return AnswersForm(data, page=page, answers=found.answers)


def _save(found: Application, section: str, form: Any, request: SignedIn) -> None:
    given = dict(form.cleaned_data)
    by = request.user
    if section == "you":
        applying.save_sex(found, given.pop("sex"), by=by)
        change_names(found.user, by=by, **given)
    elif section == "work":
        applying.save_work(found, by=by, **given)
    elif section == "citizenship":
        applying.save_citizenship(found, given, by=by)
    else:
        applying.save_answers(found, form.answers(), by=by)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_submit(request: SignedIn, pk: int) -> HttpResponse:
    """Everything once more on one page, whether the rules are met and why, and the button."""
    found = own_application(request, pk)
    error = ""
    if request.method == "POST":
        try:
            done = applying.submit(found, by=request.user, anyway="anyway" in request.POST)
        except CityLabError as problem:
            error = str(problem)
        else:
            messages.success(request, f"Your application is handed in. Its number is {done.reference}.")
            return redirect(done)
    opened = citizenship.read(found, by=request.user, reason="own application")
    told = eligibility.tell(found, opened)
    missing = applying.missing(found)
    context = {
        "application": found,
        "call": found.call,
        "told": told,
        "eligible": eligibility.outcome(told),
        "before": [one for one in missing if not one.later],
        "later": [one for one in missing if one.later],
        "summary": pages.summary(found),
        "in_time": found.in_time(),
        "error": error,
    }
    return render(request, "admissions/submit.html", context, status=400 if error else 200)


@login_required
@require_POST
def application_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """Take one's application back, or take it up again."""
    found = own_application(request, pk)
    if request.POST.get("say") == "again":
        applying.take_up(found, by=request.user)
        messages.success(request, "Your application is a draft again.")
    else:
        applying.withdraw(found, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, "Your application is withdrawn.")
    return redirect(found)
