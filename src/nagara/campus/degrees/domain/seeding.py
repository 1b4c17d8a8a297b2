"""The grade scale and the prerequisites that every site begins with."""

from __future__ import annotations

from decimal import Decimal

from nagara.campus.degrees import seeds
from nagara.campus.degrees.models import Grade, GradeScale, Prerequisite
from nagara.campus.programmes.models import Course

NEEDS = (("SC503", "SC502"), ("SC523", "SC502"), ("SC526", "SC502"), ("SC526", "SC503"), ("SC699", "SC502"))


def seed() -> None:
    """Add what is missing; what the office has changed stays."""
    held = seeds.read("scale")
    scale, new = GradeScale.objects.get_or_create(
        name=held["name"], version=held["version"], defaults={"note": held["note"]}
    )
    if new:
        Grade.objects.bulk_create(
            Grade(
                scale=scale,
                letter=letter,
                points=None if points is None else Decimal(str(points)),
                passes=passes,
                meaning=meaning,
                order=n,
            )
            for n, (letter, points, passes, meaning) in enumerate(held["grades"])
        )
        _prerequisites()


def _prerequisites() -> None:
    """Those of the first version of the master's; later versions get theirs from the office."""
    courses = {
        c.code: c
        for c in Course.objects.filter(version__programme__slug="masters-smart-cities", version__number=1)
    }
    Prerequisite.objects.bulk_create(
        [
            Prerequisite(course=courses[code], needs=courses[need])
            for code, need in NEEDS
            if code in courses and need in courses
        ],
        ignore_conflicts=True,
    )


def first_scale() -> GradeScale:
    """The scale that a new batch begins with: the newest version of the first name."""
    found = GradeScale.objects.order_by("name", "-version").first()
    if found is None:
        seed()
        found = GradeScale.objects.order_by("name", "-version").get()
    return found
