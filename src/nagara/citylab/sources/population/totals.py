"""One number a unit, date and group; and a total for each unit, computed where the groups add up."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources.population.groups import partition

_KEY = ["name", "zone", "date", "group_id"]


def settle(rows: pa.Table, findings: Findings) -> pa.Table:
    """Rows whose unit, date and group are one: equal numbers count once; of different ones the first stays,
    the others are set aside with a finding."""
    numbered = rows.append_column("place", pa.array(np.arange(rows.num_rows)))
    keyed = numbered.set_column(numbered.column_names.index("name"), "name", _unit(numbered))
    found = keyed.group_by(_KEY).aggregate([("place", "min"), ("n", "min"), ("n", "max"), ("n", "count")])
    if found.num_rows == rows.num_rows:
        return rows
    kept = pc.is_in(keyed.column("place"), found.column("place_min").combine_chunks())
    more = keyed.filter(pc.invert(kept)).to_pylist()
    first = {tuple(row[k] for k in _KEY): row for row in _firsts(keyed, found)}
    for row in more:
        earlier = first[tuple(row[k] for k in _KEY)]
        where = {"file": row["file"], "row": row["row"]}
        example = f"{row['name']}, {row['date']}, {row['group_id']}: {row['n']:g}"
        if earlier["n"] == row["n"]:
            what = "rows that repeat an earlier row were counted once."
            findings.repair("duplicate-row", what, example=example, **where)
        else:
            reason = f"row {earlier['row']} says {earlier['n']:g} for the same unit, date and group"
            findings.reject("conflict", reason, raw=example, **where)
            what = "rows that give another number for the same unit, date and group were set aside."
            mend = "Keep the right one; or name the columns that tell them apart (sex, age, date)."
            findings.refuse("conflict", what, example=f"{example} but {reason}", mend=mend, **where)
    return rows.filter(kept)


def _unit(rows: pa.Table) -> pa.ChunkedArray:
    """What tells units apart: the zone where one was found, else the name."""
    return pc.coalesce(rows.column("zone"), rows.column("name"))


def _firsts(keyed: pa.Table, found: pa.Table) -> list[dict[str, object]]:
    twice = found.filter(pc.greater(found.column("n_count"), 1)).column("place_min").combine_chunks()
    return keyed.filter(pc.is_in(keyed.column("place"), twice)).to_pylist()


@lru_cache(maxsize=10_000)
def _partition(groups: tuple[str, ...]) -> tuple[str, ...] | None:
    found = partition(groups)
    return None if found is None else tuple(found)


def with_totals(rows: pa.Table, findings: Findings) -> pa.Table:
    """Canonical population rows. Units without a total get one where their groups surely add up to it; where
    both are given and differ by more than 1 %, a finding says so."""
    given = rows.select(["zone", "date", "group_id", "n", "n_lo", "n_hi"])
    by_unit = given.group_by(["zone", "date"]).aggregate([("group_id", "list"), ("n", "list")])
    added: list[tuple[str, object, float]] = []
    for unit in by_unit.to_pylist():
        people = dict(zip(unit["group_id_list"], unit["n_list"], strict=True))
        parts = _partition(tuple(sorted(set(people) - {"total"})))
        sum_ = None if parts is None else sum(people[group] for group in parts)
        if "total" not in people and sum_ is not None:
            added.append((unit["zone"], unit["date"], sum_))
        elif "total" not in people:
            what = "units whose groups do not surely add up to all people: they have no total."
            mend = "Give the totals, or groups of all ages without gap or overlap."
            findings.warn("no-total", what, example=unit["zone"], mend=mend)
        elif sum_ is not None and abs(sum_ - people["total"]) > 0.01 * max(people["total"], 1):
            what = "units whose groups add up to something else than their total (by over 1 %)."
            example = f"{unit['zone']}, {unit['date']}: {sum_:,.0f} and {people['total']:,.0f}"
            findings.warn("total-differs", what, example=example, mend="Look which of the two is right.")
    if added:
        example = f"{added[0][0]}, {added[0][1] or 'no date'}: {added[0][2]:,.0f}"
        what = "totals of units were added up from their groups."
        findings.note("total-computed", what, count=len(added), example=example)
        extra = pa.table(
            {
                "zone": pa.array([zone for zone, _, _ in added], pa.string()),
                "date": pa.array([day for _, day, _ in added], pa.date32()),
                "group_id": pa.array(["total"] * len(added), pa.string()),
                "n": pa.array([n for *_, n in added], pa.float64()),
                "n_lo": pa.nulls(len(added), pa.float64()),
                "n_hi": pa.nulls(len(added), pa.float64()),
            }
        )
        given = pa.concat_tables([given, extra])
    kind = pa.array(["zone"] * given.num_rows, pa.string())
    return given.rename_columns(["unit_id", *given.column_names[1:]]).append_column("unit_kind", kind)


def people_of(rows: pa.Table) -> dict[str, float]:
    """People of each named unit on its latest date, as far as its groups tell: to report what was lost."""
    by_unit = rows.group_by(["name", "date"]).aggregate([("group_id", "list"), ("n", "list")])
    out: dict[str, float] = {}
    for unit in by_unit.sort_by("date").to_pylist():
        people = dict(zip(unit["group_id_list"], unit["n_list"], strict=True))
        parts = _partition(tuple(sorted(people)))
        out[unit["name"] or ""] = sum(people[group] for group in parts) if parts else 0.0
    return out
