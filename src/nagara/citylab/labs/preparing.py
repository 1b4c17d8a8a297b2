"""Prepares a lab for a learner: draws numbers, makes the keys, poses the tasks.

Keys hang on the lab, the tables' contents and the numbers drawn, not on the learner: they are remembered by
these, so a class of learners who drew the same shares them. What depends on the seed comes last: shuffling,
errors put into rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nagara.citylab.labs.bench import Bench, opened, plain
from nagara.citylab.labs.dice import Dice, candidate
from nagara.citylab.labs.fitting import (
    Kept,
    candidates,
    contents,
    data_of,
    fits,
    names_of,
    of_the_city,
)
from nagara.citylab.labs.kinds import Ask, Made, Unfit, kinds
from nagara.citylab.labs.kinds.value import number_text
from nagara.citylab.labs.model import DoesNotFit, Fit, Key, KeyMistake, Lab, Posed, Prepared, Task
from nagara.citylab.labs.plan import PLACE, Plan, plan_of

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.lake import Snapshot

ATTEMPTS = 25
"""Draws that are tried until every named mistake differs from the right answer."""
PATIENCE = 8
"""So many draws in a row that do no better for a task end the search for it."""
_MADE: Kept[Made] = Kept(4000)
_TABLES: Kept[dict[str, Any]] = Kept(2000)


@dataclass
class _Lab:
    """What stays the same for all learners of a lab on one snapshot."""

    plan: Plan
    bench: Callable[[], Bench]
    city: Mapping[str, Any]
    content: tuple[Any, ...]
    tasks: tuple[Task, ...]
    left_out: dict[str, str]


def compute(
    lab: Lab,
    seen: Snapshot,
    seeds: Sequence[str],
    runs: Mapping[str, pa.Table],
    left_out: Mapping[str, str] | None = None,
    *,
    threads: int | None = None,
    fresh: bool = False,
) -> list[Prepared]:
    """The lab prepared for each seed, nothing kept. `runs` are the recipes' results by table name.

    `fresh` computes every key anew, whatever is remembered. Raises DoesNotFit, BadLab.
    """
    plan, fit = plan_of(lab), fits(lab, seen)
    if not fit.ok:
        raise _unfit(lab, seen, fit)
    city = of_the_city(seen)
    out = _left_out(lab, fit) | dict(left_out or {})
    tasks = tuple(t for t in lab.tasks if t.id in fit.tasks and t.id not in out)
    with ExitStack() as stack:
        held: list[Bench] = []

        def bench() -> Bench:
            if not held:
                data = data_of(plan, seen)
                held.append(stack.enter_context(opened(plan, data, city["tz"], runs, threads)))
            return held[0]

        content: tuple[Any, ...] = contents(lab, seen)
        if fresh:
            content = (*content, object())
        common = _Lab(plan, bench, city, content, tasks, out)
        return [_for(common, lab, seen, seed) for seed in seeds]


def _unfit(lab: Lab, seen: Snapshot, fit: Fit) -> DoesNotFit:
    first = fit.lacks[0]
    return DoesNotFit(
        f"lab {lab.name} cannot be done here: {names_of(fit.lacks)} lacking. {first.why}",
        where=seen.city_id,
        mend=first.bring,
    )


def _left_out(lab: Lab, fit: Fit) -> dict[str, str]:
    gone = [t.id for t in lab.tasks if t.id not in fit.tasks]
    return {
        t: next((f"{k.need}: {k.has}. {k.why}" for k in fit.lacks if t in k.tasks), "The data lack.")
        for t in gone
    }


def _for(common: _Lab, lab: Lab, seen: Snapshot, seed: str) -> Prepared:
    params, made, redraws = _draw(common, seed)
    out = dict(common.left_out)
    posed, keys = {}, {}
    for task in common.tasks:
        found = made[task.id]
        if found.problem:
            out[task.id] = f"Your city's data do not carry this task: {found.problem}."
            continue
        posed[task.id], keys[task.id] = _pose(common, task, found, params, seed)
    if not posed:
        raise DoesNotFit(
            f"no task of {lab.name} can be done on these data: {next(iter(out.values()))}", where=seen.city_id
        )
    return Prepared("", lab, seen.city_id, seen.number, seed, params, posed, keys, out, "", redraws)


# Drawing


def _draw(common: _Lab, seed: str) -> tuple[dict[str, Any], dict[str, Made], int]:
    """Numbers under which every task is well-defined and every mistake differs from the right answer, or the
    best that so many attempts found. Only draws of tasks that failed are taken anew; a task that gets no
    better in PATIENCE attempts is left as it is."""
    wanted = set[str]().union(*(common.plan.draws_for(common.plan.tasks[t.id].params) for t in common.tasks))
    at = {draw.name: 0 for draw in common.plan.lab.draws if draw.name in wanted}
    best: tuple[int, dict[str, Any], dict[str, Made]] | None = None
    least: dict[str, int] = {}
    idle = {task.id: 0 for task in common.tasks}
    for tried in range(ATTEMPTS):  # noqa: B007  its last value is told
        params = _numbers(common, seed, at)
        made = {task.id: _made(common, task, params) for task in common.tasks}
        bad = {task.id: _badness(task, made[task.id]) for task in common.tasks}
        if best is None or sum(bad.values()) < best[0]:
            best = (sum(bad.values()), params, made)
        for task_id, badness in bad.items():
            idle[task_id] = 0 if badness < least.get(task_id, badness + 1) else idle[task_id] + 1
            least[task_id] = min(badness, least.get(task_id, badness))
        moving = _to_move(common, at, [t for t in bad if bad[t] and idle[t] < PATIENCE])
        if not moving:
            break
        for name in moving:
            at[name] += 1
    assert best is not None
    return best[1], best[2], tried


def _to_move(common: _Lab, at: Mapping[str, int], failing: Iterable[str]) -> list[str]:
    """For each failing task the draw, of those it uses, that has been moved least; the last of equals."""
    moving: list[str] = []
    for task_id in failing:
        using = [d for d in common.plan.draws_for(common.plan.tasks[task_id].params) if d in at]
        if using and not set(using) & set(moving):
            moving.append(min(reversed(using), key=lambda d: at[d]))
    return moving


def _numbers(common: _Lab, seed: str, at: Mapping[str, int]) -> dict[str, Any]:
    params: dict[str, Any] = dict(common.city)
    for draw in common.plan.lab.draws:
        if draw.name not in at:
            continue
        if not common.plan.draws[draw.name].params <= set(params):
            continue
        found = candidates(common.plan, common.bench, draw, params, common.content)
        if not found:
            continue
        params |= found[candidate(seed, draw.name, len(found), at[draw.name])]
    return params


def _badness(task: Task, made: Made) -> int:
    if made.problem:
        return 100
    on = [m for m in made.mistakes if m[2].get("on", True)]
    return len(made.mistakes) - len(on) + max(0, len(task.mistakes) - len(made.mistakes))


# Keys


def _made(common: _Lab, task: Task, params: Mapping[str, Any]) -> Made:
    """A task's key on these numbers, remembered by them."""
    uses = common.plan.tasks[task.id]
    if not uses.params <= set(params):
        return Made({}, {}, problem="there is nothing to draw from")
    key = (common.content, task.id, tuple((p, str(params[p])) for p in sorted(uses.key_params)))
    known = _MADE.get(key)
    return known if known is not None else _MADE.put(key, _make(common, task, params))


def ask_of(common: _Lab, task: Task, params: Mapping[str, Any]) -> Ask:
    place = f"[[task]] {task.id}"

    def value(text: str, name: str) -> Any:
        if text.startswith("$"):
            return plain(params[text[1:]])
        if text.lower().startswith(("select", "with")):
            rows = common.bench().rows(text, params, f"{place}, {name}")
            first = next(iter(rows[0].values())) if rows else None
            if first is None:
                raise Unfit(f"{name} gives no value")
            return first
        return text

    def offset_s(text: str) -> int:
        at = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).astimezone(ZoneInfo(common.city["tz"]))
        return int((at.utcoffset() or dt.timedelta()).total_seconds())

    return Ask(
        rows=lambda sql, name: common.bench().rows(sql, params, f"{place}, {name}"),
        table=lambda sql, name: common.bench().table(sql, params, f"{place}, {name}"),
        fill=lambda text: filled(text, params, common.city["tz"]),
        value=value,
        tz=str(common.city["tz"]),
        offset_s=offset_s,
    )


def _make(common: _Lab, task: Task, params: Mapping[str, Any]) -> Made:
    kind, ask = kinds()[task.kind], ask_of(common, task, params)
    try:
        show, body = kind.make(task, ask)
        mistakes = kind.mistakes(task, ask, show, body)
    except Unfit as error:
        return Made({}, {}, problem=str(error))
    return Made(show, body, tuple(_separated(task, show, body, mistakes)))


def _separated(
    task: Task, show: Mapping[str, Any], body: Mapping[str, Any], mistakes: Sequence[tuple[str, str, Any]]
) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Mistakes, `on` False where this draw does not tell them from the right answer or from one another."""
    kind = kinds()[task.kind]
    posed_body, key_body = kind.pose(task, show, body, Dice("", task.id))
    posed = Posed(task.id, task.kind, "", "", task.points, 0, 0, posed_body)
    earlier: list[Mapping[str, Any]] = []
    out: list[tuple[str, str, Mapping[str, Any]]] = []
    for key, because, own in mistakes:
        if task.kind == "rule":
            on = "answer" in own
        elif task.kind == "fix":
            on = True
        else:
            answer = kind.answer_from(task, posed, own)
            on = not kind.meets(task, posed, key_body, answer)
            on = on and not any(kind.meets(task, posed, other, answer) for other in earlier)
            back = kind.answer_from(task, posed, key_body)
            on = on and (task.multiple or not kind.meets(task, posed, own, back))
            if on:
                earlier.append(own)
        out.append((key, because, {**own, "on": on}))
    return out


# Posing


def _pose(common: _Lab, task: Task, made: Made, params: Mapping[str, Any], seed: str) -> tuple[Posed, Key]:
    kind, tz = kinds()[task.kind], str(common.city["tz"])
    show, body = kind.pose(task, made.show, made.body, Dice(seed, f"pose:{task.id}"))
    mistakes = tuple(
        KeyMistake(
            key,
            because,
            kind.pose_mistake(task, {k: v for k, v in own.items() if k != "on"}, body),
            own["on"],
        )
        for key, because, own in made.mistakes
    )
    told = {**params, "answer": kind.told(task, show, body)}
    posed = Posed(
        task_id=task.id,
        kind=task.kind,
        title=filled(task.title, params, tz),
        asks=filled(task.asks, params, tz),
        points=task.points,
        tries=task.tries,
        hints=len(task.hints),
        body=show,
        table=_table(common, task, params) if task.table else None,
    )
    hints = tuple(filled(hint, params, tz) for hint in task.hints)
    explains = filled(task.explains or "The answer is {answer}.", told, tz)
    return posed, Key(task.id, task.kind, body, mistakes, explains, hints)


def _table(common: _Lab, task: Task, params: Mapping[str, Any]) -> dict[str, Any]:
    uses = common.plan.tasks[task.id]
    key = (common.content, task.id, "table", tuple((p, str(params[p])) for p in sorted(uses.key_params)))
    known = _TABLES.get(key)
    if known is None:
        rows = common.bench().rows(task.table, params, f"[[task]] {task.id}, table")[:50]
        columns = list(common.plan.uses(task.table, task.id).columns)
        known = {"columns": columns, "rows": [list(row.values()) for row in rows]}
        _TABLES.put(key, known)
    return known


_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def filled(text: str, params: Mapping[str, Any], tz: str) -> str:
    """A text with its numbers: {name}, {name:.1f}. Names keep no Markdown of their own outside `code`."""

    def one(found: re.Match[str]) -> str:
        name = "city_name" if found[1] == "city" else found[1]
        value = params.get(name, "")
        shown = format(value, found[2]) if found[2] else _shown(value, tz)
        in_code = text[: found.start()].count("`") % 2 == 1
        return shown if in_code or name == "answer" else _SPECIAL.sub(r"\\\1", shown)

    hidden = text.replace("{{", "\x01").replace("}}", "\x02")
    text = hidden
    return PLACE.sub(one, hidden).replace("\x01", "{").replace("\x02", "}")


def _shown(value: Any, tz: str) -> str:
    if isinstance(value, dt.datetime):
        wall = value.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(tz))
        return f"{wall.day} {wall:%b %Y, %H:%M}"
    if isinstance(value, dt.date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def with_run(prepared: Prepared, run_id: str, digest: str) -> Prepared:
    return replace(prepared, run_id=run_id, digest=digest)
