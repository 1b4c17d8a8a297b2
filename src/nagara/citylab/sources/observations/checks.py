"""Checks that a mapping file declares about derived columns: is the category right, is max the maximum?

They change nothing: each says how many rows contradict themselves, with the first row and an example.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text import to_float
from nagara.citylab.sources.text.casts import flat

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
MOST_WORDS = 50
_EXPRESSION = re.compile(r"\s*(max|min|sum|mean)\s+of\s+(.+)", re.IGNORECASE)


class Checks:
    """The `[check.*]` sections of a mapping file, run over chunks of text."""

    def __init__(self, specs: Mapping[str, Mapping[str, Any]], findings: Findings) -> None:
        self.specs, self.findings = specs, findings
        self.allowed: dict[str, set[str]] = {}
        self.words: dict[tuple[str, str], Counter[str]] = {}
        for name, spec in specs.items():
            if "column" not in spec:
                raise Refusal(
                    f"[check.{name}] names no column.",
                    findings,
                    where="mapping file",
                    mend='Say column = "...".',
                )
            if not {"equals", "argmax", "bands", "allowed", "time_format"} & set(spec):
                raise Refusal(
                    f"[check.{name}] says nothing to check.",
                    findings,
                    where="mapping file",
                    mend="Give equals, argmax, bands, allowed or time_format.",
                )
            if "allowed" in spec:
                self.allowed[str(spec["column"])] = {str(v) for v in spec["allowed"]}

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the checks read."""
        names: list[str] = []
        for spec in self.specs.values():
            names.append(str(spec["column"]))
            for text in (spec.get("equals"), spec.get("of")):
                names.extend(_columns_of(str(text)) if text else [])
            names.extend(str(c) for c in spec.get("argmax", []))
        return tuple(dict.fromkeys(names))

    def run(self, table: pa.Table, wall: npt.NDArray[np.datetime64], file: str, first_row: int) -> None:
        """Check one chunk; `wall` are the local times of its rows."""
        for name, spec in self.specs.items():
            if str(spec["column"]) not in table.column_names:
                continue
            where = _Where(self.findings, name, spec, table, file, first_row)
            if "allowed" in spec:
                self._allowed(where)
            if "equals" in spec:
                _equals(where, str(spec["equals"]))
            if "argmax" in spec:
                _argmax(where, [str(c) for c in spec["argmax"]])
            if "bands" in spec:
                _bands(where)
            if "time_format" in spec:
                _time_format(where, wall)

    def tell_words(self) -> None:
        """A note for each column that `allowed` speaks of: every word in it and how often, most first."""
        for (file, column), counts in self.words.items():
            shown = "; ".join(f"{word} {n}" for word, n in counts.most_common(MOST_WORDS))
            more = "; ..." if len(counts) > MOST_WORDS else ""
            said = f"the words that stand in the column, and how often: {shown}{more}."
            self.findings.note("words", said, file=file, column=column, count=len(counts))

    def _count(self, where: _Where) -> None:
        counts = self.words.setdefault((where.file, where.column), Counter())
        for row in flat(where.text()).value_counts().to_pylist():
            if row["values"] is not None:
                counts[row["values"]] += row["counts"]

    def _allowed(self, where: _Where) -> None:
        self._count(where)
        text = where.text()
        allowed = self.allowed[where.column]
        odd = _true(pc.invert(pc.is_in(text, value_set=pa.array(sorted(allowed))))) & _true(pc.is_valid(text))
        for other, values in self.allowed.items():
            if other == where.column:
                continue
            moved = odd & _true(pc.is_in(text, value_set=pa.array(sorted(values - allowed), pa.string())))
            where.report(
                moved,
                f"values that belong in column {other!r}: the row's cells are shifted",
                rule="shifted-columns",
            )
            odd &= ~moved
        where.report(odd, "values that are not among those allowed", rule=f"check-{where.name}-allowed")


class _Where:
    """One check on one chunk."""

    def __init__(
        self,
        findings: Findings,
        name: str,
        spec: Mapping[str, Any],
        table: pa.Table,
        file: str,
        first_row: int,
    ) -> None:
        self.findings, self.name, self.spec, self.table = findings, name, spec, table
        self.file, self.first_row = file, first_row
        self.column = str(spec["column"])

    def text(self) -> pa.ChunkedArray:
        return self.table.column(self.column)

    def numbers(self, column: str) -> Numbers:
        if column not in self.table.column_names:
            return np.full(self.table.num_rows, np.nan)
        scratch = Findings()
        values, _ = to_float(self.table.column(column), scratch, file=self.file, first_row=0)
        return np.asarray(values.to_numpy(zero_copy_only=False), float)

    def report(self, bad: Mask, what: str, *, rule: str = "", expected: Sequence[Any] | None = None) -> None:
        count = int(bad.sum())
        if not count:
            return
        at = int(np.flatnonzero(bad)[0])
        example = f"{self.text()[at].as_py()!r}"
        if expected is not None:
            example += f" where {expected[at]} follows"
        self.findings.warn(
            rule or f"check-{self.name}",
            f"{what}.",
            file=self.file,
            row=self.first_row + at,
            column=self.column,
            count=count,
            example=example,
            mend=str(self.spec.get("mend", "Correct the column, or compute it anew from the others.")),
        )


def _true(mask: Any) -> Mask:
    return np.asarray(flat(pc.fill_null(mask, False)).to_numpy(zero_copy_only=False), bool)


def _columns_of(expression: str) -> list[str]:
    found = _EXPRESSION.fullmatch(expression)
    return [c.strip() for c in (found[2] if found else expression).split(",")]


def _computed(where: _Where, expression: str) -> Numbers:
    """`max of a, b` (min, sum, mean) or a column; empty cells are left out, NaN where all are empty."""
    found = _EXPRESSION.fullmatch(expression)
    stack = np.vstack([where.numbers(column) for column in _columns_of(expression)])
    empty = np.isnan(stack).all(axis=0)
    filled = np.where(empty, 0.0, stack)
    function: dict[str, Any] = {"max": np.nanmax, "min": np.nanmin, "sum": np.nansum, "mean": np.nanmean}
    result = function[found[1].lower() if found else "max"](filled, axis=0)
    return np.asarray(np.where(empty, np.nan, result), float)


def _equals(where: _Where, expression: str) -> None:
    expected, given = _computed(where, expression), where.numbers(where.column)
    tolerance = float(where.spec.get("tolerance", 1e-9))
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(given - expected) <= tolerance) & ~np.isnan(expected)
    where.report(wrong, f"values that are not the {expression}", expected=expected.tolist())


def _argmax(where: _Where, columns: list[str]) -> None:
    stack = np.vstack([where.numbers(column) for column in columns])
    known: Mask = np.asarray(~np.isnan(stack).all(axis=0), bool)
    top = np.where(known, np.nanmax(np.where(np.isnan(stack), -np.inf, stack), axis=0), np.nan)
    names = {str(k): str(v) for k, v in where.spec.get("names", {}).items()} or {c: c for c in columns}
    text = where.text()
    right: Any = np.zeros(len(known), bool)
    for word, column in names.items():
        if column in columns:
            right |= _true(pc.equal(text, word)) & (stack[columns.index(column)] == top)
    filled = np.where(np.isnan(stack), -np.inf, stack)
    leaders = [columns[i] for i in filled.argmax(axis=0)]
    where.report(known & ~right, "values that do not name the largest column", expected=leaders)
    ties: Mask = known & np.asarray((filled == top).sum(axis=0) > 1)
    if ties.any():
        where.findings.note(
            f"check-{where.name}-ties",
            "rows in which several columns share the largest value.",
            file=where.file,
            row=where.first_row + int(np.flatnonzero(ties)[0]),
            column=where.column,
            count=int(ties.sum()),
        )


def _bands(where: _Where) -> None:
    value = _computed(where, str(where.spec.get("of", where.column)))
    expected = np.full(len(value), "", object)
    for word, (low, high) in where.spec["bands"].items():
        with np.errstate(invalid="ignore"):
            inside = (value >= float(low)) & (value <= float(high)) & (expected == "")
        expected[inside] = word
    given = np.array(where.text().to_pylist(), object)
    wrong = ~np.isnan(value) & (given != expected)
    where.report(
        np.asarray(wrong, bool), "categories that do not follow from the value", expected=list(expected)
    )


def _time_format(where: _Where, wall: npt.NDArray[np.datetime64]) -> None:
    times = pa.array(wall.astype("datetime64[s]"))
    expected = pc.strftime(times, format=str(where.spec["time_format"]))
    text = pc.replace_substring_regex(flat(where.text()), r"\.0$", "")
    wrong = ~_true(pc.equal(text, expected)) & ~np.isnat(wall)
    where.report(wrong, "values that do not agree with the time", expected=expected)
