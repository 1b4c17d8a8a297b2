"""Categories of places: about 35, the same for every city, so that one recipe serves all.

What OpenStreetMap tags and the words of tables mean is data: place_categories.toml.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType

_NO_BLANKS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


@cache
def _book() -> dict[str, dict[str, list[str] | str]]:
    text = resources.files("nagara.citylab").joinpath("place_categories.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def categories() -> Mapping[str, str]:
    """Name and title of every category, in the order of the file, e.g. {"hospital": "Hospital", ...}."""
    return MappingProxyType({name: str(entry["title"]) for name, entry in _book().items()})


@cache
def _tags() -> dict[tuple[str, str], tuple[int, str]]:
    """(key, value) -> rank and category; the lower rank was written first."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    rank = 0
    for name, entry in _book().items():
        for tag in entry["osm"]:
            key, _, value = str(tag).partition("=")
            found.setdefault((key, value), (rank, name))
            rank += 1
    return found


@cache
def osm_keys() -> tuple[str, ...]:
    """The OpenStreetMap keys that tell a category: what an importer must keep."""
    return tuple(dict.fromkeys(key for key, _ in _tags()))


def category_of_tags(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """Category and the tag that told it, e.g. ("clinic", "amenity=doctors"); None where it is no place.

    An exact tag goes before "any value" (amenity=pharmacy with shop=yes is a pharmacy, not a shop). A value
    may be a list with semicolons.
    """
    known = _tags()
    exact: list[tuple[int, str, str]] = []
    loose: list[tuple[int, str, str]] = []
    for key in osm_keys():
        value = tags.get(key)
        if not value or value in ("no", "none"):
            continue
        for part in value.split(";"):
            word = part.strip()
            if (got := known.get((key, word))) is not None:
                exact.append((*got, f"{key}={word}"))
            elif (got := known.get((key, "*"))) is not None and word not in ("vacant", "disused"):
                loose.append((*got, f"{key}={word}"))
    if not exact and not loose:
        return None
    _, category, tag = min(exact or loose)
    return category, tag


def fold(text: str) -> str:
    """Lower case, composed letters, one blank between words, signs as blanks."""
    return " ".join(
        re.split(r"[\s_\-./()\[\],:;&+'\"]+", unicodedata.normalize("NFC", text).casefold())
    ).strip()


@cache
def _words() -> tuple[tuple[str, str], ...]:
    """(folded word, category), longest words first."""
    pairs = [(fold(str(word)), name) for name, entry in _book().items() for word in entry["words"]]
    pairs += [(fold(name), name) for name in _book()]
    return tuple(sorted(dict(reversed(pairs)).items(), key=lambda pair: (-len(pair[0]), pair[0])))


@lru_cache(maxsize=65_536)
def category_of_words(text: str) -> str | None:
    """The category that a word or name in a table means, e.g. "Puskesmas Kecamatan" -> "clinic".

    None where no word is known: the caller asks, it does not guess. Words of the Latin script must stand
    whole. A name of several words is what it begins with (Malay, Thai and Vietnamese put the kind first),
    unless it ends with a longer word (English puts it last); else the longest word inside it counts.
    """
    folded = fold(text)
    if not folded:
        return None
    inside = [(word, category) for word, category in _words() if _stands_in(word, folded)]
    first = next((pair for pair in inside if folded.startswith(pair[0])), None)
    last = next((pair for pair in inside if folded.endswith(pair[0])), None)
    if first and last:
        return last[1] if len(last[0]) > len(first[0]) else first[1]
    best = first or last or (inside[0] if inside else None)
    return best[1] if best else None


def _stands_in(word: str, folded: str) -> bool:
    return f" {word} " in f" {folded} " or (bool(_NO_BLANKS.search(word)) and word in folded)
