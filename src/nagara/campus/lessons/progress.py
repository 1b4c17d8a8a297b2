"""How far people have read: of one person by module, of many by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse

from nagara.campus.learning.stepping import learning_in
from nagara.campus.learning.steps import Step
from nagara.campus.lessons.content import open_modules
from nagara.campus.lessons.models import Reading
from nagara.campus.lessons.variants import curricula
from nagara.campus.programmes.models import Batch
from nagara.citylab.lessons import Module


def read_by(user: Any) -> dict[str, set[str]]:
    """{module code: slugs of lessons} that a person has read."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, slug in Reading.objects.visible_to(user).values_list("module", "lesson"):
        found[code].add(slug)
    return found


def read_by_many(users: Iterable[int]) -> dict[int, dict[str, set[str]]]:
    """The same for many, by primary key: one question."""
    found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rows = Reading.objects.filter(user__in=list(users)).values_list("user", "module", "lesson")
    for user, code, slug in rows:
        found[user][code].add(slug)
    return found


def order_of(batch: Batch, curriculum: Any) -> list[str]:
    """Codes of a batch's modules: those of its curriculum in teaching order, else those of its programme."""
    if curriculum is not None:
        return [row["code"] for row in curriculum.choices.get("in", [])]
    rows = batch.version.version_modules.order_by("order").values_list("module__code", flat=True)
    return list(rows)


def steps(user: Any, now: datetime) -> Iterator[Step]:
    """The next lesson that a person has not read, one for each batch."""
    mine = learning_in(user)
    there = open_modules()
    if not mine or not there:
        return
    read = read_by(user)
    batches = {place.batch_id: place.batch for place in mine}
    for batch in batches.values():
        for code in order_of(batch, curricula(batch, []).of_batch):
            step = _next(there[code], read[code], batch) if code in there else None
            if step is not None:
                yield step
                break


def _next(module: Module, read: set[str], batch: Batch) -> Step | None:
    left = [lesson for lesson in module.lessons if lesson.slug not in read]
    if not left:
        return None
    done = len(module.lessons) - len(left)
    why = f"{module.code} {module.title}: {done} of {len(module.lessons)} lessons read"
    address = reverse("lesson", args=[module.code, left[0].slug])
    return Step(f"Read: {left[0].title}", address, why, batch.name, minutes=left[0].minutes)
