"""What a module needs of a city: of its lessons, and of what the rooms above add (labs)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from nagara.campus.cities.lakes import Place
from nagara.campus.lessons import doors
from nagara.campus.lessons.content import open_modules
from nagara.citylab.lessons import Need


@dataclass(frozen=True)
class Standing:
    """A need and whether a city meets it."""

    need: Need
    has: int
    ok: bool


def of_module(code: str, variant: str = "standard") -> list[Need]:
    """The union of needs of a module's lessons and labs: of each table and condition the largest."""
    module = open_modules().get(code)
    return union([*(module.needs() if module else ()), *doors.needs(code, variant)])


def union(needs: Iterable[Need]) -> list[Need]:
    """Of each table and condition the need that asks for most; words of one that has them."""
    most: dict[tuple[str, str], Need] = {}
    for need in needs:
        known = most.get((need.table, need.where))
        if known is None:
            most[need.table, need.where] = need
        else:
            most[need.table, need.where] = Need(
                need.table,
                max(need.min_rows, known.min_rows),
                need.where,
                known.why or need.why,
                known.bring or need.bring,
            )
    return [most[key] for key in sorted(most)]


@dataclass(frozen=True)
class TableStanding:
    """What a module needs of one table, and whether a city meets all of it."""

    table: str
    parts: tuple[Standing, ...]

    @property
    def least(self) -> int:
        return max(part.need.min_rows for part in self.parts)

    @property
    def has(self) -> int:
        """Rows of the part that is met least."""
        return min(self.parts, key=lambda part: (part.ok, part.has)).has

    @property
    def ok(self) -> bool:
        return all(part.ok for part in self.parts)


def by_table(rows: Iterable[Standing]) -> list[TableStanding]:
    """One row a table, in order of names."""
    found: dict[str, list[Standing]] = {}
    for row in rows:
        found.setdefault(row.need.table, []).append(row)
    return [TableStanding(name, tuple(parts)) for name, parts in sorted(found.items())]


def standing(needs: Iterable[Need], place: Place | None) -> list[Standing]:
    """Which needs a city meets, counted once a snapshot; None: it has no data."""
    if place is None or place.snapshot is None:
        return [Standing(need, 0, False) for need in needs]
    from nagara.citylab.lessons.computing import count

    found = []
    for need in needs:
        has = place.fact(f"need:{need.table}:{need.where}", partial(count, need, place.snapshot))
        found.append(Standing(need, has, has >= need.min_rows))
    return found
