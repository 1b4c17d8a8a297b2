"""Times as files write them -> UTC, a column at a time.

Two steps: `parse_times` reads text into wall time (or UTC, where the text carries its offset), `to_utc`
places wall time in a zone and tells of hours that do not exist (gaps, when clocks go forward) and hours that
come twice (folds, when clocks go back). Times are numpy datetime64[us]; NaT where empty or unreadable.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import CityLabError

Times = npt.NDArray[np.datetime64]
Mask = npt.NDArray[np.bool_]
US = np.timedelta64(1, "us")
DAY_US = 86_400_000_000
NAT = np.datetime64("NaT", "us")
UTC_TYPE = pa.timestamp("us", tz="UTC")


class UnknownZone(CityLabError):
    """A text that names no zone of time."""


@lru_cache(maxsize=256)
def zone_of(text: str) -> dt.tzinfo:
    """The zone named by an IANA id or an offset ("+06:30", "UTC+7", "UTC").

    Raises UnknownZone.
    """
    found = re.fullmatch(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", text.strip())
    if found:
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes <= 14 * 60:
            return dt.timezone(dt.timedelta(minutes=minutes if found[1] == "+" else -minutes))
    try:
        return ZoneInfo(text.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(
            f"{text!r} is no zone of time.",
            mend="Give an IANA name (Area/Place) or an offset such as +06:30.",
        ) from error


@dataclass(frozen=True)
class Placed:
    """Times in UTC; `gap` marks wall times that never were, `fold` those that came twice."""

    utc: Times
    gap: Mask
    fold: Mask


def to_utc(wall: Times, zone: str) -> Placed:
    """Wall times of `zone` as UTC.

    A time in a gap is moved on by the length of the gap (as a clock that was not set would show it); a time
    in a fold is taken as the first of the two (PEP 495, fold=0). Both are marked, for findings.
    """
    none = np.zeros(len(wall), bool)
    known = ~np.isnat(wall)
    if not known.any():
        return Placed(wall.astype("datetime64[us]"), none, none)
    first, last = wall[known].min(), wall[known].max()
    changes = _changes(zone, _day(first), _day(last))
    offset, after = changes[0][1], changes[1:]
    utc = wall - offset * US
    gap, fold = none.copy(), none.copy()
    before = offset
    for at, new in after:
        moment = np.datetime64(at, "us")
        # the wall clock stands at moment + before; the new offset holds from the later of the two readings on
        starts = moment + max(before, new) * US
        utc = np.where(wall >= starts, wall - new * US, utc)
        if new > before:
            gap |= (wall >= moment + before * US) & (wall < moment + new * US)
        else:
            fold |= (wall >= moment + new * US) & (wall < moment + before * US)
        before = new
    return Placed(utc, gap, fold)


def _day(moment: np.datetime64) -> int:
    return int(moment.astype("datetime64[D]").astype(int))


@lru_cache(maxsize=1024)
def _changes(zone: str, first_day: int, last_day: int) -> tuple[tuple[int, int], ...]:
    """((start, offset), (moment, new offset), ...) in microseconds, over days counted from 1970."""
    tz = zone_of(zone)
    start, end = (first_day - 2) * 86400, (last_day + 3) * 86400

    def offset(second: int) -> int:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
        try:
            gap = moment.astimezone(tz).utcoffset() or dt.timedelta()
        except (OverflowError, ValueError):
            gap = dt.timedelta()
        return int(gap.total_seconds()) * 1_000_000

    lowest = -62_135_000_000  # year 1
    highest = 253_402_000_000  # year 9999
    start, end = max(start, lowest), min(end, highest)
    found = [(start * 1_000_000, offset(start))]
    step = 10 * 86400 if end - start < 200 * 366 * 86400 else 400 * 86400
    low = start
    while low < end:
        high = min(low + step, end)
        if offset(high) != offset(low):
            found.extend(_bisected(offset, low, high))
        low = high
    return tuple(found)


def _bisected(offset: Callable[[int], int], low: int, high: int) -> list[tuple[int, int]]:
    old, new = offset(low), offset(high)
    while high - low > 1:
        middle = (low + high) // 2
        if offset(middle) == old:
            low = middle
        else:
            high = middle
    first = (high * 1_000_000, offset(high))
    return [first] if first[1] == new else [first, (high * 1_000_000 + 1, new)]


@dataclass(frozen=True)
class Parsed:
    """Times read from text: `is_utc` marks those that carried their offset, `bad` those not readable."""

    times: Times
    is_utc: Mask
    bad: Mask


_OFFSET = r"(Z|z|[+-]\d{2}(:?\d{2})?)$"


def parse_times(cells: pa.Array, formats: Sequence[str] = ("iso",), *, calendar: str = "") -> Parsed:
    """Read a column of text. Each cell is read by the first of `formats` that fits.

    Formats: "iso" (2020-01-31, 2020-01-31 09:10, 2020-01-31T09:10:30.5+07:00), any strptime format
    ("%d/%m/%Y %H:%M"), "unix" and "unix_ms" (since 1970, UTC), "excel" (days since 1899-12-30),
    "iso_week" (2012-W05, its Monday). `calendar` "buddhist" takes 543 from the year. 24:00 is the next
    midnight. Days that do not exist are bad, never rolled over.
    """
    count = len(cells)
    times = np.full(count, NAT)
    is_utc = np.zeros(count, bool)
    empty = pc.is_null(cells).to_numpy(zero_copy_only=False)
    if calendar == "buddhist":
        cells = pc.replace_substring_regex(cells, r"(2[45]\d\d)", r"<\1>")
        cells = _each(cells, lambda text: re.sub(r"<(\d{4})>", lambda m: str(int(m[1]) - 543), text))
    for form in formats:
        left = np.isnat(times) & ~empty
        if not left.any():
            break
        part = cells if left.all() else cells.filter(pa.array(left))
        got, utc = _reader(form)(part)
        times[left], is_utc[left] = got, utc
    return Parsed(times, is_utc, np.isnat(times) & ~empty)


def _each(cells: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Every distinct text changed once."""
    coded = cells.dictionary_encode()
    words = pa.array([change(word) for word in coded.dictionary.to_pylist()], pa.string())
    return words.take(coded.indices)


Read = tuple[Times, Any]


def _reader(form: str) -> Callable[[pa.Array], Read]:
    named: dict[str, Callable[[pa.Array], Read]] = {
        "iso": _iso,
        "unix": lambda cells: (_number(cells, 1_000_000, 0), True),
        "unix_ms": lambda cells: (_number(cells, 1_000, 0), True),
        "excel": lambda cells: (_number(cells, DAY_US, -25_569 * DAY_US), False),
        "iso_week": lambda cells: (_numpy(_each_time(cells, _week)), False),
    }
    return named.get(form) or (lambda cells: _strptime(cells, form))


def _numpy(times: pa.Array) -> Times:
    return np.asarray(times.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False), "datetime64[us]")


def _iso(cells: pa.Array) -> Read:
    try:
        return _numpy(cells.cast(pa.timestamp("us"))), False
    except pa.ArrowInvalid:
        pass
    try:
        return _numpy(_bare(cells.cast(UTC_TYPE))), True
    except pa.ArrowInvalid:
        return _iso_mixed(cells)


def _bare(times: pa.Array) -> pa.Array:
    return times.cast(pa.int64()).cast(pa.timestamp("us"))


def _iso_mixed(cells: pa.Array) -> Read:
    """Cell by cell kinds: with offset, without, at 24:00, with one-digit months, and what is no time."""
    text = pc.replace_substring_regex(pc.replace_substring(cells, "/", "-"), r"\s*(UTC|GMT)$", "Z")
    text = pc.replace_substring_regex(text, r"\s+([+-]\d{2}:?\d{2})$", r"\1")
    text = pc.replace_substring_regex(text, r"^(\d{4})-(\d)-", r"\1-0\2-")
    text = pc.replace_substring_regex(text, r"^(\d{4}-\d{2})-(\d)([T ]|$)", r"\1-0\2\3")
    text = pc.replace_substring_regex(text, r"([T ])(\d:)", r"\10\2")
    text = pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1")
    late = _true(pc.match_substring_regex(text, r"[T ]24:00(:00(\.0+)?)?"))
    text = pc.replace_substring(text, " 24:00", " 00:00")
    text = pc.replace_substring(text, "T24:00", "T00:00")
    clock = r"[T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?"
    zoned = _true(pc.match_substring_regex(text, rf"^\d{{4}}-\d{{2}}-\d{{2}}{clock}{_OFFSET}"))
    naive = _true(pc.match_substring_regex(text, rf"^\d{{4}}-\d{{2}}-\d{{2}}({clock})?$"))
    times = np.full(len(text), NAT)
    for mask, kind in ((naive, pa.timestamp("us")), (zoned & ~naive, UTC_TYPE)):
        if mask.any():
            times[mask] = _cast_each(text.filter(pa.array(mask)), kind)
    times[late] += DAY_US * US
    return times, zoned


def _true(mask: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), bool)


def _cast_each(text: pa.Array, kind: pa.DataType) -> Times:
    try:
        return _numpy(_bare(text.cast(kind)))
    except pa.ArrowInvalid:

        def one(cell: str) -> Times | None:
            try:
                return _numpy(_bare(pa.array([cell]).cast(kind)))[0]
            except pa.ArrowInvalid:
                return None

        return np.array([one(cell) or NAT for cell in text.to_pylist()], "datetime64[us]")


def _number(cells: pa.Array, scale: int, shift: int) -> Times:
    looks = _true(pc.match_substring_regex(cells, r"^-?\d{1,13}(\.\d+)?$"))
    values = pc.if_else(pa.array(looks), cells, pa.scalar(None, pa.string())).cast(pa.float64())
    number = values.to_numpy(zero_copy_only=False)
    sane = np.isfinite(number) & (np.abs(number * scale + shift) < 2.5e17)
    times = np.full(len(cells), NAT)
    times[sane] = np.round(number[sane] * scale + shift).astype("int64").astype("datetime64[us]")
    return times


def _each_time(cells: pa.Array, read: Callable[[str], dt.datetime | None]) -> pa.Array:
    coded = cells.dictionary_encode()
    return pa.array([read(word) for word in coded.dictionary.to_pylist()], pa.timestamp("us")).take(
        coded.indices
    )


def _week(text: str) -> dt.datetime | None:
    found = re.fullmatch(r"(\d{4})[-/ ]?[Ww]?(\d{1,2})", text.strip())
    try:
        return dt.datetime.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


_MONTHS: dict[str, int] = {
    word.strip(): number
    for number, words in {
        1: "januari, janeiro, มกราคม, ม.ค.",
        2: "februari, pebruari, fevereiro, กุมภาพันธ์, ก.พ.",
        3: "maret, mac, março, มีนาคม, มี.ค.",
        4: "abril, เมษายน, เม.ย.",
        5: "mei, maio, พฤษภาคม, พ.ค.",
        6: "juni, junho, มิถุนายน, มิ.ย.",
        7: "juli, julai, julho, กรกฎาคม, ก.ค.",
        8: "agustus, ogos, agosto, agu, ags, agt, สิงหาคม, ส.ค.",
        9: "setembro, กันยายน, ก.ย.",
        10: "oktober, outubro, okt, ตุลาคม, ต.ค.",
        11: "nopember, novembro, nop, พฤศจิกายน, พ.ย.",
        12: "desember, disember, dezembro, des, dis, ธันวาคม, ธ.ค.",
    }.items()
    for word in words.split(",")
}
"""Months in Indonesian, Malay, Portuguese (Timor-Leste) and Thai, where they differ from English."""
_ENGLISH = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTH_WORD = re.compile(
    r"(?<!\w)(" + "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE
)


def _in_english(text: str) -> str:
    return _MONTH_WORD.sub(lambda m: _ENGLISH[_MONTHS[m[0].lower()] - 1], text)


def _strptime(cells: pa.Array, form: str) -> Read:
    if "%b" in form or "%B" in form:
        cells = _each(cells, _in_english)
    extra = np.zeros(len(cells), "timedelta64[us]")
    if form.endswith(".%f"):
        found = pc.struct_field(pc.extract_regex(cells, r"\.(?P<f>\d{1,6})$"), "f")
        digits = pc.utf8_rpad(pc.fill_null(found, "0"), 6, "0").cast(pa.int64())
        extra = digits.to_numpy(zero_copy_only=False).astype("timedelta64[us]")
        cells, form = pc.replace_substring_regex(cells, r"\.\d+$", ""), form.removesuffix(".%f")
    if "%H" in form:
        late = _true(pc.match_substring_regex(cells, r"\b24:?00(:?00)?$"))
        if late.any():
            cells = pc.replace_substring_regex(cells, r"\b24(:?00(:?00)?)$", r"00\1")
            extra[late] += DAY_US * US
    try:
        got = pc.strptime(cells, format=form, unit="us", error_is_null=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return np.full(len(cells), NAT), False
    zoned = got.type.tz is not None
    times = _numpy(_bare(got))
    return _without_rolled(cells, times, form) + extra, zoned


def _without_rolled(cells: pa.Array, times: Times, form: str) -> Times:
    """Arrow reads 31 April as 1 May. Days that such a roll can give are read again, strictly."""
    if "%d" not in form:
        return times
    month = times.astype("datetime64[M]")
    day = (times.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int) + 1
    number = month.astype(int) % 12 + 1
    known = ~np.isnat(times)
    odd = known & (((number == 3) & (day <= 3)) | ((day == 1) & np.isin(number, (5, 7, 10, 12))))
    if not odd.any():
        return times
    strict = _each_time(cells.filter(pa.array(odd)), lambda text: _strictly(text, form))
    missing = pc.is_null(strict).to_numpy(zero_copy_only=False)
    times = times.copy()
    times[np.flatnonzero(odd)[missing]] = NAT
    return times


def _strictly(text: str, form: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, form).replace(tzinfo=None)  # noqa: DTZ007 (wall time)
    except ValueError:
        return None


def add_hours(days: Times, cells: pa.Array) -> tuple[Times, Mask]:
    """Days with an hour of its own column ("0".."24", "9:30", "0930"); the mask marks hours not readable."""
    text = pc.utf8_trim_whitespace(cells)
    parts = pc.extract_regex(text, r"^(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?(?::?(?P<s>\d{2}))?(?:\.0+)?$")
    numbers = []
    for name in "hms":
        part = pc.struct_field(parts, name)
        part = pc.if_else(pc.equal(part, ""), "0", part)
        numbers.append(part.cast(pa.float64()).to_numpy(zero_copy_only=False))
    hour, minute, second = numbers
    with np.errstate(invalid="ignore"):
        total = hour * 3600 + minute * 60 + second
        sane = (total <= 86_400) & (minute < 60) & (second < 60)
    bad = ~sane & ~np.isnat(days)
    seconds = np.where(sane, total, 0).astype("int64").astype("timedelta64[s]")
    return np.where(bad, NAT, days + seconds), bad


_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%d/%m/%y", "%m/%d/%y", "%Y%m%d")
_WORDY = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y")
CANDIDATES = (
    "iso",
    *(
        day + clock
        for day in (*_DAYS, *_WORDY)
        for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M:%S %p", " %I:%M %p")
    ),
    *("%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y-%m", "%Y%m", "%a %b %d %H:%M:%S %z %Y", "iso_week"),
)


def likely_formats(cells: pa.Array, share: float = 0.9) -> list[str]:
    """Formats that read at least `share` of the filled cells: more than one where day and month may swap."""
    cells = pc.unique(cells.drop_null()).slice(0, 500)
    if not len(cells):
        return []
    found = []
    for form in CANDIDATES:
        times = parse_times(cells, (form,)).times
        years = times.astype("datetime64[Y]").astype(int) + 1970
        if (~np.isnat(times) & (years >= 1850) & (years <= 2620)).mean() >= share:
            found.append(form)
            if form == "iso":
                break  # year, month, day: nothing else reads it otherwise
    return found
