"""Pages that anybody may read: the modules, one module, one lesson, its figures; marking it as read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nagara.campus.cities.lakes import find_place
from nagara.campus.cities.models import Holding
from nagara.campus.lessons import doors, examples, needs, showing
from nagara.campus.lessons.content import lesson_for, module_for, neighbours, open_modules
from nagara.campus.lessons.domain.reading import mark_read, mark_unread
from nagara.campus.lessons.models import Example
from nagara.campus.lessons.practice import quizzes_of
from nagara.campus.lessons.progress import read_by
from nagara.campus.lessons.reader import Reader, reader
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Module as CatalogueModule
from nagara.campus.programmes.models import Rubric
from nagara.citylab.lessons import VARIANTS, Module
from nagara.citylab.lessons.computing import Computed


@require_safe
def module_list(request: HttpRequest) -> HttpResponse:
    """The open curriculum: every module that has lessons."""
    there = open_modules()
    read = read_by(request.user)
    rows = [
        {
            "module": module,
            "minutes": sum(lesson.minutes for lesson in module.lessons),
            "read": len(read[code] & {lesson.slug for lesson in module.lessons}) if code in read else 0,
        }
        for code, module in there.items()
    ]
    others = CatalogueModule.objects.exclude(code__in=there)
    return render(request, "lessons/modules.html", {"rows": rows, "others": others})


@require_safe
def module(request: HttpRequest, code: str) -> HttpResponse:
    """One module: its lessons, labs, practice, rubric, what it needs of a city, further reading."""
    found = module_for(code)
    who = reader(request, found.code)
    read = read_by(request.user).get(found.code, set())
    left = [lesson for lesson in found.lessons if lesson.slug not in read]
    context: dict[str, Any] = {
        "module": found,
        "reader": who,
        "variants": variant_links(who),
        "rows": [(lesson, lesson.slug in read) for lesson in found.lessons],
        "minutes": sum(lesson.minutes for lesson in found.lessons),
        "begin": left[0] if left else found.lessons[0],
        "begun": bool(read),
        "done": not left,
        "doors": doors.of(found.code, who.batch, request.user),
        "quizzes": quizzes_of(found.code, who.batch, request.user),
        "rubric": Rubric.objects.filter(key=found.rubric).first() if found.rubric else None,
        "needs": _standing(found, who),
        "catalogue": CatalogueModule.objects.filter(code=found.code).exists(),
        "may_instruct": may(request.user, "lessons.instruct"),
    }
    return render(request, "lessons/module.html", context)


def _standing(found: Module, who: Reader) -> dict[str, Any]:
    """What the module needs, beside what the reader's own city has."""
    wanted = needs.of_module(found.code, who.variant)
    slug = who.chosen.city_slug
    place = find_place(slug) if slug and slug in examples.cities() else None
    rows = needs.by_table(needs.standing(wanted, place))
    return {"rows": rows, "city": who.chosen.city_name, "slug": slug, "lacking": any(not r.ok for r in rows)}


def variant_links(who: Reader) -> list[tuple[str, str, bool]]:
    """(name, query, is the one that is shown) of each variant; the reader's own needs no query."""
    return [
        (name, who.with_(variant="" if name == who.chosen.variant else name), name == who.variant)
        for name in VARIANTS
    ]


@require_safe
def lesson(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """One lesson in the reader's variant, with its examples on the reader's city."""
    found, one = lesson_for(code, slug)
    who = reader(request, found.code)
    there = examples.cities()
    names, wanted = {who.chosen.city_slug: who.chosen.city_name}, who.wanted_cities()
    shown = examples.shown(found, one, wanted, there, names)
    computed = shown.computed
    before, after = neighbours(found, one)
    read = read_by(request.user).get(found.code, set())
    context: dict[str, Any] = {
        "module": found,
        "lesson": one,
        "number": found.lessons.index(one) + 1,
        "reader": who,
        "variants": variant_links(who),
        "parts": showing.parts(
            found, one, who.variant, computed, all_rows=_all_rows(request, computed), query=who.query
        ),
        "computed": computed,
        "instead_of": shown.instead_of,
        "lacks": shown.lacks,
        "cities": _city_links(who, computed, there, wanted),
        "before": before,
        "after": after,
        "is_read": one.slug in read,
    }
    return render(request, "lessons/lesson.html", context)


def _all_rows(request: HttpRequest, computed: Computed | None) -> bool:
    """May the reader see rows of the city whose licence forbids passing them on?"""
    if computed is None or computed.may_pass_on:
        return True
    return may(request.user, "lab.see_all_rows", find_place(computed.city_id))


def _city_links(
    who: Reader, computed: Computed | None, there: dict[str, Holding], wanted: list[str]
) -> list[tuple[str, str]]:
    """(name, query) of the other cities that the reader may switch to: the own one, and the simulated."""
    wanted = [who.chosen.city_slug, *wanted, examples.simulated_city(there)]
    now = computed.city_id if computed else ""
    return [
        (there[slug].name, who.with_(city=slug))
        for slug in dict.fromkeys(wanted)
        if slug in there and slug != now
    ]


@require_safe
def figure(request: HttpRequest, code: str, slug: str, city: str, name: str) -> HttpResponse:
    """A figure of an example as SVG, in the colours of the page."""
    found, one = lesson_for(code, slug)
    row = Example.objects.filter(module=found.code, lesson=one.slug, city=city).first()
    worked = Computed.from_dict(row.data).worked.get(name) if row else None
    if worked is None or not worked.svg:
        raise Http404("There is no such figure.")
    from nagara.campus.lessons.colours import painted

    answer = HttpResponse(painted(worked.svg, request.GET.get("theme", "")), content_type="image/svg+xml")
    answer["Cache-Control"] = "max-age=600"
    return answer


@login_required
@require_POST
def read(request: SignedIn, code: str, slug: str) -> HttpResponse:
    """Mark a lesson as read and go on to the next; or take the mark back."""
    found, one = lesson_for(code, slug)
    who = reader(request, found.code)
    if request.POST.get("say") == "unread":
        mark_unread(found.code, one.slug, by=request.user)
        return redirect(reverse("lesson", args=[found.code, one.slug]) + who.query)
    city = who.city or who.chosen.city_slug
    now = timezone.now()
    mark_read(found.code, one.slug, by=request.user, variant=who.variant, city=city, now=now)
    _, after = neighbours(found, one)
    if after is not None:
        return redirect(reverse("lesson", args=[found.code, after.slug]) + who.query)
    return redirect(reverse("lesson-module", args=[found.code]) + who.query)
