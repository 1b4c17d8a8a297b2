"""Names of people in every script: how they are compared."""

from __future__ import annotations

import re
import unicodedata

_LATIN_MARKS = re.compile("[\u0300-\u036f]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})


def searchable(text: str) -> str:
    """Text as it is compared: case, accents of Latin letters, widths and unseen characters do not count.

    Vowel signs of Thai, Lao, Khmer and Burmese are marks too, but they tell names apart: they stay.
    Zero-width spaces, which those scripts put between words, go.
    """
    text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text).casefold())
    text = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", text)).translate(_LETTERS)
    return " ".join(text.split())
