"""Keeps prepared labs as Runs of the city: keys as evidence, opened again or computed again years later.

A lab's Run is called `lab:<name>`; its parameters are the numbers drawn (and a digest of the seed), its own
digest is over the keys. The keys lie beside it as one artifact, with the lab's text as it was: a grade can be
given again from that alone. Nothing of them stands in the tables that learners may query.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from nagara.citylab.labs.fitting import Kept
from nagara.citylab.labs.model import Lab, Prepared
from nagara.citylab.labs.plan import plan_of
from nagara.citylab.labs.preparing import compute

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.evidence import Run
    from nagara.citylab.lake import CityLake, Snapshot
    from nagara.citylab.runs import Repeat

ARTIFACT = "lab"
_OPEN: Kept[Prepared] = Kept(256)
_RUNS: Kept[tuple[Any, str]] = Kept(64)
_MAKING = Lock()


def prepare(
    city: CityLake, lab: Lab, seed: str, *, snapshot: int | None = None, keep: bool = True
) -> Prepared:
    """A lab for one learner, kept as a Run of the city (unless `keep` is False).

    Raises DoesNotFit with what is lacking, BadLab, InputsErased.
    """
    return prepare_many(city, lab, [seed], snapshot=snapshot, keep=keep)[0]


def prepare_many(
    city: CityLake, lab: Lab, seeds: Sequence[str], *, snapshot: int | None = None, keep: bool = True
) -> list[Prepared]:
    """A lab for a class, a seed a learner: one session of the engine, one commit for all Runs."""
    began = time.perf_counter()
    seen = city.newest() if snapshot is None else city.snapshot(snapshot)
    runs, out = recipes_for(city, lab, seen, keep=keep)
    made = [_with_digest(p) for p in compute(lab, seen, seeds, runs, out)]
    if not keep:
        return made
    return _keep(city, seen, made, time.perf_counter() - began)


def recipes_for(
    city: CityLake, lab: Lab, seen: Snapshot, *, keep: bool = True
) -> tuple[dict[str, pa.Table], dict[str, str]]:
    """(results of the lab's recipes by table name, tasks left out with the reason).

    A recipe runs once for the contents of its inputs and its parameters: a kept Run is taken again.
    """
    plan = plan_of(lab)
    tables: dict[str, Any] = {}
    out: dict[str, str] = {}
    for item in lab.runs:
        if any(not _there(lab, seen, need) for need in item.needs):
            rows, why = None, "the city lacks what it needs"
        else:
            rows, why = _results(city, seen, item.recipe, item.params, item.step, keep=keep)
        if rows is None:
            out |= {t.id: f"{item.recipe}: {why}" for t in lab.tasks if item.name in plan.tasks[t.id].runs}
            rows = _nothing()
        tables[item.name] = rows
    return tables, out


def _nothing() -> pa.Table:
    from nagara.citylab.tables import TABLES

    return TABLES["result"].empty()


def _there(lab: Lab, seen: Snapshot, key: str) -> bool:
    need = next(n for n in lab.needs if n.key == key)
    return not need.table or (need.table in seen.tables and seen.rows(need.table) > 0)


def _results(
    city: CityLake, seen: Snapshot, recipe_name: str, params: Mapping[str, Any], step: str, *, keep: bool
) -> tuple[pa.Table | None, str]:
    """(rows of a recipe, or None with the reason) on this snapshot."""
    from nagara.citylab import recipes, runs

    recipe = recipes.load(recipe_name)
    inputs = tuple((i.table, seen.tables[i.table].content) for i in recipe.inputs if i.table in seen.tables)
    settled = json.dumps(recipe.settle(params), sort_keys=True, default=str)
    key = (repr(city.storage), city.city_id, recipe.sha256, settled, inputs, step)
    with _MAKING:
        known = _RUNS.get(key)
        if known is not None:
            return known
        made = _kept_run(city, recipe_name, recipe.sha256, settled, dict(inputs))
        if made is None and keep:
            made = runs.run(city, recipe_name, params, snapshot=seen.number)
        if made is None:
            done = runs._compute(recipe, seen, params, None)
            rows = done.steps.get(step) if step else done.rows
            return (rows if done.status == "done" else None), done.reason
        rows = runs.step(city, made.run_id, step) if step else made.rows
        if made.status != "done" or rows is None:
            return _RUNS.put(key, (None, made.reason or f"it keeps no step {step}"))
        return _RUNS.put(key, (rows, ""))


def _kept_run(city: CityLake, name: str, sha256: str, settled: str, inputs: Mapping[str, int]) -> Run | None:
    from nagara.citylab import runs

    for made in runs.recent(city, recipe=name, limit=20):
        same = json.dumps(json.loads(json.dumps(dict(made.params))), sort_keys=True) == settled
        if made.recipe_sha256 == sha256 and same and made.status == "done":
            full = runs.read(city, made.run_id)
            if dict(full.inputs) == dict(inputs):
                return full
    return None


# Keeping


def _canonical(prepared: Prepared) -> str:
    """What the digest is over: everything but the names of this Run. Packed series count by their content."""
    data = prepared.as_dict()
    for name in ("run_id", "digest", "snapshot"):
        data.pop(name)
    return json.dumps(_unpack(data), sort_keys=True, ensure_ascii=False, default=str)


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if "hidden" in value:
            value = value | {"hidden": {k: _contents(v) for k, v in value["hidden"].items()}}
        return {str(k): _unpack(v) for k, v in value.items()}
    return [_unpack(v) for v in value] if isinstance(value, list | tuple) else value


def _contents(packed: Sequence[str]) -> list[str]:
    import base64
    import zlib

    return [hashlib.sha256(zlib.decompress(base64.b85decode(text))).hexdigest() for text in packed]


def _with_digest(prepared: Prepared) -> Prepared:
    return replace(prepared, digest=hashlib.sha256(_canonical(prepared).encode()).hexdigest())


def _keep(city: CityLake, seen: Snapshot, made: Sequence[Prepared], seconds: float) -> list[Prepared]:
    import pyarrow as pa

    from nagara.citylab import evidence, runs
    from nagara.citylab.lake import artifacts

    started = datetime.now(UTC)
    kept = [replace(p, run_id=evidence.new_run_id(f"lab-{p.lab.name}", started)) for p in made]
    records = [_as_run(p, seen, started, seconds / len(kept)) for p in kept]
    inputs = runs._input_rows(seen, records[0])
    by_run = [
        inputs.set_column(0, inputs.schema.field(0), pa.array([r.run_id] * inputs.num_rows, pa.string()))
        for r in records
    ]
    for prepared in kept:
        city.pin(prepared.run_id, seen.number)
        text = json.dumps(prepared.as_dict(), ensure_ascii=False, default=str)
        artifacts.keep(city.storage, city.city_id, prepared.run_id, ARTIFACT, pa.table({"prepared": [text]}))
    rows = pa.concat_tables([runs._run_row(r) for r in records])

    def change(draft: Any) -> None:
        draft.append("run", rows)
        draft.append("run_input", pa.concat_tables(by_run))

    city.commit(change)
    for prepared in kept:
        _OPEN.put((repr(city.storage), city.city_id, prepared.run_id), prepared)
    return kept


def _as_run(prepared: Prepared, seen: Snapshot, started: datetime, seconds: float) -> Run:
    from nagara.citylab import engine
    from nagara.citylab.evidence import Run
    from nagara.citylab.runs import LAB

    lab = prepared.lab
    drawn = {k: v.isoformat() if isinstance(v, date) else v for k, v in prepared.params.items()}
    read = sorted(plan_of(lab).tables())
    return Run(
        run_id=prepared.run_id,
        city_id=prepared.city_id,
        recipe=LAB + lab.name,
        recipe_version=lab.version,
        recipe_sha256=lab.sha256,
        params={"learner": hashlib.sha256(prepared.seed.encode()).hexdigest()[:12], **drawn},
        engine=engine.engine_name(),
        snapshot=prepared.snapshot,
        started=started,
        seconds=seconds,
        status="done",
        reason="",
        digest=prepared.digest,
        inputs={t: seen.tables[t].content for t in read if t in seen.tables},
    )


# Opening again


def reopen(city: CityLake, run_id: str) -> Prepared:
    """A prepared lab from its evidence, with its keys as they were. Raises UnknownRun, InputsErased."""
    from nagara.citylab import runs
    from nagara.citylab.lake import artifacts

    key = (repr(city.storage), city.city_id, run_id)
    known = _OPEN.get(key)
    if known is not None and _is_there(city, run_id):
        return known
    rows = artifacts.kept(city.storage, city.city_id, run_id, ARTIFACT)
    if rows is None:
        old = runs.read(city, run_id)
        city.snapshot(old.snapshot)  # says so where its inputs were erased
        raise runs.UnknownRun(
            f"the keys of {run_id} are gone.",
            where=city.city_id,
            mend="Prepare the lab again: its seed gives them.",
        )
    prepared = Prepared.from_dict(json.loads(rows.column("prepared")[0].as_py()))
    return _OPEN.put(key, prepared)


def _is_there(city: CityLake, run_id: str) -> bool:
    """Whether the keys are still kept: an erasure takes them away, whoever remembers them."""
    from nagara.citylab.lake.artifacts import _key

    try:
        city.storage.local(_key(city.city_id, run_id, ARTIFACT))
    except (FileNotFoundError, ValueError):
        return False
    return True


def rerun(city: CityLake, run_id: str, *, threads: int | None = None) -> Repeat:
    """Make the keys of a kept lab once more from its seed, on the versions that it cites, and compare."""
    from nagara.citylab import engine, runs

    old = runs.read(city, run_id)
    seen = city.snapshot(old.snapshot)
    before = reopen(city, run_id)
    tables, out = recipes_for(city, before.lab, seen)
    made = compute(before.lab, seen, [before.seed], tables, out, threads=threads, fresh=True)[0]
    after = _with_digest(made)
    newest = city.newest()
    newer = tuple(n for n, c in old.inputs.items() if n not in newest.tables or newest.tables[n].content != c)
    reasons = []
    from nagara.citylab.labs.reading import catalogue

    now = catalogue().get(before.lab.name)
    if now is not None and now.sha256 != before.lab.sha256:
        reasons.append(f"the lab changed since: version {before.lab.version} then, {now.version} now")
    return runs.Repeat(
        run_id, old.digest, after.digest, old.engine, engine.engine_name(), tuple(reasons), newer
    )
