"""A simulated coastal city with known truth: for labs, for scoring recipes, and for a start without data.

Everything in it is invented and labelled simulated. The same name, seed, days and sensors make the same
rows. The truth file says what recipes should find: injected faults, the flood and its lags, the burst of
reports, trips, people.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from nagara.citylab import home
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import Draft, Lake
from nagara.citylab.simulate.land import EPSG, TALL, WIDE, Land, make_land
from nagara.citylab.simulate.places import make_areas, make_places
from nagara.citylab.simulate.sensors import make_sensors
from nagara.citylab.simulate.statistics import make_statistics
from nagara.citylab.simulate.streets import make_streets
from nagara.citylab.simulate.transit import make_transit
from nagara.citylab.simulate.voices import make_voices
from nagara.citylab.simulate.weather import make_weather
from nagara.citylab.tables import TABLES, conform

START = dt.date(2026, 9, 7)
TZ = "Asia/Kuching"
LICENCE = "CC0-1.0"

TITLES: Mapping[str, tuple[str, str]] = {
    "sim-land": ("Simulated zones, people and land cover", "zones"),
    "sim-streets": ("Simulated street map, places and areas", "osm"),
    "sim-transit": ("Simulated timetable", "gtfs"),
    "sim-sensors": ("Simulated sensors", "observations"),
    "sim-statistics": ("Simulated statistics by ward", "zone_values"),
    "sim-voices": ("Simulated citizen reports", "posts"),
}


@dataclass(frozen=True)
class Simulated:
    """What was made: rows a table, and the truth (also written to `truth_path`)."""

    city_id: str
    rows: Mapping[str, int]
    truth: Mapping[str, Any]
    truth_path: Path

    @property
    def summary(self) -> str:
        people = self.truth["people"]
        return (
            f"{people:,} people, {self.rows['street_edge']:,} streets, {self.rows['trip']:,} trips, "
            f"{self.rows['observation']:,} sensor values, {self.rows['post']:,} reports"
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "city": self.city_id,
            "rows": dict(self.rows),
            "truth_path": str(self.truth_path),
            "truth": self.truth,
        }


def build(seed: int, days: int, sensors: int) -> tuple[dict[str, dict[str, pa.Table]], dict[str, Any]]:
    """All rows by source and table, and the truth. Writes nothing."""

    def random(room: int) -> np.random.Generator:
        return np.random.default_rng([seed, room])

    start_utc = dt.datetime.combine(START, dt.time(), ZoneInfo(TZ)).astimezone(dt.UTC)
    land = make_land(random(1))
    streets = make_streets(land, random(2))
    timetable = make_transit(land.here, streets, START, days)
    weather = make_weather(days, random(3))
    instruments = make_sensors(land, weather, start_utc, sensors, random(4))
    posts, voices_truth = make_voices(land, weather, start_utc, seed, random(5))
    statistics, marked = make_statistics(land, weather, start_utc, random(6))
    sources = {
        "sim-land": {
            "zone": land.zone,
            "cell": land.cell,
            "population": land.population,
            "layer": land.layer,
        },
        "sim-streets": {
            "street_node": streets.node,
            "street_edge": streets.edge,
            "place": make_places(land, random(7)),
            "area": make_areas(land, random(8)),
        },
        "sim-transit": timetable.tables(),
        "sim-sensors": instruments.tables(),
        "sim-statistics": {"zone_value": statistics},
        "sim-voices": {"post": posts},
    }
    peaks = [(start_utc + dt.timedelta(hours=float(h))).isoformat() for h in weather.peaks]
    truth = {
        "seed": seed,
        "days": days,
        "sensors": sensors,
        "people": int(land.people.sum()),
        "people_in_flood_prone_wards": int(land.people[land.prone].sum()),
        "flood_prone_wards": [i for i, wet in zip(land.ward_ids, land.prone, strict=True) if wet],
        "flood": {"gate_peaks": peaks, "lag_hours": [float(h - weather.peaks[0]) for h in weather.peaks]},
        "official_marking_starts": marked,
        "faults": instruments.faults,
        "voices": voices_truth,
        "transit": timetable.truth,
    }
    return sources, truth


def simulate(lake: Lake, name: str, *, seed: int = 1, days: int = 28, sensors: int = 60) -> Simulated:
    """Make the city, or make it again in place of an earlier simulated one of that name.

    Raises CityLabError where `name` is a city with other than simulated data.
    """
    sources, truth = build(seed, days, sensors)
    city = (
        lake.city(name)
        if name in lake.cities()
        else lake.create(_city_row(name, sources["sim-land"]["zone"]))
    )
    natures = {row["nature"] for row in city.newest().table("source").to_pylist()}
    if natures - {"simulated"}:
        raise CityLabError(
            f"{name} is a city with real data.", mend="Choose another name for the simulated one."
        )

    def change(draft: Draft) -> None:
        for source_id, tables in sources.items():
            for table, rows in tables.items():
                draft.replace(table, conform(table, rows, source_id=source_id), source_id=source_id)
            draft.replace("source", _source_row(source_id, seed, days, sensors), source_id=source_id)

    city.commit(change)
    rows: dict[str, int] = {}
    for tables in sources.values():
        rows |= {table: made.num_rows for table, made in tables.items()}
    path = home() / "truth" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(truth, indent=1), encoding="utf-8")
    return Simulated(name, rows, truth, path)


def _city_row(name: str, zone: pa.Table) -> dict[str, Any]:
    import shapely

    box = shapely.total_bounds(shapely.from_wkb(zone.column("geom_wkb").to_numpy(zero_copy_only=False)))
    return {
        "city_id": name,
        "name": f"{name.replace('-', ' ').title()} (simulated)",
        "country": "XX",
        "tz": TZ,
        "epsg": EPSG,
        "bbox": [float(b) for b in box],
    }


def _source_row(source_id: str, seed: int, days: int, sensors: int) -> pa.Table:
    title, kind = TITLES[source_id]
    row = {
        "source_id": source_id,
        "kind": kind,
        "title": title,
        "uri": f"nagara simulate --seed {seed} --days {days} --sensors {sensors}",
        "licence": LICENCE,
        "attribution": "Nagara",
        "sha256": f"simulated:{seed}:{days}:{sensors}",
        "imported_at": dt.datetime.now(dt.UTC),
        "valid_from": START,
        "valid_to": START + dt.timedelta(days=days - 1),
        "nature": "simulated",
    }
    return pa.Table.from_pylist([row], schema=TABLES["source"].schema)


__all__ = ["EPSG", "TALL", "WIDE", "Land", "Simulated", "build", "simulate"]
