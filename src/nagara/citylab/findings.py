"""What was found in a file: the clinic's words.

A **Finding** says what is wrong, where (file, row, column), how often, and how to mend it. A reader
never guesses: it repairs with a finding, sets a row aside with a finding, or refuses with a finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import pyarrow as pa

from nagara.citylab.errors import CityLabError
from nagara.citylab.tables import TABLES

__all__ = ["CityLabError", "Finding", "Findings", "Refusal", "RejectedRow", "Severity"]


class Severity(StrEnum):
    """How much a finding weighs, heaviest first."""

    REFUSE = "refuse"  # this file, table or row was not taken
    REPAIR = "repair"  # taken after a change that is described
    WARN = "warn"  # taken as it is; a person should look
    NOTE = "note"  # good to know


ORDER = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One data-quality result.

    `row` is the first row concerned as a spreadsheet numbers it (the header line is row 1), None where
    the finding is about the whole file. `count` is the number of rows, cells or objects concerned.
    """

    severity: Severity
    rule: str
    message: str
    file: str = ""
    row: int | None = None
    column: str = ""
    count: int = 1
    example: str = ""
    mend: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"severity": str(self.severity)}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was set aside: kept with its reason so that it can be mended and replayed."""

    rule: str
    reason: str
    file: str
    row: int | None
    raw: str


class Findings:
    """Collects findings and rejected rows of one import.

    Findings of the same rule, file, column and severity are merged: counts add up, the first row and
    example stay. Rejected rows are all kept.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, str], Finding] = {}
        self.rejected: list[RejectedRow] = []
        self.proposals: list[Any] = []  # names that a person may confirm: zones.names.Proposal

    def add(
        self,
        severity: Severity,
        rule: str,
        message: str,
        *,
        file: str = "",
        row: int | None = None,
        column: str = "",
        count: int = 1,
        example: object = "",
        mend: str = "",
    ) -> None:
        if count <= 0:
            return
        key = (str(severity), rule, file, column)
        old = self._found.get(key)
        if old is None:
            text = str(example)[:200]
            self._found[key] = Finding(severity, rule, message, file, row, column, count, text, mend)
        else:
            rows = [r for r in (old.row, row) if r is not None]
            self._found[key] = replace(
                old, count=old.count + count, row=min(rows) if rows else None, message=message
            )

    def refuse(self, rule: str, message: str, **where: Any) -> None:
        self.add(Severity.REFUSE, rule, message, **where)

    def repair(self, rule: str, message: str, **where: Any) -> None:
        self.add(Severity.REPAIR, rule, message, **where)

    def warn(self, rule: str, message: str, **where: Any) -> None:
        self.add(Severity.WARN, rule, message, **where)

    def note(self, rule: str, message: str, **where: Any) -> None:
        self.add(Severity.NOTE, rule, message, **where)

    def reject(self, rule: str, reason: str, *, file: str, row: int | None, raw: object) -> None:
        """Set one row aside; a record is kept as a JSON object, without its empty cells.

        Call `refuse` or `warn` as well, once, to say so in the report.
        """
        if isinstance(raw, Mapping):
            raw = json.dumps({k: v for k, v in raw.items() if v is not None}, ensure_ascii=False, default=str)
        self.rejected.append(RejectedRow(rule, reason, file, row, str(raw)[:10_000]))

    def soften(self, prefix: str, severity: Severity) -> None:
        """Give the refusals whose rule starts with `prefix` another severity: a person answered for them."""
        chosen = [
            f for f in self._found.values() if f.rule.startswith(prefix) and f.severity == Severity.REFUSE
        ]
        for f in chosen:
            del self._found[(str(f.severity), f.rule, f.file, f.column)]
            self.extend([replace(f, severity=severity)])

    def extend(self, findings: Iterable[Finding]) -> None:
        for f in findings:
            self.add(
                f.severity,
                f.rule,
                f.message,
                file=f.file,
                row=f.row,
                column=f.column,
                count=f.count,
                example=f.example,
                mend=f.mend,
            )

    def __iter__(self) -> Iterator[Finding]:
        """Heaviest first, then by file and rule."""
        return iter(sorted(self._found.values(), key=lambda f: (ORDER[f.severity], f.file, f.rule, f.column)))

    def __len__(self) -> int:
        return len(self._found)

    def has(self, rule: str) -> bool:
        return any(f.rule == rule for f in self._found.values())

    def of(self, rule: str) -> list[Finding]:
        return [f for f in self if f.rule == rule]

    def counts(self) -> Mapping[str, int]:
        """How many findings of each severity, e.g. {"refuse": 0, "repair": 2, "warn": 1, "note": 0}."""
        got = {str(severity): 0 for severity in Severity}
        for f in self._found.values():
            got[str(f.severity)] += 1
        return got

    def as_dicts(self) -> list[dict[str, Any]]:
        return [f.as_dict() for f in self]

    def as_table(self, source_id: str) -> pa.Table:
        """Findings as the canonical table `finding`."""
        rows = [f.as_dict() | {"source_id": source_id} for f in self]
        return pa.Table.from_pylist(rows, schema=TABLES["finding"].schema)

    def rejected_table(self, source_id: str) -> pa.Table:
        """Rejected rows as the canonical table `rejected`."""
        rows = [asdict(r) | {"source_id": source_id} for r in self.rejected]
        return pa.Table.from_pylist(rows, schema=TABLES["rejected"].schema)


class Refusal(CityLabError):
    """A file that cannot be taken at all. Carries every finding made until then."""

    def __init__(self, what: str, findings: Findings, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.findings = findings
