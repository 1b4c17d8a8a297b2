"""Pages of the office: modules and rubrics."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.catalogue_forms import ModuleForm, criteria_forms, criteria_from
from nagara.campus.programmes.domain.catalogue import new_rubric_version, save_module
from nagara.campus.programmes.models import Module, Rubric
from nagara.citylab.errors import CityLabError

NEW = "new"


def _office(request: SignedIn) -> None:
    if not may(request.user, "programmes.change_programme"):
        raise PermissionDenied("Only the office changes modules and rubrics.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_module(request: SignedIn, code: str) -> HttpResponse:
    """Change a module; the code "new" adds one."""
    _office(request)
    held = Module() if code == NEW else get_object_or_404(Module, code=code)
    form = ModuleForm(request.POST or None, instance=held)
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_module(form.save(commit=False), by=request.user)
            messages.success(request, f"{kept} is kept. Published versions keep the hours they have.")
            return redirect("module", kept.code)
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "held": None if code == NEW else held}
    return render(request, "programmes/edit_module.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_rubric(request: SignedIn, key: str) -> HttpResponse:
    """Change a rubric: what is kept is its next version."""
    _office(request)
    rubric = Rubric.objects.filter(key=key).order_by("-version").first()
    if rubric is None:
        raise Http404("There is no such rubric.")
    form = criteria_forms(rubric, request.POST if request.method == "POST" else None)
    title = request.POST.get("title", rubric.title)[:160]
    if request.method == "POST" and form.is_valid():
        try:
            made = new_rubric_version(key, title=title, criteria=criteria_from(form), by=request.user)
            messages.success(request, f"Version {made.version} is kept. Name it in a draft to use it.")
            return redirect(f"{reverse('rubric', args=[key])}?version={made.version}")
        except CityLabError as error:
            messages.error(request, str(error))
    context = {"rubric": rubric, "form": form, "title": title}
    status = 422 if request.method == "POST" else 200
    return render(request, "programmes/edit_rubric.html", context, status=status)
