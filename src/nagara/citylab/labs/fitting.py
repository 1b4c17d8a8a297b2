"""Whether a city's data carry a lab: what is lacking, why it matters, what to bring."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nagara.citylab.labs.bench import Bench, Rows, opened
from nagara.citylab.labs.model import Draw, Fit, Lab, Lack, Need
from nagara.citylab.labs.plan import Plan, plan_of

if TYPE_CHECKING:
    from nagara.citylab.lake import Snapshot

V = TypeVar("V")
MOST_CANDIDATES = 20_000


class Kept(Generic[V]):
    """The last so many things by key, for every thread."""

    def __init__(self, most: int) -> None:
        self._most, self._kept, self._lock = most, OrderedDict[Hashable, V](), Lock()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: V) -> V:
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def first(self, key: Hashable, value: V) -> V:
        """What is kept under a key; `value` is kept there where nothing was."""
        with self._lock:
            known = self._kept.setdefault(key, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return known

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


_FITS: Kept[Fit] = Kept(500)
_CANDIDATES: Kept[Rows] = Kept(200)


def contents(lab: Lab, seen: Snapshot) -> tuple[Any, ...]:
    """What a lab's keys hang on: its text, the city, and the content of every table that it reads."""
    plan = plan_of(lab)
    read = tuple((t, seen.tables[t].content) for t in sorted(plan.tables()) if t in seen.tables)
    return (lab.name, lab.sha256, repr(seen._storage), seen.city_id, read)


def of_the_city(seen: Snapshot) -> dict[str, Any]:
    """Numbers that every lab has: city_id, city_name, tz, epsg."""
    row = seen.city()
    return {"city_id": row["city_id"], "city_name": row["name"], "tz": row["tz"], "epsg": row["epsg"]}


def data_of(plan: Plan, seen: Snapshot) -> dict[str, Any]:
    """Files of every table that the lab reads; a typed empty one where the city has none."""
    from nagara.citylab.tables import TABLES

    return {t: (seen.files(t) if t in seen.tables else None) or TABLES[t].empty() for t in plan.tables()}


def fits(lab: Lab, snapshot: Snapshot) -> Fit:
    """Which tasks of a lab this city's data carry, and what is lacking for the others.

    Remembered by the lab's text and the tables' contents. Raises BadLab.
    """
    key = contents(lab, snapshot)
    known = _FITS.get(key)
    if known is not None:
        return known
    plan = plan_of(lab)
    city = of_the_city(snapshot)
    with opened(plan, data_of(plan, snapshot), city["tz"], {}) as bench:
        return _FITS.put(key, _fit(plan, bench, snapshot, city))


def _fit(plan: Plan, bench: Bench, seen: Snapshot, city: Mapping[str, Any]) -> Fit:
    lab = plan.lab
    everyone = tuple(task.id for task in lab.tasks)
    out: dict[str, set[str]] = {}
    lacks: list[Lack] = []
    for need in lab.needs:
        has, enough = _has(plan, bench, seen, need, city)
        if enough:
            continue
        gone = () if not need.optional else tuple(t for t in everyone if need.key in plan.tasks[t].needs)
        wants = f"at least {need.min_rows:,} rows" + (f" with {need.where}" if need.where else "")
        lacks.append(Lack(need.key, need.why, need.bring, has, wants if need.table else "", gone))
        out[need.key] = set(gone or everyone)
    if any(not lack.tasks for lack in lacks if not _optional(lab, lack.need)):
        return Fit(False, (), tuple(lacks))
    left_out = set().union(*out.values()) if out else set()
    left_out = {t for t in left_out if any(n in out and t in out[n] for n in plan.tasks[t].needs)}
    for draw in lab.draws:
        using = [
            t for t in everyone if t not in left_out and draw.name in plan.draws_for(plan.tasks[t].params)
        ]
        if not using or plan.draws[draw.name].needs & set(out) or _hangs_on_more(plan, draw):
            continue
        n = len(candidates(plan, lambda: bench, draw, city, contents(lab, seen)))
        if n < draw.least:
            why = f"The tasks pick from the city's data ({draw.name}): there must be enough to pick from."
            bring = "Bring more of the data named above." if lacks else _bring(lab)
            lacks.append(
                Lack(draw.name, why, bring, f"{n} to pick from", f"at least {draw.least}", tuple(using))
            )
            left_out |= set(using)
    tasks = tuple(t for t in everyone if t not in left_out)
    return Fit(bool(tasks), tasks, tuple(lacks))


def _optional(lab: Lab, key: str) -> bool:
    return any(need.optional for need in lab.needs if need.key == key)


def _bring(lab: Lab) -> str:
    return lab.needs[0].bring if lab.needs else ""


def _hangs_on_more(plan: Plan, draw: Draw) -> bool:
    """Draws that need other draws, or results of recipes, can be counted only when a lab is prepared."""
    uses = plan.draws[draw.name]
    return bool(uses.params & set(plan.draw_of)) or bool(uses.runs)


def _has(plan: Plan, bench: Bench, seen: Snapshot, need: Need, city: Mapping[str, Any]) -> tuple[str, bool]:
    """(what the city has, whether it is enough) of a need."""
    place = f"[[need]] {need.key}"
    if need.sql:
        rows = bench.rows(need.sql, city, place)
        if not rows or not {"ok", "has"} <= set(rows[0]):
            raise plan.bad("the query must give one row with ok and has.", place)
        return str(rows[0]["has"]), bool(rows[0]["ok"])
    n = seen.rows(need.table) if need.table in seen.tables else 0
    if need.where and n:
        sql = f'select count(*) as n from "{need.table}" where {need.where}'
        n = bench.rows(sql, city, place)[0]["n"]
    return f"{n:,} rows", n >= need.min_rows


def candidates(
    plan: Plan, bench: Callable[[], Bench], draw: Draw, params: Mapping[str, Any], content: tuple[Any, ...]
) -> list[dict[str, Any]]:
    """What a draw may take, remembered in this process. Order is the query's own, then by value."""
    if draw.values:
        return [{draw.name: value} for value in draw.values]
    uses = plan.draws[draw.name]
    own = tuple((p, str(params.get(p))) for p in sorted(uses.params))
    known = _CANDIDATES.get((content, draw.name, own))
    if known is not None:
        return known
    table = bench().table(draw.sql, params, f"[[draw]] {draw.name}")
    rows = [{k: _settled(v) for k, v in row.items()} for row in table.slice(0, MOST_CANDIDATES).to_pylist()]
    rows = [row for row in rows if all(v is not None for v in row.values())]
    rows.sort(key=lambda row: tuple(str(v) for v in row.values()))
    return _CANDIDATES.put((content, draw.name, own), rows)


def _settled(value: Any) -> Any:
    """A drawn number in a type that is the same in every process."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return float(f"{value:.12g}") if isinstance(value, float) else value


def names_of(lacks: Iterable[Lack]) -> str:
    return ", ".join(lack.need for lack in lacks)
