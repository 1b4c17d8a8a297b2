"""One column under watch: what its cells look like, counted chunk by chunk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.privacy.header_words import about, fold, holds, words
from nagara.citylab.privacy.identity_numbers import ANNOUNCED, NUMBERS, digits_of

SAMPLE = 400
CELLS_READ = 4_000
"""Suspicious cells looked at one by one in a chunk; beyond that an even sample of them."""

_PLAIN = (
    r"^(?:[+-]?[0-9]{0,7}(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?|"
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T][0-9]{1,2}:[0-9]{2}.*)?|"
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?.*|"
    r"[+-]?[0-9]{1,3}[.,][0-9]{4,})$"
)
"""Numbers, days and times: nothing personal in the cell itself."""
_SUSPECT = r"@|\p{Nd}(?:[ .\-/()]{0,3}\p{Nd}){5}|^[STFGMstfgm]\p{Nd}{7}[A-Za-z]$"
_EMAIL = re.compile(r"[\w.%+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_FREE_MAIL = re.compile(
    r"@(?:gmail|yahoo|ymail|hotmail|outlook|live|icloud|msn|aol|protonmail|proton|rocketmail|windowslive)\.",
    re.IGNORECASE,
)
_PHONE_CELL = re.compile(
    r"(?:\+|00)?\(?\+?[0-9](?:[\s.\-()/]{0,2}[0-9]){6,14}(?:\s?(?:ext|x|ต่อ)\.?\s?[0-9]{1,5})?",
    re.IGNORECASE,
)
_MOBILE = re.compile(
    r"^(?:0|\+?62)8[0-9]{8,11}$|^(?:0|\+?66)[689][0-9]{8}$|^(?:0|\+?60)1[0-9]{8,9}$|^(?:\+?65)?[89][0-9]{7}$|"
    r"^(?:0|\+?84)[35789][0-9]{8}$|^(?:0|\+?63)9[0-9]{9}$|^(?:0|\+?855)[1-9][0-9]{7,8}$|^(?:0|\+?856)20[0-9]{7,8}$|"
    r"^(?:0|\+?95)9[0-9]{7,9}$|^(?:\+?673)?[78][0-9]{6}$|^(?:\+?670)?7[0-9]{7}$|^8[0-9]{9,11}$"
)


class ColumnWatch:
    """Counts about one column. `cells` are filled cells; the other counts are estimates for all of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cells = 0
        self.seen: Counter[str] = Counter()
        self.rows: dict[str, int] = {}
        self.people = 0
        self.places = 0
        self.titled = 0
        self.sampled = 0
        self.ages = 0
        self.longest = 0
        self.distinct: set[str] = set()

    def is_about(self, topic: str) -> bool:
        return about(self.name, topic)

    def see(self, column: pa.ChunkedArray, first_row: int) -> None:
        n = len(column)
        self.cells += n - column.null_count
        if n == column.null_count:
            return
        picked = pa.array(np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64))
        sample = column.take(picked).drop_null()
        if not len(sample):  # thinly filled: look at what there is
            sample = column.drop_null().slice(0, SAMPLE)
        is_plain = pc.match_substring_regex(sample, _PLAIN)
        plain = pc.sum(is_plain).as_py() or 0
        self._look_at_names(Counter(zip(sample.to_pylist(), is_plain.to_pylist(), strict=True)))
        self.longest = max(self.longest, pc.max(pc.utf8_length(sample)).as_py() or 0)
        hinted = self.is_about("identity") or self.is_about("phone")
        if plain == len(sample) and not hinted:
            return
        if (pc.max(pc.binary_length(column)).as_py() or 0) < 6:
            return
        if len(pc.unique(sample)) * 4 < len(sample):  # the same few cells over and over, such as stations
            few = pc.value_counts(column)
            if len(few) <= CELLS_READ:
                self._count_numbers(column, _suspects(few), 1.0, first_row)
                return
        self._look_for_numbers(column, first_row)

    def _look_at_names(self, cells: Mapping[tuple[str, bool], int]) -> None:
        """How many cells of a sample look like people's names, places' names, ages.

        `cells`: how often each (cell, whether it is but a number, a day or a time) stands there.
        """
        for (cell, plain), times in cells.items():
            self.sampled += times
            if len(self.distinct) < 2_000:
                self.distinct.add(cell[:80])
            if cell.isdigit() and len(cell) <= 3:
                self.ages += times * (int(cell) <= 120)
                continue
            if plain:
                continue
            folded = fold(cell)
            if holds(folded, words("places_and_firms")):
                self.places += times
                continue
            first = folded.split(" ", 1)[0]
            titled = first in words("titles") or cell.startswith(("นาย", "นาง", "น.ส.", "ด.ช.", "ด.ญ."))
            self.titled += times * (titled and " " in cell.strip())
            self.people += times * like_a_name(cell)

    def _look_for_numbers(self, column: pa.ChunkedArray, first_row: int) -> None:
        """Look at suspicious cells, or at an even sample of them where there are many."""
        suspect = column.filter(pc.match_substring_regex(column, _SUSPECT))
        n = len(suspect)
        read = min(n, CELLS_READ)
        picked = suspect.take(pa.array(np.linspace(0, max(n, 1) - 1, read).astype(np.int64))).to_pylist()
        self._count_numbers(column, Counter(picked), n / max(read, 1), first_row)

    def _count_numbers(
        self, column: pa.ChunkedArray, cells: Mapping[str, int], each: float, first_row: int
    ) -> None:
        """Count what is in `cells` (how often each was seen; every sight stands for `each` cells)."""
        got: Counter[str] = Counter()
        firsts: dict[str, str] = {}
        for cell, times in cells.items():
            for kind in kinds_in(cell):
                got[kind] += times
                firsts.setdefault(kind, cell)
        for kind, count in got.items():
            self.seen[kind] += round(count * each)
            if kind not in self.rows:
                at = pc.index(column, firsts[kind]).as_py()
                self.rows[kind] = first_row + max(at, 0)


def _suspects(counts: pa.StructArray) -> dict[str, int]:
    """Of value counts those whose value is suspicious, in the order of their first sight."""
    hits = counts.filter(pc.fill_null(pc.match_substring_regex(counts.field("values"), _SUSPECT), False))
    return dict(zip(hits.field("values").to_pylist(), hits.field("counts").to_pylist(), strict=True))


def like_a_name(cell: str) -> bool:
    """Two to five words of letters, Latin ones with capitals: "Siti binti Ahmad", "สมชาย ใจดี"."""
    text = cell.strip()
    if not 4 <= len(text) <= 48 or any(c.isdigit() or c in '@_:;#=%+()[]{}<>|\\"' for c in text):
        return False
    parts = text.replace(",", " ").split()
    if not 2 <= len(parts) <= 6:
        return False
    cased = [p for p in parts if p[0].isalpha() and p[0].lower() != p[0].upper()]
    return all(
        p[0].isupper() for p in cased if p not in ("binti", "bin", "al", "de", "da", "dos", "bt", "van")
    )


def kinds_in(cell: str) -> list[str]:
    """What one cell holds: email, free-mail, handle, phone, mobile, id:<number>, tried:<number>, text:..."""
    found: list[str] = []
    text = cell.strip()
    if "@" in text:
        if _EMAIL.search(text):
            found.append("email")
            if _FREE_MAIL.search(text):
                found.append("free-mail")
        elif text.startswith("@") and " " not in text and len(text) > 3:
            found.append("handle")
    whole = len(text) <= 32
    if whole and _PHONE_CELL.fullmatch(text) and 7 <= len(digits_of(text)) <= 15:
        found.append("phone")
        if _MOBILE.match(re.sub(r"[\s.\-()/]", "", text)):
            found.append("mobile")
    for number in NUMBERS:
        if number.bare and len(digits_of(text)) == number.bare and whole:
            found.append(f"tried:{number.name}")
        hit = number.pattern.search(text) if not whole else number.pattern.fullmatch(text)
        if hit and number.valid(hit.group()):
            found.append(f"id:{number.name}" if whole else f"text:{number.name}")
    if not whole and ANNOUNCED.search(text):
        found.append("text:announced")
    return found
