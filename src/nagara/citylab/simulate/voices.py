"""Citizen reports: a quiet daily stream, a burst when the flood comes, complaints about the haze.

Reports of the flood begin before the official marking of wards: the lead is in the truth. No author is a
person; authors are hashed like real ones.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa

from nagara.citylab.privacy import pseudonym
from nagara.citylab.simulate.land import Land, cells_at
from nagara.citylab.simulate.weather import Weather
from nagara.citylab.tables import H3_POST

A_DAY = 26
IN_THE_BURST = 420
LEAD_H = 3.0
"""Hours from the burst of reports to the first official marking."""
AUTHORS = 900
EVERYDAY = ("road", "waste", "light", "transit")


def make_voices(
    land: Land, weather: Weather, start_utc: dt.datetime, seed: int, random: np.random.Generator
) -> tuple[pa.Table, dict[str, Any]]:
    """Table `post` and its truth (hour of the burst, posts by category and language)."""
    words = tomllib.loads(
        resources.files("nagara.citylab.simulate").joinpath("voices.toml").read_text("utf-8")
    )
    names = {row["zone_id"]: row["name"] for row in land.zone.to_pylist()}
    salt = f"simulated {seed}".encode()
    wanted = _wanted(land, weather, random)
    middles = np.array([ward.representative_point().coords[0] for ward in land.wards])
    lonlat = land.here.lonlat(middles + 0.0)
    cells = cells_at(lonlat, H3_POST).to_pylist()
    rows = []
    office = random.spawn(1)[0]  # drawn apart, so that it changes nothing else of a seed's city
    for number, (hour, category, ward) in enumerate(sorted(wanted)):
        lang = str(random.choice(list(words[category])))
        text = str(random.choice(words[category][lang])).format(place=names[land.ward_ids[ward]])
        author = f"author {int(random.integers(AUTHORS))}"
        rows.append(
            {
                "post_id": f"post-{number + 1}",
                "ts": start_utc + dt.timedelta(hours=hour),
                "channel": "report app" if random.uniform() < 0.8 else "web form",
                "lang": lang,
                "text": text,
                "author_hash": pseudonym(author, salt=salt, city_id="simulated"),
                "zone_id": names_to_district(land.ward_ids[ward]),
                "h3": cells[ward],
                "geo_method": "point",
                "category": category,
                "attributes": _closing(start_utc + dt.timedelta(hours=hour), category, office),
            }
        )
    posts = pa.Table.from_pylist(rows)
    by = {c: sum(1 for r in rows if r["category"] == c) for c in words}
    burst = start_utc + dt.timedelta(hours=burst_hour(weather))
    return posts, {"posts": len(rows), "by_category": by, "burst_starts": burst.isoformat()}


def _closing(opened: dt.datetime, category: str, random: np.random.Generator) -> str | None:
    """When the office closed an everyday request, as the import keeps it; nothing while it is open."""
    if category not in EVERYDAY:
        return None
    hours = float(random.lognormal(3.3, 0.9))
    closed = (opened + dt.timedelta(hours=round(hours, 2))).isoformat() if random.uniform() < 0.85 else ""
    return json.dumps({"closed": closed})


def names_to_district(ward_id: str) -> str:
    """The coarse zone of a ward: its district."""
    return ward_id[:2]


def burst_hour(weather: Weather) -> float:
    """Hours after the start at which reports of the flood begin: as the wave reaches the third gate."""
    return float(np.floor(weather.peaks[2]))


def _wanted(land: Land, weather: Weather, random: np.random.Generator) -> list[tuple[float, str, int]]:
    """Hour, category and ward of every post."""
    share = land.people / land.people.sum()
    wards = np.arange(len(land.wards))
    end = float(weather.hours[-1])
    wanted = []
    for _ in range(int(A_DAY * end / 24)):
        hour = float(np.floor(random.uniform(0, end) / 24) * 24 + np.clip(random.normal(13, 4.5), 0, 23.9))
        if hour < end:
            wanted.append((hour, str(random.choice(EVERYDAY)), int(random.choice(wards, p=share))))
    hazy = np.flatnonzero(weather.haze > 0.5)
    smoky = random.choice(hazy, min(120, len(hazy)), replace=False) if len(hazy) else hazy
    wanted += [(float(weather.hours[at]), "air", int(random.choice(wards, p=share))) for at in smoky]
    wet = wards[land.prone] if land.prone.any() else wards
    burst = burst_hour(weather) + random.gamma(2.2, 2.2, IN_THE_BURST)
    wanted += [(float(hour), "flood", int(random.choice(wet))) for hour in burst if hour < end]
    return wanted
