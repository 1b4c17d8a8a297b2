"""Asking for a person: what they may see of a city, how often they may ask, and the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404

from nagara.campus.cities.lakes import Place, closed_sources, find_place
from nagara.campus.design.limits import too_often
from nagara.campus.lab.rules import TEAM_ONLY
from nagara.campus.people.rules import may
from nagara.citylab import sandbox
from nagara.citylab.errors import CityLabError
from nagara.citylab.sandbox import Answer, Catalogue

A_MINUTE = 20
AT_ONCE = 2
INSIDE = TEAM_ONLY | {"finding"}
"""Tables that show people's words, raw rows or examples of them: for the city's team and the office."""
CLOSED, WORDS = "closed", "words"
"""What a lab may open to its learner beyond what all see: rows of sources that may not be passed on, and
people's words. They see them on the screen of the lab, a page at a time; nothing of it can be downloaded."""
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "testserver"}


@dataclass(frozen=True)
class Column:
    """A column as the list beside the editor shows it."""

    name: str
    type: str
    meaning: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """A table as the list beside the editor shows it."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: int | None = None


def ask_for(
    user: Any,
    where: Place | Catalogue,
    sql: str,
    *,
    limit: int = 1000,
    seconds: float = 5.0,
    explain: bool = False,
    opened: Collection[str] = (),
) -> Answer:
    """Run a person's statement over a city's tables, or over a catalogue made for them (a lab's), which may
    have `opened` to them what strangers do not see.

    At most 20 a minute and 2 at once a person; beyond that the answer is a refusal that says so.
    """
    if (problem := unavailable()) is not None:
        return Answer("refused", problem=problem.what, mend=problem.mend)
    if too_often("sql", f"u{user.pk}", most=A_MINUTE, seconds=60):
        return Answer(
            "refused", problem=f"That were more than {A_MINUTE} questions in a minute.", mend="Wait a minute."
        )
    with _place_at_once(user) as free:
        if not free:
            return Answer(
                "refused",
                problem="Two of your questions are still being answered.",
                mend="Wait for them, then ask again.",
            )
        if isinstance(where, Catalogue):
            if (withheld := _withheld(user, where, sql, opened)) is not None:
                return withheld
            return sandbox.ask(where, sql, limit=limit, seconds=seconds, explain=explain)
        with_lease = replace(catalogue_for(user, where), held=where.snapshot)
        return sandbox.ask(with_lease, sql, limit=limit, seconds=seconds, explain=explain)


@contextmanager
def _place_at_once(user: Any) -> Iterator[bool]:
    """One of the person's places, shared by every process of the site."""
    keys = [f"sql:{user.pk}:{i}" for i in range(AT_ONCE)]
    taken = next((key for key in keys if cache.add(key, 1, timeout=30)), None)
    try:
        yield taken is not None
    finally:
        if taken is not None:
            cache.delete(taken)


def unavailable() -> CityLabError | None:
    """Why SQL cannot be run on this site; None where it can."""
    walls = sandbox.walls()
    if walls.refusal:
        return CityLabError(walls.refusal, mend=walls.mend)
    if walls.banner and not (settings.NAGARA_DEMO and set(settings.ALLOWED_HOSTS) <= LOOPBACK):
        return CityLabError(
            "SQL cannot be run here: this system has no Landlock, and without it SQL is for a demonstration"
            " on one's own machine only.",
            mend="Ask whoever runs the site to use Linux 5.13 or newer with Landlock switched on.",
        )
    return None


def _withheld(user: Any, catalogue: Catalogue, sql: str, opened: Collection[str]) -> Answer | None:
    """A refusal where a lab's tables hold rows that this person may not see.

    To leave them out silently, as the page does, would make a right answer wrong: its key counts them.
    """
    try:
        place = find_place(catalogue.city_id)
    except Http404:
        return None
    if place.snapshot is None or place.wholly_simulated or sees_all(user, place):
        return None
    closed = {s["source_id"] for s in closed_sources(place.sources)}
    for name in catalogue.mentioned(sql):
        if name not in catalogue.tables or not catalogue.tables[name].canonical:
            continue  # the lab's own
        shut = WORDS not in opened if name in TEAM_ONLY else CLOSED not in opened
        if shut and (name in TEAM_ONLY or closed & sources_in(place, name)):
            return Answer(
                "refused",
                problem=f"The table {name} of {place.name} holds rows that only the city's team may see.",
                mend="Do this on your own city, or on the simulated one.",
            )
    return None


def sources_in(place: Place, name: str) -> frozenset[str]:
    """Sources with rows in a table of the newest snapshot."""
    from nagara.citylab.tables import BOOKKEEPING

    if place.snapshot is None or name not in place.snapshot.tables or name in BOOKKEEPING:
        return frozenset()

    def look() -> frozenset[str]:
        rows = place.ask(f'select distinct source_id from "{name}"', over=[name])
        return frozenset(rows.column("source_id").to_pylist())

    return place.fact(f"sources in {name}", look)


def sees_all(user: Any, place: Place) -> bool:
    """The city's team and the office: rows of closed sources too."""
    return bool(may(user, "lab.see_all_rows", place))


def hidden_from(user: Any, place: Place) -> tuple[str, ...]:
    """Sources whose rows this person does not see: their licence does not allow passing them on."""
    return () if sees_all(user, place) else tuple(s["source_id"] for s in closed_sources(place.sources))


def catalogue_for(user: Any, place: Place) -> Catalogue:
    """What this person may ask of a city's newest snapshot. Raises CityLabError where it has no data."""
    if place.snapshot is None:
        raise CityLabError(f"{place.name} has no data yet.", mend="Choose another city.")
    snapshot, hidden = place.snapshot, hidden_from(user, place)
    without = () if sees_all(user, place) else INSIDE

    def make() -> Catalogue:
        return replace(sandbox.catalogue(snapshot, hidden=hidden, without=without), held=None)

    return place.fact(f"sql {bool(without)} {hidden}", make)


def tables_for(user: Any, place: Place) -> list[Table]:
    """The tables that a person may ask: those with rows first by name, then the clock."""
    from nagara.citylab.tables import TABLES

    left_out = frozenset() if sees_all(user, place) else INSIDE
    rows = {facts.table.name: facts.rows for facts in place.tables if facts.table.name not in left_out}
    named = [*sorted(rows), "city", "source"]
    return [*(_canonical(TABLES[name], rows.get(name)) for name in named), CLOCK]


def _canonical(table: Any, rows: int | None) -> Table:
    columns = tuple(Column(c.name, _kind(str(c.type)), c.meaning, c.unit) for c in table.columns)
    return Table(table.name, table.meaning, columns, rows)


def tables_of(catalogue: Catalogue, *, only: tuple[str, ...] = ()) -> list[Table]:
    """Tables of a catalogue (a lab's) for the list beside the editor."""
    from nagara.citylab.tables import TABLES

    made = []
    for name in only or catalogue.names:
        known = TABLES.get(name) if name in catalogue.tables and catalogue.tables[name].canonical else None
        if known is not None:
            made.append(_canonical(known, None))
        elif name == "clock":
            made.append(CLOCK)
        else:
            made.append(Table(name, "", tuple(Column(c, kind) for c, kind in catalogue.columns(name))))
    return made


def _kind(arrow: str) -> str:
    """An Arrow type in a word."""
    if arrow.startswith("int"):
        return "whole number"
    if arrow.startswith("timestamp"):
        return "time (UTC)"
    return {"string": "text", "double": "number", "bool": "yes or no", "date32[day]": "date"}.get(
        arrow, "geometry" if arrow == "binary" else arrow
    )


CLOCK = Table(
    "clock",
    "the city's own time: local time = ts + offset_s where start_ts <= ts < end_ts",
    (
        Column("start_ts", "time (UTC)", "from when the offset holds"),
        Column("end_ts", "time (UTC)", "until when (not included)"),
        Column("offset_s", "whole number", "local time minus UTC", "s"),
    ),
)
