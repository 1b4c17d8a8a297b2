"""The city's own time for recipes: when its offset from UTC holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pyarrow as pa

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    found = at.astimezone(zone).utcoffset()
    return int(found.total_seconds()) if found is not None else 0


def _change_between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second of the new offset, by bisection."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


@cache
def clock(tz: str) -> pa.Table:
    """Periods of one offset: `start_ts` (inclusive), `end_ts` (exclusive), both UTC, and `offset_s` (s).

    Local time = ts + offset_s where start_ts <= ts < end_ts. Covers 1970 to 2069.
    """
    zone = ZoneInfo(tz)
    starts, offsets = [FIRST], [_offset(zone, FIRST)]
    at = FIRST
    while at < LAST:
        after = at + timedelta(days=7)
        if _offset(zone, after) != offsets[-1]:
            change = _change_between(zone, at, after)
            starts.append(change)
            offsets.append(_offset(zone, change))
        at = after
    ends = [*starts[1:], LAST]
    return pa.table(
        {
            "start_ts": pa.array([t.replace(tzinfo=None) for t in starts], pa.timestamp("us")),
            "end_ts": pa.array([t.replace(tzinfo=None) for t in ends], pa.timestamp("us")),
            "offset_s": pa.array(offsets, pa.int64()),
        }
    )
