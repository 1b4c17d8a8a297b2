"""Pages around a class: the instructor's page of a module, the modules of a batch."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.cities.models import City
from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.learning.queries import enrolment_of, learners
from nagara.campus.learning.views.access import batch_for
from nagara.campus.lessons import doors, showing
from nagara.campus.lessons.content import module_for, open_modules
from nagara.campus.lessons.progress import order_of, read_by, read_by_many
from nagara.campus.lessons.variants import Curricula, curricula, row_of
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.programmes.models import Module as CatalogueModule
from nagara.campus.quizzes.models import Bank
from nagara.citylab.lessons import VARIANTS

PAGE = 50


@login_required
@require_safe
def instructor(request: SignedIn, code: str) -> HttpResponse:
    """Timing, discussion, what goes wrong; and what the reader's classes did wrong."""
    found = module_for(code)
    if not may(request.user, "lessons.instruct"):
        raise PermissionDenied("This page is for those who teach, mentor or verify.")
    context = {
        "module": found,
        "text": showing.instructor(found) if found.instructor else "",
        "mistakes": doors.mistakes(found.code, request.user),
        "variants": VARIANTS,
        "banks": Bank.objects.visible_to(request.user).filter(module__code=found.code),
    }
    return render(request, "lessons/instructor.html", context)


@login_required
@require_safe
def of_batch(request: SignedIn, slug: str) -> HttpResponse:
    """Modules of a batch in the order of its curriculum, why each, and each one's variant."""
    batch = batch_for(request, slug)
    own = enrolment_of(request.user, batch)
    grades = may(request.user, "learning.grade", batch)
    mine = learners(batch).select_related("user", "city") if grades else learners(batch).none()
    cities = list(City.objects.filter(enrolments__in=mine).distinct().order_by("name")) if grades else []
    choices = curricula(batch, [*cities, *([own.city] if own and own.city else [])])
    codes = order_of(batch, choices.of_batch)
    context: dict[str, Any] = {
        "batch": batch,
        "learner": own,
        "curriculum": choices.of_batch,
        "rows": _rows(request, batch, own, choices, codes),
        "people": None,
    }
    if grades:
        asked = request.GET.get("city", "")
        if asked:
            mine = mine.filter(city__slug=asked)
        taught = [code for code in codes if code in open_modules()]
        columns = _columns(choices, taught)
        name, title = f"variants-{batch.slug}", f"Variants of {batch}"
        rows = mine.order_by("user__sort_key", "pk")
        if (file := lists.export(request, columns, _with_reading(list(rows)), name, title)) is not None:
            return file
        page = lists.paged(request, rows, PAGE)
        context |= {"page": page, "asked": asked, "cities": cities, "codes": taught}
        context |= {"people": _people(_with_reading(list(page.object_list)), choices, taught)}
        context["total"] = sum(len(open_modules()[code].lessons) for code in taught)
    return render(request, "lessons/batch.html", context)


def _rows(
    request: SignedIn, batch: Batch, own: Enrolment | None, choices: Curricula, codes: list[str]
) -> list[dict[str, Any]]:
    there, read = open_modules(), read_by(request.user)
    titles = dict(CatalogueModule.objects.filter(code__in=codes).values_list("code", "title"))
    found = []
    for code in codes:
        row = (row_of(choices.of_batch, code) if choices.of_batch else None) or {}
        module = there.get(code)
        slugs = {lesson.slug for lesson in module.lessons} if module else set()
        found.append(
            {
                "code": code,
                "title": titles.get(code) or row.get("title", ""),
                "module": module,
                "variant": row.get("variant", "standard"),
                "hours": row.get("hours"),
                "why": row.get("why", []),
                "read": len(read.get(code, set()) & slugs),
                "yours": choices.choose(own.city, code) if own else None,
                "doors": doors.of(code, batch, request.user) if module else [],
            }
        )
    return found


def _with_reading(rows: list[Enrolment]) -> list[tuple[Enrolment, dict[str, set[str]]]]:
    read = read_by_many(row.user_id for row in rows)
    return [(row, read.get(row.user_id, {})) for row in rows]


def _count(read: dict[str, set[str]], codes: list[str]) -> int:
    there = open_modules()
    return sum(len(read.get(code, set()) & {x.slug for x in there[code].lessons}) for code in codes)


def _people(
    rows: list[tuple[Enrolment, dict[str, set[str]]]], choices: Curricula, codes: list[str]
) -> list[dict[str, Any]]:
    return [
        {
            "user": row.user,
            "city": row.city,
            "chosen": [(code, choices.choose(row.city, code)) for code in codes],
            "read": _count(read, codes),
        }
        for row, read in rows
    ]


def _columns(choices: Curricula, codes: list[str]) -> list[Column]:
    def variant(code: str) -> Any:
        return lambda pair: choices.choose(pair[0].city, code).variant

    return [
        Column("participant", "Participant", lambda pair: str(pair[0].user)),
        Column("city", "City", lambda pair: str(pair[0].city or "")),
        *(Column(code, f"Variant of {code}", variant(code)) for code in codes),
        Column("lessons_read", "Lessons read", lambda pair: _count(pair[1], codes), "whole"),
    ]
