"""Times and lengths as meeting tools write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

MONTHS = {"janfebmaraprmayjunjulaugsepoctnovdec"[n * 3 : n * 3 + 3]: n + 1 for n in range(12)}
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap])?\.?\s?(?:m\b\.?)?", re.IGNORECASE
)
_OFFSET = re.compile(r"(?:(?:GMT|UTC)\s*)?([+-])(\d{1,2}):?(\d{2})?\s*$|(?<![A-Za-z])(Z|GMT|UTC)\s*$")
_NUMBERS = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})")
_WORDS = re.compile(
    r"([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})|(\d{1,2})\s+([A-Za-z]{3})[a-z]*\.?,?\s+(\d{4})"
)


def offset_of(text: str) -> timezone | None:
    """The offset that a text names, such as GMT+09:00, UTC or Z at its end."""
    found = _OFFSET.search(text.strip().rstrip(")"))
    if found is None:
        return None
    if found[4]:
        return UTC
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 14 or minutes > 59:
        return None
    sign = -1 if found[1] == "-" else 1
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def orders_of(text: str) -> set[str]:
    """In which orders the date of a text can be read; all of them where it holds none in figures."""
    found = _NUMBERS.search(text)
    if found is None:
        return {"ymd", "mdy", "dmy"}
    first, second, _ = (int(n) for n in found.groups())
    if len(found[1]) == 4:
        return {"ymd"}
    orders = set()
    if first <= 12 and "." not in found[0]:
        orders.add("mdy")
    if second <= 12:
        orders.add("dmy")
    return orders


def read_time(text: str, order: str, day: date | None) -> datetime | None:
    """A time with its date in `order`, or of `day` where it has none. Aware where it names an offset."""
    rest = text.replace("T", " ", 1) if re.match(r"\d{4}-\d\d-\d\dT", text) else text
    on, after = _date(rest, order)
    if on is None:
        if _NUMBERS.search(rest):
            return None
        on, after = day, rest
    clock = _CLOCK.search(after)
    if on is None or clock is None:
        return None
    at = _clock(clock)
    if at is None:
        return None
    zone = offset_of(after[clock.end() :]) if after[clock.end() :].strip() else None
    return datetime.combine(on, at, tzinfo=zone)


def has_date(text: str) -> bool:
    return bool(_NUMBERS.search(text) or _WORDS.search(text))


def _date(text: str, order: str) -> tuple[date | None, str]:
    words = _WORDS.search(text)
    numbers = _NUMBERS.search(text)
    try:
        if words:
            month = MONTHS.get((words[1] or words[5]).lower(), 0)
            made = date(int(words[3] or words[6]), month, int(words[2] or words[4]))
            return made, text[words.end() :]
        if numbers:
            a, b, c = (int(n) for n in numbers.groups())
            year, month, dom = {"ymd": (a, b, c), "mdy": (c, a, b), "dmy": (c, b, a)}[
                "ymd" if len(numbers[1]) == 4 else order
            ]
            return date(year + 2000 if year < 100 else year, month, dom), text[numbers.end() :]
    except ValueError:
        return None, text
    return None, text


def _clock(found: re.Match[str]) -> time | None:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def read_length(text: str, *, minutes: bool) -> int | None:
    """Seconds of "1h 27m 51s", "1 hr 3 min", "00:47:03", "58 mins"; of a bare number: minutes or seconds."""
    plain = text.strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return int(float(plain) * (60 if minutes else 1))
    clock = re.fullmatch(r"(\d+):(\d{2})(?::(\d{2}))?", plain)
    if clock:
        a, b, c = int(clock[1]), int(clock[2]), clock[3]
        return a * 60 + b if c is None else a * 3600 + b * 60 + int(c)
    parts = re.findall(r"(\d+)\s*(h|m|s)[a-z]*", plain)
    if not parts:
        return None
    return sum(int(n) * {"h": 3600, "m": 60, "s": 1}[unit] for n, unit in parts)
