"""Keeps prepared labs as Runs of the city: keys as evidence, opened again or computed again years later.

A lab's Run is called `lab:<name>`; its parameters are the numbers drawn, its digest is over the keys. It lies
beside the tables (lake/lab_runs.py), with the lab's text as it was: a grade can be given again from that
alone. Nothing of it stands in the city's tables, which are public.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from nagara.citylab.labs.fitting import Kept
from nagara.citylab.labs.model import Lab, Prepared, UnknownLab, encoded
from nagara.citylab.labs.plan import plan_of
from nagara.citylab.labs.preparing import compute

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.evidence import Run
    from nagara.citylab.lake import CityLake, Snapshot
    from nagara.citylab.runs import Repeat

PREFIX = "lab:"
_OPEN: Kept[Prepared] = Kept(256)
_RUNS: Kept[tuple[Any, str]] = Kept(64)
_SOURCES: Kept[frozenset[str]] = Kept(500)
_MAKING: Kept[Lock] = Kept(64)
"""One recipe runs once at a time for the same inputs: a class that opens a lab together waits for one run."""


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
    """A lab for a class, a seed a learner: one session of the engine."""
    began = time.perf_counter()
    seen = city.newest() if snapshot is None else city.snapshot(snapshot)
    runs, out = recipes_for(city, lab, seen, keep=keep)
    made = [_with_digest(p) for p in compute(lab, seen, seeds, runs, out)]
    if not keep:
        return made
    return _keep(city, seen, made, time.perf_counter() - began)


def make_ready(city: CityLake, lab: Lab) -> None:
    """Run the recipes of a lab on a city's newest snapshot and keep them, so that nobody waits for them."""
    if lab.runs:
        recipes_for(city, lab, city.newest())


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
    with _MAKING.first(key, Lock()):
        known = _RUNS.get(key) or (None if keep else _RUNS.get((*key, "not kept")))
        if known is not None:
            return known
        made = _kept_run(city, recipe_name, recipe.sha256, settled, dict(inputs))
        if made is None and keep:
            made = runs.run(city, recipe_name, params, snapshot=seen.number)
        if made is None:
            done = runs._compute(recipe, seen, params, None)
            rows = done.steps.get(step) if step else done.rows
            found = (rows if done.status == "done" else None), done.reason
            return _RUNS.put((*key, "not kept"), found)
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
    for key in data["keys"].values():
        if "hidden" in key["body"]:
            plain = {name: _contents(packed) for name, packed in key["body"]["hidden"].items()}
            key["body"] = {**key["body"], "hidden": plain}
    return json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)


def _contents(packed: Sequence[str]) -> list[str]:
    import base64
    import zlib

    return [hashlib.sha256(zlib.decompress(base64.b85decode(text))).hexdigest() for text in packed]


def _with_digest(prepared: Prepared) -> Prepared:
    return replace(prepared, digest=hashlib.sha256(_canonical(prepared).encode()).hexdigest())


def _keep(city: CityLake, seen: Snapshot, made: Sequence[Prepared], seconds: float) -> list[Prepared]:
    from nagara.citylab import engine, evidence
    from nagara.citylab.lake import lab_runs, pins

    started, sources = datetime.now(UTC), _sources(made[0].lab, seen)
    pins.pin(city.storage, city.city_id, lab_runs.PIN, seen.number)
    kept = [replace(p, run_id=evidence.new_run_id(f"lab-{p.lab.name}", started)) for p in made]
    for prepared in kept:
        lab = prepared.lab
        record = {
            "run_id": prepared.run_id,
            "recipe": PREFIX + lab.name,
            "recipe_version": lab.version,
            "recipe_sha256": lab.sha256,
            "params": {k: encoded(v) for k, v in prepared.params.items()},
            "engine": engine.engine_name(),
            "snapshot": prepared.snapshot,
            "inputs": _inputs(lab, seen),
            "sources": sources,
            "started": started.isoformat(),
            "seconds": round(seconds / len(kept), 4),
            "status": "done",
            "digest": prepared.digest,
        }
        lab_runs.keep(city.storage, city.city_id, record, prepared.as_dict(), pin=False)
        _OPEN.put((repr(city.storage), city.city_id, prepared.run_id), prepared)
    return kept


def _inputs(lab: Lab, seen: Snapshot) -> dict[str, int]:
    """Contents of every table that the lab or one of its recipes read."""
    from nagara.citylab import recipes

    read = set(plan_of(lab).tables()).union(
        *({i.table for i in recipes.load(r.recipe).inputs} for r in lab.runs)
    )
    return {t: seen.tables[t].content for t in sorted(read) if t in seen.tables}


def _sources(lab: Lab, seen: Snapshot) -> list[str]:
    """Sources of the rows behind a lab: erasing one of them takes the keys away."""
    from nagara.citylab import engine
    from nagara.citylab.tables import TABLES

    found: set[str] = set()
    for name, content in _inputs(lab, seen).items():
        if "source_id" not in TABLES[name].column:
            continue
        key = (repr(seen._storage), seen.city_id, name, content)
        known = _SOURCES.get(key)
        if known is None:
            with engine.session({name: seen.files(name)}) as session:
                rows = session.sql(f'select distinct source_id from "{name}" where source_id is not null')
            known = _SOURCES.put(key, frozenset(rows.column("source_id").to_pylist()))
        found |= known
    return sorted(found)


# Opening again


def reopen(city: CityLake, run_id: str) -> Prepared:
    """A prepared lab from its evidence, with its keys as they were. Raises UnknownRun, InputsErased."""
    from nagara.citylab.lake import lab_runs

    key = (repr(city.storage), city.city_id, run_id)
    known = _OPEN.get(key)
    if known is not None and lab_runs.has_keys(city.storage, city.city_id, run_id):
        return known
    kept = lab_runs.keys(city.storage, city.city_id, run_id)
    if kept is None:
        old = _record(city, run_id)
        city.snapshot(old["snapshot"])  # says so where its inputs were erased
        raise UnknownLab(
            f"the keys of {run_id} are gone.",
            where=city.city_id,
            mend="Prepare the lab again: its seed gives them.",
        )
    return _OPEN.put(key, Prepared.from_dict(kept))


def _record(city: CityLake, run_id: str) -> dict[str, Any]:
    from nagara.citylab import runs
    from nagara.citylab.lake import lab_runs

    found = lab_runs.record(city.storage, city.city_id, run_id)
    if found is None:
        raise runs.UnknownRun(f"there is no lab {run_id!r} in {city.city_id}.", mend="Prepare the lab first.")
    return found


def rerun(city: CityLake, run_id: str, *, threads: int | None = None) -> Repeat:
    """Make the keys of a kept lab once more from its seed, on the versions that it cites, and compare."""
    from nagara.citylab import engine, runs
    from nagara.citylab.labs.reading import catalogue

    old = _record(city, run_id)
    seen = city.snapshot(old["snapshot"])
    before = reopen(city, run_id)
    tables, out = recipes_for(city, before.lab, seen)
    made = compute(before.lab, seen, [before.seed], tables, out, threads=threads, fresh=True)[0]
    newest = city.newest()
    newer = tuple(
        n for n, c in old["inputs"].items() if n not in newest.tables or newest.tables[n].content != c
    )
    now = catalogue().get(before.lab.name)
    reasons = []
    if now is not None and now.sha256 != before.lab.sha256:
        reasons.append(f"the lab changed since: version {before.lab.version} then, {now.version} now")
    return runs.Repeat(
        run_id,
        old["digest"],
        _with_digest(made).digest,
        old["engine"],
        engine.engine_name(),
        tuple(reasons),
        newer,
    )
