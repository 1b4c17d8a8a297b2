"""A lesson as its page shows it: text with numbers filled in and links led home, examples with their rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from nagara.campus.design.markdown import html
from nagara.citylab.lessons import Example, Lesson, Module, Text
from nagara.citylab.lessons.computing import Computed, Worked, fill, text_of
from nagara.citylab.lessons.reading import Given

_LINK = re.compile(r"(?<!!)\]\(([^)\s]+)\)")
SHORT_LINES = 16
LONGEST_ADDRESS = 6_000
NUMERIC = frozenset({"whole", "number"})


@dataclass(frozen=True)
class Cell:
    """A value of a table as it is read, and whether it stands to the right."""

    text: str
    numeric: bool

    @property
    def long(self) -> bool:
        """Too long for one line on a phone."""
        return len(self.text) > 36


@dataclass(frozen=True)
class ExampleShown:
    """An example on the page. `rows` is empty where they may not be shown; `withheld` says so."""

    name: str
    title: str
    sql: str
    columns: tuple[tuple[str, bool], ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    more: int = 0
    figure: str = ""
    problem: str = ""
    withheld: bool = False
    try_url: str = ""
    size: tuple[int, int] = (460, 300)
    given: tuple[Given, ...] = ()
    """Tables in the query that are results of recipes."""

    @property
    def brief(self) -> bool:
        """Short enough to be read at once."""
        return self.sql.count("\n") < SHORT_LINES


@dataclass(frozen=True)
class Part:
    """One piece of a page: text or an example."""

    text: SafeString | None = None
    example: ExampleShown | None = None


def parts(
    module: Module, lesson: Lesson, variant: str, computed: Computed | None, *, all_rows: bool, query: str
) -> list[Part]:
    """The pieces of a lesson in a variant. `all_rows`: the reader may see rows of closed sources; `query` is
    what links to other lessons carry along."""
    found = []
    for piece in lesson.for_variant(variant):
        if isinstance(piece, Text):
            found.append(Part(text=prose(piece.markdown, module, computed, query)))
        else:
            worked = computed.worked.get(piece.name) if computed else None
            found.append(Part(example=_example(piece, module, lesson, computed, worked, all_rows)))
    return found


def prose(markdown: str, module: Module, computed: Computed | None, query: str = "") -> SafeString:
    """Markdown as HTML: numbers filled in, links to lessons led to their pages."""
    text = _LINK.sub(lambda m: f"]({address(m[1], module, query)})", fill(markdown, computed))
    shown = html(text, below=1).replace("<pre>", '<pre tabindex="0">')
    return SafeString(shown.replace('<div class="scroll">', '<div class="scroll" tabindex="0">'))


def address(target: str, module: Module, query: str = "") -> str:
    """Where a link of a lesson leads on this site; others stay as they are."""
    if target.startswith(("/", "#")) or "://" in target:
        return target
    first, _, slug = target.rstrip("/").partition("/")
    if not slug and module.lesson(first) is not None:
        return reverse("lesson", args=[module.code, first]) + query
    if slug:
        return reverse("lesson", args=[first.upper(), slug]) + query
    return reverse("lesson-module", args=[first.upper()]) + query


def _example(
    example: Example,
    module: Module,
    lesson: Lesson,
    computed: Computed | None,
    worked: Worked | None,
    all_rows: bool,
) -> ExampleShown:
    if computed is None or worked is None:
        return ExampleShown(example.name, example.title, example.sql)
    given = tuple(run for run in lesson.runs if run.name in worked.tables)
    withheld = not (worked.derived or all_rows or computed.may_pass_on)
    shown = () if withheld else worked.rows[: example.show]
    drawn = [lesson.slug, computed.city_id, example.name]
    return ExampleShown(
        example.name,
        example.title,
        example.sql,
        tuple((name, kind in NUMERIC) for name, kind in worked.columns) if shown else (),
        tuple(_cells(row, worked, computed.tz) for row in shown),
        worked.row_count - len(shown),
        reverse("lesson-figure", args=[module.code, *drawn]) if worked.svg else "",
        worked.problem,
        withheld and example.show > 0,
        "" if given else _try(computed.city_id, example.sql),
        _size(worked.svg),
        given,
    )


def _size(svg: str) -> tuple[int, int]:
    """Width and height of a drawing, so that the page does not jump when it comes."""
    head = svg.partition(">")[0]
    found = [re.search(rf'\b{name}="(\d+)', head) for name in ("width", "height")]
    sizes = [int(match[1]) for match in found if match]
    return (sizes[0], sizes[1]) if len(sizes) == 2 else (460, 300)


def _cells(row: tuple[Any, ...], worked: Worked, tz: str) -> tuple[Cell, ...]:
    kinds = (kind for _, kind in worked.columns)
    return tuple(
        Cell("" if value is None else text_of(value, kind, None, tz), kind in NUMERIC)
        for value, kind in zip(row, kinds, strict=True)
    )


def _try(city: str, sql: str) -> str:
    """The SQL page of the city with this query in it; "" for one that no address can carry."""
    address = f"{reverse('sql', args=[city])}?{urlencode({'q': sql})}"
    return address if len(address) < LONGEST_ADDRESS else ""


def instructor(module: Module) -> SafeString:
    """The instructor's page as HTML."""
    return prose(module.instructor, module, None)
