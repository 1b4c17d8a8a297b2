"""The steps of the recipe compare: two kept runs of this city, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab import compare
from nagara.citylab.evidence import Run
from nagara.citylab.recipes import BadParameter, Context

FINDING = pa.schema(
    [
        ("severity", pa.string()),
        ("rule", pa.string()),
        ("message", pa.string()),
        ("count", pa.int64()),
        ("mend", pa.string()),
    ]
)


def _run(row: Mapping[str, Any], result: pa.Table, city_id: str) -> Run:
    return Run(
        run_id=row["run_id"],
        city_id=city_id,
        recipe=row["recipe"],
        recipe_version=row["recipe_version"] or "1",
        recipe_sha256=row["recipe_sha256"] or "",
        params=json.loads(row["params"] or "{}"),
        engine=row["engine"] or "",
        snapshot=row["snapshot"] or 0,
        started=row["started"] or datetime(1970, 1, 1, tzinfo=UTC),
        seconds=row["seconds"] or 0.0,
        status=row["status"] or "done",
        reason=row["reason"] or "",
        digest=row["digest"] or "",
        inputs={},
        rows=result.filter(pc.equal(result.column("run_id"), row["run_id"])),
    )


def _two(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> tuple[Run, Run]:
    """The two runs that the parameters name; else the newest two of the recipe, a scenario last."""
    runs = {row["run_id"]: row for row in tables["run"].to_pylist()}
    named = [params.get("a"), params.get("b")]
    for name in named:
        if name and name not in runs:
            raise BadParameter(f"there is no run {name!r} in this city.", mend="See `nagara runs CITY`.")
    if not all(named):
        if not params.get("recipe"):
            raise BadParameter("say which two runs (a, b), or which recipe.", mend="--param recipe=NAME")
        mine = [r for r in runs.values() if r["recipe"] == params["recipe"] and r["status"] == "done"]
        mine = sorted(mine, key=lambda r: (r["started"], r["run_id"]))[-2:]
        if len(mine) < 2:
            raise BadParameter(f"{params['recipe']} has fewer than two runs here.", mend="Run it again.")
        mine.sort(key=lambda r: bool(json.loads(r["params"] or "{}").get("scenario")))
        named = [r["run_id"] for r in mine]
    first, second = (_run(runs[str(name)], tables["result"], context.city_id) for name in named)
    return first, second


def sides(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Both runs side by side: see `compare.SIDE`. Raises BadParameter, NotComparable."""
    return compare.compare(*_two(tables, params, context)).table


def findings(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """What limits the comparison."""
    found = compare.compare(*_two(tables, params, context)).findings
    rows = [{k: v for k, v in f.as_dict().items() if k in FINDING.names} for f in found]
    return pa.Table.from_pylist(rows, schema=FINDING)
