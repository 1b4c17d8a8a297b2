"""What a city must bring for the labs of a batch: a task before arrival, its ticks worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from nagara.campus.cities.models import City
from nagara.campus.curricula.models import Curriculum
from nagara.campus.labwork.fitting import fit_of, place_with_data
from nagara.campus.labwork.models import LabAssignment, LabFit
from nagara.campus.labwork.shelf import catalogue, labs_of_module, which
from nagara.campus.learning.steps import Step
from nagara.campus.lessons.variants import curricula
from nagara.campus.programmes.models import Batch, Enrolment

if TYPE_CHECKING:
    from nagara.citylab.labs import Lab


@dataclass(frozen=True)
class Item:
    """One thing that a lab needs: is it there, and what to do where it is not."""

    need: str
    table: str
    why: str
    bring: str
    optional: bool
    there: bool
    has: str
    wants: str


@dataclass(frozen=True)
class Bringing:
    """A lab and what the city has of its needs. `runs`: it can be done there already."""

    lab: Lab
    why: str
    runs: bool
    tasks: int
    items: Sequence[Item]

    @property
    def missing(self) -> list[Item]:
        return [item for item in self.items if not item.there]


def modules_of(batch: Batch) -> list[str]:
    """Codes of the modules with labs that the batch does: of what is set, and of its curriculum."""
    found = set(LabAssignment.objects.filter(batch=batch).published().values_list("module", flat=True))
    newest = Curriculum.objects.filter(batch=batch).order_by("-version").first()
    if newest is not None:
        found |= {str(row["code"]) for row in newest.choices.get("in", [])}
    return sorted(code for code in found if labs_of_module(code))


def bringing_for(batch: Batch, city: City) -> list[Bringing]:
    """For each module of the batch the lab that somebody from this city gets, and its needs one by one."""
    known, place = curricula(batch, [city]), place_with_data(city.slug)
    found = []
    for code in modules_of(batch):
        chosen = which(code, "", known.choose(city, code))
        fit = fit_of(place, chosen.lab) if place is not None else None
        lacks = {str(x["need"]): x for x in fit.lacks} if fit is not None else None
        items = [_item(need, lacks) for need in chosen.lab.needs]
        runs = fit is not None and fit.ok
        found.append(Bringing(chosen.lab, chosen.why, runs, len(fit.tasks) if fit else 0, items))
    return found


def _item(need: Any, lacks: dict[str, Any] | None) -> Item:
    lack = (lacks or {}).get(need.key)
    there = lacks is not None and lack is None
    has = "" if there else str(lack["has"]) if lack else "no data yet"
    wants = str(lack["wants"]) if lack else ""
    return Item(need.key, need.table, need.why, need.bring, need.optional, there, has, wants)


def steps(people: Sequence[Enrolment], labs: Sequence[LabAssignment]) -> Iterator[Step]:
    """What one's own city still lacks for the labs of the batches in which one learns. Read from what is
    kept; three questions, however many batches there are."""
    mine = [e for e in people if e.city_id is not None]
    if not mine:
        return
    batches = {e.batch_id: e.batch for e in mine}
    wanted = _wanted(batches, labs)
    if not any(wanted.values()):
        return
    slugs = dict(City.objects.filter(pk__in=[e.city_id for e in mine]).values_list("pk", "slug"))
    fits: dict[str, list[LabFit]] = {}
    for fit in LabFit.objects.filter(city_slug__in=slugs.values()):
        fits.setdefault(fit.city_slug, []).append(fit)
    for enrolment in mine:
        codes = wanted[enrolment.batch_id]
        lacking = _lacking(codes, fits.get(slugs[enrolment.city_id or 0], []))
        if lacking:
            words = ", ".join(lacking[:3]) + (" and more" if len(lacking) > 3 else "")
            yield Step(
                "See what your city must bring",
                reverse("labwork-bring", args=[batches[enrolment.batch_id].slug]),
                f"Labs run on your own city's data where they are here. Missing: {words}.",
                enrolment.batch.name,
            )


def _wanted(batches: dict[int, Batch], labs: Sequence[LabAssignment]) -> dict[int, set[str]]:
    """Module codes of several batches: of the labs that are set, and of their curricula. One question."""
    found: dict[int, set[str]] = {pk: set() for pk in batches}
    for row in labs:
        if row.batch_id in found:
            found[row.batch_id].add(row.module)
    rows = Curriculum.objects.filter(batch__in=batches).order_by("version").values_list("batch", "choices")
    newest: dict[int, Any] = dict(rows)
    with_lab = {lab.module for lab in catalogue().values()}
    for batch, choices in newest.items():
        found[batch] |= {str(row["code"]) for row in choices.get("in", [])}
    return {batch: codes & with_lab for batch, codes in found.items()}


def _lacking(codes: Iterable[str], fits: Sequence[LabFit]) -> list[str]:
    """Needs that keep labs of these modules from running; of a city without any data, those of the labs."""
    labs = [lab for lab in catalogue().values() if lab.module in set(codes)]
    known = {fit.lab: fit for fit in fits}
    missing: set[str] = set()
    for lab in labs:
        fit = known.get(lab.name)
        if fit is None:
            missing |= {need.key for need in lab.needs if not need.optional} if not fits else set()
        elif not fit.ok:
            missing |= {str(lack["need"]) for lack in fit.lacks}
    return sorted(missing)
