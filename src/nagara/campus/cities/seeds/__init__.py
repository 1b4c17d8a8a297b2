"""What a new site starts with: states, member cities, projects, policy frameworks. Needs no Django."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class KnownCity:
    """A city that Nagara knows by name: enough to make its row in the lake."""

    slug: str
    name: str
    country: str  # ISO 3166-1 alpha-2
    lat: float  # degrees north, WGS 84
    lon: float  # degrees east, WGS 84
    tz: str  # IANA time zone
    member_since: int
    is_pilot: bool


def rows(name: str) -> list[dict[str, str]]:
    """Rows of one seed list, e.g. rows("projects")."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def known_cities() -> dict[str, KnownCity]:
    """Member cities by slug."""
    return {
        row["slug"]: KnownCity(
            slug=row["slug"],
            name=row["name"],
            country=row["state"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            tz=row["tz"],
            member_since=int(row["member_since"]),
            is_pilot=row["pilot_2018"] == "1",
        )
        for row in rows("cities")
    }


def known_city(slug: str) -> KnownCity | None:
    """The member city with this short name (such as `ha-noi`), or None."""
    return known_cities().get(slug)
