"""Countries by two-letter code (ISO 3166-1), named as ASEAN writes its own members."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

from nagara.campus.people.names import searchable


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Code -> name, sorted by name."""
    text = (files("nagara.campus.people.seeds") / "countries.csv").read_text("utf-8")
    return {row["iso2"]: row["name"] for row in csv.DictReader(text.splitlines())}


def choices() -> list[tuple[str, str]]:
    """For a form, with "not said" first."""
    return [("", "Not said"), *countries().items()]


def code_of(said: str) -> str | None:
    """The code of a country named by code or name ("ID", "Indonesia", "Laos"); None where it is unknown."""
    asked = searchable(said)
    if asked.upper() in countries():
        return asked.upper()
    return _by_name().get(asked)


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    found = {searchable(name): code for code, name in countries().items()}
    found |= {searchable(name): code for name, code in _OTHER_NAMES.items()}
    return found


_OTHER_NAMES = {
    "Brunei": "BN",
    "Laos": "LA",
    "Lao": "LA",
    "Lao People's Democratic Republic": "LA",
    "Vietnam": "VN",
    "East Timor": "TL",
    "Timor Leste": "TL",
    "Burma": "MM",
    "Korea": "KR",
    "South Korea": "KR",
    "Korea, Republic of": "KR",
    "The Philippines": "PH",
    "USA": "US",
    "United States of America": "US",
    "UK": "GB",
    "Turkey": "TR",
    "Ivory Coast": "CI",
    "Czech Republic": "CZ",
    "Russian Federation": "RU",
    "Swaziland": "SZ",
    "Cape Verde": "CV",
}
