"""Evidence: a Run is a recipe, its version and parameters, the table versions it read, and a digest.

The same recipe on the same snapshot gives the same digest, on any machine, thread count and engine
version. A number without a Run is not evidence.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab import engine
from nagara.citylab.findings import CityLabError, Finding, Findings
from nagara.citylab.recipes import Context, Input, Recipe, Step
from nagara.citylab.recipes.clock import clock
from nagara.citylab.tables import TABLES, conform

RESULT_COLUMNS = tuple(c.name for c in TABLES["result"].columns if c.name != "run_id")
SHOWN = tuple(name for name in RESULT_COLUMNS if name != "scenario_id")
ORDER = ("unit_kind", "indicator", "unit_id", "ts")
QUALITIES = ("verified", "estimate", "not reported")


@dataclass(frozen=True)
class Computed:
    """What a recipe gave: result rows (canonical `result` without run_id), kept steps, findings.

    `status` is done or refused; a refused one has no rows and says why in `reason`.
    """

    status: str
    reason: str
    rows: pa.Table
    steps: Mapping[str, pa.Table]
    findings: Findings
    digest: str
    seconds: float


@dataclass(frozen=True)
class Run:
    """One computation as it is kept: what was asked, of which versions, and what came out."""

    run_id: str
    city_id: str
    recipe: str
    recipe_version: str
    recipe_sha256: str
    params: Mapping[str, Any]
    engine: str
    snapshot: int
    started: datetime
    seconds: float
    status: str
    reason: str
    digest: str
    inputs: Mapping[str, int]
    findings: tuple[Finding, ...] = ()
    rows: pa.Table = field(default_factory=TABLES["result"].empty)

    def as_dict(self) -> dict[str, Any]:
        """What `nagara run --json` prints."""
        return {
            "run_id": self.run_id,
            "city": self.city_id,
            "recipe": self.recipe,
            "recipe_version": self.recipe_version,
            "recipe_sha256": self.recipe_sha256,
            "params": {k: v.isoformat() if isinstance(v, date) else v for k, v in self.params.items()},
            "engine": self.engine,
            "snapshot": self.snapshot,
            "inputs": dict(self.inputs),
            "started": self.started.isoformat(),
            "seconds": round(self.seconds, 3),
            "status": self.status,
            "reason": self.reason,
            "digest": self.digest,
            "results": [_plain(row) for row in self.rows.select(list(SHOWN)).to_pylist()],
            "findings": [f.as_dict() for f in self.findings],
        }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()}


def _texts(column: pa.ChunkedArray) -> pa.Array:
    """Each value as text that is the same everywhere: floats to 6 decimals and 12 digits, times as UTC."""
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        values = np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
        absent = column.is_null().to_numpy(zero_copy_only=False)
        distinct, index = np.unique(np.round(values, 6) + 0.0, return_inverse=True)
        shown = pa.array([f"{value:.12g}" for value in distinct.tolist()], pa.large_string())
        return shown.take(pa.array(index, mask=absent))
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.int64())
    plain = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_date32)
    if any(is_it(column.type) for is_it in plain):
        text = column.cast(pa.large_string()).combine_chunks()
        return pa.concat_arrays(text.chunks) if isinstance(text, pa.ChunkedArray) else text
    return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.large_string())


def digest_of(table: pa.Table, *, leave_out: Iterable[str] = ("run_id",)) -> str:
    """sha256 over the sorted rows; row order does not matter, column names and their order do."""
    names = [name for name in table.column_names if name not in set(leave_out)]
    digest = hashlib.sha256("\x1f".join(names).encode())
    if names and table.num_rows:
        columns = [_texts(table.column(name)) for name in names]
        joined = {"null_handling": "replace", "null_replacement": ""}
        lines = pc.binary_join_element_wise(*columns, pa.scalar("\x1f", pa.large_string()), **joined)
        lines = lines.take(pc.array_sort_indices(lines))  # UTF-8 sorts as its characters do
        for start in range(0, len(lines), 100_000):
            part = lines.slice(start, 100_000).to_pylist()
            digest.update(("\x1e" + "\x1e".join(part)).encode())
    return digest.hexdigest()


def _lacking(session: engine.Session, wanted: Input) -> str:
    """Why an input cannot carry the recipe, or an empty string."""
    where = f" where {wanted.where}" if wanted.where else ""
    got = session.sql(f'select count(*) as n from "{wanted.table}"{where}').column("n")[0].as_py()
    if got >= wanted.min_rows:
        return ""
    what = f" with {wanted.where}" if wanted.where else ""
    need = f"needs at least {wanted.min_rows:,} rows of {wanted.table}{what}, found {got:,}"
    return f"{need}. {wanted.why}".strip()


def _all_lacking(session: engine.Session, inputs: Iterable[Input]) -> list[str]:
    """Why the inputs cannot carry the recipe: what must be there is not, or nothing of what may be."""
    lacks: list[str] = []
    groups: dict[str, list[str]] = {}
    for wanted in inputs:
        if wanted.optional and not wanted.one_of:
            continue
        why = _lacking(session, wanted)
        if wanted.one_of:
            groups.setdefault(wanted.one_of, []).append(why)
        elif why:
            lacks.append(why)
    for name, whys in groups.items():
        if all(whys):
            lacks.append(f"needs {name}: " + " Or: ".join(whys))
    return lacks


def _canonical(rows: pa.Table, recipe: Recipe) -> pa.Table:
    """Result rows in canonical form: no bare numbers, no NaN."""
    empty_run = pa.array([""] * rows.num_rows, pa.string())
    full = rows.append_column("run_id", empty_run) if "run_id" not in rows.column_names else rows
    table = conform("result", full)
    for name in ("value", "lo", "hi"):
        column = table.column(name)
        finite = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
        table = table.set_column(table.column_names.index(name), name, finite)
    bare = pc.and_(pc.is_null(table.column("value")), pc.is_null(table.column("reason")))
    if pc.any(bare).as_py():
        raise CityLabError(f"recipe {recipe.name} gave an empty value without a reason")
    return table.sort_by([(name, "ascending") for name in ORDER])


def _check_kernel_findings(table: pa.Table, findings: Findings) -> None:
    """A step named `findings` reports about the inputs: columns severity, rule, message, count, mend."""
    for row in table.to_pylist():
        findings.extend([Finding(**{k: v for k, v in row.items() if v is not None})])


def _take(step: Step, session: engine.Session, params: Mapping[str, Any], context: Context) -> None:
    """Run one step and make its rows known under its name (or the names that it gives)."""
    if step.sql and not step.kernel:
        session.step(step.name, step.sql, params)
        return
    inputs = {name: session.table(name) for name in step.inputs}
    if not step.parts:
        session.register(step.name, step.call(inputs, params, context))
        return
    rows = session.table(step.parts).to_pylist()
    parts = (session.sql(step.sql, {**params, **row}) for row in rows)
    for name, table in step.call_in_parts(parts, inputs, params, context).items():
        session.register(name, table)


def compute(
    recipe: Recipe,
    tables: Mapping[str, engine.Data],
    context: Context,
    params: Mapping[str, Any] | None = None,
    *,
    scenario: str | None = None,
    threads: int | None = None,
) -> Computed:
    """Run a recipe over tables (Arrow, or Parquet files of one version). Writes nothing.

    Raises BadParameter; an input that cannot carry the recipe gives status refused, with the reason.
    """
    began = time.perf_counter()
    settled = recipe.settle(params or {})
    findings = Findings()
    wanted = {i.table: tables.get(i.table, TABLES[i.table].empty()) for i in recipe.inputs}
    with engine.session(wanted, scenario=scenario, threads=threads) as session:
        session.register("clock", clock(context.tz))
        lacks = _all_lacking(session, recipe.inputs)
        if lacks:
            rows = conform("result", TABLES["result"].empty())
            return Computed("refused", " ".join(lacks), rows, {}, findings, "", time.perf_counter() - began)
        for step in recipe.steps:
            _take(step, session, settled, context)
        rows = _canonical(session.table("result"), recipe)
        names = {name for step in recipe.steps for name in (step.name, *step.gives)}
        kept = {name: session.table(name) for name in recipe.keep if name in names}
        if "findings" in names:
            _check_kernel_findings(session.table("findings"), findings)
    return Computed("done", "", rows, kept, findings, digest_of(rows), time.perf_counter() - began)


def new_run_id(recipe: str, at: datetime) -> str:
    """A name that people can read out: recipe, day, and six letters by chance."""
    return f"{recipe}-{at:%Y%m%d}-{secrets.token_hex(3)}"


def params_text(params: Mapping[str, Any]) -> str:
    return json.dumps(
        {k: v.isoformat() if isinstance(v, date) else v for k, v in params.items()}, sort_keys=True
    )
