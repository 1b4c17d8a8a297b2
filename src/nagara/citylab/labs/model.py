"""What a lab is, what is posed to a learner, and what a grade says. Plain records, light to load.

A lab is read from its file (`reading.py`), fitted to a city (`fitting.py`), prepared for one learner
(`preparing.py`): that gives what is posed and the keys. Grading (`grading/`) compares an answer with a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from nagara.citylab.errors import CityLabError

KINDS = ("query", "value", "choice", "order", "cells", "point", "labels", "rule", "fix", "text")
VARIANTS = ("foundation", "standard", "advanced")
BREAKS = ("unit_swap", "decimal_comma", "duplicate", "missing_code", "lonlat_swap", "local_as_utc", "typo")


class UnknownLab(CityLabError):
    """No lab of that name."""


class BadLab(CityLabError):
    """A lab's file that does not hold together."""


class DoesNotFit(CityLabError):
    """The city lacks what the lab needs."""


class BadAnswer(CityLabError):
    """An answer that cannot be read as one: nothing is graded and no try is counted."""


@dataclass(frozen=True)
class Need:
    """What a city must have: rows of a table, or a query that gives one row (ok, has)."""

    table: str = ""
    name: str = ""
    where: str = ""
    sql: str = ""
    min_rows: int = 1
    optional: bool = False
    why: str = ""
    bring: str = ""

    @property
    def key(self) -> str:
        """What tasks, steps, draws and runs call this need by."""
        return self.name or self.table


@dataclass(frozen=True)
class LabRun:
    """A recipe's results (or one of its kept steps) as the table `name` of the lab."""

    recipe: str
    name: str
    step: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draw:
    """The learner's own numbers: one of the rows that `sql` gives, or one of `values`."""

    name: str
    sql: str = ""
    values: tuple[Any, ...] = ()
    least: int = 1
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A table that reference solutions share. With `show` the learner may query it too."""

    name: str
    sql: str
    show: bool = False
    meaning: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """A typical wrong way: what it leads to (`reference`, or `when` for rules), and how to explain it."""

    key: str
    because: str
    reference: str = ""
    when: str = ""


@dataclass(frozen=True)
class Task:
    """One task. Fields that its kind does not use are empty. See docs/labs.md."""

    id: str
    kind: str
    title: str
    asks: str
    points: int = 1
    needs: tuple[str, ...] = ()
    tries: int = 0
    hints: tuple[str, ...] = ()
    explains: str = ""
    mistakes: tuple[Mistake, ...] = ()
    reference: str = ""
    table: str = ""
    # value
    unit: str = ""
    units: tuple[str, ...] = ()
    tolerance: Mapping[str, float] = field(default_factory=dict)
    match: str = "number"
    answer_zone: str = ""
    accepts: tuple[str, ...] = ()
    # query
    ordered: bool = False
    ordered_by: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: str = ""
    # choice, labels, fix
    options: tuple[Mapping[str, Any], ...] = ()
    multiple: bool = False
    labels: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    column_units: Mapping[str, str] = field(default_factory=dict)
    # cells, point
    candidates: str = ""
    resolution: int = 9
    within_m: float = 100.0
    # rule
    data: str = ""
    seen_from: str = ""
    seen_until: str = ""
    events: str = ""
    fields: tuple[Mapping[str, Any], ...] = ()
    score: Mapping[str, float] = field(default_factory=dict)
    harm_stream: str = ""
    harm_level: str = ""
    # text
    rubric: str = ""
    words: int = 0

    @property
    def by_people(self) -> bool:
        """Whether people give the points."""
        return self.kind == "text"


@dataclass(frozen=True)
class Lab:
    """A lab as read from its folder. `sha256` is the digest of its text; `text` is that text."""

    name: str
    module: str
    variant: str
    version: str
    title: str
    minutes: int
    summary: str
    needs: tuple[Need, ...]
    runs: tuple[LabRun, ...]
    draws: tuple[Draw, ...]
    steps: tuple[Step, ...]
    tasks: tuple[Task, ...]
    sha256: str
    folder: Path
    text: str = field(repr=False, default="")

    def task(self, task_id: str) -> Task:
        """One task. Raises UnknownLab where the lab has none of that name."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise UnknownLab(
            f"lab {self.name} has no task {task_id!r}.",
            mend=f"It has: {', '.join(t.id for t in self.tasks)}.",
        )

    @property
    def points(self) -> int:
        return sum(task.points for task in self.tasks)


@dataclass(frozen=True)
class Lack:
    """What the city does not have: the need, why it matters, what to bring, what there is, who needs it.

    `tasks` are those left out for it; empty where the whole lab needs it.
    """

    need: str
    why: str
    bring: str
    has: str
    wants: str
    tasks: tuple[str, ...] = ()

    @property
    def table_or_name(self) -> str:
        return self.need

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"tasks": list(self.tasks)}


@dataclass(frozen=True)
class Fit:
    """Whether a lab can be done on a city's data: which tasks, and what is lacking."""

    ok: bool
    tasks: tuple[str, ...]
    lacks: tuple[Lack, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        lacks = [lack.as_dict() for lack in self.lacks]
        return {"ok": self.ok, "tasks": list(self.tasks), "lacks": lacks}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Fit:
        lacks = tuple(Lack(**(item | {"tasks": tuple(item["tasks"])})) for item in data["lacks"])
        return cls(bool(data["ok"]), tuple(data["tasks"]), lacks)


@dataclass(frozen=True)
class Posed:
    """What the page may show of a task: never the key.

    `asks` is Markdown with the learner's numbers filled in. `body` holds what the kind shows:

    | kind | body |
    |---|---|
    | value | unit, units [code], match (number, time, clock, text), zones [names] for a time |
    | query | start (SQL to begin with), ordered |
    | choice | options [{id, text}], multiple |
    | order | items [{id, text}] shuffled |
    | cells | resolution, cells [{h3 (text), label, value}] |
    | point | within_m, places [{lon, lat, label, value}] |
    | labels | items [{id, text}], labels [text] |
    | rule | streams [{id, name, unit, max}], fields, seen_from, seen_until, series {id: [[iso, value]]} |
    | fix | columns [{name, unit}], rows [{row, cells {column: text}}], id_column |
    | text | words, rubric |

    `table` (columns, rows) is shown above the task where the lab asks for it.
    """

    task_id: str
    kind: str
    title: str
    asks: str
    points: int
    tries: int
    hints: int
    body: Mapping[str, Any]
    table: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        return _fields(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Posed:
        return cls(**data)


@dataclass(frozen=True)
class KeyMistake:
    """A named mistake on this draw: `body` has the form of the key's; `on` is False where the draw does
    not tell it from the right answer."""

    key: str
    because: str
    body: Mapping[str, Any]
    on: bool = True


@dataclass(frozen=True)
class Key:
    """The right answer of a task on this draw, in the form of its kind. Never shown before it is found."""

    task_id: str
    kind: str
    body: Mapping[str, Any]
    mistakes: tuple[KeyMistake, ...] = ()
    explains: str = ""
    hints: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return _fields(self) | {"mistakes": [_fields(m) for m in self.mistakes], "hints": list(self.hints)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Key:
        mistakes = tuple(KeyMistake(**item) for item in data["mistakes"])
        return cls(**{**data, "mistakes": mistakes, "hints": tuple(data["hints"])})


@dataclass(frozen=True)
class Prepared:
    """A lab for one learner: the numbers drawn, what is posed, the keys, and the Run that keeps them."""

    run_id: str
    lab: Lab
    city_id: str
    snapshot: int
    seed: str
    params: Mapping[str, Any]
    posed: Mapping[str, Posed]
    keys: Mapping[str, Key]
    left_out: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    redraws: int = 0

    def hints(self, task_id: str) -> tuple[str, ...]:
        """The task's hints in order, with the learner's numbers filled in: show as many as were asked for."""
        return self.keys[task_id].hints

    def explains(self, task_id: str) -> str:
        """What to show once the task is right (Markdown)."""
        return self.keys[task_id].explains

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON; it holds the keys, so it must not reach a learner."""
        return {
            "run_id": self.run_id,
            "lab": {"name": self.lab.name, "sha256": self.lab.sha256, "text": self.lab.text},
            "city_id": self.city_id,
            "snapshot": self.snapshot,
            "seed": self.seed,
            "params": {k: encoded(v) for k, v in self.params.items()},
            "posed": {k: v.as_dict() for k, v in self.posed.items()},
            "keys": {k: v.as_dict() for k, v in self.keys.items()},
            "left_out": dict(self.left_out),
            "digest": self.digest,
            "redraws": self.redraws,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Prepared:
        """The other way round; the lab comes from the text kept with it, as it was then."""
        from nagara.citylab.labs.reading import parse

        lab = parse(data["lab"]["text"], name=data["lab"]["name"], folder=Path(data["lab"]["name"]))
        return cls(
            **{
                **data,
                "lab": lab,
                "params": {k: decoded(v) for k, v in data["params"].items()},
                "posed": {k: Posed.from_dict(v) for k, v in data["posed"].items()},
                "keys": {k: Key.from_dict(v) for k, v in data["keys"].items()},
            }
        )


@dataclass(frozen=True)
class Differs:
    """How a result differs from the right one, without the right one.

    `missing` and `extra` count rows; the examples name rows by their telling columns only. `first` is one
    row that both have with a value that differs: {row, column, yours}. `columns_missing` were not found,
    `columns_extra` are not asked for (they cost nothing).
    """

    missing: int = 0
    extra: int = 0
    missing_like: tuple[Mapping[str, Any], ...] = ()
    extra_like: tuple[Mapping[str, Any], ...] = ()
    first: Mapping[str, Any] | None = None
    columns_missing: tuple[str, ...] = ()
    columns_extra: tuple[str, ...] = ()
    order: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Grade:
    """What an answer is worth. `points` of `most`; `mistake` and `because` where a named mistake was met;
    `remark` one sentence for the learner; `facts` numbers behind it (f1, tau, hits, ...)."""

    points: Fraction
    most: int
    right: bool
    mistake: str = ""
    because: str = ""
    remark: str = ""
    differs: Differs | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    by_people: bool = False

    def as_dict(self) -> dict[str, Any]:
        differs = self.differs.as_dict() if self.differs else None
        return asdict(self) | {"points": float(self.points), "differs": differs}


def _fields(record: Any) -> dict[str, Any]:
    """Fields of a record by name, not copied: bodies are large, and nobody changes them."""
    return {f.name: getattr(record, f.name) for f in fields(record)}


def encoded(value: Any) -> Any:
    """A parameter as JSON; days and times keep their type."""
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


def decoded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return datetime.fromisoformat(value["time"]) if "time" in value else date.fromisoformat(value["day"])
    return value
