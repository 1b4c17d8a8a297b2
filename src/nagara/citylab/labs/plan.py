"""Which tables, numbers and needs each part of a lab depends on: read from its SQL, once a lab."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nagara.citylab.labs.model import BadLab, Draw, Lab, Task
from nagara.citylab.table_names import TABLE_NAMES

OF_THE_CITY = ("city_id", "city_name", "tz", "epsg")
"""Numbers that every lab has without drawing them."""
_PARAM = re.compile(r"\$([A-Za-z_]\w*)")
PLACE = re.compile(r"\{([a-z_]\w*)(?::([^{}]+))?\}")
"""A number in a text: {stop_name}, {share:.1f}."""


@dataclass(frozen=True)
class Reads:
    """What one SQL text reads: tables by name, parameters, and the columns that it gives."""

    tables: frozenset[str]
    params: frozenset[str]
    columns: tuple[str, ...]
    ordered: bool = False
    """Whether it puts its rows in an order itself."""


@lru_cache(maxsize=4096)
def reads(sql: str) -> Reads:
    """Tables, parameters and output columns of one SELECT. Raises BadLab where it cannot be read."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError as error:
        raise BadLab(f"this SQL cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(tree, exp.Query):
        raise BadLab("this is not one SELECT.")
    made = {cte.alias for cte in tree.find_all(exp.CTE)}
    named = {table.name for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)}
    return Reads(
        tables=frozenset(named - made),
        params=frozenset(_PARAM.findall(sql)),
        columns=tuple(tree.named_selects),
        ordered=tree.args.get("order") is not None,
    )


@dataclass(frozen=True)
class Uses:
    """What a part depends on, through the steps that it reads."""

    tables: frozenset[str]
    runs: frozenset[str]
    steps: tuple[str, ...]
    params: frozenset[str]
    needs: frozenset[str]
    columns: tuple[str, ...] = ()
    key_params: frozenset[str] = frozenset()
    """Of a task: the parameters that its key hangs on (the others stand in texts alone)."""


def texts_of(task: Task) -> Iterator[str]:
    """Texts of a task that a learner may read, in which numbers are filled in."""
    yield from (task.title, task.asks, task.explains, *task.hints)
    yield from texts_of_key(task)


def texts_of_key(task: Task) -> Iterator[str]:
    """Texts that are filled in when the key is made: the key is another one where their numbers differ."""
    yield from (task.start, task.rubric)
    yield from (mistake.because for mistake in task.mistakes)
    yield from (str(o[k]) for o in task.options for k in ("text", "because") if o.get(k))
    yield from (str(f[k]) for f in task.fields for k in ("title", "help") if f.get(k))


def queries_of(task: Task) -> Iterator[tuple[str, str]]:
    """SQL texts of a task with the place where they stand."""
    for name in ("reference", "table", "candidates", "data", "events"):
        if getattr(task, name):
            yield name, getattr(task, name)
    for name in ("seen_from", "seen_until", "harm_stream", "harm_level"):
        text = getattr(task, name)
        if text.lower().startswith(("select", "with")):
            yield name, text
    for mistake in task.mistakes:
        if mistake.reference:
            yield f"mistake {mistake.key}", mistake.reference


class Plan:
    """A lab's parts and what they depend on. Raises BadLab where a text names what is not there."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.where = lab, f"{lab.name}/lab.toml"
        self.runs = {run.name: run for run in lab.runs}
        self.steps = {step.name: step for step in lab.steps}
        self._step_uses: dict[str, Uses] = {}
        for step in lab.steps:
            self._step_uses[step.name] = self._uses(step.sql, f"[[step]] {step.name}", step.needs)
        self.gives = {draw.name: self._gives(draw) for draw in lab.draws}
        self.draw_of = {param: name for name, params in self.gives.items() for param in params}
        self.known = {*self.draw_of, *OF_THE_CITY}
        self.draws = {d.name: self._draw_uses(d) for d in lab.draws}
        self.tasks = {task.id: self._task_uses(task) for task in lab.tasks}
        parts = [*self._step_uses.items(), *self.draws.items(), *self.tasks.items()]
        for name, uses in parts:
            self._check_params(uses.params, name)

    def _draw_uses(self, draw: Draw) -> Uses:
        return self._uses(draw.sql, f"[[draw]] {draw.name}", draw.needs)

    def _gives(self, draw: Draw) -> tuple[str, ...]:
        if not draw.sql:
            return (draw.name,)
        columns = self.uses(draw.sql, f"[[draw]] {draw.name}").columns
        if not columns or "*" in columns:
            raise self.bad("name its columns: each becomes a number of the learner.", f"[[draw]] {draw.name}")
        return columns

    def bad(self, what: str, place: str) -> BadLab:
        return BadLab(what, where=f"{self.where}, {place}")

    def uses(self, sql: str, place: str) -> Uses:
        """What one SQL text depends on, through the steps that it reads."""
        return self._uses(sql, place, ())

    def _uses(self, sql: str, place: str, needs: Iterable[str]) -> Uses:
        if not sql:
            return Uses(frozenset(), frozenset(), (), frozenset(), frozenset(needs))
        try:
            own = reads(sql)
        except BadLab as error:
            raise self.bad(error.what, place) from None
        steps = [name for name in self._step_uses if name in own.tables]
        rest = own.tables - set(steps) - {"clock"}
        runs = frozenset(rest & set(self.runs))
        unknown = sorted(rest - runs - set(TABLE_NAMES))
        if unknown:
            raise self.bad(
                f"there is no table {', '.join(unknown)} (a step must stand above its first use).", place
            )
        below = [self._step_uses[name] for name in steps]
        order = [n for n in self._step_uses if n in steps or any(n in b.steps for b in below)]
        of_runs = (need for name in runs for need in self.runs[name].needs)
        return Uses(
            tables=frozenset(rest - runs).union(*(b.tables for b in below)),
            runs=runs.union(*(b.runs for b in below)),
            steps=tuple(order),
            params=own.params.union(*(b.params for b in below)),
            needs=frozenset({*needs, *of_runs}).union(*(b.needs for b in below)),
            columns=own.columns,
        )

    def _task_uses(self, task: Task) -> Uses:
        place = f"[[task]] {task.id}"
        parts = [self._uses(sql, f"{place}, {name}", ()) for name, sql in queries_of(task)]
        written = {name for text in texts_of(task) for name, _ in PLACE.findall(_without_doubled(text))}
        unknown = sorted(written - self.known - {"answer", "city"})
        if unknown:
            raise self.bad(
                f"the text names {{{unknown[0]}}}, which no draw gives. Write {{{{ and }}}} for braces.",
                place,
            )
        of_rules = (task.seen_from, task.seen_until, task.harm_stream, task.harm_level)
        more = {v[1:] for v in of_rules if v.startswith("$")}
        asked = frozenset(more).union(*(p.params for p in parts))
        params = asked | (written - {"answer", "city"})
        in_key = {n for text in texts_of_key(task) for n, _ in PLACE.findall(_without_doubled(text))}
        of_draws = [self.draws[d] for d in {self.draw_of[p] for p in params if p in self.draw_of}]
        return Uses(
            tables=frozenset[str]().union(*(p.tables for p in parts)),
            runs=frozenset[str]().union(*(p.runs for p in parts)),
            steps=tuple(n for n in self.steps if any(n in p.steps for p in parts)),
            params=params,
            needs=frozenset(task.needs).union(*(p.needs for p in (*parts, *of_draws))),
            key_params=asked | (in_key & params),
        )

    def _check_params(self, params: Iterable[str], name: str) -> None:
        unknown = sorted(set(params) - self.known)
        if unknown:
            there = ", ".join(f"${p}" for p in sorted(self.known))
            raise self.bad(f"${unknown[0]} is given by no draw. There are {there}.", name)

    def step_params(self, name: str) -> frozenset[str]:
        return self._step_uses[name].params

    def step_uses(self, name: str) -> Uses:
        return self._step_uses[name]

    def draws_for(self, params: Iterable[str]) -> tuple[str, ...]:
        """Draws that these parameters come from, with those that they need themselves, in order."""
        wanted = {self.draw_of[p] for p in params if p in self.draw_of}
        for draw in reversed(self.lab.draws):
            if draw.name in wanted:
                wanted |= {self.draw_of[p] for p in self.draws[draw.name].params if p in self.draw_of}
        return tuple(d.name for d in self.lab.draws if d.name in wanted)

    def tables(self) -> frozenset[str]:
        """Canonical tables that the lab reads, needs included."""
        parts: Mapping[str, Uses] = {**self._step_uses, **self.draws, **self.tasks}
        found = frozenset[str]().union(*(uses.tables for uses in parts.values()))
        for need in self.lab.needs:
            found |= {need.table} if need.table else self.uses(need.sql, f"[[need]] {need.key}").tables
        return found


def _without_doubled(text: str) -> str:
    return text.replace("{{", "").replace("}}", "")


class _Cache:
    """Plans by the digest of the lab's text: a Lab holds mappings, so it cannot be hashed itself."""

    def __init__(self) -> None:
        self.kept: dict[str, Plan] = {}

    def of(self, lab: Lab) -> Plan:
        key = f"{lab.name}:{lab.sha256}"
        if key not in self.kept:
            if len(self.kept) > 256:
                self.kept.clear()
            self.kept[key] = Plan(lab)
        return self.kept[key]


_PLANS = _Cache()


def plan_of(lab: Lab) -> Plan:
    """The lab's plan, made once. Raises BadLab."""
    return _PLANS.of(lab)
