"""Runs in a city's lake: make one, find one, repeat one.

A run reads one snapshot and is kept in the tables `run`, `run_input` and `result`, with the rows of the
steps that its figures and maps need beside it. Versions that a run cites stay until their source is erased.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab import engine
from nagara.citylab.evidence import Computed, Run, compute, new_run_id, params_text
from nagara.citylab.findings import CityLabError, Finding, Severity
from nagara.citylab.lake import CityLake, Draft, Snapshot, artifacts, lab_runs
from nagara.citylab.recipes import Context, Recipe, load
from nagara.citylab.tables import TABLES, conform


class UnknownRun(CityLabError):
    """No run of that name in this city."""


def context_of(snapshot: Snapshot) -> Context:
    """What kernels may know of the city."""
    row = snapshot.table("city").to_pylist()[0]
    bbox = tuple(row["bbox"]) if row["bbox"] else None
    return Context(row["city_id"], row["name"], row["tz"], row["epsg"], bbox)


def data_of(snapshot: Snapshot, names: set[str]) -> dict[str, engine.Data]:
    """Files of the named tables at this snapshot; typed empty ones where the city has none."""
    return {name: snapshot.files(name) if name in snapshot.tables else TABLES[name].empty() for name in names}


def run(
    city: CityLake,
    recipe_name: str,
    params: Mapping[str, Any] | None = None,
    *,
    snapshot: int | None = None,
    scenario: str | None = None,
) -> Run:
    """Run a recipe on a city and keep it as evidence. A refused run is kept too, with its reason.

    Raises UnknownRecipe, BadParameter.
    """
    recipe = load(recipe_name)
    seen = city.newest() if snapshot is None else city.snapshot(snapshot)
    started = datetime.now(UTC)
    done = _compute(recipe, seen, params or {}, scenario)
    made = _as_run(city.city_id, recipe, seen, done, params or {}, scenario, started)
    _keep(city, seen, made, done)
    return made


def _compute(
    recipe: Recipe,
    seen: Snapshot,
    params: Mapping[str, Any],
    scenario: str | None,
    threads: int | None = None,
) -> Computed:
    tables = data_of(seen, {i.table for i in recipe.inputs})
    return compute(recipe, tables, context_of(seen), params, scenario=scenario, threads=threads)


def _as_run(
    city_id: str,
    recipe: Recipe,
    seen: Snapshot,
    done: Computed,
    params: Mapping[str, Any],
    scenario: str | None,
    started: datetime,
) -> Run:
    run_id = new_run_id(recipe.name, started)
    settled = recipe.settle(params) | ({"scenario": scenario} if scenario else {})
    rows = done.rows.set_column(0, "run_id", pa.array([run_id] * done.rows.num_rows, pa.string()))
    return Run(
        run_id=run_id,
        city_id=city_id,
        recipe=recipe.name,
        recipe_version=recipe.version,
        recipe_sha256=recipe.sha256,
        params=settled,
        engine=engine.engine_name(),
        snapshot=seen.number,
        started=started,
        seconds=done.seconds,
        status=done.status,
        reason=done.reason,
        digest=done.digest,
        inputs={i.table: seen.tables[i.table].content for i in recipe.inputs if i.table in seen.tables},
        findings=tuple(done.findings),
        rows=rows,
    )


def _run_row(made: Run) -> pa.Table:
    row = {
        "run_id": made.run_id,
        "recipe": made.recipe,
        "recipe_version": made.recipe_version,
        "recipe_sha256": made.recipe_sha256,
        "params": params_text(made.params),
        "engine": made.engine,
        "snapshot": made.snapshot,
        "started": made.started,
        "seconds": made.seconds,
        "status": made.status,
        "reason": made.reason or None,
        "digest": made.digest,
        "findings": json.dumps([f.as_dict() for f in made.findings], ensure_ascii=False),
    }
    return pa.Table.from_pylist([row], schema=TABLES["run"].schema)


def _input_rows(seen: Snapshot, made: Run) -> pa.Table:
    """One row a table and source that stood behind the run."""
    rows = []
    for name, content in made.inputs.items():
        sources: list[str | None] = [None]
        if "source_id" in TABLES[name].column:
            with engine.session({name: seen.files(name)}) as session:
                got = session.sql(f'select distinct source_id from "{name}" order by 1')
            sources = got.column("source_id").to_pylist() or [None]
        version = seen.tables[name].version
        rows += [
            {"run_id": made.run_id, "table": name, "version": version, "content": content, "source_id": s}
            for s in sources
        ]
    return pa.Table.from_pylist(rows, schema=TABLES["run_input"].schema)


def _keep(city: CityLake, seen: Snapshot, made: Run, done: Computed) -> None:
    inputs = _input_rows(seen, made)
    city.pin(made.run_id, seen.number)
    for name, rows in done.steps.items():
        artifacts.keep(city.storage, city.city_id, made.run_id, name, rows)

    def change(draft: Draft) -> None:
        draft.append("run", _run_row(made))
        draft.append("run_input", inputs)
        draft.append("result", conform("result", made.rows))

    city.commit(change)


def read(city: CityLake, run_id: str) -> Run:
    """A kept run with its result rows. Raises UnknownRun."""
    return read_all(city, [run_id])[0]


def read_all(city: CityLake, run_ids: Sequence[str]) -> list[Run]:
    """Kept runs with their result rows, in the order asked for. Raises UnknownRun.

    Runs leave many small files; an engine reads them far faster than one by one.
    """
    newest, wanted = city.newest(), {"ids": list(run_ids)}
    tables = data_of(newest, {"run", "run_input", "result"})
    found: dict[str, pa.Table] = {}
    with closing(engine.DuckSession(tables)) as session:
        for name in tables:
            rows = session.sql(f'select * from "{name}" where list_contains($ids, run_id)', wanted)
            found[name] = rows.cast(TABLES[name].schema)
    kept = {row["run_id"]: row for row in found["run"].to_pylist()}
    for run_id in run_ids:
        if run_id not in kept:
            raise UnknownRun(f"there is no run {run_id!r} in {city.city_id}.", mend="See `nagara runs CITY`.")
    return [
        _from_row(city.city_id, kept[i], _only(found["run_input"], i), _only(found["result"], i))
        for i in run_ids
    ]


def _only(table: pa.Table, run_id: str) -> pa.Table:
    return table.filter(pc.equal(table.column("run_id"), run_id))


def _from_row(city_id: str, row: Mapping[str, Any], inputs: pa.Table, rows: pa.Table) -> Run:
    found = [
        Finding(**(f | {"severity": Severity(f["severity"])})) for f in json.loads(row["findings"] or "[]")
    ]
    return Run(
        run_id=row["run_id"],
        city_id=city_id,
        recipe=row["recipe"],
        recipe_version=row["recipe_version"],
        recipe_sha256=row["recipe_sha256"],
        params=json.loads(row["params"]),
        engine=row["engine"],
        snapshot=row["snapshot"],
        started=row["started"],
        seconds=row["seconds"],
        status=row["status"],
        reason=row["reason"] or "",
        digest=row["digest"],
        inputs={i["table"]: i["content"] for i in inputs.to_pylist()},
        findings=tuple(found),
        rows=rows,
    )


def recent(city: CityLake, *, recipe: str | None = None, limit: int = 50) -> list[Run]:
    """Runs of a city, newest first, without their result rows."""
    newest = city.newest()
    with closing(engine.DuckSession(data_of(newest, {"run"}))) as session:
        rows = session.sql("select * from run order by started desc, run_id").to_pylist()
    rows = [row | {"started": row["started"].replace(tzinfo=UTC)} for row in rows]
    chosen = [row for row in rows if recipe in {None, row["recipe"]}][:limit]
    nothing = TABLES["run_input"].empty(), TABLES["result"].empty()
    return [_from_row(city.city_id, row, *nothing) for row in chosen]


def step(city: CityLake, run_id: str, name: str) -> pa.Table | None:
    """Rows of a kept step, for figures and maps. None where the run kept none of that name."""
    return artifacts.kept(city.storage, city.city_id, run_id, name)


@dataclass(frozen=True)
class Repeat:
    """A run repeated: the same digest, or what changed."""

    run_id: str
    before: str
    after: str
    engine_before: str
    engine_after: str
    reasons: tuple[str, ...] = ()
    newer_inputs: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return self.before == self.after

    def as_dict(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "same": self.same,
            "digest_before": self.before,
            "digest_after": self.after,
            "engine_before": self.engine_before,
            "engine_after": self.engine_after,
            "reasons": list(self.reasons),
            "inputs_changed_since": list(self.newer_inputs),
        }


def _given(recipe: Recipe, params: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {p.name: p.type for p in recipe.params}
    return {
        name: date.fromisoformat(value) if kinds[name] == "date" and isinstance(value, str) else value
        for name, value in params.items()
        if name in kinds
    }


def rerun(city: CityLake, run_id: str, *, threads: int | None = None) -> Repeat:
    """Compute a kept run once more on the very versions it cites, and compare digests.

    Says as well which inputs have newer rows today. Raises UnknownRun; InputsErased where a source that it
    read was erased since. Repeats the labs of learners as well.
    """
    if lab_runs.record(city.storage, city.city_id, run_id) is not None:
        from nagara.citylab.labs import keeping

        return keeping.rerun(city, run_id, threads=threads)
    old = read(city, run_id)
    recipe = load(old.recipe)
    seen = city.snapshot(old.snapshot)
    done = _compute(recipe, seen, _given(recipe, old.params), old.params.get("scenario"), threads)
    newest = city.newest()
    newer = [
        name
        for name, content in old.inputs.items()
        if name not in newest.tables or newest.tables[name].content != content
    ]
    reasons = []
    if recipe.sha256 != old.recipe_sha256:
        reasons.append(f"the recipe changed: version {old.recipe_version} then, {recipe.version} now")
    for name, content in old.inputs.items():
        if name in seen.tables and seen.tables[name].content != content:
            reasons.append(f"table {name} of snapshot {old.snapshot} is not the one that the run cites")
    return Repeat(
        run_id, old.digest, done.digest, old.engine, engine.engine_name(), tuple(reasons), tuple(newer)
    )
