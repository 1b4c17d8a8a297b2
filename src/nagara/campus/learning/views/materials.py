"""Materials: the list, a page, its file, its versions; writing them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.design.markdown import html
from nagara.campus.learning import serving
from nagara.campus.learning.domain import materials as verbs
from nagara.campus.learning.forms import MaterialForm
from nagara.campus.learning.models import Material, MaterialOpened, MaterialVersion
from nagara.campus.learning.queries import enrolment_of
from nagara.campus.learning.views.access import TEACH, batch_for, material_for
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

COLUMNS = [
    Column("title", "Title", lambda m: m.title),
    Column("kind", "Kind", lambda m: m.get_kind_display()),
    Column("module", "Module", lambda m: str(m.module or "")),
    Column("minutes", "Minutes to read", lambda m: m.reading_minutes or None, "whole"),
    Column("bytes", "Bytes of the file", lambda m: m.size or None, "whole"),
    Column("shown_from", "Shown from", lambda m: m.shown_at, "time"),
    Column("version", "Version", lambda m: m.version, "whole"),
]


@login_required
@require_safe
def material_list(request: SignedIn, slug: str) -> HttpResponse:
    """Materials of a batch by module: sizes before the download, what is new since the last visit."""
    batch = batch_for(request, slug)
    now = timezone.now()
    teaches = may(request.user, TEACH, batch)
    query = request.GET.get("q", "").strip()[:80]
    rows = Material.objects.filter(batch=batch).select_related("module")
    if not teaches:
        rows = rows.published(now)
    if query:
        rows = rows.filter(title__icontains=query) | rows.filter(body__icontains=query)
    if request.GET.get("module"):
        rows = rows.filter(module__code=request.GET["module"])
    name = f"materials-{batch.slug}"
    if (file := lists.export(request, COLUMNS, rows, name, f"Materials of {batch}")) is not None:
        return file
    learner = enrolment_of(request.user, batch)
    before = verbs.note_visit(batch, user=request.user, now=now) if learner else None
    seen = dict(
        MaterialOpened.objects.filter(user=request.user, material__batch=batch).values_list(
            "material", "version"
        )
    )
    page = lists.paged(request, rows.order_by("order", "id"), 100)
    items = [
        {
            "material": m,
            "opened": m.pk in seen,
            "changed": m.pk in seen and seen[m.pk] < m.version,
            "new": bool(
                learner
                and m.pk not in seen
                and m.shown_at
                and (before is None or max(m.shown_at, m.changed_at) > before)
            ),
            "draft": not m.is_shown(now),
        }
        for m in page.object_list
    ]
    items.sort(key=lambda i: ((i["material"].module.code if i["material"].module else ""),))
    groups = [
        (module, list(members)) for module, members in groupby(items, key=lambda i: i["material"].module)
    ]
    context = {
        "batch": batch,
        "teaches": teaches,
        "page": page,
        "groups": groups,
        "q": query,
        "before": before,
        "new_count": sum(bool(i["new"]) for i in items),
    }
    return render(request, "learning/materials.html", context)


@login_required
@require_safe
def material(request: SignedIn, pk: int) -> HttpResponse:
    """One material: its text first; a file with its size; the recording and its transcript."""
    found = material_for(request, pk)
    now = timezone.now()
    if enrolment_of(request.user, found.batch):
        verbs.note_opened(found, user=request.user, now=now)
    teaches = may(request.user, TEACH, found.batch)
    shown = Material.objects.filter(batch=found.batch)
    if not teaches:
        shown = shown.published(now)
    order = list(shown.order_by("order", "id").values_list("pk", "title"))
    at = next((i for i, (key, _) in enumerate(order) if key == found.pk), 0)
    context = {
        "material": found,
        "batch": found.batch,
        "text": html(found.body, 1),
        "teaches": teaches,
        "shown": found.is_shown(now),
        "before": order[at - 1] if at else None,
        "after": order[at + 1] if at + 1 < len(order) else None,
        "versions": list(found.versions.select_related("by")) if teaches else [],
    }
    return render(request, "learning/material.html", context)


@login_required
@require_safe
def material_file(request: SignedIn, pk: int) -> HttpResponseBase:
    """The file of a material."""
    found = material_for(request, pk)
    if not found.file:
        raise Http404("This material has no file.")
    if enrolment_of(request.user, found.batch):
        verbs.note_opened(found, user=request.user, now=timezone.now())
    return serving.send(request, found.path, name=found.name, media=found.media, sha256=found.sha256)


@login_required
@require_safe
def material_version(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """What a material was before: for those who teach."""
    found = material_for(request, pk, TEACH)
    version = get_object_or_404(MaterialVersion, material=found, number=number)
    context = {
        "material": found,
        "batch": found.batch,
        "version": version,
        "text": html(version.body, 1),
    }
    return render(request, "learning/material_version.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def material_new(request: SignedIn, slug: str) -> HttpResponse:
    """Write a material."""
    batch = batch_for(request, slug, TEACH)
    kind = request.GET.get("kind", "page")
    return _edit(request, batch, None, {"kind": kind if kind in Material.Kind.values else "page"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def material_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a material, or take it away."""
    found = material_for(request, pk, TEACH)
    if request.method == "POST" and request.POST.get("say") == "remove":
        try:
            verbs.remove_material(found, reason=request.POST.get("reason", ""), by=request.user)
        except CityLabError as error:
            messages.error(request, str(error))
            return redirect("material-edit", found.pk)
        messages.success(request, f"{found.title} is taken away.")
        return redirect("materials", found.batch.slug)
    return _edit(request, found.batch, found, {})


def _edit(request: SignedIn, batch: Batch, found: Material | None, initial: dict[str, Any]) -> HttpResponse:
    post = request.method == "POST"
    instance = Material.objects.get(pk=found.pk) if found else Material(batch=batch, tz=batch.tz)
    form = MaterialForm(
        request.POST if post else None,
        request.FILES if post else None,
        batch=batch,
        instance=instance,
        initial=initial,
    )
    if post and form.is_valid():
        try:
            made = verbs.save_material(
                batch,
                material=found,
                upload=form.cleaned_data["upload"],
                note=form.cleaned_data.get("note", ""),
                by=request.user,
                **form.given(),
            )
        except CityLabError as error:
            where = error.where if error.where in form.fields else None
            form.add_error(where, str(error))
        else:
            messages.success(request, f"{made.title} is saved.")
            return redirect(made)
    context = {"batch": batch, "material": found, "form": form}
    status = 422 if post else 200
    return render(request, "learning/material_edit.html", context, status=status)


@login_required
@require_POST
def material_move(request: SignedIn, pk: int) -> HttpResponse:
    """One place up or down."""
    found = material_for(request, pk, TEACH)
    verbs.move(found, up=request.POST.get("say") == "up", by=request.user)
    return redirect("materials", found.batch.slug)
