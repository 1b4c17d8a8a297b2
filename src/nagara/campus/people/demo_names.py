"""Invented people for demonstrations and tests: names as they are built in each state, in its own script.

Every name here is put together from common given names and family names; nobody is meant. Needs no Django.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nagara.campus.people.demo_name_lists import BY_COUNTRY, Names


@dataclass(frozen=True)
class Invented:
    """One invented person. `native_name` is "" where the passport name is in the own script already."""

    passport_name: str
    native_name: str
    preferred_name: str
    sex: str
    email: str


def invented(n: int, iso2: str) -> Invented:
    """The n-th invented person (from 0) of a state by its two-letter code: always the same one; even n are
    women, odd n men. Distinct for at least the first 190 of each state. Raises KeyError for other states."""
    names = BY_COUNTRY[iso2.upper()]
    woman = n % 2 == 0
    given_list = names.women if woman else names.men
    turn, place = divmod(n // 2, len(given_list))
    given, family = given_list[place], names.family[(turn + place * 3) % len(names.family)]
    passport, native = _joined(names, given[0], family[0], woman), ""
    if given[1]:
        native = _joined_native(names, given[1], family[1], woman)
    mail = re.sub(r"[^a-z]+", ".", _plain(f"{given[0]} {family[0]}")).strip(".")
    return Invented(
        passport, native, given[0], "woman" if woman else "man", f"{mail}.{n}@{iso2.lower()}.example"
    )


def _joined(names: Names, given: str, family: str, woman: bool) -> str:
    link = names.link[0 if woman else 1]
    if not family:
        return given
    first, second = (family, given) if names.family_first else (given, family)
    return " ".join(word for word in (first, link, second) if word)


def _joined_native(names: Names, given: str, family: str, woman: bool) -> str:
    link = names.native_link[0 if woman else 1]
    if not family:
        return given
    first, second = (family, given) if names.family_first else (given, family)
    gap = "" if names.close else " "
    return gap.join(word for word in (first, link, second) if word)


def _plain(text: str) -> str:
    text = text.casefold().replace("đ", "d").replace("ı", "i")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
