"""On which city a lab runs: the learner's own where its tables suffice, else the batch's example city, else
the simulated one. And where each lab fits, kept by the state of a city's tables."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import Http404

from nagara.campus.cities.lakes import Place, find_place, holdings
from nagara.campus.labwork.models import BatchLabs, LabFit
from nagara.campus.labwork.shelf import catalogue
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.citylab.labs import Lab

SIMULATED = "demo"
"""The simulated city of a site; where it is missing, any other that is wholly simulated."""


class NoCity(CityLabError):
    """No city here has the tables of a lab."""


def place_with_data(slug: str) -> Place | None:
    """The city with its newest snapshot, or None where it has no data."""
    if not slug:
        return None
    try:
        place = find_place(slug)
    except Http404:
        return None
    return place if place.snapshot is not None and place.tables else None


def simulated_city() -> str:
    """Short name of the simulated city, "" where there is none."""
    found = [row.slug for row in holdings() if row.simulated]
    return SIMULATED if SIMULATED in found else next(iter(found), "")


def stamp_of(place: Place, lab: Lab) -> str:
    """Names a city's tables and the lab's files: what the fit depends on, and nothing else. Runs that are
    kept do not change it."""
    tables = [[facts.table.name, facts.rows, facts.content] for facts in place.tables]
    return hashlib.sha256(json.dumps([lab.sha256, sorted(tables)]).encode()).hexdigest()


def fit_of(place: Place, lab: Lab) -> LabFit:
    """Whether the lab runs there, worked out once for each state of the tables."""
    stamp = stamp_of(place, lab)
    kept = LabFit.objects.filter(city_slug=place.slug, lab=lab.name).first()
    return kept if kept is not None and kept.stamp == stamp else _work_out(place, lab, stamp)


def _work_out(place: Place, lab: Lab, stamp: str) -> LabFit:
    from nagara.citylab import labs

    assert place.snapshot is not None
    fit = labs.fits(lab, place.snapshot)
    told = {
        "stamp": stamp,
        "ok": fit.ok,
        "tasks": list(fit.tasks),
        "lacks": fit.as_dict()["lacks"],
    }
    return LabFit.objects.update_or_create(city_slug=place.slug, lab=lab.name, defaults=told)[0]


def plain(thing: Any) -> Any:
    """Plain data as JSON takes them."""
    return json.loads(json.dumps(thing, default=str))


@dataclass(frozen=True)
class Where:
    """The city of a person's lab: `kind` is own, example or simulated; `lacks` is what the own city would
    have to bring."""

    place: Place
    kind: str
    why: str
    fit: LabFit
    own: str = ""
    lacks: Sequence[dict[str, Any]] = field(default=())


def example_city_of(batch: Batch | None) -> str:
    """Short name of the batch's example city, "" where none is set."""
    if batch is None:
        return ""
    return BatchLabs.objects.filter(batch=batch).values_list("example_city", flat=True).first() or ""


class Chooser:
    """Chooses cities for many people with each city opened once."""

    def __init__(self, batch: Batch | None) -> None:
        self.example = example_city_of(batch)
        self.simulated = simulated_city()
        self._places: dict[str, Place | None] = {}
        self._fits: dict[tuple[str, str], LabFit] = {}

    def place(self, slug: str) -> Place | None:
        if slug not in self._places:
            self._places[slug] = place_with_data(slug)
        return self._places[slug]

    def fit(self, place: Place, lab: Lab) -> LabFit:
        key = (place.slug, lab.name)
        if key not in self._fits:
            self._fits[key] = fit_of(place, lab)
        return self._fits[key]

    def choose(self, lab: Lab, own: str, own_name: str = "") -> Where:
        """See the module. Raises NoCity where no city has what the lab needs."""
        wanted = [("own", own), ("example", self.example), ("simulated", self.simulated)]
        said, known = "", set[str]()
        lacks: list[dict[str, Any]] = []
        for kind, slug in wanted:
            if not slug or slug in known:
                continue
            known.add(slug)
            place = self.place(slug)
            fit = self.fit(place, lab) if place is not None else None
            if place is not None and fit is not None and fit.ok:
                return Where(place, kind, _why(kind, place.name, said, bool(own)), fit, own, lacks)
            if kind == "own":
                lacks = list(fit.lacks) if fit is not None else all_needs(lab)
                said = _missing(own_name or (place.name if place else own), fit, lacks)
        raise NoCity(
            f"No city here has the tables that the lab {lab.title} needs.",
            mend="Bring them at the import clinic of a city, or choose another example city.",
        )


def all_needs(lab: Lab) -> list[dict[str, Any]]:
    """What a city without any data would have to bring for what the lab cannot do without."""
    return [
        {"need": n.key, "why": n.why, "bring": n.bring, "has": "nothing", "wants": "", "tasks": []}
        for n in lab.needs
        if not n.optional
    ]


def _missing(name: str, fit: LabFit | None, lacks: Iterable[dict[str, Any]]) -> str:
    if fit is None:
        return f"Your own city, {name}, has no data here yet."
    words = [str(lack["need"]) for lack in lacks]
    listed = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1] if words else "tables"
    return f"Your own city, {name}, lacks {listed}."


def _why(kind: str, name: str, said: str, has_own: bool) -> str:
    if kind == "own":
        return f"It runs on your own city, {name}: its tables suffice."
    begins = said or ("" if has_own else "You are here without a city of your own.")
    if kind == "example":
        return f"{begins} So it runs on {name}, the example city of your batch.".strip()
    return f"{begins} So it runs on {name}, a simulated city: its data are made up.".strip()


@dataclass(frozen=True)
class Glance:
    """Cities x labs. `cells`: {(city, lab): LabFit or None where it is not worked out yet}."""

    places: Sequence[Place]
    labs: Sequence[Lab]
    cells: dict[tuple[str, str], LabFit]
    unknown: int


def glance(*, seconds: float = 1.0) -> Glance:
    """Where each lab fits. What is not known yet is worked out as long as `seconds` allow; the regular job
    does the rest."""
    began = time.monotonic()
    places = [p for row in holdings() if row.sources and (p := place_with_data(row.slug)) is not None]
    labs = sorted(catalogue().values(), key=lambda lab: (lab.module, lab.name))
    kept = {(f.city_slug, f.lab): f for f in LabFit.objects.filter(city_slug__in=[p.slug for p in places])}
    cells, unknown = {}, 0
    for place in places:
        for lab in labs:
            stamp, fit = stamp_of(place, lab), kept.get((place.slug, lab.name))
            if fit is None or fit.stamp != stamp:
                if time.monotonic() - began > seconds:
                    unknown += 1
                    continue
                fit = _work_out(place, lab, stamp)
            cells[place.slug, lab.name] = fit
    return Glance(places, labs, cells, unknown)


def work_out_fits(now: Any) -> int:
    """The regular job: work out what is not known, for a minute at most. Says how much it did."""
    before = {(f.city_slug, f.lab): f.stamp for f in LabFit.objects.all()}
    glance(seconds=60)
    return sum(before.get((f.city_slug, f.lab)) != f.stamp for f in LabFit.objects.all())
