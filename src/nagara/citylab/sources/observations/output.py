"""Gathered numbers -> canonical observations, datastreams and things, with findings about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.findings import Refusal
from nagara.citylab.sources.observations.gather import MostlyConflicts, Part, Settled, settle
from nagara.citylab.sources.observations.reading import Reader
from nagara.citylab.tables import TABLES

BATCH = 500_000
FAIL, SUSPECT, MISSING, GOOD, NOT_EVALUATED = 4, 3, 9, 1, 2
UTC = pa.timestamp("us", tz="UTC")
Array = npt.NDArray[Any]


class Writer:
    """Turns what a Reader gathered into canonical rows."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.findings, self.plan = reader, reader.findings, reader.plan
        self.width = len(self.plan.properties)
        size = len(reader.things) * self.width
        self.filled = np.pad(reader.filled, (0, size - len(reader.filled)))
        self.count = np.zeros(size, np.int64)
        self.first = np.full(size, np.iinfo("int64").max)
        self.last = np.full(size, np.iinfo("int64").min)
        self.steps: dict[int, Counter[int]] = {}
        self.names = self._names()
        self.circular = np.array([p.circular for p in self.plan.properties] * max(1, len(reader.things)))

    def _names(self) -> list[str]:
        known = self.reader.options.known.get("datastream")
        other: set[str] = set()
        if known is not None and not self.plan.continues:
            rows = known.select(["datastream_id", "source_id"]).to_pylist()
            other = {r["datastream_id"] for r in rows if r["source_id"] != self.reader.options.source_id}
        names, met = [], []
        for thing in self.reader.things.things:
            for prop in self.plan.properties:
                name = f"{thing.thing_id}:{prop.name}"
                if name in other:
                    met.append(name)
                    name = f"{name}@{self.reader.options.source_id}"
                names.append(name)
        if met:
            self.findings.note(
                "datastream-known",
                "datastreams that another source gives as well; they are kept apart by source.",
                count=len(met),
                example=met[0],
                mend="If the files continue them, say [datastream] continues = true.",
            )
        return names

    def rows(self) -> Iterator[tuple[str, pa.Table]]:
        """Observations part by part, then datastreams and things. Consumes what was gathered."""
        if self.reader.rows is not None:
            self._doubled_rows()
        for part in self.reader.values.parts():
            yield from self._observations(part)
        self._describe_steps()
        self._describe_stay()
        self.reader.checks.tell_words()
        never = len(self.filled) - int((self.filled > 0).sum())
        self.findings.note("never-filled", "stations that give no value of a property at all.", count=never)
        yield "thing", self.reader.things.table()
        yield "datastream", self._datastreams()

    def _doubled_rows(self) -> None:
        """Findings about doubled rows, where a row holds several values."""
        assert self.reader.rows is not None
        flat = np.zeros(max(1, len(self.reader.things)), bool)
        for part in self.reader.rows.parts():
            self._report_doubles(self._settled(part, flat, 1), "rows", 1)

    def _settled(self, part: Part, circular: Array, width: int) -> Settled:
        try:
            return settle(part, self.plan.keep, circular)
        except MostlyConflicts as conflict:
            i = conflict.index
            thing = self.reader.things.name_of(int(part.stream[i]) // width)
            raise Refusal(
                f"most rows share station and time with another row of a different value, e.g. {thing} at"
                f" {_time(part.ts[i])} (row {part.row[i]}).",
                self.findings,
                where=self.reader.files[int(part.file[i])],
                mend="Name the column that tells them apart in [thing] id, or correct [time].",
            ) from None

    def _observations(self, part: Part) -> Iterator[tuple[str, pa.Table]]:
        settled = self._settled(part, self.circular, self.width)
        if self.reader.rows is None:
            self._report_doubles(settled, "observations", self.width)
        self._set_aside(settled)
        kept = settled.kept
        live = self.filled[part.stream[kept]] > 0  # streams without any value are left out
        kept, value, suspect = kept[live], settled.value[live], settled.suspect[live]
        stream, ts, file = part.stream[kept], part.ts[kept], part.file[kept]
        quality = self._quality(part, kept, stream, value, suspect)
        names = pa.array(self.names)
        files = pa.array(self.reader.files)
        for start in range(0, len(kept), BATCH):
            cut = slice(start, start + BATCH)
            yield (
                "observation",
                pa.table(
                    {
                        "datastream_id": _words(stream[cut], names),
                        "ts": pa.array(ts[cut]).cast(UTC),
                        "value": pa.array(value[cut], from_pandas=True),
                        "quality": pa.array(quality[cut]),
                        "batch_id": _words(file[cut].astype(np.int32), files),
                    }
                ),
            )
        self._learn(stream, ts, value)  # while the rows are being written

    def _quality(self, part: Part, kept: Array, stream: Array, value: Array, suspect: Array) -> Array:
        prop = stream % self.width
        quality = np.full(len(kept), NOT_EVALUATED, np.int8)
        for i, p in enumerate(self.plan.properties):
            mine = prop == i
            ranged = p.valid != (None, None) or p.suspect != (None, None)
            if ranged:
                quality[mine] = GOOD
            for (low, high), flag, rule, what in (
                (p.suspect, SUSPECT, "suspect-range", "the usual range"),
                (p.valid, FAIL, "out-of-range", "the possible range"),
            ):
                with np.errstate(invalid="ignore"):
                    out = mine & (
                        (value < (-np.inf if low is None else low))
                        | (value > (np.inf if high is None else high))
                    )
                quality[out] = flag
                self._report_range(part, kept, value, out, p.name, rule, f"{what} ({low} to {high} {p.unit})")
        quality[suspect & (quality != FAIL)] = SUSPECT
        quality[np.isnan(value)] = MISSING
        return quality

    def _report_range(
        self, part: Part, kept: Array, value: Array, out: Array, name: str, rule: str, what: str
    ) -> None:
        if not out.any():
            return
        at = int(np.flatnonzero(out)[0])
        index = kept[at]
        self.findings.warn(
            rule,
            f"values outside {what} were flagged, not changed.",
            file=self.reader.files[int(part.file[index])],
            row=int(part.row[index]),
            column=name,
            count=int(out.sum()),
            example=f"{value[at]:g}",
            mend="Check the sensor, or the range in the mapping file.",
        )

    def _report_doubles(self, settled: Settled, what: str, width: int) -> None:
        part = settled.part
        if len(settled.copies):
            i = settled.copies[0]
            self.findings.repair(
                "exact-duplicate",
                f"{what} that repeat another in every value were counted once.",
                file=self.reader.files[int(part.file[i])],
                row=int(part.row[settled.copies].min()),
                count=len(settled.copies),
                example=f"{self.reader.things.name_of(int(part.stream[i]) // width)} at {_time(part.ts[i])}",
            )
        if len(settled.others):
            i = settled.others[0]
            self.findings.warn(
                "conflicting-duplicate",
                f"{what} with the station and time of another but different values were set aside;"
                f" the {self.plan.keep} value was kept and marked suspect.",
                file=self.reader.files[int(part.file[i])],
                row=int(part.row[settled.others].min()),
                count=len(settled.others),
                example=f"{self.reader.things.name_of(int(part.stream[i]) // width)} at {_time(part.ts[i])}",
                mend="Find out which is right, or choose another [duplicates] keep.",
            )
        _, odd_rows, _, same_rows = settled.groups
        self.findings.note(
            "conflicting-group",
            f"{what} that stand in groups of one station and time whose values differ.",
            count=odd_rows,
        )
        self.findings.note(
            "identical-group",
            f"{what} that stand in groups of one station and time and are all alike.",
            count=same_rows,
        )

    def _set_aside(self, settled: Settled) -> None:
        part = settled.part
        for lost, won in zip(settled.others.tolist(), settled.winner.tolist(), strict=True):
            self.findings.reject(
                "conflicting-duplicate",
                f"another value of that station and time was kept ({part.value[won]:g}, row {part.row[won]})",
                file=self.reader.files[int(part.file[lost])],
                row=int(part.row[lost]),
                raw=f"{self.names[int(part.stream[lost])]} at {_time(part.ts[lost])} = {part.value[lost]:g}",
            )

    def _learn(self, stream: Array, ts: Array, value: Array) -> None:
        """Steps between values, first and last value of each stream."""
        real = ~np.isnan(value)
        if not real.all():
            stream, ts = stream[real], ts[real]
        if not len(stream):
            return
        starts = np.flatnonzero(np.append(True, stream[1:] != stream[:-1]))
        ends = np.append(starts[1:], len(stream)) - 1
        which = stream[starts]
        self.count[which] += ends - starts + 1
        self.first[which] = np.minimum(self.first[which], ts[starts])
        self.last[which] = np.maximum(self.last[which], ts[ends])
        # most steps equal the one before: what changes is little
        step = ts[1:] - ts[:-1]
        other = stream[1:] != stream[:-1]
        turn = np.append(True, (step[1:] != step[:-1]) | other[1:] | other[:-1])[: len(step)]
        begins = np.flatnonzero(turn)
        times = np.diff(np.append(begins, len(step)))
        same = ~other[begins]
        seconds = np.minimum(step[begins] // 1_000_000, (1 << 31) - 1)
        of = stream[begins]
        for key, size, n in zip(of[same].tolist(), seconds[same].tolist(), times[same].tolist(), strict=True):
            self.steps.setdefault(key, Counter())[size] += n

    def period(self, stream: int) -> float | None:
        """The most frequent step in seconds; None where there are fewer than two values."""
        steps = self.steps.get(stream)
        if not steps:
            return None
        most = max(steps.values())
        return float(min(step for step, n in steps.items() if n == most))

    def _describe_steps(self) -> None:
        uneven = []
        for stream, steps in self.steps.items():
            usual, total = self.period(stream) or 0.0, sum(steps.values())
            close = sum(n for step, n in steps.items() if abs(step - usual) <= 0.1 * usual)
            if close < 0.9 * total:
                uneven.append((close / total, stream, usual, max(steps)))
        if uneven:
            share, stream, usual, longest = min(uneven)
            self.findings.note(
                "irregular-steps",
                "datastreams in which more than a tenth of the steps differ from the usual one.",
                count=len(uneven),
                example=f"{self.names[stream]}: usually {usual:g} s, {share:.0%} of the steps; longest gap"
                f" {longest / 3600:.1f} h",
            )

    def _describe_stay(self) -> None:
        """Stations that came late or left early: ids drift when instruments are replaced."""
        first = self.first.reshape(-1, self.width).min(axis=1)
        last = self.last.reshape(-1, self.width).max(axis=1)
        used = last >= first
        if used.sum() < 2 or self.plan.station.fixed is not None:
            return
        start, end = first[used].min(), last[used].max()
        slack = max(86_400_000_000, (end - start) // 10)
        moved = np.flatnonzero(used & ((first > start + slack) | (last < end - slack)))
        if len(moved):
            name = self.reader.things.name_of
            shown = ", ".join(
                f"{name(i)} ({_time(first[i])[:10]} to {_time(last[i])[:10]})" for i in moved[:40]
            )
            more = f" and {len(moved) - 40} more" if len(moved) > 40 else ""
            self.findings.note(
                "station-drift",
                f"stations that begin late or end early: {shown}{more}.",
                count=len(moved),
                mend="If a station was renamed, join its ids in [thing.rename].",
            )

    def _datastreams(self) -> pa.Table:
        nature = self.reader.options.map.get("source", {}).get("nature")
        rows = []
        for stream in np.flatnonzero(self.filled > 0).tolist():
            prop = self.plan.properties[stream % self.width]
            rows.append(
                {
                    "datastream_id": self.names[stream],
                    "thing_id": self.reader.things.name_of(stream // self.width),
                    "property": prop.name,
                    "unit": prop.unit,
                    "period_s": self.period(stream),
                    "aggregation": prop.aggregation,
                    "nature": prop.nature or nature,
                    "valid_min": prop.valid[0],
                    "valid_max": prop.valid[1],
                }
            )
        names = [f.name for f in TABLES["datastream"].schema if f.name not in ("source_id", "scenario_id")]
        schema = pa.schema([TABLES["datastream"].schema.field(name) for name in names])
        return pa.Table.from_pylist(rows, schema=schema)


def _words(index: Array, words: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index), words).cast(pa.string())


def _time(ts: Any) -> str:
    return f"{np.datetime64(int(ts), 'us').astype('datetime64[s]')}Z"
