"""Statistics by ward: the flood-prone flag, hourly flood depth classes, weekly dengue cases, road deaths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from nagara.citylab.simulate.land import Land
from nagara.citylab.simulate.voices import LEAD_H, burst_hour
from nagara.citylab.simulate.weather import Weather

MARKED_H = 16
GOOD = 1


def make_statistics(
    land: Land, weather: Weather, start_utc: dt.datetime, random: np.random.Generator
) -> tuple[pa.Table, str]:
    """Table `zone_value`, and when the official marking of flooded wards starts (UTC, ISO 8601)."""
    rows: list[dict[str, Any]] = []

    def add(zone: str, at: dt.datetime | None, what: str, value: float | None, text: str, unit: str) -> None:
        rows.append(
            {
                "zone_id": zone,
                "ts": at,
                "property": what,
                "value": value,
                "text": text,
                "unit": unit,
                "quality": GOOD,
            }
        )

    for zone, prone in zip(land.ward_ids, land.prone, strict=True):
        add(zone, None, "flood_prone", float(prone), "YES" if prone else "NO", "1")
    first = burst_hour(weather) + LEAD_H
    started = start_utc + dt.timedelta(hours=first)
    wet = [zone for zone, prone in zip(land.ward_ids, land.prone, strict=True) if prone]
    for step in range(MARKED_H):
        height = np.sin(np.pi * (step + 1) / (MARKED_H + 1))
        for order, zone in enumerate(wet):
            depth = height * (1.35 - order / max(1, len(wet)))
            level = int(np.clip(np.ceil(depth * 3), 0, 3))
            if level:
                add(
                    zone,
                    started + dt.timedelta(hours=step),
                    "flood_depth_class",
                    float(level),
                    f"class {level}",
                    "1",
                )
    weeks = max(1, int(weather.hours[-1] // 168))
    for week in range(weeks):
        for zone, people in zip(land.ward_ids, land.people, strict=True):
            cases = float(random.poisson(people / 9_000))
            add(zone, start_utc + dt.timedelta(days=7 * week), "dengue_cases", cases, "", "{cases}")
    _road_deaths(land, start_utc, random.spawn(1)[0], add)
    return pa.Table.from_pylist(rows), started.isoformat()


def _road_deaths(
    land: Land, start_utc: dt.datetime, random: np.random.Generator, add: Callable[..., None]
) -> None:
    """Deaths in traffic in each of the three years before, fewer every year. Drawn apart from the rest, so
    that they change nothing else of a seed's city."""
    for back in (3, 2, 1):
        january = dt.datetime(start_utc.year - back, 1, 1, tzinfo=start_utc.tzinfo)
        for zone, people in zip(land.ward_ids, land.people, strict=True):
            deaths = float(random.poisson(people * (8 + back) / 100_000))
            add(zone, january, "traffic_deaths", deaths, "", "{deaths}")
