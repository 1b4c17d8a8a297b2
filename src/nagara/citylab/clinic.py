"""The clinic report: what was found in the files of one import, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nagara.citylab.findings import Findings

COLUMNS = ("severity", "rule", "message", "file", "row", "column", "count", "example", "mend")


@dataclass(frozen=True)
class Clinic:
    """One report. `status` is examined (nothing kept), imported, unchanged or refused (see `reason`).

    `counts` gives the rows a canonical table would hold, or holds.
    """

    city_id: str
    source_id: str
    kind: str
    files: tuple[str, ...]
    sha256: str
    status: str
    findings: Findings
    counts: Mapping[str, int] = field(default_factory=dict)
    snapshot: int | None = None
    reason: str = ""

    @property
    def partly(self) -> bool:
        """True where something was refused although the import went on."""
        return self.status in {"examined", "imported"} and self.findings.counts()["refuse"] > 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "city": self.city_id,
            "source": self.source_id,
            "kind": self.kind,
            "files": list(self.files),
            "sha256": self.sha256,
            "status": self.status,
            "reason": self.reason,
            "snapshot": self.snapshot,
            "rows": dict(self.counts),
            "rejected": len(self.findings.rejected),
            "severities": dict(self.findings.counts()),
            "findings": self.findings.as_dicts(),
        }

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1)

    def as_csv(self) -> str:
        """One line a finding. Cells that a spreadsheet would run as a formula are quoted with '."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for finding in self.findings.as_dicts():
            writer.writerow([_safe(finding[name]) for name in COLUMNS])
        return out.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t"} and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
