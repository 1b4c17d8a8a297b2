"""Work for the worker: what takes too long for a page."""

from __future__ import annotations

from django_tasks import task

from nagara.campus.lessons.content import lesson_for
from nagara.campus.lessons.examples import cities, keep


@task()
def compute_example(code: str, slug: str, city: str) -> None:
    """Compute a lesson's examples on a city that has data still."""
    module, lesson = lesson_for(code, slug)
    there = cities()
    if city in there:
        keep(module, lesson, there[city])
