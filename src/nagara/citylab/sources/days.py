"""The day or moment that a row of a statistic is about: a column, a year, a week, a file's name, or one for
all. `[time]` of a mapping file.

`column` with `format` (a list or one; see calendars.parse_times; also "epi_week"), or `year` (a column of
years, with `month_day`, else 1 January), or `date` (one day for all rows), or `from_filename` (a pattern such
as "%Y-%m-%dT%H"); `calendar` "buddhist"; `tz` an IANA zone or "city" where moments matter.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.calendars import parse_times, to_utc
from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options

Times = npt.NDArray[np.datetime64]
_NAT = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Clock:
    """Where time stands. All empty: rows have no time."""

    column: str = ""
    formats: tuple[str, ...] = ()
    year: str = ""
    month_day: str = "01-01"
    one: str = ""
    pattern: str = ""
    calendar: str = ""
    tz: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(c for c in (self.column, self.year) if c)

    @property
    def given(self) -> bool:
        return bool(self.column or self.year or self.one or self.pattern)


def clock_of(options: Options, findings: Findings) -> Clock:
    """What a mapping file says about time (`[time]`; `[columns] year` and `date` too)."""
    section, named = options.map.get("time", {}), options.map.get("columns", {})
    formats = section.get("format", ())
    tz = str(section.get("tz", ""))
    clock = Clock(
        column=str(section.get("column", named.get("date", "")) or ""),
        formats=(formats,) if isinstance(formats, str) else tuple(formats),
        year=str(section.get("year", named.get("year", "")) or ""),
        month_day=str(section.get("month_day", "01-01")),
        one=str(section.get("date", "") or ""),
        pattern=str(section.get("from_filename", "") or ""),
        calendar=str(section.get("calendar", "") or ""),
        tz=options.tz if tz == "city" else tz,
    )
    if not re.fullmatch(r"\d\d-\d\d", clock.month_day):
        mend = 'Write it as month_day = "07-01".'
        raise Refusal(f"{clock.month_day!r} is no day of a year.", findings, where="[time]", mend=mend)
    return clock


def wall_times(
    table: pa.Table, file: str, rows: Any, clock: Clock, findings: Findings
) -> tuple[Times, npt.NDArray[np.bool_]]:
    """Wall time of each row (midnight where only a day is known), and which cells could not be read.

    Raises Refusal where years look Buddhist and nobody said so, or a file's name does not fit the pattern.
    """
    count = table.num_rows
    nothing = np.zeros(count, bool)
    if clock.one:
        return np.full(count, _one(clock.one, findings)), nothing
    if clock.pattern:
        return np.full(count, _from_name(file, clock.pattern, findings)), nothing
    if not clock.columns:
        return np.full(count, _NAT), nothing
    column = clock.column or clock.year
    if column not in table.column_names:
        return np.full(count, _NAT), nothing
    cells = table.column(column).combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = pa.concat_arrays(cells.chunks) if cells.num_chunks else pa.array([], pa.string())
    if not clock.column:
        cells = pc.replace_substring_regex(cells, r"\.0+$", "")
        odd = pc.fill_null(pc.invert(pc.match_substring_regex(cells, r"^\d{4}$")), False)
        cells = pc.if_else(odd, cells, pc.binary_join_element_wise(cells, clock.month_day, "-"))
    if "epi_week" in clock.formats:
        cells = _epi_weeks(cells)
    _buddhist(cells, file, column, clock, findings)
    formats = tuple("iso" if f == "epi_week" else f for f in clock.formats) or ("iso", "iso_week")
    parsed = parse_times(cells, formats, calendar=clock.calendar)
    if parsed.bad.any():
        first = int(np.flatnonzero(parsed.bad)[0])
        mend = 'Give [time] format = "..." for how dates are written.'
        what = "times that could not be read."
        findings.warn(
            "bad-time", what, file=file, row=int(rows[first]), column=column, count=int(parsed.bad.sum()),
            example=cells[first].as_py(), mend=mend,
        )  # fmt: skip
    return parsed.times, parsed.bad


def _epi_weeks(cells: pa.Array) -> pa.Array:
    """'2014-W53' as the Sunday on which that epidemiological week begins; other text as it is.

    Weeks run from Sunday to Saturday; week 1 is that which holds 4 January (CDC, MMWR week fact sheet).
    """
    coded = cells.dictionary_encode()
    return pa.array([_sunday(text) for text in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _sunday(text: str) -> str:
    found = re.fullmatch(r"(\d{4})[-/ ]?[WwEe]?[-/ ]?(\d{1,2})", text.strip())
    if found is None:
        return text

    def first(year: int) -> dt.date:
        fourth = dt.date(year, 1, 4)
        return fourth - dt.timedelta(days=fourth.isoweekday() % 7)

    year, week = int(found[1]), int(found[2])
    if not 1 <= year < 9999:
        return text
    day = first(year) + dt.timedelta(days=7 * (week - 1))
    return day.isoformat() if week >= 1 and day < first(year + 1) else text


def _buddhist(cells: pa.Array, file: str, column: str, clock: Clock, findings: Findings) -> None:
    """Years from 2400 to 2700 are asked about: Buddhist era, or data about the far future?"""
    if clock.calendar:
        return
    late = pc.match_substring_regex(cells, r"(^|\D)2[4-6]\d\d(\D|$)")
    known = len(cells) - cells.null_count
    if known and (pc.sum(late).as_py() or 0) * 2 > known:
        example = cells.filter(pc.fill_null(late, False))[0].as_py()
        mend = 'Say it: [time] calendar = "buddhist" (543 is taken off) or calendar = "gregorian".'
        what = f"are the years of the Buddhist era ({example})?"
        findings.refuse("which-calendar", what, file=file, column=column, mend=mend)
        raise Refusal(what, findings, where=f"{file}, column {column}", mend=mend)


def _one(text: str, findings: Findings) -> np.datetime64:
    try:
        return np.datetime64(dt.datetime.fromisoformat(text).replace(tzinfo=None), "us")
    except ValueError as error:
        mend = "Write it as 2020-12-31."
        raise Refusal(f"{text!r} is no date.", findings, where="mapping file, [time]", mend=mend) from error


def _from_name(file: str, pattern: str, findings: Findings) -> np.datetime64:
    """The moment that a file's name gives. `pattern` is the name with strptime signs, or a part of it."""
    name = file.rpartition("/")[2]
    signs = {"%Y": r"\d{4}", "%j": r"\d{3}", "%%": "%"}
    regex = re.sub(r"(%[A-Za-z%])", lambda m: signs.get(m[1], r"\d{2}"), _escaped(pattern))
    found = re.search(regex, name)
    if found is not None:
        try:
            moment = dt.datetime.strptime(found[0], pattern)  # noqa: DTZ007 (wall time)
            return np.datetime64(moment, "us")
        except ValueError:
            pass
    mend = 'Correct [time] from_filename, e.g. "flood_%Y-%m-%dT%H:%M:%S.geojson".'
    raise Refusal(f"the name gives no time by the pattern {pattern!r}.", findings, where=file, mend=mend)


def _escaped(pattern: str) -> str:
    return "".join(c if c == "%" or c.isalnum() else re.escape(c) for c in pattern)


def moments(wall: Times, clock: Clock, file: str, findings: Findings) -> pa.Array:
    """Wall times as UTC in the clock's zone. Raises Refusal where there are times but no zone."""
    mask = np.isnat(wall)
    if not clock.tz and not mask.all():
        mend = 'Say which zone the times are in: [time] tz = "city", or an IANA name such as "Asia/Yangon".'
        findings.refuse("no-time-zone", "the times have no zone.", file=file, mend=mend)
        raise Refusal("the times have no zone.", findings, where=file, mend=mend)
    placed = to_utc(wall, clock.tz or "UTC")
    return pa.array(placed.utc, pa.timestamp("us"), mask=mask).cast(pa.timestamp("us", tz="UTC"))
