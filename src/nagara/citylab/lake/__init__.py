"""The lake: one folder a city, a Delta table a canonical table, snapshots that make many tables one.

    lake = Lake("lake")
    city = lake.create({"city_id": "demo", "name": "Demo", "country": "XX", "tz": "UTC", "epsg": 3857})
    city.commit(lambda draft: draft.replace("place", places, source_id="osm"))
    city.newest().table("place")

Readers see snapshots only; see docs/lake.md for every rule.
"""

from nagara.citylab.lake.city import CityLake, Keeping, Lake
from nagara.citylab.lake.snapshots import InputsErased, Snapshot, TableVersion
from nagara.citylab.lake.writing import Draft

__all__ = ["CityLake", "Draft", "InputsErased", "Keeping", "Lake", "Snapshot", "TableVersion"]
