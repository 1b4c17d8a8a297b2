"""Pages that everyone may read: programmes, versions, modules, rubrics."""

from __future__ import annotations

from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from nagara.campus.people.rules import may
from nagara.campus.programmes import budgets, module_doors
from nagara.campus.programmes.differences import differences
from nagara.campus.programmes.models import Batch, Module, Programme, ProgrammeVersion, Rubric
from nagara.campus.programmes.rule_schema import LIST_SECTIONS, RULE_SECTIONS, rules_of
from nagara.campus.programmes.words import explain, heading


def find_version(request: HttpRequest, slug: str, number: int) -> ProgrammeVersion:
    """The version, if the person may see it."""
    found = (
        ProgrammeVersion.objects.visible_to(request.user)
        .select_related("programme__track", "based_on")
        .filter(programme__slug=slug, number=number)
        .first()
    )
    if found is None:
        raise Http404("There is no such version of the programme.")
    return found


def _may_change(request: HttpRequest) -> bool:
    return may(request.user, "programmes.change_programme")


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    """Programmes of every track."""
    visible = ProgrammeVersion.objects.visible_to(request.user).values("pk")
    programmes = (
        Programme.objects.select_related("track")
        .filter(versions__in=visible)
        .annotate(newest=Max("versions__number"), batch_count=Count("versions__batches", distinct=True))
    )
    context = {"programmes": programmes, "may_change": may(request.user, "programmes.change_programme")}
    return render(request, "programmes/list.html", context)


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """One programme: its versions and the batches that one may see."""
    found = get_object_or_404(Programme.objects.select_related("track"), slug=slug)
    versions = list(found.versions.visible_to(request.user).annotate(batch_count=Count("batches")))
    if not versions:
        raise Http404("There is no such programme.")
    batches = Batch.objects.visible_to(request.user).filter(version__programme=found)
    context = {
        "programme": found,
        "versions": versions,
        "newest": versions[0],
        "batches": batches[:20],
        "may_change": may(request.user, "programmes.change_programme"),
    }
    return render(request, "programmes/programme.html", context)


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Everything a version holds, rules in words."""
    found = find_version(request, slug, number)
    office = may(request.user, "programmes.change_programme")
    modules = list(found.version_modules.select_related("module"))
    lines = list(found.budget_lines.all()) if office else []
    context = {
        "edition": found,
        "programme": found.programme,
        "modules": modules,
        "module_hours": sum(held.total for held in modules),
        "courses": list(found.courses.all()),
        "activities": list(found.activities.select_related("kind", "module")),
        "sections": [
            (
                section,
                title,
                heading(found.rules, section),
                [explain(r) for r in rules_of(found.rules, section)],
            )
            for section, title in RULE_SECTIONS.items()
            if rules_of(found.rules, section)
        ],
        "lists": LIST_SECTIONS,
        "documents": found.rules.get("documents") or [],
        "quotas": found.rules.get("quotas") or [],
        "rubrics": list(found.version_rubrics.select_related("rubric")),
        "forms": list(found.evaluation_forms.all()),
        "tags": list(found.framework_tags.select_related("framework", "focus_area")),
        "roles": list(found.role_places.all()),
        "lines": lines,
        "sum": budgets.total(lines, "USD"),
        "may_change": office,
    }
    return render(request, "programmes/version.html", context)


@require_safe
def changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What differs from another version: ?from=, else the one it is based on, else the one before."""
    found = find_version(request, slug, number)
    others = ProgrammeVersion.objects.visible_to(request.user).filter(programme=found.programme)
    others = others.exclude(pk=found.pk).select_related("programme").order_by("-number")
    asked = request.GET.get("from", "")
    if asked.isdecimal() and len(asked) < 6:
        other = others.filter(number=int(asked)).first()
    else:
        other = found.based_on or others.filter(number__lt=number).first()
    context = {
        "edition": found,
        "programme": found.programme,
        "other": other,
        "others": others,
        "changes": differences(other, found) if other else [],
    }
    return render(request, "programmes/changes.html", context)


@require_safe
def module_list(request: HttpRequest) -> HttpResponse:
    """All modules."""
    return render(
        request,
        "programmes/modules.html",
        {"modules": Module.objects.all(), "may_change": _may_change(request)},
    )


@require_safe
def module(request: HttpRequest, code: str) -> HttpResponse:
    """One module, in its variants."""
    found = get_object_or_404(Module, code=code)
    visible = ProgrammeVersion.objects.visible_to(request.user).select_related("programme")
    context = {
        "module": found,
        "variants": [(name, hours, sum(hours.values())) for name, hours in found.hours.items()],
        "versions": visible.filter(modules=found),
        "may_change": _may_change(request),
        "before": Module.objects.filter(code__in=found.prerequisites),
        "doors": module_doors.of(found.code, request.user),
    }
    return render(request, "programmes/module.html", context)


@require_safe
def rubric(request: HttpRequest, key: str) -> HttpResponse:
    """A rubric, newest version first; ?version= shows an earlier one."""
    versions = list(Rubric.objects.filter(key=key).order_by("-version"))
    asked = request.GET.get("version", "")
    chosen = [r for r in versions if str(r.version) == asked] or versions[:1]
    if not chosen:
        raise Http404("There is no such rubric.")
    return render(
        request,
        "programmes/rubric.html",
        {"rubric": chosen[0], "versions": versions, "may_change": _may_change(request)},
    )
