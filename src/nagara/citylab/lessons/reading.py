"""Modules and lessons as files: `curriculum/modules/<code>/module.toml` and `lessons/<slug>.md`.

A lesson is TOML between two lines `+++`, then Markdown. `:::foundation` ... `:::` is text for that variant
only; a fence `~~~sql example=NAME` is a query whose rows, figure and numbers are computed on a city. Numbers
in the text are written `{= NAME.column =}`. docs/modules.md tells it all.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import nagara
from nagara.citylab.errors import CityLabError

VARIANTS = ("foundation", "standard", "advanced")
SHIPPED = Path(nagara.__file__).parent / "curriculum"
NUMBER = re.compile(r"\{=\s*([A-Za-z_]\w*)(?:\[(\d+)\])?\.([A-Za-z_]\w*)\s*(?:\|\s*(\d))?\s*=\}")
"""A computed number: example, row (1 is the first), column, decimals."""
FIGURES = ("bar", "line", "points", "calendar", "timeline", "cells")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FENCE = re.compile(r"^(~{3,}|`{3,})\s*(.*)$")


class BadLesson(CityLabError):
    """A module or lesson file that cannot be read as one: where, and how to mend it."""


@dataclass(frozen=True)
class Need:
    """What a city must have: at least `min_rows` rows of a table (those that `where` lets through)."""

    table: str
    min_rows: int = 1
    where: str = ""
    why: str = ""
    bring: str = ""


@dataclass(frozen=True)
class Text:
    """Markdown for some variants; `line` is where it begins in its file."""

    markdown: str
    variants: frozenset[str]
    line: int


@dataclass(frozen=True)
class Example:
    """A query with what is shown of its rows: a figure, the first `show` rows, numbers in the text.

    `figure` has kind, x, y, series, title, unit and what else brief/figures.py knows; {} where none is drawn.
    """

    name: str
    sql: str
    variants: frozenset[str]
    line: int
    title: str = ""
    figure: Mapping[str, Any] = field(default_factory=dict)
    show: int = 8
    needs: tuple[str, ...] = ()


Piece: TypeAlias = Text | Example


@dataclass(frozen=True)
class Given:
    """A recipe's results as a table of the lesson, in canonical `result` columns (or a step's own)."""

    recipe: str
    name: str
    step: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    """One lesson. `pieces` are in the order of the file; `typed` are numbers that are definitions."""

    slug: str
    title: str
    minutes: int
    competences: tuple[str, ...]
    needs: tuple[Need, ...]
    runs: tuple[Given, ...]
    typed: tuple[str, ...]
    pieces: tuple[Piece, ...]
    path: Path
    sha256: str

    def for_variant(self, variant: str) -> list[Piece]:
        return [piece for piece in self.pieces if variant in piece.variants]

    @property
    def examples(self) -> list[Example]:
        return [piece for piece in self.pieces if isinstance(piece, Example)]

    def numbers(self) -> Iterator[tuple[str, int, str]]:
        """The (example, row, column) that the text names."""
        for piece in self.pieces:
            if isinstance(piece, Text):
                for found in NUMBER.finditer(piece.markdown):
                    yield found[1], int(found[2] or 1), found[3]


@dataclass(frozen=True)
class Citation:
    """Further reading: who, what, when, where."""

    author: str
    title: str
    year: str
    where: str = ""
    url: str = ""


@dataclass(frozen=True)
class Module:
    """One module. `key` is its folder's name (m05), `code` the module's (M05)."""

    key: str
    code: str
    title: str
    about: str
    can: tuple[str, ...]
    minutes: int
    dimensions: tuple[str, ...]
    reading: tuple[Citation, ...]
    rubric: str
    lessons: tuple[Lesson, ...]
    instructor: str
    folder: Path

    def lesson(self, slug: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)

    def needs(self) -> tuple[Need, ...]:
        """What a city must have for every worked example: the largest need of each table and condition."""
        most: dict[tuple[str, str], Need] = {}
        for need in (n for lesson in self.lessons for n in lesson.needs):
            known = most.get((need.table, need.where))
            if known is None or known.min_rows < need.min_rows:
                most[need.table, need.where] = need
        return tuple(most.values())


def folders() -> tuple[Path, ...]:
    """Curriculum folders: what is shipped, then those of `NAGARA_CURRICULUM` (a list of paths)."""
    extra = os.environ.get("NAGARA_CURRICULUM", "").split(os.pathsep)
    return (SHIPPED, *(Path(name).expanduser() for name in extra if name))


_kept: dict[Path, tuple[tuple[tuple[str, int, int], ...], Module]] = {}


def modules(where: Iterable[Path] | None = None) -> dict[str, Module]:
    """Every module by its code, in order of codes; a later folder replaces a module of the same code.

    Files are read again when they change. Raises BadLesson.
    """
    found: dict[str, Module] = {}
    for folder in where if where is not None else folders():
        for path in sorted(folder.glob("modules/*/module.toml")):
            module = _fresh(path.parent)
            found[module.code] = module
    return dict(sorted(found.items()))


def _fresh(folder: Path) -> Module:
    stamps = tuple(
        (path.name, (seen := path.stat()).st_mtime_ns, seen.st_size)
        for path in sorted([*folder.glob("*.toml"), *folder.glob("*.md"), *folder.glob("lessons/*.md")])
    )
    kept = _kept.get(folder)
    if kept is None or kept[0] != stamps:
        _kept[folder] = kept = (stamps, read_module(folder))
    return kept[1]


def read_module(folder: Path) -> Module:
    """A module with its lessons. Raises BadLesson."""
    path = folder / "module.toml"
    data = _toml(path.read_text("utf-8"), str(path))
    slugs = data.get("lessons") or data.get("order") or []
    if not isinstance(slugs, list) or not slugs:
        raise BadLesson(
            "the module names no lessons", where=str(path), mend='Write lessons = ["first", "second"].'
        )
    there = {p.stem for p in folder.glob("lessons/*.md")}
    for slug in slugs:
        if slug not in there:
            raise BadLesson(f"there is no lesson {slug}", where=str(path), mend=f"Add lessons/{slug}.md.")
    if left := sorted(there - set(slugs)):
        raise BadLesson(
            f"lessons {', '.join(left)} stand in no order", where=str(path), mend="Name them in `lessons`."
        )
    instructor = folder / "instructor.md"
    return Module(
        key=folder.name,
        code=str(_must(data, "code", path)),
        title=str(_must(data, "title", path)),
        about=str(data.get("about") or data.get("summary") or ""),
        can=_texts(_must(data, "can", path)),
        minutes=int(data.get("minutes", 0)),
        dimensions=_texts(data.get("dimensions", [])),
        reading=tuple(_citation(row, path) for row in data.get("reading", [])),
        rubric=str(data.get("rubric", "")),
        lessons=tuple(read_lesson(folder / "lessons" / f"{slug}.md") for slug in slugs),
        instructor=instructor.read_text("utf-8") if instructor.exists() else "",
        folder=folder,
    )


def _citation(row: Any, path: Path) -> Citation:
    if not isinstance(row, dict) or not {"author", "title", "year"} <= set(row):
        raise BadLesson(
            "a citation needs author, title and year", where=str(path), mend="Write [[reading]] entries."
        )
    where = row.get("where") or row.get("publisher") or row.get("journal") or ""
    return Citation(
        str(row["author"]), str(row["title"]), str(row["year"]), str(where), str(row.get("url", ""))
    )


def read_lesson(path: Path) -> Lesson:
    """One lesson file. Raises BadLesson with file and line."""
    if not _SLUG.fullmatch(path.stem):
        raise BadLesson(f"{path.stem!r} is no slug", where=str(path), mend="Use small letters, digits and -.")
    content = path.read_text("utf-8")
    parts = re.match(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", content, re.DOTALL)
    if parts is None:
        raise BadLesson(
            "the lesson has no front matter", where=str(path), mend="Begin with TOML between +++ lines."
        )
    data = _toml(parts[1], str(path))
    first = parts[1].count("\n") + 4
    return Lesson(
        slug=path.stem,
        title=str(_must(data, "title", path)),
        minutes=int(_must(data, "minutes", path)),
        competences=_texts(data.get("competences", [])),
        needs=tuple(_need(row, path) for row in data.get("needs", [])),
        runs=tuple(_given(row, path) for row in data.get("runs", [])),
        typed=_texts(data.get("typed", [])),
        pieces=tuple(_Pieces(path, first).read(parts[2])),
        path=path,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
    )


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLesson(f"this is not TOML: {error}", where=where) from error


def _must(data: Mapping[str, Any], name: str, path: Path) -> Any:
    if data.get(name) in (None, "", []):
        raise BadLesson(f"{name} is missing", where=str(path), mend=f"Write {name} = ...")
    return data[name]


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)


def _need(row: Any, path: Path) -> Need:
    if isinstance(row, str):
        return Need(row)
    try:
        return Need(**row)
    except TypeError as error:
        raise BadLesson(
            f"a need is not understood: {error}",
            where=str(path),
            mend='Write needs = [{table = "stop_time", min_rows = 100, why = "...", bring = "..."}].',
        ) from error


def _given(row: Mapping[str, Any], path: Path) -> Given:
    try:
        return Given(row["recipe"], row["as"], row.get("step", ""), dict(row.get("params", {})))
    except (KeyError, TypeError) as error:
        raise BadLesson(
            "a run needs recipe and as", where=str(path), mend='runs = [{recipe = "...", as = "..."}]'
        ) from error


class _Pieces:
    """Reads the body of a lesson line by line."""

    def __init__(self, path: Path, first: int) -> None:
        self.path, self.at = path, first
        self.variants = frozenset(VARIANTS)
        self.inside = False
        self.text: list[str] = []
        self.begun = first
        self.names: set[str] = set()

    def read(self, body: str) -> Iterator[Piece]:
        lines = iter(body.split("\n"))
        for line in lines:
            fence = _FENCE.match(line)
            if fence:
                yield from self._fence(line, fence, lines)
            elif line.startswith(":::"):
                yield from self._said()
                self._turn(line[3:].split())
            else:
                self.text.append(line)
            self.at += 1
        if self.inside:
            raise self._bad("a ::: block is not closed", "End it with a line :::")
        yield from self._said()

    def _bad(self, what: str, mend: str) -> BadLesson:
        return BadLesson(what, where=f"{self.path}:{self.at}", mend=mend)

    def _said(self) -> Iterator[Text]:
        markdown = "\n".join(self.text).strip("\n")
        if markdown.strip():
            yield Text(markdown, self.variants, self.begun)
        self.text, self.begun = [], self.at + 1

    def _turn(self, words: list[str]) -> None:
        if not words:
            if not self.inside:
                raise self._bad("::: closes nothing", f"Open a block with :::{VARIANTS[0]}")
            self.inside, self.variants = False, frozenset(VARIANTS)
            return
        wrong = [word for word in words if word not in VARIANTS]
        if wrong or self.inside:
            what = f"{wrong[0]!r} is no variant" if wrong else "a ::: block stands in another"
            raise self._bad(what, f"Variants are {', '.join(VARIANTS)}; close a block by :::")
        self.inside, self.variants = True, frozenset(words)

    def _fence(self, line: str, fence: re.Match[str], lines: Iterator[str]) -> Iterator[Piece]:
        start, content = self.at, list[str]()
        for inner in lines:
            self.at += 1
            if re.fullmatch(re.escape(fence[1][0]) + "{" + str(len(fence[1])) + r",}\s*", inner):
                break
            content.append(inner)
        else:
            raise self._bad(f"the fence of line {start} is not closed", f"End it with {fence[1]}")
        kind, _, rest = fence[2].partition(" ")
        if kind == "sql" and "example=" in rest:
            yield from self._said()
            yield self._example(rest, "\n".join(content), start)
            self.begun = self.at + 1
        else:
            self.text += [line, *content, fence[1]]

    def _example(self, rest: str, sql: str, start: int) -> Example:
        try:
            given = dict(word.split("=", 1) for word in shlex.split(rest))
        except ValueError as error:
            raise self._bad(
                "the line of a fence is key=value, with quotes around spaces", str(error)
            ) from None
        name = given.pop("example")
        if not _WORD.fullmatch(name) or name in self.names or name == "city":
            raise self._bad(f"{name!r} cannot name an example", "Use a word that no other example has.")
        self.names.add(name)
        show, needs = given.pop("show", "8"), given.pop("needs", "")
        title = given.get("title", "")
        kind = given.pop("figure", "")
        if kind and kind not in FIGURES:
            raise self._bad(f"there is no figure {kind!r}", f"Figures are {', '.join(FIGURES)}.")
        figure = {"kind": kind, **_figure(given)} if kind else {}
        if given and not kind and set(given) != {"title"}:
            raise self._bad(f"{', '.join(given)} without a figure", "Write figure=bar x=... y=...")
        return Example(
            name=name,
            sql=sql.strip().rstrip(";"),
            variants=self.variants,
            line=start,
            title=title,
            figure=figure,
            show=int(show),
            needs=tuple(part for part in needs.split(",") if part),
        )


def _figure(given: Mapping[str, str]) -> dict[str, Any]:
    """Options of a figure with their types: true, false, whole numbers, texts. `lines` are level lines."""
    found: dict[str, Any] = {}
    for name, text in given.items():
        if name == "lines":
            found[name] = [{"value": float(part)} for part in text.split(",")]
        elif text in {"true", "false"}:
            found[name] = text == "true"
        else:
            found[name] = int(text) if text.isdigit() else text
    return found
