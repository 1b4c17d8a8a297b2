"""Compares a result with the right one: any row order, any column order, forgiving names, tolerance."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nagara.citylab.labs.kinds.value import close

Row = tuple[Any, ...]
NUMBERS = ("float", "int")


def kind_of(type_name: str) -> str:
    """Our word for an engine's type: int, float, text, time, day, bool."""
    name = type_name.upper()
    if name.startswith(("DECIMAL", "NUMERIC", "DOUBLE", "FLOAT", "REAL", "HALF")):
        return "float"
    if "INT" in name and not name.startswith("INTERVAL"):
        return "int"
    if name.startswith(("TIMESTAMP", "DATETIME")):
        return "time"
    if name.startswith("DATE"):
        return "day"
    return "bool" if name.startswith("BOOL") else "text"


def cell(value: Any, kind: str) -> Any:
    """A value in the form in which values of that kind compare."""
    if value is None:
        return None
    if kind in NUMBERS:
        return _number(value)
    if kind == "bool":
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true", "t"}
    if kind in {"time", "day"}:
        return _time(str(value))
    return " ".join(str(value).split())


def _number(value: Any) -> float | int | str:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    try:
        return int(value) if re.fullmatch(r"[+-]?\d+", str(value).strip()) else float(value)
    except ValueError:
        return str(value)


def _time(text: str) -> str:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    if at.tzinfo is not None:
        at = (at - (at.utcoffset() or at - at)).replace(tzinfo=None)
    return at.isoformat(timespec="microseconds")


def name_of(column: str) -> str:
    """A column's name without case and signs."""
    return re.sub(r"[^0-9a-z]", "", column.casefold())


@dataclass(frozen=True)
class Table:
    """Columns (name, kind) and rows of plain values."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    def column(self, at: int) -> list[Any]:
        return [row[at] for row in self.rows]


@dataclass(frozen=True)
class Match:
    """Columns of the key by place -> place in the answer; places not found; the answer's columns to spare."""

    places: Mapping[int, int]
    lacking: tuple[int, ...]
    spare: tuple[int, ...]


def match_columns(
    key: Table, given: Table, aliases: Mapping[str, Sequence[str]], tolerance: Mapping[str, float]
) -> Match:
    """Finds each column of the key in an answer: by name, by a known other name, by what stands in it, and
    last by being the only one left on both sides."""
    free = dict(enumerate(given.columns))
    places: dict[int, int] = {}
    for at, (name, _) in enumerate(key.columns):
        wanted = {name_of(n) for n in (name, *aliases.get(name, ()))}
        found = next((i for i, (n, _) in free.items() if name_of(n) in wanted), None)
        if found is not None:
            places[at] = found
            del free[found]
    for at, (_, kind) in enumerate(key.columns):
        if at in places:
            continue
        same = [i for i in free if _same_column(key.column(at), given.column(i), kind, tolerance)]
        if same:
            places[at] = same[0]
            del free[same[0]]
    left = [at for at in range(len(key.columns)) if at not in places]
    if len(left) == 1 and len(free) == 1:
        only = next(iter(free))
        if _alike(key.columns[left[0]][1], given.column(only)):
            places[left[0]] = only
            del free[only]
            left = []
    return Match(places, tuple(left), tuple(free))


def _alike(kind: str, values: Sequence[Any]) -> bool:
    is_number = all(isinstance(_number(v), int | float) for v in values if v is not None)
    return is_number == (kind in NUMBERS)


def _same_column(wanted: list[Any], given: list[Any], kind: str, tolerance: Mapping[str, float]) -> bool:
    if len(wanted) != len(given):
        return False
    one = [cell(v, kind) for v in wanted]
    two = [cell(v, kind) for v in given]
    if kind != "float":
        return Counter(map(str, one)) == Counter(map(str, two))
    if any(isinstance(v, str) for v in two) or one.count(None) != two.count(None):
        return False
    pairs = zip(sorted(v for v in one if v is not None), sorted(v for v in two if v is not None), strict=True)
    return all(close(b, a, tolerance) for a, b in pairs)


@dataclass(frozen=True)
class Paired:
    """Rows of the key and of the answer that are the same (indices), and those left on either side."""

    pairs: tuple[tuple[int, int], ...]
    missing: tuple[int, ...]
    extra: tuple[int, ...]

    @property
    def f1(self) -> float:
        total = 2 * len(self.pairs) + len(self.missing) + len(self.extra)
        return 2 * len(self.pairs) / total if total else 1.0


def pair_rows(
    key: Sequence[Row], given: Sequence[Row], kinds: Sequence[str], tolerance: Mapping[str, float]
) -> Paired:
    """Pairs equal rows, each once. Floats are equal within the tolerance, everything else exactly."""
    exact = [i for i, kind in enumerate(kinds) if kind != "float"]
    floats = [i for i, kind in enumerate(kinds) if kind == "float"]
    groups: dict[Row, list[int]] = defaultdict(list)
    for at, row in enumerate(given):
        groups[tuple(_exact(row[i]) for i in exact)].append(at)
    first = floats[0] if floats else None
    for members in groups.values():
        members.sort(key=lambda at: _float_key(given[at], first))
    sorted_by = {k: [_float_key(given[at], first) for at in members] for k, members in groups.items()}
    used: set[int] = set()
    pairs, missing = [], []
    for at, row in enumerate(key):
        group = tuple(_exact(row[i]) for i in exact)
        hit = _find(row, groups.get(group, []), sorted_by.get(group, []), given, floats, used, tolerance)
        if hit is None:
            missing.append(at)
        else:
            used.add(hit)
            pairs.append((at, hit))
    return Paired(tuple(pairs), tuple(missing), tuple(i for i in range(len(given)) if i not in used))


def _exact(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _float_key(row: Row, first: int | None) -> float:
    value = row[first] if first is not None else None
    return float(value) if isinstance(value, int | float) else float("-inf")


def _find(
    row: Row,
    members: Sequence[int],
    ordered: Sequence[float],
    given: Sequence[Row],
    floats: Sequence[int],
    used: set[int],
    tolerance: Mapping[str, float],
) -> int | None:
    """A free row of the same group whose floats are all close; None where there is none."""
    start = 0
    if floats and isinstance(row[floats[0]], int | float):
        wanted = float(row[floats[0]])
        slack = max(tolerance.get("relative", 0.01) * abs(wanted), tolerance.get("absolute", 0.0)) + 1e-6
        start = bisect_left(ordered, wanted - slack - 1e-6 * abs(wanted))
        stop = bisect_left(ordered, wanted + slack + 1e-6 * abs(wanted))
    else:
        stop = len(members)
    for at in members[start : max(stop, start) + 1]:
        if at not in used and all(_close(given[at][i], row[i], tolerance) for i in floats):
            return at
    return None


def _close(given: Any, wanted: Any, tolerance: Mapping[str, float]) -> bool:
    if wanted is None or given is None:
        return wanted is given
    return isinstance(given, int | float) and close(float(given), float(wanted), tolerance)
