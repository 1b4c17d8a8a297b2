"""The grade book of a batch or of one course in it: people x what counts, totals with their explanation.

What counts comes from sources (a port): assignments from this room, quizzes from the room below.

    gradebook.register("assignment", source)      source(batch, now) -> iterable of Column

A mark may be missing (the time is over and nothing came: counts 0, and is shown as missing), zero (a mark of
0), excused (does not count), open (there is time), waiting (handed in, not marked yet) or hidden from
learners until it is released. These are never mixed up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from nagara.campus.learning.domain.scoring import rounded
from nagara.campus.learning.models import BookEntry, BookRules
from nagara.campus.programmes.models import Batch, Course

NOUGHT = Decimal(0)


class State(StrEnum):
    """What a cell says."""

    MARKED = "marked"
    MISSING = "missing"
    EXCUSED = "excused"
    WAITING = "waiting"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Cell:
    """One person's mark in one column, in points of 100."""

    state: State
    percent: Decimal | None = None
    url: str = ""

    @property
    def counts(self) -> bool:
        return self.state in (State.MARKED, State.MISSING)

    @property
    def value(self) -> Decimal:
        """What it counts: a missing one is 0."""
        return self.percent if self.state is State.MARKED and self.percent is not None else NOUGHT

    @property
    def text(self) -> str:
        return f"{self.percent}" if self.state is State.MARKED else self.state.value


@dataclass(frozen=True)
class Column:
    """What counts: `key` is such as "assignment/7"; `usual` says what somebody without a cell has."""

    key: str
    title: str
    url: str
    usual: Cell
    cells: Mapping[int, Cell]
    due: datetime | None = None
    course: int | None = None
    released: bool = True
    shown: bool = True
    weight: Decimal | None = None
    bundle: str = ""

    def of(self, user: int) -> Cell:
        """A person's cell (primary key of the user)."""
        return self.cells.get(user, self.usual)

    def shown_to_learner(self, user: int) -> Cell:
        """The same as its owner may see it: marks only once they are released."""
        cell = self.of(user)
        if cell.state is State.MARKED and not self.released:
            return Cell(State.WAITING)
        return cell


Source = Callable[[Batch, datetime], Iterable[Column]]
_sources: dict[str, Source] = {}


def register(kind: str, source: Source) -> None:
    """Add or replace a source of columns; their keys begin with "kind/"."""
    _sources[kind] = source


@dataclass(frozen=True)
class Book:
    """The columns of a batch (or of one course), those that count first, and the rules."""

    batch: Batch
    course: Course | None
    columns: Sequence[Column]
    drop: Mapping[str, int] = field(default_factory=dict)
    drafts: Sequence[Column] = ()
    """Columns of assignments that learners do not see yet: they have a weight, and no cells."""

    @property
    def weight(self) -> Decimal:
        """Of all that counts, drafts too; 100 when the book is in order."""
        return sum((c.weight for c in (*self.columns, *self.drafts) if c.weight is not None), NOUGHT)

    @property
    def problem(self) -> str:
        """What is wrong with the weights, or nothing."""
        if not self.weight:
            return "No weights are set yet: totals need them."
        return "" if self.weight == 100 else f"The weights come to {self.weight}, not to 100."


def book_of(batch: Batch, now: datetime, course: Course | None = None) -> Book:
    """The grade book as it stands. `course`: only what counts in that course; else what belongs to none."""
    entries = {e.source: e for e in BookEntry.objects.filter(batch=batch)}
    rules = BookRules.objects.filter(batch=batch).first()
    columns = [
        _weighed(column, entries.get(column.key))
        for source in _sources.values()
        for column in source(batch, now)
        if column.course == (course.pk if course else None)
    ]
    columns.sort(key=lambda c: (not c.weight, c.due is None, c.due.timestamp() if c.due else 0, c.title))
    return Book(
        batch,
        course,
        [c for c in columns if c.shown],
        dict(rules.drop) if rules else {},
        [c for c in columns if not c.shown],
    )


def _weighed(column: Column, entry: BookEntry | None) -> Column:
    if entry is None:
        return column
    return Column(
        *(column.key, column.title, column.url, column.usual, column.cells, column.due, column.course),
        *(column.released, column.shown, entry.weight, entry.bundle),
    )


@dataclass(frozen=True)
class Line:
    """One line of the explanation of a total."""

    column: Column
    cell: Cell
    points: Decimal | None
    says: str


@dataclass(frozen=True)
class Total:
    """`percent` of what counts so far, in points of 100; None where nothing counts yet. `counted` is the
    weight behind it, `open` what is still to come, `missing` the titles of what did not come."""

    percent: Decimal | None
    counted: Decimal
    open: Decimal
    missing: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def says(self) -> str:
        """In a sentence."""
        if self.percent is None:
            return "Nothing that counts is marked yet."
        if self.open:
            return f"So far: weight {self.counted:g} of {self.counted + self.open:g} is decided."
        return "Everything that counts is decided."


def total_of(book: Book, user: int, *, learner: bool = False) -> Total:
    """A person's total: sum of weight x mark over the weights that are decided; excused ones drop out. In a
    bundle the lowest are dropped and the others share its weight. `learner`: from released marks only."""
    cells = [(c, c.shown_to_learner(user) if learner else c.of(user)) for c in book.columns if c.weight]
    dropped = _dropped(book, cells)
    reached, counted, waiting = Fraction(0), Fraction(0), Fraction(0)
    bundles: dict[str, Fraction] = {}
    for column, cell in cells:
        weight = Fraction(column.weight or 0)
        if cell.counts and column.bundle:
            bundles[column.bundle] = bundles.get(column.bundle, Fraction(0)) + weight
    kept = {
        name: sum(
            (
                Fraction(c.weight or 0)
                for c, x in cells
                if x.counts and c.bundle == name and c.key not in dropped
            ),
            Fraction(0),
        )
        for name in bundles
    }
    lines = []
    for column, cell in cells:
        weight = Fraction(column.weight or 0)
        points: Fraction | None = None
        if cell.counts and column.key not in dropped:
            if column.bundle and kept[column.bundle]:
                weight = weight * bundles[column.bundle] / kept[column.bundle]
            points = weight * Fraction(cell.value) / 100
            reached += points
            counted += weight
        elif cell.state in (State.OPEN, State.WAITING):
            waiting += weight
        lines.append(
            Line(column, cell, rounded(points) if points is not None else None, _says(column, cell, dropped))
        )
    return Total(
        rounded(reached / counted * 100) if counted else None,
        rounded(counted),
        rounded(waiting),
        tuple(c.title for c, x in cells if x.state is State.MISSING),
        tuple(lines),
    )


def _dropped(book: Book, cells: Sequence[tuple[Column, Cell]]) -> set[str]:
    """Keys of what a rule drops: the lowest of a bundle, never its last."""
    out: set[str] = set()
    for name, count in book.drop.items():
        known = [(c, x) for c, x in cells if c.bundle == name and x.counts]
        known.sort(key=lambda row: (row[1].value, row[0].key))
        out |= {column.key for column, _ in known[: max(0, min(int(count), len(known) - 1))]}
    return out


def _says(column: Column, cell: Cell, dropped: set[str]) -> str:
    if column.key in dropped:
        return "one of the lowest of its bundle: does not count"
    return {
        State.MARKED: "counts",
        State.MISSING: "nothing came in time: counts 0",
        State.EXCUSED: "excused: does not count",
        State.WAITING: "not out yet: does not count yet",
        State.OPEN: "there is still time",
    }[cell.state]
