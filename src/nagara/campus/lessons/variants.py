"""From readiness to a lesson: which variant of a module a person takes, on which city, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nagara.campus.cities.models import City
from nagara.campus.curricula.models import Curriculum
from nagara.campus.programmes.models import Batch, Enrolment

USUAL = "standard"


@dataclass(frozen=True)
class Chosen:
    """A variant with its reason, and the short name of the person's own city ("" without one)."""

    variant: str
    city_slug: str
    why: str
    city_name: str = ""


@dataclass(frozen=True)
class Curricula:
    """The newest curricula of a batch and of cities, read in one question."""

    of_batch: Curriculum | None
    of_city: dict[int, Curriculum]

    def choose(self, city: City | None, code: str) -> Chosen:
        """The variant of a module for somebody from `city`: its own curriculum, the batch's, or the usual."""
        slug, name = (city.slug, city.name) if city else ("", "")
        own = self.of_city.get(city.pk) if city else None
        for curriculum, whose in (
            (own, f"the curriculum of {name}"),
            (self.of_batch, "the batch's curriculum"),
        ):
            row = row_of(curriculum, code) if curriculum else None
            if row is not None and curriculum is not None:
                why = f"So says {whose} (version {curriculum.version}). {row['variant_why']}"
                return Chosen(row["variant"], slug, why, name)
        if city:
            why = f"{name} has no curriculum yet that names a variant. Most people begin with Standard."
        else:
            why = "Most people begin with Standard."
        return Chosen(USUAL, slug, why, name)


def row_of(curriculum: Curriculum, code: str) -> dict[str, Any] | None:
    """What a curriculum says of a module, in or out; None where it does not know it."""
    rows = [*curriculum.choices.get("in", []), *curriculum.choices.get("out", [])]
    return next((row for row in rows if row["code"] == code and row.get("variant")), None)


def curricula(batch: Batch | None, cities: Iterable[City]) -> Curricula:
    """The newest curricula of a batch and of these cities: one question."""
    from django.db.models import Q

    wanted = Q(city__in=[city.pk for city in cities])
    if batch is not None:
        wanted |= Q(batch=batch.pk)
    newest_last = Curriculum.objects.filter(wanted).order_by("version").defer("inputs")
    of_city: dict[int, Curriculum] = {}
    of_batch = None
    for row in newest_last:
        if row.city_id is not None:
            of_city[row.city_id] = row
        else:
            of_batch = row
    return Curricula(of_batch, of_city)


def place_of(user: Any, batch: Batch | None = None) -> Enrolment | None:
    """The person's place in the batch, else in the batch that runs now or ran last."""
    if not getattr(user, "is_authenticated", False):
        return None
    mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN)
    if batch is not None:
        mine = mine.filter(batch=batch)
    found = list(mine.select_related("batch", "city").order_by("-batch__starts"))
    running = [e for e in found if e.batch.state == Batch.State.RUNNING]
    return next(iter([*running, *found]), None)


def variant_for(user: Any, batch: Batch | None, code: str) -> Chosen:
    """Which variant of a module a person takes, on which own city, and why."""
    place = place_of(user, batch)
    city = place.city if place else None
    within = batch or (place.batch if place else None)
    if city is None and within is None:
        return Chosen(USUAL, "", "Most people begin with Standard.")
    return curricula(within, [city] if city else []).choose(city, code)
