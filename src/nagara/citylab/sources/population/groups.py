"""Groups of people: sex and age as sources write them -> 'total', 'f', 'm:25-29', 't:65+'.

A group id is 'total', or a sex (f, m, x other, t both) with or without an age: years 'low-high' (both
included), one year 'low', or 'low+'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_SEXES = {
    "f": ("f", "female", "females", "woman", "women", "perempuan", "wanita", "หญิง", "nữ", "p"),
    "m": ("m", "male", "males", "man", "men", "laki-laki", "lelaki", "pria", "ชาย", "nam", "l"),
    "t": ("t", "total", "both", "both sexes", "all", "persons", "jumlah", "รวม", "tổng", ""),
    "x": ("x", "other", "lgbt", "unknown"),
}
_SEX = {word: sex for sex, words in _SEXES.items() for word in words}
_ALL_AGES = frozenset(("", "total", "all", "all ages", "semua", "jumlah", "รวม", "tổng"))
OLDEST = 999
GROUP = re.compile(r"total|[fmxt](:\d{1,3}(-\d{1,3}|\+)?)?")


def sex_of(text: str | None, codes: Mapping[str, str]) -> str | None:
    """f, m, x or t (both; also where empty); None where the word is not known. `codes` come first."""
    word = (text or "").strip()
    if word in codes:
        return codes[word] if codes[word] in ("f", "m", "x", "t") else None
    return _SEX.get(word.casefold())


@lru_cache(maxsize=10_000)
def age_of(text: str | None) -> str | None:
    """'25-29', '65+', '7' or '' for all ages; None where the text is no age.

    Reads '0  -  4 Years', '15 to 64 years', '65 Years & Over', '>= 65', '65_above', 'under 5', '< 1', '100+'.
    """
    word = " ".join((text or "").strip().casefold().replace("_", " ").split())
    if word in _ALL_AGES:
        return ""
    numbers = [int(n) for n in re.findall(r"\d{1,3}", word)]
    if re.search(r"\d+\.\d*[1-9]", word) or not numbers or len(numbers) > 2:
        return None
    low = numbers[0]
    if len(numbers) == 2:
        return f"{low}-{numbers[1]}" if low < numbers[1] else None
    if re.search(r"\+|over|above|older|more|ke atas|atau lebih|ขึ้นไป|trở lên|>", word):
        beyond = re.match(r"(over|above|more than|older than|>(?!=))", word) is not None
        return f"{low + beyond}+"
    if re.search(r"under|below|less|younger|<|ต่ำกว่า|dưới", word):
        return f"0-{low - 1}" if low > 1 else "0"
    return str(low)


def group_of(sex: str, age: str) -> str:
    """The id of a group: both sexes of all ages are 'total'."""
    if not age:
        return "total" if sex == "t" else sex
    return f"{sex}:{age}"


def parts(group: str) -> tuple[str, int, int]:
    """Sex, first and last year of age of a group id."""
    if group == "total":
        return "t", 0, OLDEST
    sex, _, age = group.partition(":")
    if not age:
        return sex, 0, OLDEST
    if age.endswith("+"):
        return sex, int(age[:-1]), OLDEST
    low, _, high = age.partition("-")
    return sex, int(low), int(high or low)


def partition(groups: Iterable[str]) -> list[str] | None:
    """Groups whose people add up to all people, each counted once; None where no such choice is sure.

    Either both sexes (with 'x' where given) or ages of 't'. Ages must start at 0 and follow one another
    without gap or overlap up to an open or oldest age of at least 80.
    """
    known = sorted(set(groups))
    if "total" in known:
        return ["total"]
    by_sex = {sex: [g for g in known if parts(g)[0] == sex] for sex in "fmxt"}
    if by_sex["f"] and by_sex["m"]:
        chosen = [_cover(by_sex[sex]) for sex in "fmx" if by_sex[sex]]
        if all(c is not None for c in chosen):
            return [group for c in chosen if c is not None for group in c]
    return _cover(by_sex["t"]) if by_sex["t"] else None


def _cover(groups: list[str]) -> list[str] | None:
    """Of groups of one sex, those that cover all ages once: the plain group, else ages in a row."""
    whole = [g for g in groups if ":" not in g]
    if whole:
        return whole[:1]
    chosen: list[str] = []
    expected = 0
    for group in sorted(groups, key=lambda g: (parts(g)[1], parts(g)[2])):
        _, low, high = parts(group)
        if low == expected:
            chosen.append(group)
            expected = high + 1
    reached = expected > OLDEST or expected > 80
    return chosen if reached else None
