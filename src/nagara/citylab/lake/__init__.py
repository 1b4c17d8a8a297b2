"""The lake: one folder a city, a Delta table a canonical table, snapshots that make many tables one.

    lake = Lake("lake")
    city = lake.create({"city_id": "demo", "name": "Demo", "country": "XX", "tz": "UTC", "epsg": 3857})
    city.commit(lambda draft: draft.replace("place", places, source_id="osm"))
    city.newest().table("place")

Readers see snapshots only; see docs/lake.md for every rule.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nagara.citylab.lake.city import CityLake, Keeping, Lake
    from nagara.citylab.lake.snapshots import InputsErased, Snapshot, TableVersion
    from nagara.citylab.lake.writing import Draft

__all__ = ["CityLake", "Draft", "InputsErased", "Keeping", "Lake", "Snapshot", "TableVersion"]

_WHERE = {
    "CityLake": "city",
    "Draft": "writing",
    "InputsErased": "snapshots",
    "Keeping": "city",
    "Lake": "city",
    "Snapshot": "snapshots",
    "TableVersion": "snapshots",
}


def __getattr__(name: str) -> Any:
    """Names of the lake, loaded when they are used: listing a lake needs neither Arrow nor Delta."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
