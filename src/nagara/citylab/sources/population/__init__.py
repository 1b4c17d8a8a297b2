"""Population: people by zone, date and group, from any table; long or wide.

See docs/sources/population.md for the mapping file and every rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.asked_for import kept_rows
from nagara.citylab.sources.days import Clock, clock_of, wall_times
from nagara.citylab.sources.geometry import RawLayer, form_of, read_attributes
from nagara.citylab.sources.numbers import to_number
from nagara.citylab.sources.population.groups import GROUP, age_of, group_of, sex_of
from nagara.citylab.sources.population.totals import people_of, settle, with_totals
from nagara.citylab.sources.text import peek
from nagara.citylab.sources.units_named import Units, naming_of
from nagara.citylab.sources.zones import files_of

KIND = "population"
TITLE = "Population: people by zone, date, sex and age"
TABLES = ("population",)
OPTIONS = ("read", "columns", "zone", "time", "groups", "sex", "keep")

_PEOPLE = re.compile(r"population|penduduk|inhabitants|residents|จำนวนประชากร|ประชากร|dân số", re.IGNORECASE)


def sniff(path: Path) -> Sniffed:
    """A table with a column named for people may be one; the mapping file decides."""
    try:
        seen = peek(path) if not path.is_dir() and form_of(path) == "table" else None
    except (Refusal, OSError):
        return NO
    named = [c for c in seen.columns if _PEOPLE.search(c)] if seen is not None else []
    return Sniffed(0.4, f"column {named[0]!r}") if named else NO


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Population rows; units that match no zone are set aside, with the number of their people.

    Raises Refusal where the mapping does not say which column is the zone and which the number.
    """
    plan = _Plan(options, findings)
    files = files_of(paths, findings)
    units = Units(naming_of(options.map, findings), options, findings)
    scratch = Findings()
    units.learn(
        (layer.file, int(layer.rows[0]), kept_rows(layer, plan.keep, scratch).attributes)
        for layer in read_attributes(files, options, scratch)
        if len(layer.rows)
    )
    found = []
    for layer in read_attributes(files, options, findings):
        plan.check(layer.attributes.column_names, layer.file, units.naming.columns)
        found += list(_rows(kept_rows(layer, plan.keep, findings), plan, units))
    if not found:
        raise Refusal("no row was found.", findings, where=", ".join(p.name for p in paths))
    rows = settle(pa.concat_tables(found), findings)
    rows = _placed(rows, units, findings)
    yield "population", with_totals(rows, findings)


class _Plan:
    """What the mapping file says about numbers, groups and time."""

    def __init__(self, options: Options, findings: Findings) -> None:
        self.findings, self.mapping = findings, options.map
        named = options.map.get("columns", {})
        self.clock: Clock = clock_of(options, findings)
        self.keep: Mapping[str, Any] = options.map.get("keep", {})
        self.sexes: Mapping[str, str] = options.map.get("sex", {})
        self.sex, self.age = str(named.get("sex", "")), str(named.get("age", ""))
        self.group = str(named.get("group", ""))
        self.low, self.high = str(named.get("n_lo", "")), str(named.get("n_hi", ""))
        self.wide: dict[str, str] = {str(g): str(c) for g, c in options.map.get("groups", {}).items()}
        if named.get("n"):
            self.wide = {"": str(named["n"]), **self.wide}
        if not self.wide:
            mend = 'Give [columns] n = "..." or, where groups stand side by side, [groups] total = "...".'
            raise Refusal("which column holds the people?", findings, where="mapping file", mend=mend)
        bad = [g for g in self.wide if g and not GROUP.fullmatch(g)]
        if bad:
            mend = "Write groups as total, f, m, t:0-14, f:25-29 or m:65+."
            raise Refusal(f"{bad[0]!r} is no group.", findings, where="mapping file, [groups]", mend=mend)

    def check(self, columns: Sequence[str], file: str, more: Sequence[str]) -> None:
        """Refuse a file that lacks a column the mapping names."""
        wanted = [*more, *self.wide.values(), *self.clock.columns, self.sex, self.age, self.group]
        wanted += [self.low, self.high, *self.keep]
        missing = [c for c in dict.fromkeys(wanted) if c and c not in columns]
        if missing:
            what = f"no column {', '.join(map(repr, missing))}; the file has {', '.join(columns)}."
            self.findings.refuse("missing-column", what, file=file, column=missing[0])
            mend = "Correct the column names in the mapping file."
            raise Refusal(what, self.findings, where=file, mend=mend)


def _rows(layer: RawLayer, plan: _Plan, units: Units) -> Iterator[pa.Table]:
    """Rows of one layer: key number, date, group, people, with file and row for findings."""
    if not len(layer.rows):
        return
    table, findings, count = layer.attributes, plan.findings, len(layer.rows)
    wall, bad = wall_times(table, layer.file, layer.rows, plan.clock, findings)
    days = pa.array(wall.astype("datetime64[D]"), pa.date32(), mask=np.isnat(wall))
    groups = _groups(layer, plan)
    zones, keys = units.zone_ids(table), units.keys_of(table)
    names = pa.array([k[0] if k else None for k in keys[1]], pa.string()).take(keys[0])
    reasons = pa.array(
        [None if k and units.found[k].zone_id else units.reason(k) for k in keys[1]], pa.string()
    )
    lost = pc.is_null(zones).to_numpy(zero_copy_only=False)
    for i in np.flatnonzero(lost).tolist():
        raw, why = table.slice(i, 1).to_pylist()[0], units.reason(keys[1][keys[0][i].as_py()])
        findings.reject("no-zone", why, file=layer.file, row=int(layer.rows[i]), raw=raw)
    for group, column in plan.wide.items():
        people, broken = _numbers(layer, column, plan)
        of = groups if not group else pa.array([group] * count, pa.string())
        ok = ~bad & ~broken & pc.is_valid(people).to_numpy(zero_copy_only=False)
        ok &= pc.is_valid(of).to_numpy(zero_copy_only=False)
        yield pa.table(
            {
                "zone": zones,
                "name": names,
                "reason": reasons.take(keys[0]),
                "date": days,
                "group_id": of,
                "n": people,
                "n_lo": _numbers(layer, plan.low, plan)[0],
                "n_hi": _numbers(layer, plan.high, plan)[0],
                "file": pa.array([layer.file] * count, pa.string()).dictionary_encode(),
                "row": pa.array(layer.rows),
            }
        ).filter(pa.array(ok))
        _set_aside(layer, bad | broken, column, findings)


def _numbers(layer: RawLayer, column: str, plan: _Plan) -> tuple[pa.Array, np.ndarray[Any, Any]]:
    """People of one column; the mask marks cells that are no number, or negative."""
    count = len(layer.rows)
    if not column:
        return pa.nulls(count, pa.float64()), np.zeros(count, bool)
    first = int(layer.rows[0])
    cells, findings = layer.attributes.column(column), plan.findings
    values, bad = to_number(cells, plan.mapping, findings, file=layer.file, first_row=first, column=column)
    broken = np.array(bad.to_numpy(zero_copy_only=False), bool)
    negative = pc.fill_null(pc.less(values, 0), False).to_numpy(zero_copy_only=False)
    if negative.any():
        row = int(layer.rows[int(np.flatnonzero(negative)[0])])
        what = "negative numbers of people were set aside."
        findings.refuse("negative", what, file=layer.file, row=row, column=column, count=int(negative.sum()))
    empty = int(values.null_count - broken.sum())
    if empty:
        first = int(layer.rows[int(np.flatnonzero(pc.is_null(values).to_numpy(zero_copy_only=False))[0])])
        what = f"cells of {column} are blank: no row is made of them."
        findings.note("blank-number", what, file=layer.file, row=first, column=column, count=empty)
    return values, broken | negative


def _set_aside(layer: RawLayer, which: Any, column: str, findings: Findings) -> None:
    for i in np.flatnonzero(which).tolist():
        raw = layer.attributes.slice(i, 1).to_pylist()[0]
        reason = f"{column} or its time could not be read"
        findings.reject("unreadable", reason, file=layer.file, row=int(layer.rows[i]), raw=raw)


def _groups(layer: RawLayer, plan: _Plan) -> pa.Array:
    """Group of each row from the sex, age or group columns; null (set aside) where it is not understood."""
    columns = [c for c in (plan.group, plan.sex, plan.age) if c]
    if not columns:
        return pa.array(["total"] * len(layer.rows), pa.string())
    cells = [pc.fill_null(layer.attributes.column(c), "") for c in columns]
    together = pc.binary_join_element_wise(*cells, "\x1f").combine_chunks().dictionary_encode()
    found = [
        _group(dict(zip(columns, t.split("\x1f"), strict=True)), plan)
        for t in together.dictionary.to_pylist()
    ]
    groups = pa.array(found, pa.string()).take(together.indices)
    unknown = pc.is_null(groups).to_numpy(zero_copy_only=False)
    if unknown.any():
        first = int(np.flatnonzero(unknown)[0])
        raw = layer.attributes.slice(first, 1).to_pylist()[0]
        plan.findings.refuse(
            "unknown-group",
            "rows whose sex or age is not understood were set aside.",
            file=layer.file,
            row=int(layer.rows[first]),
            column=", ".join(columns),
            count=int(unknown.sum()),
            example=", ".join(str(raw[c]) for c in columns),
            mend='Say what words mean: [sex] "word" = "f" (f, m, x, t).',
        )
        _set_aside(layer, unknown, ", ".join(columns), plan.findings)
    return groups


def _group(cells: Mapping[str, str], plan: _Plan) -> str | None:
    if plan.group and GROUP.fullmatch(cells[plan.group]):
        return cells[plan.group]
    sex = sex_of(cells.get(plan.sex, ""), plan.sexes)
    age = age_of(cells.get(plan.age or plan.group, ""))
    return None if sex is None or age is None else group_of(sex, age)


def _placed(rows: pa.Table, units: Units, findings: Findings) -> pa.Table:
    """Rows with a zone; the others are set aside and their people counted."""
    lost = rows.filter(pc.is_null(rows.column("zone")))
    if lost.num_rows:
        by_unit = people_of(lost)
        people = sum(by_unit.values())
        said = ", ".join(sorted(by_unit)[:40])
        first = lost.slice(0, 1).to_pylist()[0]
        findings.refuse(
            "no-zone",
            f"{len(by_unit)} units with {people:,.0f} people match no zone and were set aside: {said}.",
            file=first["file"],
            row=first["row"],
            column=units.naming.column,
            count=pc.count_distinct(lost.column("row")).as_py(),
            example=first["reason"],
            mend="Confirm the proposed matches (--accept-matches), or import the zones that are missing.",
        )
    silent = units.silent()
    if silent:
        listed = ", ".join(silent[:20])
        what = f"zones of this level without population: {listed}{' ...' if silent[20:] else ''}."
        findings.note("zone-without-people", what, count=len(silent))
    return rows.filter(pc.is_valid(rows.column("zone")))
