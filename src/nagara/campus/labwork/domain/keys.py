"""The prepared lab of a work: posed tasks and their key, from what is kept."""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from nagara.campus.labwork.models import LabWork
from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    from nagara.citylab.labs import Prepared
    from nagara.citylab.lake import CityLake

MOST = 96
"""Prepared labs that a process remembers: they never change, and a class answers the same ones for hours."""
_known: OrderedDict[str, Prepared] = OrderedDict()
_lock = Lock()


def as_kept(prepared: Prepared) -> dict[str, Any]:
    """The prepared lab as the database keeps it."""
    kept: dict[str, Any] = json.loads(json.dumps(prepared.as_dict(), default=str))
    return kept


def city_of(work: LabWork) -> CityLake:
    """The city's lake folder. Raises CityLabError where it is gone."""
    from nagara.campus.cities.lakes import lake

    return lake().city(work.city_slug)


def prepared_of(work: LabWork) -> Prepared:
    """The lab as it was posed to this person, with its key."""
    from nagara.citylab import labs

    return _remembered(f"{work.pk}/{work.run_id}", lambda: labs.Prepared.from_dict(work.prepared))


def from_evidence(work: LabWork) -> Prepared:
    """The same, worked out from the Run alone, as somebody would years later."""
    from nagara.citylab import labs

    return labs.reopen(city_of(work), work.run_id)


def _remembered(key: str, make: Any) -> Prepared:
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    made: Prepared = make()
    with _lock:
        _known[key] = made
        while len(_known) > MOST:
            _known.popitem(last=False)
    return made


def record_of(work: LabWork) -> dict[str, Any]:
    """What is kept of the Run behind a work, without its keys: versions, engine, tables, `from`: the sources
    with their licences. Empty where the city or the Run is gone."""
    from nagara.campus.cities.lakes import find_place
    from nagara.citylab.lake import lab_runs

    try:
        city = city_of(work)
        found = lab_runs.record(city.storage, city.city_id, work.run_id)
    except CityLabError:
        return {}
    if found is None:
        return {}
    known = {row["source_id"]: row for row in find_place(work.city_slug).sources}
    cited = [{"source_id": s, **known.get(s, {})} for s in found["sources"]]
    return {**found, "from": cited}
