"""What a reader must know to trust a brief: sources with their licence, and what the clinic found in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from nagara.citylab.evidence import Run
from nagara.citylab.findings import Finding, Severity
from nagara.citylab.lake import Snapshot

MOST_FINDINGS = 10
MOST_OF_A_SOURCE = 2
_WEIGHT = {"refuse": 0, "warn": 1, "repair": 2, "note": 3}
_SAID_ELSEWHERE = frozenset({"licence-unknown"})
_FIRST = frozenset({"no-zone", "name-confirmed"})
"""Rules that bear on who is counted: units without a zone, names that a person matched."""


@dataclass(frozen=True)
class SourceLine:
    """One source as it must be named."""

    source_id: str
    title: str
    licence: str
    attribution: str
    imported: str
    nature: str
    speaks_of: str = ""


def finding_text(finding: Finding) -> str:
    """A finding of a recipe in words: "12 values fail a test"."""
    count = f"{finding.count:,} " if finding.count > 1 and not finding.message[:1].isdigit() else ""
    return _capital(f"{count}{finding.message}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def run_findings(made: Run) -> tuple[str, ...]:
    """What the recipe found in its inputs, heaviest first."""
    return tuple(finding_text(f) for f in made.findings if f.severity != Severity.NOTE)


def sources_of(newest: Snapshot, chosen: Sequence[Run]) -> tuple[SourceLine, ...]:
    """The sources that the runs read, as they must be named; erased ones say so."""
    read = _Read(newest)
    ids = {source_id for made in chosen for source_id in read.by(made)}
    known = {row["source_id"]: row for row in newest.table("source").to_pylist()}
    lines = []
    for source_id in sorted(ids):
        row = known.get(source_id)
        if row is None:
            lines.append(SourceLine(source_id, f"{source_id} (erased since)", "", "", "", ""))
            continue
        days = [f"{row[name]:%Y-%m-%d}" for name in ("valid_from", "valid_to") if row[name]]
        lines.append(
            SourceLine(
                source_id,
                row["title"] or source_id,
                row["licence"] or "licence unknown",
                row["attribution"] or "",
                f"{row['imported_at']:%Y-%m-%d}" if row["imported_at"] else "",
                row["nature"],
                " to ".join(dict.fromkeys(days)),
            )
        )
    return tuple(lines)


class _Read:
    """Which sources runs read, of the newest snapshot; each table is read once."""

    def __init__(self, newest: Snapshot) -> None:
        self._inputs = newest.table("run_input", ["run_id", "table", "source_id"])
        self._pairs = {table: _properties(newest, table) for table in ("datastream", "zone_value")}
        self._pairs |= dict.fromkeys(("observation", "thing"), self._pairs["datastream"])

    def by(self, made: Run) -> set[str]:
        """The sources that a run read.

        A table may hold other sources too: where a parameter names a property, only those that have it count.
        """
        mine = self._inputs.filter(pc.equal(self._inputs.column("run_id"), made.run_id))
        named = {value for value in made.params.values() if isinstance(value, str)}
        found = set()
        for row in mine.to_pylist():
            wanted = {source for name, source in self._pairs.get(row["table"], ()) if name in named}
            if row["source_id"] and (not wanted or row["source_id"] in wanted):
                found.add(row["source_id"])
        return found


def _properties(newest: Snapshot, table: str) -> set[tuple[str, str]]:
    """The (property, source_id) pairs of a table."""
    pairs = newest.table(table, ["property", "source_id"]).group_by(["property", "source_id"])
    return {(row["property"], row["source_id"]) for row in pairs.aggregate([]).to_pylist()}


def clinic_words(newest: Snapshot, sources: Sequence[SourceLine]) -> tuple[str, ...]:
    """What the clinic found in these sources, heaviest first: one line a rule, few lines a source."""
    titles = {s.source_id: s.title for s in sources}
    merged: dict[tuple[str, str], Finding] = {}
    for row in newest.table("finding").to_pylist():
        shown = row["severity"] != "note" or row["rule"] in _FIRST
        if row["source_id"] not in titles or not shown or row["rule"] in _SAID_ELSEWHERE:
            continue
        key = (row["source_id"], row["rule"])
        count = row["count"] + (merged[key].count if key in merged else 0)
        message = merged[key].message if key in merged else row["message"]
        merged[key] = Finding(Severity(row["severity"]), row["rule"], message, count=count)

    def weight(item: tuple[tuple[str, str], Finding]) -> tuple[bool, int, int, tuple[str, str]]:
        key, found = item
        return key[1] not in _FIRST, _WEIGHT[found.severity], -found.count, key

    ordered = sorted(merged.items(), key=weight)
    lines: list[str] = []
    of_source: Counter[str] = Counter()
    for (source_id, _), found in ordered:
        of_source[source_id] += 1
        if of_source[source_id] <= MOST_OF_A_SOURCE:
            lines.append(f"{titles[source_id]}: {_counted(found)}")
    return tuple(lines[:MOST_FINDINGS])


def _counted(found: Finding) -> str:
    """The clinic's message with its count behind, unless it says it already."""
    said = found.count == 1 or f"{found.count:,}" in found.message
    return found.message if said else f"{found.message.rstrip('.')} ({found.count:,})."
