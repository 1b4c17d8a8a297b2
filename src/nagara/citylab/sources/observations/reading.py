"""Files of observations -> numbers gathered by stream."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.observations.checks import Checks
from nagara.citylab.sources.observations.gather import Gathered, mixed, word_hashes
from nagara.citylab.sources.observations.plan import Clock, Plan, Property
from nagara.citylab.sources.observations.things import Things
from nagara.citylab.sources.observations.timing import Timed, Timing, seconds_of
from nagara.citylab.sources.text import TextTable, read_text, to_float
from nagara.citylab.sources.text.casts import At, flat
from nagara.citylab.sources.text.clean import pieces
from nagara.citylab.sources.text.table import find_column
from nagara.citylab.units import UnknownUnit, converter, normalise

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
MOST_REJECTED = 200_000


class Reader:
    """Reads files by a plan. `streams` numbers (thing, property): thing * properties + property."""

    def __init__(self, plan: Plan, options: Options, findings: Findings) -> None:
        self.plan, self.options, self.findings = plan, options, findings
        self.things = Things(plan.station, options, findings)
        self.values = Gathered()
        self.rows: Gathered | None = Gathered() if _many(plan) else None
        self.files: list[str] = []
        self.checks = Checks(plan.checks, findings)
        self.empty = np.zeros(len(plan.properties), np.int64)
        self.filled = np.zeros(0, np.int64)
        self.taken = 0
        self._ids: set[str] = set()
        self._conversions: dict[tuple[int, str], tuple[float, float] | None] = {}

    def close(self) -> None:
        self.values.close()
        if self.rows is not None:
            self.rows.close()

    def read(self, path: Path) -> None:
        """Gather one file. Raises Refusal where its columns, format or zone must be asked for."""
        assert self.plan.clock is not None
        table = read_text(path, self.findings, map=self.options.map)
        number = len(self.files)
        self.files.append(path.name)
        properties = self._present(table)
        columns = self._columns(table, properties)
        timing = Timing(self.plan.clock, path.name, self.findings)
        for first_row, chunk in table.only(columns, self.findings).chunks:
            for row, rows in self._wanted(chunk, path.name, first_row):
                self._chunk(rows, row, number, timing, properties)

    def _present(self, table: TextTable) -> list[int]:
        """Properties whose column the file has. Raises Refusal where it has none."""
        if self.plan.long or self.plan.wide:
            return list(range(len(self.plan.properties)))
        here: list[int] = []
        absent: list[int] = []
        for i, prop in enumerate(self.plan.properties):
            (here if find_column(str(prop.column), table.columns) else absent).append(i)
        names = [str(self.plan.properties[i].column) for i in absent]
        listed = ", ".join(map(repr, table.columns))
        for name in names:
            self.findings.warn(
                "missing-column",
                f"no column {name!r}; the file has {listed}.",
                file=table.file,
                column=name,
                mend="Correct [property.*] column in the mapping file, or leave the property out.",
            )
        if not here:
            raise Refusal(
                f"none of the columns {', '.join(map(repr, names))}. The file has {listed}.",
                self.findings,
                where=table.file,
                mend="Correct [property.*] column in the mapping file.",
            )
        return here

    def _columns(self, table: TextTable, properties: Sequence[int]) -> list[str]:
        plan = self.plan
        needed = [*_clock_columns(plan.clock), *plan.station.columns, *plan.station.extra]
        if plan.station.fixed is not None:
            needed = _clock_columns(plan.clock)
        if plan.long:
            needed += [plan.long[key] for key in ("property", "value", "unit") if key in plan.long]
        elif plan.wide:
            needed += self._station_columns(table, needed)
        else:
            needed += [str(plan.properties[i].column) for i in properties]
        needed += [c for c in (*plan.where, plan.row_id) if c and find_column(c, table.columns)]
        needed += [c for c in self.checks.columns if find_column(c, table.columns)]
        missing = [c for c in self.checks.columns if not find_column(c, table.columns)]
        if missing:
            self.findings.warn(
                "check-column-missing",
                f"columns that a [check] names are not in the file: {', '.join(missing)}.",
                file=table.file,
                count=len(missing),
            )
        return list(dict.fromkeys(needed))

    def _station_columns(self, table: TextTable, others: Sequence[str]) -> list[str]:
        named = self.plan.wide.get("hours", self.plan.wide.get("columns", "rest"))
        if isinstance(named, (list, tuple)):
            return [str(c) for c in named]
        used = {find_column(c, table.columns) for c in [*others, *self.plan.wide.get("except", [])]}
        rest = [c for c in table.columns if c not in used]
        return [c for c in rest if seconds_of(c) is not None] if "hours" in self.plan.wide else rest

    def _wanted(self, chunk: pa.Table, file: str, first_row: int) -> Any:
        """The rows that `[rows]` asks for, in pieces of consecutive rows."""
        drop = np.zeros(chunk.num_rows, bool)
        for column, allowed in self.plan.where.items():
            if column in chunk.column_names:
                inside = pc.is_in(chunk.column(column), value_set=pa.array(allowed, pa.string()))
                drop |= ~np.asarray(inside.to_numpy(), bool)
        self._count(drop, "rows-left-out", "rows that [rows.where] leaves out", file, first_row)
        if self.plan.row_id and self.plan.row_id in chunk.column_names:
            again = self._again(chunk.column(self.plan.row_id).to_pylist()) & ~drop
            self._count(
                again, "row-again", "rows met before under the same row id; taken once", file, first_row
            )
            drop |= again
        if not drop.any():
            return iter([(first_row, chunk)])
        return pieces(first_row, chunk, drop)

    def _again(self, ids: list[str | None]) -> Mask:
        again = np.zeros(len(ids), bool)
        for i, word in enumerate(ids):
            if word is not None:
                again[i] = word in self._ids
                self._ids.add(word)
        return again

    def _count(self, mask: Mask, rule: str, what: str, file: str, first_row: int, column: str = "") -> None:
        if mask.any():
            row = first_row + int(np.flatnonzero(mask)[0])
            self.findings.note(rule, f"{what}.", file=file, row=row, column=column, count=int(mask.sum()))

    def _chunk(
        self, table: pa.Table, first_row: int, file: int, timing: Timing, properties: Sequence[int]
    ) -> None:
        name = self.files[file]
        timed = timing.read(table, first_row)
        good = self._timed(table, timed, timing, name, first_row)
        self.checks.run(table, timed.wall, name, first_row)
        row = np.arange(first_row, first_row + table.num_rows, dtype=np.int64)
        self.taken += table.num_rows
        if self.plan.wide and "hours" not in self.plan.wide:
            self._wide(table, timed, good, row, file)
            return
        codes = self.things.read(table, name, first_row)
        nameless = codes < 0
        if nameless.any():
            self._reject(table, nameless & good, name, first_row, "no-station", "rows that name no station")
        good &= ~nameless
        if self.plan.wide:
            self._hours(table, timed, codes, good, row, file, timing)
            return
        if self.plan.long:
            self._long(table, timed, codes, good, row, file)
            return
        hashes = np.zeros(table.num_rows, np.uint64)
        for i in properties:
            values, _ = self._values(
                self.plan.properties[i], table, str(self.plan.properties[i].column), name, first_row
            )
            self._keep(codes, np.int64(i), timed, values, good, row, file)
            hashes = mixed(hashes, (values + 0.0).view(np.uint64))
        if self.rows is not None:
            for column in self.checks.columns:
                if column in table.column_names:
                    hashes = mixed(hashes, word_hashes(table.column(column)))
            key = (hashes >> np.uint64(12)).astype(np.float64)  # 52 bits: exact as a float
            self.rows.add(codes[good], timed.ts[good], key[good], row[good], file)

    def _timed(self, table: pa.Table, timed: Timed, timing: Timing, name: str, first_row: int) -> Mask:
        for mask, rule, what in (
            (timed.missing, "no-time", "rows without a time"),
            (timed.bad, "bad-time", f"rows whose time cannot be read as {', '.join(timing.formats or ())}"),
        ):
            self._reject(table, mask, name, first_row, rule, what, column=timing.columns[0])
        return ~timed.missing & ~timed.bad & ~np.isnat(timed.wall)

    def _reject(
        self,
        table: pa.Table,
        mask: Mask,
        file: str,
        first_row: int,
        rule: str,
        what: str,
        column: str = "",
    ) -> None:
        where = np.flatnonzero(mask)
        if not len(where):
            return
        raws = table.take(pa.array(where)).to_pylist()
        self.findings.refuse(
            rule,
            f"{what} were set aside.",
            file=file,
            row=first_row + int(where[0]),
            column=column,
            count=len(where),
            example=_raw(raws[0]),
            mend="Correct the rows and import again.",
        )
        for at, raw in zip(where.tolist(), raws, strict=True):
            if len(self.findings.rejected) > MOST_REJECTED:
                raise Refusal(
                    f"more than {MOST_REJECTED:,} rows had to be set aside.",
                    self.findings,
                    where=file,
                    mend="Most likely the mapping file names a wrong column.",
                )
            self.findings.reject(rule, what, file=file, row=first_row + at, raw=_raw(raw))

    def _values(
        self, prop: Property, table: pa.Table, column: str, file: str, first_row: int, *, convert: bool = True
    ) -> tuple[Floats, Mask]:
        """Values of a column in the property's unit, and the mask of cells that are no number."""
        cells = flat(table.column(column))
        if prop.words:
            values, bad = self._worded(prop, cells, file, first_row, column)
        else:
            values, bad = to_float(
                cells,
                self.findings,
                file=file,
                first_row=first_row,
                column=column,
                decimal=prop.decimal,
                thousands=prop.thousands,
            )
        numbers = np.array(values.to_numpy(zero_copy_only=False), np.float64)
        wrong = np.asarray(bad.to_numpy(zero_copy_only=False), bool)
        for at in np.flatnonzero(wrong).tolist():
            self.findings.reject(
                "not-a-number", f"{column} is not a number", file=file, row=first_row + at,
                raw=_raw(table.slice(at, 1).to_pylist()[0]),
            )  # fmt: skip
        if convert and prop.scale != (1.0, 0.0):
            numbers = numbers * prop.scale[0] + prop.scale[1]
        self._count(
            numbers < 0, "below-zero", "values below zero, taken as they are", file, first_row, column
        )
        return numbers, wrong

    def _worded(self, prop: Property, cells: pa.Array, file: str, first_row: int, column: str) -> Any:
        coded = cells.dictionary_encode()
        numbers = pa.array([prop.words.get(w) for w in coded.dictionary.to_pylist()], pa.float64())
        values = numbers.take(coded.indices)
        bad = pc.and_(pc.is_valid(cells), pc.is_null(values))
        At(self.findings, file, first_row, column).report(
            bad,
            cells,
            "unknown-word",
            f"words that [property.{prop.name}.values] does not name",
            mend="Name them in the mapping file.",
        )
        return values, bad

    def _keep(
        self, codes: Any, prop: Any, timed: Timed, values: Floats, good: Mask, row: Any, file: int
    ) -> None:
        width = len(self.plan.properties)
        streams = codes.astype(np.int64) * width + prop
        everything = bool(good.all())
        picked = streams if everything else streams[good]
        numbers = (values if everything else values[good]) + 0.0
        if not len(picked):
            return
        numbers[np.isnan(numbers)] = np.nan
        filled = np.bincount(picked, weights=~np.isnan(numbers), minlength=len(self.filled)).astype(np.int64)
        if len(filled) > len(self.filled):
            self.filled = np.pad(self.filled, (0, len(filled) - len(self.filled)))
        self.filled += filled
        ts = timed.ts if everything else timed.ts[good]
        self.values.add(picked, ts, numbers, row if everything else row[good], file)

    def _wide(self, table: pa.Table, timed: Timed, good: Mask, row: Any, file: int) -> None:
        index = [p.name for p in self.plan.properties].index(str(self.plan.wide["property"]))
        prop = self.plan.properties[index]
        described = {
            *_clock_columns(self.plan.clock),
            *self.plan.where,
            *self.checks.columns,
            self.plan.row_id,
        }
        for column in table.column_names:
            if column in described:
                continue
            codes = np.full(table.num_rows, self.things.code(column), np.int32)
            values, _ = self._values(prop, table, column, self.files[file], int(row[0]))
            self._keep(codes, np.int64(index), timed, values, good, row, file)

    def _hours(
        self, table: pa.Table, timed: Timed, codes: Any, good: Mask, row: Any, file: int, timing: Timing
    ) -> None:
        """A row a station and day, a column an hour."""
        index = [p.name for p in self.plan.properties].index(str(self.plan.wide["property"]))
        prop = self.plan.properties[index]
        for column in table.column_names:
            seconds = seconds_of(column)
            if seconds is None:
                continue
            wall = timed.wall + np.timedelta64(seconds, "s")
            ts = timing.utc(wall, np.ones(len(wall), bool), int(row[0]))
            values, _ = self._values(prop, table, column, self.files[file], int(row[0]))
            hour = Timed(ts, wall, timed.missing, timed.bad)
            self._keep(codes, np.int64(index), hour, values, good, row, file)

    def _long(self, table: pa.Table, timed: Timed, codes: Any, good: Mask, row: Any, file: int) -> None:
        name, first_row, long = self.files[file], int(row[0]), self.plan.long
        words = {p.column or p.name: i for i, p in enumerate(self.plan.properties)}
        words |= {p.name: i for i, p in enumerate(self.plan.properties) if p.name not in words}
        coded = flat(table.column(long["property"])).dictionary_encode()
        numbers = np.array([words.get(w, -1) for w in coded.dictionary.to_pylist()] or [-1], np.int64)
        indices = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        prop = np.where(indices < 0, -1, numbers[indices])
        unknown = good & (prop < 0)
        what = "rows of a property that the mapping file does not name"
        self._reject(table, unknown, name, first_row, "unknown-property", what, column=long["property"])
        good = good & ~unknown
        plain = Property("value", long["value"], "1", "1")
        values, _ = self._values(plain, table, long["value"], name, first_row, convert=False)
        a, b = self._scales(table, prop, good, name, first_row)
        self._keep(codes, np.where(prop < 0, 0, prop), timed, values * a + b, good & ~np.isnan(a), row, file)

    def _scales(
        self, table: pa.Table, prop: Any, good: Mask, name: str, first_row: int
    ) -> tuple[Floats, Floats]:
        """Conversion of each row: by its own unit where the file has a column of units."""
        column = self.plan.long.get("unit")
        scales = np.array([p.scale for p in self.plan.properties])
        safe = np.where(prop < 0, 0, prop)
        if column is None:
            return scales[safe, 0], scales[safe, 1]
        coded = flat(table.column(column)).dictionary_encode()
        words = [*coded.dictionary.to_pylist(), None]
        indices = pc.fill_null(coded.indices, len(words) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
        pairs, inverse = np.unique(safe * len(words) + indices, return_inverse=True)
        found = [self._conversion(int(pair // len(words)), words[int(pair % len(words))]) for pair in pairs]
        table_ = np.array([pair or (np.nan, np.nan) for pair in found])
        a, b = table_[inverse, 0], table_[inverse, 1]
        self._reject(table, good & np.isnan(a), name, first_row, "unknown-unit",
                     "rows whose unit does not convert to the property's", column=column)  # fmt: skip
        return a, b

    def _conversion(self, index: int, word: str | None) -> tuple[float, float] | None:
        prop = self.plan.properties[index]
        if word is None:
            return prop.scale
        key = (index, word)
        if key not in self._conversions:
            code = normalise(word)
            try:
                gas = prop.name if prop.name in ("no2", "so2", "o3", "co", "no") else None
                self._conversions[key] = converter(code, prop.unit, gas=gas) if code else None
            except UnknownUnit:
                self._conversions[key] = None
        return self._conversions[key]


def _many(plan: Plan) -> bool:
    """Whether one row may give several observations, so that doubled rows are told apart from values."""
    return len(plan.properties) > 1 and not plan.long and not plan.wide


def _clock_columns(clock: Clock | None) -> list[str]:
    return [] if clock is None else [*clock.columns, *([clock.hour] if clock.hour else [])]


def _raw(row: Mapping[str, Any]) -> str:
    return json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False)
