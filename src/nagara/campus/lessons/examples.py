"""Worked examples as pages show them: kept in the database, computed when a city or a text is newer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from nagara.campus.cities.lakes import holdings, lake
from nagara.campus.cities.models import Holding
from nagara.campus.lessons.models import Example
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError
from nagara.citylab.lessons import Lesson, Module
from nagara.citylab.lessons.computing import Computed

ASK_AGAIN = timedelta(minutes=20)
example_city: Callable[[Batch], str] | None = None
"""Filled by the room of labs: the short name of a batch's example city, "" where none is chosen."""


@dataclass(frozen=True)
class Shown:
    """What a page shows: the examples, and why not those of the city that was meant (`instead_of`)."""

    computed: Computed | None
    instead_of: str = ""
    lacks: tuple[str, ...] = ()


def cities() -> dict[str, Holding]:
    """Cities with data by short name; one look at the lake."""
    return {row.slug: row for row in holdings() if row.sources}


def simulated_city(there: dict[str, Holding]) -> str:
    """The short name of the simulated city: `demo`, else the first; "" where there is none."""
    made_up = [slug for slug, row in there.items() if row.simulated]
    return "demo" if "demo" in made_up else next(iter(made_up), "")


def of_city(module: Module, lesson: Lesson, there: Holding, *, wait: bool = True) -> Computed | None:
    """A lesson's examples on a city, from the database; computed and kept where they are not there.

    `wait` False: what takes long (recipes on a measured city) is left to the worker; then what was kept
    before, or None.
    """
    row = _row(module, lesson, there.slug)
    if row is not None and (row.stamp, row.lesson_sha256) == (there.stamp, lesson.sha256):
        return Computed.from_dict(row.data)
    if row is not None and row.data and row.lesson_sha256 == lesson.sha256 and _same(row, lesson):
        Example.objects.filter(pk=row.pk).update(stamp=there.stamp)
        return Computed.from_dict(row.data)
    if lesson.runs and not there.simulated and not wait:
        _ask(module, lesson, there.slug, row)
        return Computed.from_dict(row.data) if row is not None and row.data else None
    return keep(module, lesson, there)


def _row(module: Module, lesson: Lesson, city: str) -> Example | None:
    return Example.objects.filter(module=module.code, lesson=lesson.slug, city=city).first()


def _same(row: Example, lesson: Lesson) -> bool:
    """The city has a newer snapshot, but not of what the lesson reads (a run was kept, a lab prepared)."""
    from nagara.citylab.lessons.computing import contents, tables_wanted

    newest = lake().city(row.city).newest()
    return bool(contents(tables_wanted(lesson), newest) == row.data.get("contents"))


def _ask(module: Module, lesson: Lesson, city: str, row: Example | None) -> None:
    """Have the worker compute it, once in a while."""
    now = timezone.now()
    if row is not None and row.asked_at is not None and row.asked_at > now - ASK_AGAIN:
        return
    Example.objects.update_or_create(
        module=module.code,
        lesson=lesson.slug,
        city=city,
        defaults={"asked_at": now},
        create_defaults={"asked_at": now, "snapshot": 0, "data": {}},
    )
    from nagara.campus.lessons.tasks import compute_example

    transaction.on_commit(lambda: compute_example.enqueue(module.code, lesson.slug, city))


def keep(module: Module, lesson: Lesson, there: Holding) -> Computed:
    """Compute a lesson's examples on a city and keep them."""
    from nagara.citylab.lessons.computing import compute

    computed = compute(lesson, lake().city(there.slug).newest())
    Example.objects.update_or_create(
        module=module.code,
        lesson=lesson.slug,
        city=there.slug,
        defaults={
            "stamp": there.stamp,
            "lesson_sha256": lesson.sha256,
            "snapshot": computed.snapshot,
            "data": computed.as_dict(),
            "asked_at": None,
        },
    )
    return computed


def shown(
    module: Module, lesson: Lesson, wanted: list[str], there: dict[str, Holding], names: dict[str, str]
) -> Shown:
    """The examples on the first of the wanted cities whose tables suffice. `there`: cities with data;
    `names`: of those without."""
    order = list(dict.fromkeys([*wanted, simulated_city(there)]))
    instead_of, lacks = "", tuple[str, ...]()
    for slug in order:
        if slug not in there:
            if slug and not instead_of:
                instead_of = names.get(slug, slug)
                lacks = ("It has no data here yet.",)
            continue
        try:
            computed = of_city(module, lesson, there[slug], wait=False)
        except CityLabError as problem:
            instead_of, lacks = instead_of or there[slug].name, lacks or (problem.what,)
            continue
        if computed is None:
            instead_of = instead_of or there[slug].name
            lacks = lacks or ("Its examples are being computed. Open the page again in a few minutes.",)
            continue
        if not computed.lacks:
            return Shown(computed, instead_of, lacks)
        if not instead_of:
            instead_of, lacks = computed.city, computed.lacks
    return Shown(None, instead_of, lacks)
