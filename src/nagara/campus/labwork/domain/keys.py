"""The prepared lab of a work: posed tasks and their key, from what is kept."""

from __future__ import annotations

import json
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from nagara.campus.labwork.models import LabWork

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
