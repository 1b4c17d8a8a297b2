"""Periods in a city's local time: what a brief looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import CityLabError

Span = tuple[datetime, datetime]
INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Period:
    """From `low` to `high` (UTC, both included), and how people write it."""

    low: datetime
    high: datetime
    text: str


@dataclass(frozen=True)
class Periods:
    """No period (everything counts), one, or several."""

    each: tuple[Period, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.each)

    @property
    def text(self) -> str:
        return "; ".join(p.text for p in self.each)

    def inside(self, at: pa.ChunkedArray) -> pa.ChunkedArray:
        """True for each time within a period; null times stay null."""
        at = at.cast(INSTANT)
        masks = [
            pc.and_(pc.greater_equal(at, pa.scalar(p.low)), pc.less_equal(at, pa.scalar(p.high)))
            for p in self.each
        ]
        found = masks[0]
        for mask in masks[1:]:
            found = pc.or_(found, mask)
        return found

    def touching(self, start: pa.ChunkedArray, end: pa.ChunkedArray) -> list[Span | None]:
        """Each span cut to the first period that it touches; None where it touches none."""
        pairs = zip(start.cast(INSTANT).to_pylist(), end.cast(INSTANT).to_pylist(), strict=True)
        return [next((cut for p in self.each if (cut := _cut(low, high, p))), None) for low, high in pairs]


def _cut(low: datetime | None, high: datetime | None, period: Period) -> Span | None:
    if low is None:
        return None
    high = high or period.high
    if high < period.low or low > period.high:
        return None
    return max(low, period.low), min(high, period.high)


def parse_periods(text: str, tz: str) -> Periods:
    """`2020-01-01/2020-01-03` (local days or times; several after commas) as periods.

    A last day counts to its end. Raises CityLabError.
    """
    return Periods(tuple(_parse(part.strip(), ZoneInfo(tz)) for part in text.split(",") if part.strip()))


def _parse(text: str, zone: ZoneInfo) -> Period:
    try:
        first, last = (part.strip() for part in text.split("/"))
        low, high = datetime.fromisoformat(first), datetime.fromisoformat(last)
    except ValueError:
        raise CityLabError(f"{text!r} is not a period.", mend="Write 2020-01-01/2020-01-03.") from None
    whole_day = len(last) <= len("2020-01-03")
    if whole_day:
        high += timedelta(days=1, microseconds=-1)
    low, high = (t if t.tzinfo else t.replace(tzinfo=zone) for t in (low, high))
    if high < low:
        raise CityLabError(f"the period {text!r} ends before it starts.")
    return Period(low.astimezone(UTC), high.astimezone(UTC), words((low, high), clock=not whole_day))


def words(span: Sequence[datetime], *, clock: bool) -> str:
    """A span as people write it: "1 to 3 January 2020"; with `clock`, "1 January 2020, 03:00 to ..."."""
    low, high = span
    if clock:
        return f"{_day(low)}, {low:%H:%M} to {_day(high)}, {high:%H:%M}"
    if (low.year, low.month, low.day) == (high.year, high.month, high.day):
        return _day(low)
    if (low.year, low.month) == (high.year, high.month):
        return f"{low.day} to {_day(high)}"
    if low.year == high.year:
        return f"{low.day} {low:%B} to {_day(high)}"
    return f"{_day(low)} to {_day(high)}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B} {at.year}"
