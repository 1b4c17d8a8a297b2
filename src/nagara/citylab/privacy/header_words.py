"""What a column is about, told from its header in the languages of the region."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

_NO_BLANKS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


@cache
def words(topic: str) -> frozenset[str]:
    """The words of one topic of personal_words.toml, folded."""
    text = resources.files(__package__).joinpath("personal_words.toml").read_text("utf-8")
    return frozenset(fold(word) for word in tomllib.loads(text)[topic])


def fold(text: str) -> str:
    """Lower case, one blank between words; words split at signs and at capitals ("noKTP" -> "no ktp")."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.split(r"[\s_./()\[\]{}:;,#?*'\"\-]+", text.casefold())).strip()


def about(header: str, topic: str) -> bool:
    """Whether a header speaks of a topic, e.g. about("No. HP", "phone")."""
    return holds(fold(header), words(topic))


def holds(folded: str, wanted: Iterable[str]) -> bool:
    """Whether a folded text holds one of the words: a whole word, or any part in scripts without blanks."""
    padded = f" {folded} "
    return any(f" {w} " in padded or (_NO_BLANKS.search(w) and w in folded) for w in wanted)
