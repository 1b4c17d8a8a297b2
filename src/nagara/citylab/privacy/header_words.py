"""What a column is about, told from its header in the languages of the region."""

from __future__ import annotations

import re
import tomllib
import unicodedata
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


def holds(folded: str, wanted: frozenset[str]) -> bool:
    """Whether a folded text holds one of the words: a whole word, or any part in scripts without blanks."""
    single, several, within = _kinds_of_words(wanted)
    if not single.isdisjoint(folded.split(" ")):
        return True
    padded = f" {folded} "
    return any(w in padded for w in several) or (not folded.isascii() and any(w in folded for w in within))


@cache
def _kinds_of_words(wanted: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Words without a blank in them; phrases between blanks; words of scripts without blanks."""
    return (
        frozenset(w for w in wanted if " " not in w),
        tuple(f" {w} " for w in sorted(wanted) if " " in w),
        tuple(w for w in sorted(wanted) if _NO_BLANKS.search(w)),
    )
