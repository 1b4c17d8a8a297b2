# ruff: noqa: ARG002  (every kind has the same signatures)
"""SQL of the learner: its rows are held against those of the reference on the same tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nagara.citylab.labs.bench import in_order
from nagara.citylab.labs.kinds.kind import Ask, Body, Kind, Unfit, needed, right, wrong
from nagara.citylab.labs.kinds.rows import (
    Match,
    Paired,
    Row,
    Table,
    cell,
    kind_of,
    match_columns,
    name_of,
    pair_rows,
)
from nagara.citylab.labs.model import BadAnswer, BadLab, Differs, Grade, Key, Posed, Task

MOST_ROWS = 1000
EXAMPLES = 3
ENOUGH = 0.5
"""A result that shares less than this with the right one gets nothing."""
CAP = 0.9


class Query(Kind):
    name = "query"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        rows = ask.rows(task.reference, "reference")
        if not rows:
            raise Unfit("the reference gives no rows")
        if len(rows) > MOST_ROWS:
            raise BadLab(
                f"the reference gives {len(rows):,} rows.",
                where=f"task {task.id}",
                mend=f"At most {MOST_ROWS:,}: aggregate, or limit with a full order.",
            )
        rows = rows if task.ordered else in_order(rows)
        columns = [{"name": name, "type": _kind(row[name] for row in rows)} for name in rows[0]]
        body = {"columns": columns, "rows": [list(row.values()) for row in rows]}
        return {"start": ask.fill(task.start), "ordered": task.ordered}, body

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        given, wanted = _answer(answer), _table(key.body)
        seen = _seen(task, wanted, given)
        facts = {"rows": len(given.rows), "f1": round(seen.paired.f1, 4)}
        if not seen.match.lacking and seen.paired.f1 == 1.0:
            if task.ordered and not _in_order(task, wanted, seen):
                differs = replace(_differs(task, wanted, given, seen), order=True)
                graded = wrong(task, 0.8, "The rows are right, but not their order.", **facts)
                return replace(graded, differs=differs)
            differs = _differs(task, wanted, given, seen)
            return replace(right(task, **facts), differs=differs if differs.columns_extra else None)
        part = _part(task, wanted, seen)
        remark = _remark(wanted, given, seen)
        if answer.get("truncated"):
            remark = f"Your query gives more rows than are compared. {remark}"
        return replace(wrong(task, part, remark, **facts), differs=_differs(task, wanted, given, seen))

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        return {"sql": "", "columns": body["columns"], "rows": body["rows"], "truncated": False}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        n = len(body["rows"])
        return f"{n} row{'s' if n != 1 else ''}"


def _kind(values: Any) -> str:
    """Kind of a column from its plain values."""
    met = [v for v in values if v is not None]
    if met and all(isinstance(v, bool) for v in met):
        return "bool"
    if met and all(isinstance(v, int) for v in met):
        return "int"
    if met and all(isinstance(v, int | float) for v in met):
        return "float"
    if met and all(isinstance(v, str) and len(v) >= 19 and v[4:5] == "-" and v[10:11] == "T" for v in met):
        return "time"
    if met and all(isinstance(v, str) and len(v) == 10 and v[4] == "-" and v[7] == "-" for v in met):
        return "day"
    return "text"


def _table(body: Body) -> Table:
    columns = tuple((c["name"], c["type"]) for c in body["columns"])
    return Table(columns, tuple(tuple(row) for row in body["rows"]))


def _answer(answer: Mapping[str, Any]) -> Table:
    columns = needed(answer, "columns", (list, tuple), "the result of your query")
    rows = needed(answer, "rows", (list, tuple), "the result of your query")
    named = tuple(
        (str(c["name"]), kind_of(str(c.get("type", ""))))
        if isinstance(c, Mapping)
        else (str(c[0]), kind_of(str(c[1])))
        for c in columns
    )
    if any(len(row) != len(named) for row in rows):
        raise BadAnswer("the result's rows and columns do not agree.", mend="Run the query again.")
    return Table(named, tuple(tuple(row) for row in rows))


@dataclass(frozen=True)
class _Seen:
    """Columns matched, both tables brought to the same columns, rows paired."""

    match: Match
    kinds: tuple[str, ...]
    at: tuple[int, ...]
    key_rows: tuple[Row, ...]
    given_rows: tuple[Row, ...]
    paired: Paired


def _seen(task: Task, wanted: Table, given: Table) -> _Seen:
    match = match_columns(wanted, given, task.aliases, task.tolerance)
    at = tuple(match.places)
    kinds = tuple(wanted.columns[i][1] for i in at)
    key_rows = tuple(tuple(cell(row[i], k) for i, k in zip(at, kinds, strict=True)) for row in wanted.rows)
    given_rows = tuple(
        tuple(cell(row[match.places[i]], k) for i, k in zip(at, kinds, strict=True)) for row in given.rows
    )
    if not at:
        paired = Paired((), tuple(range(len(key_rows))), tuple(range(len(given_rows))))
    else:
        paired = pair_rows(key_rows, given_rows, kinds, task.tolerance)
    return _Seen(match, kinds, at, key_rows, given_rows, paired)


def _without(rows: Sequence[Row], left_out: set[int]) -> list[Row]:
    return [tuple(v for i, v in enumerate(row) if i not in left_out) for row in rows]


def _best_without(seen: _Seen, tolerance: Mapping[str, float]) -> tuple[float, set[int]]:
    """(f1, columns left out): columns whose values are wrong are left out one by one while that helps."""
    best, out = seen.paired.f1, set[int]()
    while best < 1.0 and len(out) < len(seen.kinds) - 1:
        tries = []
        for i in range(len(seen.kinds)):
            if i in out:
                continue
            less = out | {i}
            kinds = [k for j, k in enumerate(seen.kinds) if j not in less]
            got = pair_rows(_without(seen.key_rows, less), _without(seen.given_rows, less), kinds, tolerance)
            tries.append((got.f1, -i))
        f1, place = max(tries)
        if f1 <= best:
            break
        best, out = f1, out | {-place}
    return best, out


def _part(task: Task, wanted: Table, seen: _Seen) -> float:
    """Part of the points for right columns and right rows."""
    total = len(wanted.columns)
    if not seen.at or not seen.given_rows:
        return 0.0
    f1, out = _best_without(seen, task.tolerance)
    plain = len(seen.at) / total * seen.paired.f1
    part = max(plain, (len(seen.at) - len(out)) / total * f1)
    return min(CAP, part) if part >= ENOUGH else 0.0


def _in_order(task: Task, wanted: Table, seen: _Seen) -> bool:
    names = {name_of(n) for n in task.ordered_by}
    chosen = [i for i, at in enumerate(seen.at) if not names or name_of(wanted.columns[at][0]) in names]
    key = [tuple(row[i] for i in chosen) for row in seen.key_rows]
    mine = [tuple(row[i] for i in chosen) for row in seen.given_rows]
    kinds = [seen.kinds[i] for i in chosen]
    return all(pair_rows([a], [b], kinds, task.tolerance).f1 == 1.0 for a, b in zip(key, mine, strict=True))


def _telling(seen: _Seen) -> list[int]:
    """Columns that name a row: those that are not measured."""
    named = [i for i, kind in enumerate(seen.kinds) if kind != "float"]
    while len(named) > 1 and seen.kinds[named[-1]] == "int":
        named.pop()
    return named


def _differs(task: Task, wanted: Table, given: Table, seen: _Seen) -> Differs:
    names = [wanted.columns[at][0] for at in seen.at]
    telling = _telling(seen)
    missing, extra, first = _by_name(seen, telling, names, task.tolerance)

    def like(rows: Sequence[Row], places: Sequence[int]) -> tuple[dict[str, Any], ...]:
        return tuple({names[i]: rows[at][i] for i in telling} for at in places[:EXAMPLES])

    few = len(missing) * 2 >= len(seen.key_rows) or len(telling) == len(seen.kinds)
    return Differs(
        missing=len(missing),
        extra=len(extra),
        missing_like=() if few or not telling else like(seen.key_rows, missing),
        extra_like=like(seen.given_rows, extra) if telling else (),
        first=first,
        columns_missing=tuple(wanted.columns[i][0] for i in seen.match.lacking),
        columns_extra=tuple(given.columns[i][0] for i in seen.match.spare),
    )


def _by_name(
    seen: _Seen, telling: Sequence[int], names: Sequence[str], tolerance: Mapping[str, float]
) -> tuple[list[int], list[int], dict[str, Any] | None]:
    """Rows missing and extra by their telling columns; of rows that both have, the first other value."""
    if not telling or len(telling) == len(seen.kinds):
        return list(seen.paired.missing), list(seen.paired.extra), None
    others: dict[Row, list[int]] = {}
    for at in seen.paired.extra:
        others.setdefault(tuple(seen.given_rows[at][i] for i in telling), []).append(at)
    missing, first, met = [], None, set[int]()
    for at in seen.paired.missing:
        same = others.get(tuple(seen.key_rows[at][i] for i in telling))
        if not same:
            missing.append(at)
            continue
        mine = same.pop(0)
        met.add(mine)
        if first is None:
            first = _first_other(seen, at, mine, telling, names, tolerance)
    return missing, [at for at in seen.paired.extra if at not in met], first


def _first_other(
    seen: _Seen,
    at: int,
    mine: int,
    telling: Sequence[int],
    names: Sequence[str],
    tolerance: Mapping[str, float],
) -> dict[str, Any] | None:
    key, given = seen.key_rows[at], seen.given_rows[mine]
    for i, kind in enumerate(seen.kinds):
        if i not in telling and pair_rows([(key[i],)], [(given[i],)], [kind], tolerance).f1 < 1.0:
            return {"row": {names[t]: key[t] for t in telling}, "column": names[i], "yours": given[i]}
    return None


def _remark(wanted: Table, given: Table, seen: _Seen) -> str:
    lacking = [wanted.columns[i][0] for i in seen.match.lacking]
    if not given.rows:
        return "Your query gives no rows."
    if lacking:
        return f"A column is not there: {', '.join(lacking)}."
    if len(given.rows) != len(wanted.rows):
        word = "more" if len(given.rows) > len(wanted.rows) else "fewer"
        return f"Your result has {word} rows than it should."
    return "Your result has the right number of rows, but some values differ."
