"""Everything that is wrong with a lab on a city: what the author of a lab reads before anybody else does."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nagara.citylab.errors import CityLabError
from nagara.citylab.labs.bench import SPENT
from nagara.citylab.labs.fitting import fits
from nagara.citylab.labs.grading import grade, mistaken_answer, right_answer
from nagara.citylab.labs.keeping import prepare_many, recipes_for
from nagara.citylab.labs.model import Fit, Key, Lab, Prepared
from nagara.citylab.labs.preparing import compute
from nagara.citylab.labs.tables import extra_tables, seen_until

if TYPE_CHECKING:
    from nagara.citylab.lake import CityLake

SLOW_S = 2.0


@dataclass
class Checked:
    """What a check found. `wrong` must be mended, `weak` should be looked at."""

    lab: Lab
    city_id: str
    fit: Fit
    prepared: list[Prepared] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    first_s: float = 0.0
    each_s: float = 0.0
    spent: dict[str, float] = field(default_factory=dict)


def check(city: CityLake, lab: Lab, *, seeds: int = 5) -> Checked:
    """Prepares a lab for some learners and tries the right answers and the named mistakes on each."""
    SPENT.clear()
    fit = fits(lab, city.newest())
    found = Checked(lab, city.city_id, fit)
    if sum(len(task.mistakes) for task in lab.tasks) < 3:
        found.weak.append("fewer than three named mistakes in the whole lab")
    if not fit.ok:
        return found
    began = time.perf_counter()
    try:
        found.prepared = prepare_many(city, lab, ["check-0"], keep=False)
        found.first_s = time.perf_counter() - began
        began = time.perf_counter()
        found.prepared += prepare_many(city, lab, [f"check-{n}" for n in range(1, seeds)], keep=False)
        found.each_s = (time.perf_counter() - began) / max(1, seeds - 1)
    except CityLabError as error:
        found.wrong.append(str(error))
        return found
    if found.first_s > SLOW_S:
        found.weak.append(f"the first learner waits {found.first_s:.1f} s: make shared work a step")
    found.spent = dict(sorted(SPENT.items(), key=lambda item: -item[1])[:6])
    _try_again(city, found)
    _try_answers(found)
    _look_behind(city, found)
    return found


def _try_again(city: CityLake, found: Checked) -> None:
    """Keys must not hang on the order in which the engine meets rows."""
    seen, some = city.newest(), found.prepared[:2]
    tables, out = recipes_for(city, found.lab, seen, keep=False)
    for threads in (1, 4):
        seeds = [p.seed for p in some]
        again = compute(found.lab, seen, seeds, tables, out, threads=threads, fresh=True)
        for before, after in zip(some, again, strict=True):
            differ = (t for t, key in before.keys.items() if _said(key) != _said(after.keys.get(t)))
            for task_id in differ:
                text = (
                    f"{task_id}: the key, or a mistake, differs from one computation to the next: break ties"
                )
                if not any(said.startswith(text) for said in found.wrong):
                    found.wrong.append(f"{text} (max_by, limit, row_number without a full order)")


def _look_behind(city: CityLake, found: Checked) -> None:
    """Shown steps of a lab with a rule must not tell of the hidden days."""
    prepared = found.prepared[0]
    until = seen_until(prepared)
    if until is None:
        return
    for name, rows in extra_tables(city, prepared, city.newest()).items():
        if "ts" in rows.column_names and rows.num_rows:
            last = max((str(at) for at in rows.column("ts").to_pylist() if at is not None), default="")
            if last >= f"{until:%Y-%m-%d %H:%M:%S}":
                found.weak.append(
                    f"{name} can be queried up to {last}, a rule hides what follows {until:%Y-%m-%d}"
                )


def _said(key: Key | None) -> Any:
    return key and (key.body, [(m.key, m.body) for m in key.mistakes])


def _try_answers(found: Checked) -> None:
    off: Counter[tuple[str, str]] = Counter()
    for prepared in found.prepared:
        for task_id, why in prepared.left_out.items():
            if task_id in found.fit.tasks:
                found.weak.append(f"{task_id} left out ({prepared.seed}): {why}")
        for task_id, key in prepared.keys.items():
            if key.kind == "text":
                continue
            if not grade(prepared, task_id, right_answer(prepared, task_id)).right:
                found.wrong.append(f"{task_id}: its own right answer is not right ({prepared.seed})")
            said = {m.key for m in prepared.lab.task(task_id).mistakes}
            off.update((task_id, m) for m in said - {m.key for m in key.mistakes if m.on})
            for mistake in key.mistakes:
                answer = mistaken_answer(prepared, task_id, mistake.key)
                if answer is not None and grade(prepared, task_id, answer).mistake != mistake.key:
                    found.wrong.append(f"{task_id}: the mistake {mistake.key} is not told ({prepared.seed})")
    for (task_id, name), n in sorted(off.items()):
        text = f"{task_id}: the mistake {name} cannot be told from the right answer (or another mistake)"
        many = f"for {n} of {len(found.prepared)} learners"
        (found.wrong if n == len(found.prepared) and found.city_id == "demo" else found.weak).append(
            f"{text} {many}"
        )
    found.weak += [f"{t}: all learners have the same answer" for t in _same_for_all(found)]


def _same_for_all(found: Checked) -> Iterator[str]:
    for task in found.lab.tasks:
        if task.kind in {"text", "choice", "rule"}:
            continue
        bodies = [p.keys[task.id].body for p in found.prepared if task.id in p.keys]
        if len(bodies) > 2 and all(body == bodies[0] for body in bodies):
            yield task.id


def report(found: Checked) -> Iterator[str]:
    """The check in lines for a terminal."""
    lab = found.lab
    yield f"{lab.name} {lab.version} on {found.city_id}: {lab.title}"
    fit = "fits" if found.fit.ok else "DOES NOT FIT"
    yield f"  {fit}: {len(found.fit.tasks)} of {len(lab.tasks)} tasks"
    for lack in found.fit.lacks:
        left = f" Left out: {', '.join(lack.tasks)}." if lack.tasks else ""
        yield f"  lacks {lack.need}: has {lack.has}, wants {lack.wants}.{left}"
    if found.prepared:
        yield f"  first learner {found.first_s:.2f} s, each further one {found.each_s:.2f} s"
    if found.spent:
        yield "  longest in the engine: " + ", ".join(f"{k} {v:.2f} s" for k, v in found.spent.items())
    for prepared in found.prepared:
        drawn = {k: v for k, v in prepared.params.items() if k not in {"city_id", "city_name", "tz", "epsg"}}
        yield f"  {prepared.seed}: {_line(drawn)} ({prepared.redraws} redraws)"
    if found.prepared:
        yield from _tasks(found.prepared[0])
    yield from (f"  WRONG: {text}" for text in found.wrong)
    yield from (f"  look at: {text}" for text in found.weak)
    yield "  nothing wrong" if not found.wrong else f"  {len(found.wrong)} wrong"


def _tasks(prepared: Prepared) -> Iterator[str]:
    for task_id, key in prepared.keys.items():
        yield f"  {task_id} ({key.kind}, {prepared.posed[task_id].points} points): {_short(key.body)}"
        yield f"    asks: {_short(prepared.posed[task_id].asks)}"
        for mistake in key.mistakes:
            state = "told" if mistake.on else "OFF: not told from the right answer on this draw"
            yield f"    mistake {mistake.key}: {_short(mistake.body)} ({state})"


def _line(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{k}={v}" for k, v in values.items())


def _short(value: Any, most: int = 160) -> str:
    if isinstance(value, Mapping):
        value = {k: v for k, v in value.items() if k != "hidden"}
    text = " ".join(str(value).split())
    return text if len(text) <= most else text[: most - 3] + "..."
