"""Time columns of observations -> UTC microseconds, with findings."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.calendars import Mask, Times, add_hours, likely_formats, parse_times, to_utc
from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.observations.plan import Clock
from nagara.citylab.sources.text.casts import flat


@dataclass
class Timed:
    """Times of one chunk: UTC microseconds since 1970, wall times, and what could not be read."""

    ts: npt.NDArray[np.int64]
    wall: Times
    missing: Mask
    bad: Mask


class Timing:
    """Reads the time columns of one file. Asks for the format or the zone where it cannot know."""

    def __init__(self, clock: Clock, file: str, findings: Findings) -> None:
        self.clock, self.file, self.findings = clock, file, findings
        self.formats = clock.formats
        self.checked = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.clock.columns + ((self.clock.hour,) if self.clock.hour else ())

    def read(self, table: pa.Table, first_row: int) -> Timed:
        """Times of a chunk's rows. Raises Refusal where the format or zone must be asked for."""
        parts = [flat(table.column(c)) for c in self.clock.columns]
        text = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, " ")
        if self.formats is None:
            self.formats = self._detected(text)
        parsed = parse_times(text, self.formats, calendar=self.clock.calendar)
        missing = np.asarray(pc.is_null(text).to_numpy(zero_copy_only=False), bool)
        times, bad = parsed.times, parsed.bad
        if not self.checked:
            self._check(text, times, bad, first_row)
        if self.clock.hour:
            hours = flat(table.column(self.clock.hour))
            times, odd = add_hours(times, hours)
            bad = bad | odd
        self._late(times, first_row)
        utc = self.utc(times, ~parsed.is_utc, first_row)
        return Timed(utc, times, missing, bad)

    def utc(self, times: Times, local: Mask, first_row: int) -> npt.NDArray[np.int64]:
        """Microseconds UTC of times, of which those marked are local."""
        naive = local & ~np.isnat(times)
        placed = self._placed(times, naive, first_row) if naive.any() else times
        return placed.astype("int64")

    def _detected(self, text: pa.Array) -> tuple[str, ...]:
        sample = text.drop_null().slice(0, 5000)
        if not len(sample):
            return ("iso",)
        likely = likely_formats(sample, share=0.5)
        if "iso" in likely:
            return ("iso",)
        name = " + ".join(self.clock.columns)
        shown = ", ".join(repr(t) for t in sample.slice(0, 3).to_pylist())
        if len(likely) == 1:
            self.findings.note(
                "time-format", f"times such as {shown} were read as {likely[0]}.", file=self.file, column=name
            )
            return (likely[0],)
        what = f"could be {' or '.join(likely)}" if likely else "are in no known form"
        self.findings.refuse("ask-time-format", f"times such as {shown} {what}.", file=self.file, column=name)
        raise Refusal(
            f"times such as {shown} in column {name!r} {what}.",
            self.findings,
            where=self.file,
            mend=f'Say which in the mapping file: [time] format = "{(likely or ["%d/%m/%Y %H:%M"])[0]}".',
        )

    def _check(self, text: pa.Array, times: Times, bad: Mask, first_row: int) -> None:
        """On the first chunk: refuse a format that reads nothing, or years of another era."""
        filled = len(text) - text.null_count
        if filled and bad.sum() == filled:
            example = text.drop_null()[0].as_py()
            self.findings.refuse(
                "bad-time",
                f"no time could be read as {', '.join(self.formats or ())}.",
                file=self.file,
                row=first_row,
                column=self.clock.columns[0],
                count=filled,
                example=example,
            )
            likely = likely_formats(text.drop_null().slice(0, 5000))
            hint = f" They look like {' or '.join(likely)}." if likely else ""
            raise Refusal(
                f"no time could be read as {', '.join(self.formats or ())}, e.g. {example!r}.{hint}",
                self.findings,
                where=self.file,
                mend="Correct [time] column or format in the mapping file.",
            )
        known = times[~np.isnat(times)]
        if len(known):
            self.checked = True
            year = int(np.median(known.astype("datetime64[Y]").astype(int))) + 1970
            if year > 2400:
                raise Refusal(
                    f"times are in the year {year}: the Buddhist era?",
                    self.findings,
                    where=self.file,
                    mend='Say [time] calendar = "buddhist" in the mapping file.',
                )

    def _late(self, times: Times, first_row: int) -> None:
        with np.errstate(invalid="ignore"):
            odd = (times < np.datetime64("1850-01-01")) | (
                times > np.datetime64("now") + np.timedelta64(400, "D")
            )
        if odd.any():
            at = int(np.flatnonzero(odd)[0])
            self.findings.warn(
                "odd-time",
                "times before 1850 or more than a year ahead.",
                file=self.file,
                row=first_row + at,
                column=self.clock.columns[0],
                count=int(odd.sum()),
                example=str(times[at]),
                mend="Check the time column.",
            )

    def _placed(self, times: Times, naive: Mask, first_row: int) -> Times:
        zone = self.clock.tz
        if zone is None:
            example = str(times[naive][0])[:19]
            self.findings.refuse(
                "ask-time-zone",
                "local times without a zone.",
                file=self.file,
                column=self.clock.columns[0],
                example=example,
            )
            raise Refusal(
                f"times such as {example} do not say in which zone they are.",
                self.findings,
                where=self.file,
                mend='Say it in the mapping file: [time] tz = "city", "UTC", an IANA name or "+06:30".',
            )
        placed = to_utc(np.where(naive, times, np.datetime64("NaT", "us")), zone)
        for mask, rule, what in (
            (
                placed.gap,
                "clock-gap",
                f"local times that never were in {zone} (clocks went forward); moved on",
            ),
            (
                placed.fold,
                "clock-fold",
                f"local times that came twice in {zone} (clocks went back); taken as first",
            ),
        ):
            if mask.any():
                at = int(np.flatnonzero(mask)[0])
                self.findings.warn(
                    rule,
                    f"{what}.",
                    file=self.file,
                    row=first_row + at,
                    column=self.clock.columns[0],
                    count=int(mask.sum()),
                    example=str(times[at])[:19],
                    mend="Give times with their offset, or in UTC.",
                )
        return np.where(naive, placed.utc, times)


_HOUR = re.compile(
    r"(?:h|hr|hour|jam)?[_ ]?(\d{1,2})(?::?(\d{2}))?(?::00)?\s*(am|pm|mn|nn)?h?", re.IGNORECASE
)


def seconds_of(column: str) -> int | None:
    """Seconds past midnight that a column's name says ("7", "H07", "07:00", "7PM", "24"); None where none."""
    found = _HOUR.fullmatch(column.strip())
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half in ("am", "pm", "mn", "nn"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in ("pm", "nn") else 0)
    seconds = hour * 3600 + minute * 60
    return seconds if seconds <= 86_400 and minute < 60 else None
