"""Checks the texts of a module as its readers would: length, sentences, links, numbers, variants.

Queries are checked by computing them (computing.py): `examples` says what went wrong on a city.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nagara.citylab.lessons.computing import Computed
from nagara.citylab.lessons.reading import NUMBER, VARIANTS, Example, Lesson, Module, Text

SHORTEST, LONGEST = 400, 1_300
MEAN_SENTENCE, LONGEST_SENTENCE = 20, 35
LEAST_APART = 0.25
SLOW_S = 3.0
HEAVY_KB = 150
INSTRUCTOR = ("timing", "discussion", "goes wrong", "mistake")
"""Words that the headings of an instructor's page must hold between them."""
LEFT_OUT = "This city has no rows of"
"""How an example says that a table of its `needs` is missing: it is left out, and that is no problem."""
_PLACEHOLDER = re.compile(
    r"\b(TODO|FIXME|TBD|TBC|XXX|lorem ipsum|placeholder)\b|^\s*(\.\.\.|…)\s*$", re.IGNORECASE | re.MULTILINE
)
_FENCED = re.compile(r"^(~{3,}|`{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]*)\)")
_TYPED = re.compile(r"(?<![\w.,:/#-])\d+(?:,\d{3})*(?:\.\d+)*(?![\w:/]|\.\d|-\d)")


@dataclass(frozen=True)
class Problem:
    """One thing to mend: `rule` names it, `where` says the file and place."""

    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.what}"


def module(read: Module, others: Mapping[str, Module]) -> list[Problem]:
    """Everything wrong with a module's texts. `others`: modules by code, for links to their lessons."""
    found = [problem for one in read.lessons for problem in lesson(one, read, others)]
    if not 3 <= len(read.lessons) <= 6:
        found.append(Problem("lessons", read.key, f"{len(read.lessons)} lessons; a module has 3 to 6"))
    found += _instructor(read)
    if not read.reading:
        found.append(Problem("reading", read.key, "no further reading"))
    return found


def lesson(one: Lesson, read: Module, others: Mapping[str, Module]) -> list[Problem]:
    """Everything wrong with the texts of a lesson."""
    where = f"{read.key}/{one.slug}"
    found: list[Problem] = []
    for variant in VARIANTS:
        found += _length(one, variant, f"{where} ({variant})")
    for piece in one.pieces:
        if isinstance(piece, Text):
            found += _text(piece, one, read, others, f"{where}:{piece.line}")
        else:
            found += _example(piece, f"{where}:{piece.line}")
    found += _apart(one, where)
    names = {e.name: e.variants for e in one.examples}
    for piece in one.pieces:
        if isinstance(piece, Text):
            for number in NUMBER.finditer(piece.markdown):
                if number[1] != "city" and not piece.variants <= names.get(number[1], frozenset()):
                    what = f"{number[0]} names no example that this variant shows"
                    found.append(Problem("number", f"{where}:{piece.line}", what))
    return found


def examples(one: Lesson, computed: Computed, where: str) -> list[Problem]:
    """What went wrong with the examples of a lesson on a city that has what they need."""
    found = []
    for name, worked in computed.worked.items():
        at = f"{where}/{name} on {computed.city_id}"
        if worked.problem and not worked.problem.startswith(LEFT_OUT):
            found.append(Problem("query", at, worked.problem))
        if len(worked.svg) > HEAVY_KB * 1024:
            heavy = f"a figure of {len(worked.svg) // 1024} kB; at most {HEAVY_KB}: draw fewer marks"
            found.append(Problem("heavy", at, heavy))
        if worked.seconds > SLOW_S:
            found.append(
                Problem("slow", at, f"{worked.seconds:.1f} s; a reader's example takes at most {SLOW_S:g}")
            )
    for name, row, column in one.numbers():
        shown = computed.worked.get(name)
        if name == "city" or shown is None or shown.problem:
            continue
        try:
            empty = shown.value(row, column) is None
        except KeyError:
            empty = True
        if empty:
            found.append(
                Problem("number", f"{where} on {computed.city_id}", f"{name}[{row}].{column} is not there")
            )
    return found


def prose(markdown: str) -> str:
    """Text without code, marks and addresses; computed numbers count as one word."""
    text = NUMBER.sub("1", _FENCED.sub("", markdown))
    text = _LINK.sub(r"\1", text)
    text = re.sub(r"^\s*\|[\s:|-]+\|\s*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)", "", text)


def words_of(one: Lesson, variant: str) -> int:
    """Words that a reader of a variant reads: headings and tables with, queries without."""
    texts = (p.markdown for p in one.for_variant(variant) if isinstance(p, Text))
    return sum(len(re.findall(r"[^\W_][\w'’.-]*", prose(text))) for text in texts)


def sentences(markdown: str) -> Iterator[str]:
    """Sentences of the running text and of lists; not headings, tables or code."""
    for block in re.split(r"\n\s*\n", prose(markdown)):
        lines: list[str] = []
        for line in block.split("\n"):
            item = re.match(r"\s*(?:[-*+]|\d+\.)\s+(.*)", line)
            if line.lstrip().startswith(("#", "|")):
                continue
            if item or not lines:
                lines.append(item[1] if item else line)
            else:
                lines[-1] += " " + line.strip(" >")
        for line in lines:
            plain = re.sub(r"`[^`]*`", "code", line).strip(" >")
            parts = re.split(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])", plain)
            yield from (part for part in parts if re.search(r"[A-Za-z]{2}", part))


def _count(sentence: str) -> int:
    return len(re.findall(r"[^\W_][\w'’-]*", sentence))


def _length(one: Lesson, variant: str, where: str) -> Iterator[Problem]:
    words = words_of(one, variant)
    if not SHORTEST <= words <= LONGEST:
        yield Problem("length", where, f"{words} words; a lesson has {SHORTEST} to {LONGEST}")
    if not any(isinstance(piece, Example) for piece in one.for_variant(variant)):
        yield Problem("example", where, "no worked example")
    counts = [
        _count(s) for p in one.for_variant(variant) if isinstance(p, Text) for s in sentences(p.markdown)
    ]
    mean = sum(counts) / max(1, len(counts))
    if mean > MEAN_SENTENCE:
        yield Problem("reading level", where, f"{mean:.1f} words a sentence; at most {MEAN_SENTENCE}")


def _text(
    piece: Text, one: Lesson, read: Module, others: Mapping[str, Module], where: str
) -> Iterator[Problem]:
    for found in _PLACEHOLDER.finditer(_FENCED.sub("", piece.markdown)):
        yield Problem("placeholder", where, found[0].strip())
    if re.search(r"\{=|=\}", NUMBER.sub("", piece.markdown)):
        yield Problem("number", where, "a {= =} is not understood; write {= example.column =}")
    for sentence in sentences(piece.markdown):
        if (count := _count(sentence)) > LONGEST_SENTENCE:
            yield Problem("sentence", where, f"{count} words: {sentence[:90]}...")
    for link in _LINK.finditer(_FENCED.sub("", piece.markdown)):
        if what := broken(link[2], read, others):
            yield Problem("link", where, what)
    for number in typed_numbers(piece.markdown):
        if number not in one.typed:
            what = f"{number} is typed: compute it as {{= example.column =}}, or declare it in `typed`"
            yield Problem("typed number", where, what)


def typed_numbers(markdown: str) -> Iterator[str]:
    """Numbers in prose that look like data: from 100 on or with decimals; no years, clock times, code."""
    text = re.sub(r"`[^`]*`", "", NUMBER.sub("", _FENCED.sub("", markdown)))
    text = re.sub(r"\((?:https?:)?/?[^)\s]*\)|\bSDG \d+(\.\d+)*|\bEPSG:?\s?\d+|\bISO \d+", "", text)
    for found in _TYPED.finditer(text):
        value = float(found[0].replace(",", "")) if found[0].count(".") < 2 else 0.0
        year = re.fullmatch(r"(19|20)\d\d", found[0])
        if not year and (value >= 100 or ("." in found[0] and value)):
            yield found[0]


def broken(target: str, read: Module, others: Mapping[str, Module]) -> str:
    """Why a link leads nowhere, or "".

    Links are https://..., a lesson's slug, m02/slug, m02, or a page of the site.
    """
    if re.match(r"https://[\w.-]+\.\w+", target) or target.startswith("/"):
        return ""
    by_key = {m.key: m for m in others.values()} | {read.key: read}
    first, _, slug = target.rstrip("/").partition("/")
    if read.lesson(first) is not None and not slug:
        return ""
    known = by_key.get(first.lower())
    if known is not None and (not slug or known.lesson(slug) is not None):
        return ""
    return f"{target or '(empty)'} is no lesson; write a slug, m02/slug or https://..."


def _example(piece: Example, where: str) -> Iterator[Problem]:
    if re.search(r"select\s+(\w+\.)?\*", piece.sql, re.IGNORECASE):
        yield Problem("query", where, "select * : name the columns")
    if piece.figure and not piece.title:
        yield Problem("figure", where, "a figure needs a title")


def _apart(one: Lesson, where: str) -> Iterator[Problem]:
    """Two variants whose own text is too small a part of what their readers read."""
    for i, first in enumerate(VARIANTS):
        for second in VARIANTS[i + 1 :]:
            shared = sum(
                len(prose(p.markdown).split())
                for p in one.pieces
                if isinstance(p, Text) and {first, second} <= p.variants
            )
            whole = max(words_of(one, first), words_of(one, second), 1)
            if 1 - shared / whole < LEAST_APART:
                what = f"{first} and {second} differ in {max(0.0, 1 - shared / whole):.0%} of their words"
                yield Problem("variants", where, f"{what}; at least {LEAST_APART:.0%}")


def _instructor(read: Module) -> Iterator[Problem]:
    headings = " ".join(re.findall(r"^#+\s*(.+)$", read.instructor, re.MULTILINE)).lower()
    lost = [word for word in INSTRUCTOR if word not in headings]
    if not read.instructor:
        yield Problem("instructor", read.key, "there is no instructor.md")
    elif lost:
        yield Problem("instructor", read.key, f"no heading with {', '.join(lost)}")
    for found in _PLACEHOLDER.finditer(_FENCED.sub("", read.instructor)):
        yield Problem("placeholder", f"{read.key}/instructor.md", found[0].strip())
