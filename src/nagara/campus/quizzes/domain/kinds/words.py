"""A short text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from nagara.campus.quizzes.domain.kinds.shape import FULL, NOTHING, Body, Fields, Given, Mark, Posed, Say

LONGEST = 200
_MARKS = re.compile("[\u0300-\u036f]")
"""Accents on letters. Signs of Thai, Khmer, Burmese or Tamil are letters, not accents: they stay."""
_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})
_BETWEEN = re.compile(r"[\s\-_‐‑–—.,;:!?'\"’‘“”()]+")


def folded(text: str) -> str:
    """Without case, accents, spaces and marks between words: "Đà-Nẵng " and "da nang" are one."""
    lower = unicodedata.normalize("NFKC", text).casefold()
    bare = _MARKS.sub("", unicodedata.normalize("NFD", lower)).translate(_LETTERS)
    return _BETWEEN.sub("", unicodedata.normalize("NFC", bare))


def spaced(text: str) -> str:
    """Only spaces put right: for items where case and accents matter."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _matches(pattern: str, text: str) -> bool:
    """A full match by RE2, whose time grows with the text only: a pattern cannot hold the server up."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.match_substring_regex(pa.array([text]), pattern=f"^(?:{pattern})$", ignore_case=True)
    return bool(found[0].as_py())


@dataclass(frozen=True)
class Words:
    """A word or a few. Full marks for an accepted form, else none."""

    name: str = "text"
    title: str = "Short text"

    def check(self, body: Body, say: Say) -> None:
        accepts = body.get("accepts", [])
        if not isinstance(accepts, list) or not [a for a in accepts if folded(str(a))]:
            say("accepts", "No accepted form is given.", "List the forms that are right; the first is shown.")
        pattern = str(body.get("pattern") or "")
        if pattern:
            try:
                _matches(pattern, "")
            except Exception as error:  # pyarrow raises its own kinds
                say(
                    "pattern", f"The pattern is not understood: {str(error)[:80]}", "It follows RE2's syntax."
                )

    def order(self, body: Body, chance: Random, *, shuffle: bool) -> list[int]:
        return []

    def ask(self, posed: Posed, given: Given) -> dict[str, Any]:
        return {"text": given.get("text", ""), "longest": LONGEST}

    def read(self, posed: Posed, fields: Fields) -> Given:
        text = spaced(str(fields("")[0]))[:LONGEST] if fields("") else ""
        return {"text": text} if text else {}

    def mark(self, posed: Posed, given: Given) -> Mark:
        text = str(given.get("text", ""))
        if not text:
            return NOTHING
        form = spaced if posed.body.get("exact") else folded
        if form(text) in {form(str(accepted)) for accepted in posed.body.get("accepts", [])}:
            return FULL
        pattern = str(posed.body.get("pattern") or "")
        if pattern and _matches(pattern, spaced(text)):
            return FULL
        for mistake in posed.body.get("mistakes", []):
            if form(text) == form(str(mistake.get("answer", ""))):
                return Mark(Fraction(0), mistake=str(mistake.get("key", "")))
        return NOTHING

    def key(self, posed: Posed) -> Given:
        return {"text": str(posed.body["accepts"][0])}

    def words(self, posed: Posed, given: Given) -> str:
        return str(given.get("text", ""))
