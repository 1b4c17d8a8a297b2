"""Two runs side by side: city with city, a scenario with the city as it is, before and after.

Every difference has its range. Ranges of a and b are joined by the method of variance estimates
recovery (Zou and Donner 2008, Statistics in Medicine 27):
lower = d - sqrt((b - b_lo)^2 + (a_hi - a)^2), upper likewise.
That takes the two for independent; where they share inputs (a scenario and its base) it is wider than
need be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, isfinite
from typing import Any

import pyarrow as pa

from nagara.citylab.evidence import Run
from nagara.citylab.findings import CityLabError, Findings
from nagara.citylab.tables import TABLES, conform

SIDE = pa.schema(
    [
        ("unit_kind", pa.string()),
        ("unit_id", pa.string()),
        ("indicator", pa.string()),
        ("a", pa.float64()),
        ("b", pa.float64()),
        ("difference", pa.float64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("percent", pa.float64()),
        ("clear", pa.bool_()),
        ("n", pa.int64()),
        ("coverage", pa.float64()),
        ("reason", pa.string()),
    ]
)
"""One row a unit and indicator. `clear`: nought lies outside the range of the difference."""


class NotComparable(CityLabError):
    """Two runs that say different things."""


@dataclass(frozen=True)
class Compared:
    """`table` (see SIDE), and findings about what limits the comparison."""

    title: str
    table: pa.Table
    findings: Findings

    def rows(self) -> pa.Table:
        """As canonical result rows: indicator `difference:<indicator>`, value b minus a."""
        side = self.table
        found = [
            {
                "run_id": "",
                "unit_kind": row["unit_kind"],
                "unit_id": row["unit_id"],
                "indicator": f"difference:{row['indicator']}",
                "value": row["difference"],
                "lo": row["lo"],
                "hi": row["hi"],
                "n": row["n"],
                "coverage": row["coverage"],
                "quality": "estimate" if row["difference"] is not None else "not reported",
                "reason": row["reason"],
            }
            for row in side.to_pylist()
        ]
        return conform("result", pa.Table.from_pylist(found, schema=TABLES["result"].schema))


def difference(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[float, float | None, float | None]:
    """b minus a with its range; the range is empty where either side has none."""
    d = b["value"] - a["value"]
    ends = (a["lo"], a["hi"], b["lo"], b["hi"])
    if any(end is None or not isfinite(end) for end in ends):
        return d, None, None
    low = d - hypot(b["value"] - b["lo"], a["hi"] - a["value"])
    high = d + hypot(b["hi"] - b["value"], a["value"] - a["lo"])
    return d, min(low, d), max(high, d)


def _latest(rows: pa.Table, kinds: set[str] | None) -> dict[tuple[str, str, str], dict[str, Any]]:
    """One row a unit kind, unit and indicator: the last in time."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows.to_pylist():
        if kinds is not None and row["unit_kind"] not in kinds:
            continue
        key = (row["unit_kind"], row["unit_id"], row["indicator"])
        before = found.get(key)
        if before is None or str(row["ts"] or "") >= str(before["ts"] or ""):
            found[key] = row
    return found


def _side(
    key: tuple[str, str, str], a: Mapping[str, Any] | None, b: Mapping[str, Any] | None
) -> dict[str, Any]:
    row: dict[str, Any] = {"unit_kind": key[0], "unit_id": key[1], "indicator": key[2]}
    values = [side["value"] if side else None for side in (a, b)]
    row |= {"a": values[0], "b": values[1], "n": 0, "coverage": 0.0}
    if a is None or b is None or None in values:
        which = " and ".join(
            name for name, v in zip(("the first", "the second"), values, strict=True) if v is None
        )
        return row | {"reason": f"{which} has no value"}
    d, lo, hi = difference(a, b)
    row |= {"difference": d, "lo": lo, "hi": hi, "n": min(a["n"] or 0, b["n"] or 0)}
    row["coverage"] = min(a["coverage"] or 0.0, b["coverage"] or 0.0)
    row["percent"] = 100 * d / abs(a["value"]) if a["value"] else None
    row["clear"] = lo is not None and hi is not None and (lo > 0 or hi < 0)
    if lo is None:
        row["reason"] = "one side has no range: whether they differ is not known"
    elif not row["clear"]:
        row["reason"] = "the ranges allow for no difference"
    return row


def _check(a: Run, b: Run, findings: Findings) -> None:
    if a.recipe != b.recipe:
        raise NotComparable(
            f"{a.run_id} is of {a.recipe}, {b.run_id} of {b.recipe}", mend="Compare runs of one recipe."
        )
    for made in (a, b):
        if made.status != "done":
            raise NotComparable(f"{made.run_id} was refused: {made.reason}")
    if a.recipe_version.split(".", maxsplit=1)[0] != b.recipe_version.split(".", maxsplit=1)[0]:
        raise NotComparable(
            f"{a.recipe} {a.recipe_version} and {b.recipe_version} are different methods",
            mend="Run the older one again.",
        )
    if a.recipe_sha256 != b.recipe_sha256:
        findings.warn("recipe-changed", "the text of the recipe changed between the two runs")
    names = sorted(set(a.params) | set(b.params))
    other = [n for n in names if n != "scenario" and a.params.get(n) != b.params.get(n)]
    if other:
        pairs = "; ".join(f"{n}: {a.params.get(n)} and {b.params.get(n)}" for n in other)
        findings.warn(
            "parameters-differ", f"the two runs have different parameters: {pairs}", count=len(other)
        )


def compare(a: Run, b: Run) -> Compared:
    """b minus a, for every unit and indicator that both have.

    Two cities: only numbers of the whole city are set side by side (zones of different cities are different
    things), as unit kind `city_pair`. One city: every unit (scenario and base, or before and after).
    Raises NotComparable where recipe or method differ, or one was refused.
    """
    findings = Findings()
    _check(a, b, findings)
    cities = a.city_id != b.city_id
    left, right = (_latest(run.rows, {"city"} if cities else None) for run in (a, b))
    if cities:
        pair = ("city_pair", f"{a.city_id} > {b.city_id}")
        left, right = ({(*pair, key[2]): row for key, row in side.items()} for side in (left, right))
    keys = sorted(set(left) | set(right))
    rows = [_side(key, left.get(key), right.get(key)) for key in keys]
    alone = sum(1 for key in keys if key not in left or key not in right)
    if alone:
        findings.note("one-side-only", "numbers that only one of the two runs has", count=alone)
    if a.params.get("scenario") != b.params.get("scenario"):
        what = f"{b.params.get('scenario') or 'as it is'} less {a.params.get('scenario') or 'as it is'}"
    else:
        what = f"{b.city_id} less {a.city_id}" if cities else "after less before"
    return Compared(f"{a.recipe}: {what}", pa.Table.from_pylist(rows, schema=SIDE), findings)
