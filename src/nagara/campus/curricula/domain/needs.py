"""What a city or a batch needs, from assessments; and the modules on offer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count

from nagara.campus.cities.models import City
from nagara.campus.curricula.domain.solving import LEVELS, Candidate, CannotPlan, Need
from nagara.campus.programmes.models import Batch, Module
from nagara.campus.readiness.domain.scoring import Profile
from nagara.campus.readiness.models import Assessment
from nagara.campus.readiness.questions import focus_areas, newest_profile, questionnaire


@dataclass(frozen=True)
class Basis:
    """One assessment behind the needs; `share` is the weight of the city in a batch (1 for a city)."""

    city: str
    slug: str
    cycle: int
    state: str
    share: float
    focus: tuple[str, ...]


@dataclass(frozen=True)
class Needs:
    """Needs with what they are based on, and the cities that have no assessment yet."""

    needs: tuple[Need, ...]
    basis: tuple[Basis, ...]
    missing: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {
            "needs": [asdict(need) for need in self.needs],
            "basis": [asdict(base) for base in self.basis],
            "missing": list(self.missing),
        }


def _of_profile(assessment: Assessment, profile: Profile, focus: set[str]) -> list[Need]:
    """Dimensions with too few answers count as no gap: nothing is guessed."""
    weights = questionnaire(assessment).weights(focus)
    return [
        Need(d.id, d.name, d.current or 0.0, d.target or 0.0, d.gap or 0.0, weights[d.id])
        for d in profile.dimensions
        if d.current is not None
    ]


def _basis(assessment: Assessment, share: float, focus: set[str]) -> Basis:
    city = assessment.city
    words = assessment.get_state_display()
    return Basis(city.name, city.slug, assessment.cycle, words, round(share, 4), tuple(sorted(focus)))


def of_city(city: City) -> Needs:
    """Needs of a city by its newest assessment (an agreed one first). Raises CannotPlan without one."""
    found = newest_profile(city)
    if found is None:
        raise CannotPlan(
            f"{city} has no assessment with enough answers.",
            mend="Each dimension needs three of its four answers; then a curriculum can be made.",
        )
    focus = focus_areas(city)
    return Needs(tuple(_of_profile(*found, focus)), (_basis(found[0], 1.0, focus),))


def _people_by_city(batch: Batch) -> dict[City, float]:
    """Cities of a batch with their weight: people enrolled; before enrolment each city counts once."""
    enrolled = batch.enrolments.exclude(state="withdrawn").exclude(city=None)
    counts = dict(enrolled.values_list("city").annotate(n=Count("pk")))
    cities = City.objects.filter(pk__in=counts) if counts else batch.cities.all()
    return {city: float(counts.get(city.pk, 1)) for city in cities.order_by("name")}


def of_batch(batch: Batch) -> Needs:
    """Needs of the union of a batch's cities: means of gaps and priorities, weighted by people. Raises
    CannotPlan where no city of it has an assessment."""
    people = _people_by_city(batch)
    found = {city: newest_profile(city) for city in people}
    missing = tuple(city.name for city in people if found[city] is None)
    known = {city: pair for city, pair in found.items() if pair is not None}
    if not known:
        raise CannotPlan(
            f"No city of {batch} has an assessment with enough answers.",
            mend="Name the cities of the batch and let them assess themselves first.",
        )
    total = sum(people[city] for city in known)
    parts: dict[str, list[tuple[float, Need]]] = {}
    basis = []
    for city, (assessment, profile) in known.items():
        focus, share = focus_areas(city), people[city] / total
        basis.append(_basis(assessment, share, focus))
        for need in _of_profile(assessment, profile, focus):
            parts.setdefault(need.dimension, []).append((share, need))
    return Needs(tuple(_union(rows) for _, rows in sorted(parts.items())), tuple(basis), missing)


def _union(rows: list[tuple[float, Need]]) -> Need:
    """One need of many: the weight is such that gap x weight is the mean priority."""
    share = sum(part for part, _ in rows)
    gap = sum(part * need.gap for part, need in rows) / share
    priority = sum(part * need.priority for part, need in rows) / share
    first = rows[0][1]
    return Need(
        first.dimension,
        first.name,
        round(sum(part * need.current for part, need in rows) / share, 4),
        round(sum(part * need.target for part, need in rows) / share, 4),
        round(gap, 4),
        round(priority / gap, 4) if gap else 1.0,
    )


def candidate(module: Module) -> Candidate:
    """A module as the solver sees it."""
    hours = {v: module.total_hours(v) for v in LEVELS if module.hours.get(v)}
    return Candidate(
        module.code,
        module.title,
        tuple(module.dimensions),
        hours,
        tuple(module.prerequisites),
        tuple(module.modes),
    )


def offered(batch: Batch | None) -> tuple[list[Candidate], set[str]]:
    """The modules to choose from, and the codes that the programme version requires (of a batch)."""
    if batch is None:
        return [candidate(m) for m in Module.objects.all() if m.hours], set()
    rows = batch.version.version_modules.select_related("module")
    return (
        [candidate(row.module) for row in rows if row.module.hours],
        {row.module.code for row in rows if row.required},
    )
