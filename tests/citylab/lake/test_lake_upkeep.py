"""Sweeping, pins, erasing, checking."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import InputsErased, Keeping, Lake, artifacts
from nagara.citylab.tables import TABLES

HASTY = Keeping(
    last=1,
    longest_query=dt.timedelta(0),
    longest_import=dt.timedelta(0),
    erase_wait=dt.timedelta(seconds=0.2),
)


@pytest.fixture
def hasty(city, root):
    return Lake(root, keeping=HASTY).city("demo")


def posts(*texts: str) -> pa.Table:
    return pa.table({"post_id": [f"p{t}" for t in texts], "text": list(texts)})


def reports(source_id: str, *texts: str):
    def change(draft):
        row = {"kind": "posts", "sha256": "0" * 64, "nature": "reported"}
        draft.replace("source", pa.Table.from_pylist([row]), source_id=source_id)
        draft.replace("post", posts(*texts), source_id=source_id)
        raw = pa.table({"rule": ["r"], "raw": [f"raw {texts[0]}"]})
        draft.replace("rejected", raw, source_id=source_id)

    return change


def holds(root: Path, word: str) -> list[str]:
    """Files under `root` in which a word can be found: raw, and inside Parquet (compressed) as well."""
    found = []
    for path in root.rglob("*"):
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "ignore")
        if path.suffix == ".parquet":
            text += str(pq.read_table(path, partitioning=None).to_pylist())
        if word in text:
            found.append(path.name)
    return found


def test_sweeping_keeps_the_newest_and_the_last_few(city, root, worker):
    keeping = Keeping(last=3, longest_query=dt.timedelta(0), longest_import=dt.timedelta(0))
    some = Lake(root, keeping=keeping).city("demo")
    for number in range(1, 8):
        some.commit(worker.edition("gates", number, 10))
    swept = some.sweep()
    assert swept.snapshots == (1, 2, 3, 4, 5)
    assert some.numbers() == [6, 7, 8]
    assert swept.files == 12  # three tables of four editions
    assert [worker.editions(some.snapshot(n)) for n in (6, 7, 8)] == [{"gates": g} for g in (5, 6, 7)]
    assert some.check(deep=True).sound


def test_sweeping_keeps_young_snapshots(city, worker):
    for number in range(1, 10):
        city.commit(worker.edition("gates", number, 10))
    assert city.sweep().snapshots == ()


def test_sweeping_twice_finds_nothing_more(hasty, worker):
    for number in range(1, 4):
        hasty.commit(worker.edition("gates", number, 10))
    hasty.sweep()
    again = hasty.sweep()
    assert (again.snapshots, again.files) == ((), 0)


def test_a_pinned_snapshot_stays_until_it_is_unpinned(hasty, worker):
    for number in range(1, 5):
        hasty.commit(worker.edition("gates", number, 10))
    hasty.pin("lab: week 3/é", 3)
    hasty.pin("lab: week 3/é", 3)
    assert hasty.pins() == {"lab: week 3/é": [3]}
    hasty.sweep()
    assert hasty.numbers() == [3, 5]
    assert worker.editions(hasty.snapshot(3)) == {"gates": 2}
    hasty.unpin("lab: week 3/é")
    assert hasty.sweep().snapshots == (3,)


def test_a_snapshot_that_is_gone_cannot_be_pinned(hasty, worker):
    hasty.commit(worker.edition("gates", 1, 10))
    hasty.sweep()
    with pytest.raises(CityLabError, match="there is no snapshot 1"):
        hasty.pin("run", 1)
    assert hasty.pins() == {}


def run_row(run_id: str, snapshot: int) -> pa.Table:
    full = {"run_id": run_id, "recipe": "r", "recipe_version": "1", "recipe_sha256": "0", "params": "{}"}
    row = full | {"snapshot": snapshot, "status": "done"}
    return pa.Table.from_pylist([row], schema=TABLES["run"].schema)


def test_a_snapshot_that_a_run_cites_is_never_swept(hasty, worker):
    for number in range(1, 4):
        hasty.commit(worker.edition("gates", number, 10))
    hasty.commit(lambda draft: draft.append("run", run_row("r1", 3)))
    hasty.sweep()
    assert hasty.numbers() == [3, 5]


def test_erasing_removes_every_byte_of_the_source(hasty, root):
    hasty.commit(reports("hotline", "SECRETWORD one", "two"))
    hasty.commit(reports("press", "headline"))
    hasty.commit(reports("hotline", "SECRETWORD three"))
    assert holds(root, "SECRETWORD")
    erased = hasty.erase("hotline", "asked for by the operator, letter 12")
    assert erased.marked == (2, 3, 4)
    assert holds(root, "SECRETWORD") == []
    assert hasty.newest().table("post").column("text").to_pylist() == ["headline"]
    assert set(hasty.newest().sources()) == {"press"}
    assert hasty.check(deep=True).sound


def test_erasing_takes_rows_out_of_files_that_hold_other_sources(hasty, root):
    for i in range(10):
        hasty.commit(reports(f"s{i}", f"WORD{i}x"))
    hasty.compact(least=2)
    hasty.erase("s3", "asked")
    assert holds(root, "WORD3x") == []
    assert hasty.newest().rows("post") == 9


def test_erasing_removes_what_a_killed_import_left(hasty, root, monkeypatch):
    hasty.commit(reports("hotline", "SECRETWORD one"))
    with monkeypatch.context() as patch:
        # the process dies before it can tidy up
        patch.setattr("nagara.citylab.lake.writing.Draft.discard", lambda self, **_: None)
        patch.setattr("nagara.citylab.lake.writing.Draft.publish", lambda self: 1 / 0)

        def dies(draft):
            reports("hotline", "SECRETWORD two")(draft)
            for steps in draft._steps.values():
                for step in steps:
                    getattr(step, "finish", lambda: None)()

        with pytest.raises(ZeroDivisionError):
            hasty.commit(dies)
    assert len(holds(root, "SECRETWORD two")) == 2
    hasty.erase("hotline", "asked")
    assert holds(root, "SECRETWORD") == []


def test_an_erased_snapshot_answers_inputs_erased_with_the_reason(hasty):
    hasty.commit(reports("hotline", "one"))
    hasty.commit(lambda draft: draft.append("run", run_row("r1", 2)))
    hasty.pin("r1", 2)
    hasty.erase("hotline", "letter 12")
    with pytest.raises(InputsErased, match=r"inputs erased: snapshot 2 held hotline.*letter 12") as caught:
        hasty.snapshot(2)
    assert caught.value.mark["source_id"] == "hotline"
    assert json.loads((Path(hasty.storage.root) / "demo/snapshots/00000002.erased").read_text())["reason"]


def test_erasing_removes_what_runs_kept_beside_their_results(hasty, root):
    hasty.commit(reports("hotline", "SECRETWORD"))
    for run_id, source_id in (("r1", "hotline"), ("r2", "press")):
        artifacts.keep(hasty.storage, "demo", run_id, "level", posts("SECRETWORD" if run_id == "r1" else "x"))
        row = {"run_id": run_id, "table": "post", "version": 1, "content": 2, "source_id": source_id}
        rows = pa.Table.from_pylist([row], schema=TABLES["run_input"].schema)
        hasty.commit(lambda draft, rows=rows: draft.append("run_input", rows))
    artifacts.keep(hasty.storage, "demo", "died-before-it-was-noted", "level", posts("SECRETWORD"))
    hasty.erase("hotline", "asked")
    assert holds(root, "SECRETWORD") == []
    assert artifacts.kept(hasty.storage, "demo", "r1", "level") is None
    assert artifacts.kept(hasty.storage, "demo", "r2", "level").num_rows == 1
    assert hasty.newest().rows("run_input") == 2


def test_snapshots_from_before_the_source_are_not_marked(hasty):
    hasty.commit(reports("press", "headline"))
    hasty.commit(reports("hotline", "one"))
    hasty.pin("keep", 2)
    assert hasty.erase("hotline", "asked").marked == (3,)
    assert hasty.snapshot(2).table("post").column("text").to_pylist() == ["headline"]


def test_erasing_needs_a_reason_and_a_source_that_is_there(hasty):
    hasty.commit(reports("press", "headline"))
    with pytest.raises(CityLabError, match="needs a reason"):
        hasty.erase("press", "  ")
    with pytest.raises(CityLabError, match="no snapshot holds a source 'hotline'"):
        hasty.erase("hotline", "asked")
    assert hasty.newest().number == 2


def test_a_source_that_only_older_snapshots_hold_can_be_erased(hasty, root):
    hasty.commit(reports("hotline", "SECRETWORD"))
    hasty.pin("lab", 2)
    hasty.commit(
        lambda draft: (draft.drop("post", source_id="hotline"), draft.drop("source", source_id="hotline"))
    )
    assert hasty.erase("hotline", "asked").marked == (2,)
    assert holds(root, "SECRETWORD raw") == []
    assert hasty.check(deep=True).sound


def test_an_erasure_that_was_interrupted_is_finished_by_the_next_sweep(hasty, root, monkeypatch):
    hasty.commit(reports("hotline", "SECRETWORD"))
    with monkeypatch.context() as patch:
        patch.setattr("nagara.citylab.lake.erasing.sweep_locked", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hasty.erase("hotline", "asked")
    assert holds(root, "SECRETWORD")
    assert hasty.check().findings.has("erasure-unfinished")
    hasty.sweep()
    assert holds(root, "SECRETWORD") == []
    assert not hasty.check().findings.has("erasure-unfinished")


def test_what_commit_returns_is_held_open_like_any_snapshot(hasty, worker):
    mine = hasty.commit(worker.edition("gates", 1, 10))
    for number in (2, 3):
        hasty.commit(worker.edition("gates", number, 10))
    assert hasty.sweep().in_use == (2,)
    assert worker.editions(mine) == {"gates": 1}


def test_erasing_waits_for_a_reader_and_then_goes_on(hasty, root):
    hasty.commit(reports("hotline", "SECRETWORD"))
    with hasty.snapshot(2):
        erased = hasty.erase("hotline", "asked")
    assert erased.swept.in_use == (2,)
    assert holds(root, "SECRETWORD") == []


def test_the_salt_survives_erasing_and_sweeping(hasty):
    salt = hasty.salt()
    hasty.commit(reports("hotline", "one"))
    hasty.erase("hotline", "asked")
    hasty.sweep()
    assert hasty.salt() == salt


def test_a_sound_city_has_no_findings_and_a_digest(city, worker):
    city.commit(worker.edition("gates", 1, 10))
    check = city.check(deep=True)
    assert check.sound
    assert len(check.findings) == 0
    assert check.rows == {"city": 1, "observation": 10, "zone_value": 1, "source": 1}
    assert check.digest == city.check().digest
    city.commit(worker.edition("gates", 2, 10))
    assert city.check().digest != check.digest


def test_compaction_does_not_change_the_digest(city, worker):
    for i in range(9):
        city.commit(worker.edition(f"g{i}", 1, 10))
    before = city.check()
    city.compact(least=2)
    assert city.check().digest == before.digest


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda path: path.unlink(), "file-missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-7]), "file-size"),
        (lambda path: path.write_bytes(b"x" * path.stat().st_size), "file-unreadable"),
    ],
)
def test_damaged_files_are_found_and_named(city, worker, damage, rule):
    snapshot = city.commit(worker.edition("gates", 1, 10))
    (path,) = map(Path, snapshot.files("observation"))
    damage(path)
    check = city.check(deep=True)
    assert not check.sound
    assert [f.rule for f in check.findings] == [rule]
    assert path.name in check.findings.of(rule)[0].file


def test_a_broken_snapshot_file_is_found(city, root, worker):
    for number in (1, 2):
        city.commit(worker.edition("gates", number, 10))
    (root / "demo/snapshots/00000002.json").write_text("{")
    check = city.check()
    assert not check.sound
    assert [f.file for f in check.findings.of("snapshot-broken")] == ["demo/snapshots/00000002.json"]


def test_nothing_is_swept_while_a_snapshot_cannot_be_read(hasty, root, worker):
    """Who knows which files it names?"""
    for number in (1, 2, 3):
        hasty.commit(worker.edition("gates", number, 10))
    hasty.pin("lab", 2)
    (root / "demo/snapshots/00000002.json").write_text("{")
    before = sorted(root.rglob("*.parquet"))
    with pytest.raises(CityLabError, match="snapshot 2 cannot be read"):
        hasty.sweep()
    assert sorted(root.rglob("*.parquet")) == before


def test_a_lost_log_is_found(city, root, worker):
    city.commit(worker.edition("gates", 1, 10))
    for path in (root / "demo/tables/observation/_delta_log").iterdir():
        path.unlink()
    assert city.check().findings.has("version-missing")


def test_a_pin_of_a_lost_snapshot_is_found(city, root, worker):
    city.commit(worker.edition("gates", 1, 10))
    city.pin("r1", 1)
    (root / "demo/snapshots/00000001.json").unlink()
    assert [f.rule for f in city.check().findings] == ["pin-lost"]
