"""One value a zone, time and property."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings

_KEY = ["zone_id", "ts", "property"]
_OWN = ["share", "file", "row"]


def settle(rows: pa.Table, findings: Findings) -> pa.Table:
    """Canonical rows with one value a key. Equal values count once. Of different ones that stays which covers
    most of the zone, else the first; the others are set aside with a finding."""
    share = pc.fill_null(rows.column("share"), 0.0)
    rows = rows.set_column(rows.column_names.index("share"), "share", share)
    place = pa.array(np.arange(rows.num_rows))
    rows = rows.append_column("place", place).sort_by([("share", "descending"), ("place", "ascending")])
    rows = rows.set_column(rows.column_names.index("place"), "place", pa.array(np.arange(rows.num_rows)))
    firsts = rows.group_by(_KEY).aggregate([("place", "min")]).column("place_min").combine_chunks()
    if len(firsts) == rows.num_rows:
        return rows.drop_columns([*_OWN, "place"])
    kept = pc.is_in(rows.column("place"), firsts)
    winners = {tuple(row[k] for k in _KEY): row for row in rows.filter(kept).to_pylist()}
    for row in rows.filter(pc.invert(kept)).to_pylist():
        other = winners[tuple(row[k] for k in _KEY)]
        where = {"file": row["file"], "row": row["row"]}
        example = f"{row['zone_id']}, {row['ts'] or 'no date'}, {row['property']}: {row['text']}"
        if (row["value"], row["text"]) == (other["value"], other["text"]):
            what = "rows that repeat the value of a zone, time and property were counted once."
            findings.repair("duplicate-row", what, example=example, **where)
            continue
        reason = f"row {other['row']} gives {other['text']} for the same zone, time and property"
        findings.reject("conflict", reason, raw=example, **where)
        what = "rows that give another value for the same zone, time and property were set aside."
        mend = "Keep the right one; or name the columns that tell them apart ([long] by = [...])."
        findings.refuse("conflict", what, example=f"{example}, but {reason}", mend=mend, **where)
    return rows.filter(kept).drop_columns([*_OWN, "place"])
