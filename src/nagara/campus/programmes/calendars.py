"""Holidays, weekends and seasons of the twelve states, from the library `holidays` and the office.

The library knows national days, marks those it estimates (they depend on the moon), and for some states the
days of single regions. What the office enters (`ExtraHoliday`) adds, confirms or takes away a day. A state
that the library does not know has no holidays here and is named in `unknown_states`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nagara.campus.cities.models import State
from nagara.campus.programmes.models import ExtraHoliday

if TYPE_CHECKING:
    from holidays.holiday_base import HolidayBase

ESTIMATED = " (estimated)"
LIBRARY = "library"
OFFICE = "office"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday of a state (`iso2`), or of one of its regions where `region` is given."""

    iso2: str
    day: date
    name: str
    region: str = ""
    estimated: bool = False
    source: str = LIBRARY

    @property
    def words(self) -> str:
        """As a page says it."""
        where = f", {self.region} only" if self.region else ""
        return f"{self.name}{where}" + (ESTIMATED if self.estimated else "")


@dataclass(frozen=True, slots=True)
class Season:
    """Weeks to plan with care: Ramadan, Lunar New Year. `last` is included."""

    name: str
    first: date
    last: date
    advice: str


def knows(iso2: str) -> bool:
    """True where the library has this state's holidays."""
    import holidays as library

    return iso2 in library.list_supported_countries()


@lru_cache(maxsize=512)
def _calendar(iso2: str, year: int, region: str = "") -> HolidayBase:
    import holidays as library

    return library.country_holidays(iso2, subdiv=region or None, years=year, language="en_US")


@lru_cache(maxsize=512)
def library_days(iso2: str, year: int) -> tuple[Holiday, ...]:
    """The library's holidays of a state in a year: national ones, then those of single regions."""
    if not knows(iso2):
        return ()
    national = _calendar(iso2, year)
    found = [_holiday(iso2, day, name) for day, name in sorted(national.items())]
    for region, code in _regions(iso2):
        local = _calendar(iso2, year, code)
        extra = sorted((day, name) for day, name in local.items() if day not in national)
        found += [_holiday(iso2, day, name, region) for day, name in extra]
    return tuple(found)


def _regions(iso2: str) -> list[tuple[str, str]]:
    """Names and codes of the regions that have holidays of their own."""
    codes = type(_calendar(iso2, 2027)).subdivisions
    aliases = type(_calendar(iso2, 2027)).subdivisions_aliases
    names: dict[str, str] = {}
    for name, code in aliases.items():  # the longest alias is the name, the others are codes
        names[code] = max(names.get(code, ""), name, key=len)
    return [(names.get(code, code), code) for code in codes]


def _holiday(iso2: str, day: date, name: str, region: str = "") -> Holiday:
    return Holiday(iso2, day, name.replace(ESTIMATED, ""), region, estimated="(estimated" in name)


def holidays_between(first: date, last: date, states: Iterable[str] | None = None) -> list[Holiday]:
    """Holidays from `first` to `last` (included) in `states` (ISO codes; default: every state there is), by
    day. One database query. What the office says wins over the library."""
    wanted = set(states) if states is not None else set(State.objects.values_list("iso2", flat=True))
    found: dict[tuple[str, str, date], Holiday] = {}
    for iso2 in wanted:
        for year in range(first.year, last.year + 1):
            for holiday in library_days(iso2, year):
                if first <= holiday.day <= last:
                    found[holiday.iso2, holiday.region, holiday.day] = holiday
    said = ExtraHoliday.objects.filter(state__iso2__in=wanted, day__range=(first, last))
    for extra in said.select_related("state"):
        _take(found, extra)
    return sorted(found.values(), key=lambda h: (h.day, h.iso2, h.region))


def _take(found: dict[tuple[str, str, date], Holiday], extra: ExtraHoliday) -> None:
    place = (extra.state.iso2, extra.region, extra.day)
    if extra.what == ExtraHoliday.What.REMOVE:
        found.pop(place, None)
        return
    known = found.get(place)
    name = extra.name or (known.name if known else "Holiday")
    if known is not None:
        found[place] = replace(known, name=name, estimated=False, source=OFFICE)
    else:
        found[place] = Holiday(extra.state.iso2, extra.day, name, extra.region, source=OFFICE)


def weekend(iso2: str, facts: dict[str, Any] | None = None) -> frozenset[int]:
    """Days of the week on which offices are closed (Monday is 0): what the office wrote into the state's
    facts as "weekend", else the library's (Friday and Sunday for Brunei), else Saturday and Sunday."""
    said = (facts or {}).get("weekend")
    if isinstance(said, list) and said:
        return frozenset(int(day) for day in said)
    return frozenset(_calendar(iso2, 2027).weekend) if knows(iso2) else frozenset({5, 6})


def unknown_states(states: Iterable[str]) -> list[str]:
    """Those whose holidays nobody knows: the office enters them."""
    return sorted(iso2 for iso2 in states if not knows(iso2))


@lru_cache(maxsize=64)
def seasons_of(year: int) -> tuple[Season, ...]:
    """Ramadan (the thirty days before Eid al-Fitr, estimated) and the week of Lunar New Year."""
    fitr = [day for day, name in _calendar("ID", year).items() if _is_first_of_eid(name)]
    found = [
        Season(
            "Ramadan (estimated)",
            eid - 30 * DAY,
            eid - DAY,
            "Fasting by day: no meals at noon, shorter afternoons, evenings free.",
        )
        for eid in fitr
    ]
    new_year = [day for day, name in sorted(_calendar("SG", year).items()) if "Chinese New Year" in name]
    if new_year:
        found.append(
            Season(
                "Lunar New Year week",
                new_year[0] - DAY,
                new_year[0] + 6 * DAY,
                "Many offices close for the whole week in Singapore, Viet Nam, Malaysia and at the host.",
            )
        )
    return tuple(sorted(found, key=lambda s: s.first))


def _is_first_of_eid(name: str) -> bool:
    return "Eid al-Fitr" in name and "Second" not in name and "Joint" not in name


def seasons_between(first: date, last: date) -> list[Season]:
    """Seasons that touch the days from `first` to `last`."""
    years = range(first.year - 1, last.year + 2)
    return [s for year in years for s in seasons_of(year) if s.first <= last and s.last >= first]


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of one state: `kind` is work, weekend, holiday, estimate or regional."""

    day: date
    kind: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A state's days, and how many of its working days are left."""

    state: State
    cells: list[Cell]
    known: bool

    @property
    def working_days(self) -> int:
        return sum(cell.kind in ("work", "regional") for cell in self.cells)

    @property
    def holidays(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.words]


def table(first: date, days: int, states: Sequence[State] | None = None) -> list[Row]:
    """Which days from `first` on are holidays where: one row a state. Two database queries at most."""
    held = list(State.objects.all()) if states is None else list(states)
    last = first + (days - 1) * DAY
    by_state: dict[str, dict[date, list[Holiday]]] = {}
    for holiday in holidays_between(first, last, [state.iso2 for state in held]):
        by_state.setdefault(holiday.iso2, {}).setdefault(holiday.day, []).append(holiday)
    return [
        Row(
            state,
            [
                _cell(first + n * DAY, by_state.get(state.iso2, {}), weekend(state.iso2, state.facts))
                for n in range(days)
            ],
            knows(state.iso2),
        )
        for state in held
    ]


def _cell(day: date, known: dict[date, list[Holiday]], closed: frozenset[int]) -> Cell:
    there = known.get(day, [])
    words = "; ".join(holiday.words for holiday in there)
    national = [holiday for holiday in there if not holiday.region]
    if national:
        return Cell(day, "estimate" if all(h.estimated for h in national) else "holiday", words)
    if day.weekday() in closed:
        return Cell(day, "weekend", words)
    return Cell(day, "regional" if there else "work", words)
