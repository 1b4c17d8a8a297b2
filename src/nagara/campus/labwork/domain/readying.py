"""Making a published lab ready: its recipes run once on each city of the class, before the class begins."""

from __future__ import annotations

from typing import Any

from nagara.campus.labwork.domain.opening import plan_for
from nagara.campus.labwork.fitting import Chooser
from nagara.campus.labwork.models import LabAssignment
from nagara.campus.learning.queries import learners
from nagara.campus.lessons.variants import curricula
from nagara.citylab.errors import CityLabError


def make_ready(row: LabAssignment) -> list[str]:
    """Run what the labs of a class need of recipes, and keep the Runs: "lab on city" for each that was made
    ready. Whoever opens the lab afterwards finds them."""
    from nagara.citylab import labs

    people, chooser = list(learners(row.batch)), Chooser(row.batch)
    known = curricula(row.batch, {e.city for e in people if e.city is not None})
    found: dict[tuple[str, str], Any] = {}
    for city in {e.city for e in people}:
        try:
            plan = plan_for(row, city, chooser, known)
        except CityLabError:
            continue
        found[plan.which.lab.name, plan.where.place.slug] = plan
    for plan in found.values():
        if plan.where.place.data is not None:
            labs.make_ready(plan.where.place.data, plan.which.lab)
    return [f"{lab} on {city}" for lab, city in sorted(found)]
