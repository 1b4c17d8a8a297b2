"""Zone values: any statistic by zone and time, from tables and from maps.

The zone stands in a column (id or name) or is found by the row's own polygon; the time in a column or in the
file's name. See docs/sources/zone_values.md for the mapping file and every rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.asked_for import kept_rows
from nagara.citylab.sources.days import Clock, clock_of, moments, wall_times
from nagara.citylab.sources.geometry import Layer, RawLayer, form_of, read_attributes, read_features
from nagara.citylab.sources.numbers import to_number
from nagara.citylab.sources.text import peek
from nagara.citylab.sources.units_named import Units, naming_of
from nagara.citylab.sources.zone_values.by_place import PlaceMatcher
from nagara.citylab.sources.zone_values.plan import Plan, Property, missing, plan_of, slug
from nagara.citylab.sources.zone_values.settle import settle
from nagara.citylab.sources.zones import files_of

KIND = "zone_values"
TITLE = "Zone values: any statistic by zone and time"
TABLES = ("zone_value",)
OPTIONS = ("read", "columns", "zone", "time", "property", "long", "keep")

_GOOD, _SUSPECT, _MISSING = 1, 3, 9
Rows = npt.NDArray[np.int64]


def sniff(path: Path) -> Sniffed:
    """A table with a column of years and one of values may be a statistic; never sure without a mapping."""
    try:
        seen = peek(path) if not path.is_dir() and form_of(path) == "table" else None
    except (Refusal, OSError):
        return NO
    words = {c.casefold() for c in seen.columns} if seen is not None else set()
    years, values = {"year", "tahun", "epi_week", "ปี"}, {"value", "score", "rate", "nilai", "cases"}
    return Sniffed(0.2, "years and values") if words & years and words & values else NO


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Rows of zone_value. Rows whose zone or time is not known are set aside.

    Raises Refusal where the mapping does not say which zone, which values, which unit, which zone of time.
    """
    reader = _Reader(options, findings)
    files = files_of(paths, findings)
    places = reader.by_place(files) if options.map.get("zone", {}).get("by") == "geometry" else None
    found = list(places if places is not None else reader.by_name(files))
    if not found:
        raise Refusal("no row was found.", findings, where=", ".join(p.name for p in paths))
    yield "zone_value", settle(pa.concat_tables(found), findings)


class _Reader:
    """One import: what the mapping says, and where findings go."""

    def __init__(self, options: Options, findings: Findings) -> None:
        self.options, self.findings = options, findings
        self.plan: Plan = plan_of(options.map, findings)
        self.clock: Clock = clock_of(options, findings)
        self.keep = options.map.get("keep", {})

    def by_name(self, files: Sequence[Path]) -> Iterator[pa.Table]:
        units = Units(naming_of(self.options.map, self.findings), self.options, self.findings)
        scratch = Findings()
        units.learn(
            (raw.file, int(raw.rows[0]), kept_rows(raw, self.keep, scratch).attributes)
            for raw in read_attributes(files, self.options, scratch)
            if len(raw.rows)
        )
        for raw in read_attributes(files, self.options, self.findings):
            layer = kept_rows(raw, self.keep, self.findings)
            if not len(layer.rows):
                continue
            self._check(layer, units.naming.columns)
            zones = units.zone_ids(layer.attributes)
            indices, keys = units.keys_of(layer.attributes)
            lost = np.flatnonzero(pc.is_null(zones).to_numpy(zero_copy_only=False))
            for i in lost.tolist():
                self._no_zone(layer, i, units.reason(keys[indices[i].as_py()]), units.naming.column)
            yield from self._values(
                layer, np.arange(len(layer.rows)), zones, pa.nulls(len(zones), pa.float64())
            )

    def by_place(self, files: Sequence[Path]) -> Iterator[pa.Table]:
        matcher = PlaceMatcher(self.options, self.findings)
        for raw in read_features(files, self.options, self.findings, polygons=False):
            layer = kept_rows(raw, self.keep, self.findings)
            if not len(layer.rows):
                continue
            self._check(layer, ())
            pairs = matcher.find(layer.shapes)
            for i in [i for i, found in enumerate(pairs) if not found]:
                self._no_zone(layer, i, "its polygon covers no zone by half", "geometry")
            several = [i for i, found in enumerate(pairs) if len(found) > 1]
            if several:
                what = "polygons that are about more than one zone: each of these has the value."
                example = ", ".join(zone for zone, _ in pairs[several[0]])
                where = {"file": layer.file, "row": int(layer.rows[several[0]]), "count": len(several)}
                self.findings.note("several-zones", what, example=example, **where)
            at = np.array([i for i, found in enumerate(pairs) for _ in found], dtype=np.int64)
            zones = pa.array([zone for found in pairs for zone, _ in found], pa.string())
            shares = pa.array([share for found in pairs for _, share in found], pa.float64())
            yield from self._values(layer, at, zones, shares)

    def _check(self, layer: RawLayer | Layer, more: Sequence[str]) -> None:
        columns = layer.attributes.column_names
        lost = missing(self.plan, [*more, *self.clock.columns, *self.keep], columns)
        if lost:
            what = f"no column {', '.join(map(repr, lost))}; the file has {', '.join(columns)}."
            self.findings.refuse("missing-column", what, file=layer.file, column=lost[0])
            mend = "Correct the column names in the mapping file."
            raise Refusal(what, self.findings, where=layer.file, mend=mend)

    def _no_zone(self, layer: RawLayer | Layer, i: int, reason: str, column: str) -> None:
        row, raw = int(layer.rows[i]), layer.attributes.slice(i, 1).to_pylist()[0]
        self.findings.reject("no-zone", reason, file=layer.file, row=row, raw=raw)
        what = "rows that match no zone were set aside."
        mend = "Confirm the proposed matches (--accept-matches), or import the zones that are missing."
        self.findings.refuse(
            "no-zone", what, file=layer.file, row=row, column=column, example=reason, mend=mend
        )

    def _values(
        self, layer: RawLayer | Layer, at: Rows, zones: pa.Array, shares: pa.Array
    ) -> Iterator[pa.Table]:
        """Rows of every property; `at` is the layer's row of each of `zones`."""
        table = layer.attributes
        wall, bad = wall_times(table, layer.file, layer.rows, self.clock, self.findings)
        for i in np.flatnonzero(bad).tolist():
            raw = table.slice(i, 1).to_pylist()[0]
            reason = "its time could not be read"
            self.findings.reject("bad-time", reason, file=layer.file, row=int(layer.rows[i]), raw=raw)
        ts = moments(wall, self.clock, layer.file, self.findings)
        place = pa.array(at)
        keep = pa.array(~bad[at] & pc.is_valid(zones).to_numpy(zero_copy_only=False))
        for names, values, texts, units, quality in self._properties(layer):
            yield pa.table(
                {
                    "zone_id": zones,
                    "ts": ts.take(place),
                    "property": names.take(place),
                    "value": values.take(place),
                    "text": texts.take(place),
                    "unit": units.take(place),
                    "quality": quality.take(place),
                    "share": shares,
                    "file": pa.array([layer.file] * len(at), pa.string()),
                    "row": pa.array(layer.rows[at]),
                }
            ).filter(keep)

    def _properties(self, layer: RawLayer | Layer) -> Iterator[tuple[pa.Array, ...]]:
        """(property, value, text, unit, quality) of every row, once for each property of the plan."""
        count = len(layer.rows)
        if not self.plan.key:
            for wide in self.plan.wide:
                names = self._split(layer, pa.array([wide.name] * count, pa.string()))
                values, texts, quality = self._numbers(layer, wide.column, wide.codes)
                yield names, values, texts, pa.array([wide.unit] * count, pa.string()), quality
            return
        words = _flat(layer.attributes.column(self.plan.key)).dictionary_encode()
        known = [self._named(word, layer) for word in words.dictionary.to_pylist()]
        names = pa.array([p.name for p in known], pa.string()).take(words.indices)
        units = pa.array([p.unit for p in known], pa.string()).take(words.indices)
        names = pc.fill_null(names, "value")
        values, texts, quality = self._numbers(layer, self.plan.value, None)
        yield self._split(layer, names), values, texts, units, quality

    def _named(self, word: str, layer: RawLayer | Layer) -> Property:
        """The property that a word in the key column means; asks for its unit where nobody gave one."""
        own = (self.plan.named or {}).get(slug(word))
        if own is not None:
            return own
        if not self.plan.unit:
            what = f"{word!r} has no unit."
            mend = f'Give [property.{slug(word)}] unit = "...", or one for all: [long] unit = "...".'
            self.findings.refuse("no-unit", what, file=layer.file, column=self.plan.key, mend=mend)
            raise Refusal(what, self.findings, where=layer.file, mend=mend)
        return Property(slug(word), self.plan.value, self.plan.unit)

    def _split(self, layer: RawLayer | Layer, names: pa.Array) -> pa.Array:
        """Property names with the words of the `by` columns: smoking:male."""
        for column in self.plan.by:
            words = _flat(layer.attributes.column(column)).dictionary_encode()
            tidy = pa.array([slug(word) for word in words.dictionary.to_pylist()], pa.string())
            names = pc.binary_join_element_wise(
                names, pc.fill_null(tidy.take(words.indices), "not_given"), ":"
            )
        return names

    def _numbers(
        self, layer: RawLayer | Layer, column: str, codes: Any
    ) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Value, text and quality: blank 9, not a number or an unknown code 3, else 1."""
        texts = _flat(layer.attributes.column(column))
        first, findings = int(layer.rows[0]), self.findings
        if codes is None:
            values, _ = to_number(
                layer.attributes.column(column), self.options.map, findings,
                file=layer.file, first_row=first, column=column,
            )  # fmt: skip
        else:
            coded = texts.dictionary_encode()
            meant = pa.array([codes.get(word) for word in coded.dictionary.to_pylist()], pa.float64())
            values = meant.take(coded.indices)
            odd = pc.and_(pc.is_valid(texts), pc.is_null(values))
            if pc.any(odd).as_py():
                i = pc.index(odd, True).as_py()
                findings.warn(
                    "unknown-code",
                    f"codes of {column} that the mapping does not declare: kept as text, without a value.",
                    file=layer.file,
                    row=int(layer.rows[i]),
                    column=column,
                    count=pc.sum(odd).as_py(),
                    example=texts[i].as_py(),
                    mend="Declare the code in [property.*] codes.",
                )
        blank = pc.is_null(texts)
        quality = pc.if_else(blank, _MISSING, pc.if_else(pc.is_null(values), _SUSPECT, _GOOD))
        return values, texts, quality.cast(pa.int8())


def _flat(column: pa.ChunkedArray) -> pa.Array:
    """One array out of a chunked column."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
