"""Each known attack is contained, with the look at the statement and without it, while a neighbour goes on."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from citylab.sandbox.attacks import ATTACKS, HARMLESS, HUNGER
from citylab.sandbox.small_city import stops
from nagara.citylab.sandbox import Answer, Catalogue, Pool, TableFiles

CANARY = "CANARY-5f1e9"
SHORT, LONG = 0.2, 5.0


@dataclass
class Scene:
    """What must not be read, written or reached, and the names under which attacks call it."""

    folder: Path
    names: Mapping[str, str]
    knocks: list[str]
    city: Catalogue

    def tree(self) -> list[str]:
        return sorted(str(p) for p in self.folder.rglob("*"))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "secret.txt").write_text(CANARY)
    (folder / "x").mkdir()
    (folder / "link.parquet").symlink_to(folder / "secret.txt")
    pq.write_table(stops(), folder / "own.parquet")
    other = stops(3).set_column(2, "name", [[CANARY] * 3])
    pq.write_table(other, folder / "other.parquet")
    closed = stops(3).set_column(2, "name", [[CANARY] * 3]).set_column(9, "source_id", [["closed"] * 3])
    pq.write_table(closed, folder / "closed.parquet")
    city = Catalogue(
        "kota",
        1,
        "Asia/Jakarta",
        {
            "stop": TableFiles((str(folder / "own.parquet"),)),
            "place": TableFiles(
                (str(folder / "closed.parquet"),), hidden_sources=("closed",), canonical=False
            ),
        },
    )
    knocks: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_listen, args=(door, knocks), daemon=True).start()
        os.environ["NAGARA_CANARY"] = CANARY
        yield Scene(
            folder,
            {
                "secret": str(folder / "secret.txt"),
                "folder": str(folder),
                "link": str(folder / "link.parquet"),
                "own": str(folder / "own.parquet"),
                "other": str(folder / "other.parquet"),
                "closed": str(folder / "closed.parquet"),
                "new": str(folder / "x" / "new"),
                "door": str(door.getsockname()[1]),
                "parent": str(os.getpid()),
            },
            knocks,
            city,
        )
        del os.environ["NAGARA_CANARY"]


def _listen(door: socket.socket, knocks: list[str]) -> None:
    while True:
        try:
            knocks.append(str(door.accept()[1]))
        except OSError:
            return


def _filled(sql: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        sql = sql.replace("{" + name + "}", value)
    return sql


def _attack(pool: Pool, scene: Scene, *, seconds: float) -> tuple[dict[str, Answer], list[Answer]]:
    """Every attack, two at a time, and what a neighbour got meanwhile."""
    over = threading.Event()
    neighbour: list[Answer] = []

    def ask_on() -> None:
        while not over.wait(0.1):
            neighbour.append(pool.ask(scene.city, "select count(*) as n, min(name) as name from stop"))

    def attack(sql: str) -> Answer:
        return pool.ask(scene.city, _filled(sql, scene.names), seconds=seconds, limit=50)

    watcher = threading.Thread(target=ask_on)
    watcher.start()
    try:
        with ThreadPoolExecutor(2) as both:
            answers = dict(zip(ATTACKS, both.map(attack, ATTACKS.values()), strict=True))
    finally:
        over.set()
        watcher.join()
    return answers, neighbour


def _unharmed(scene: Scene, before: list[str], answers: dict[str, Answer], neighbour: list[Answer]) -> None:
    leaked = {
        name: answer
        for name, answer in answers.items()
        if CANARY in f"{answer.rows} {answer.problem} {answer.mend}" or "root:" in str(answer.rows)
    }
    assert leaked == {}
    assert scene.tree() == before
    assert scene.knocks == []
    assert [a.rows for a in neighbour if a.rows != [[30, "Stop 0"]]] == []
    assert len(neighbour) > 10


def test_there_are_more_than_67_attacks() -> None:
    assert len(ATTACKS) >= 67
    assert set(ATTACKS) >= HARMLESS


def test_every_attack_is_refused_or_stopped(pool: Pool, scene: Scene) -> None:
    before = scene.tree()
    answers, neighbour = _attack(pool, scene, seconds=SHORT)
    _unharmed(scene, before, answers, neighbour)
    answered = {name for name, answer in answers.items() if answer.status == "done"}
    assert answered - HARMLESS == set()
    paths = {
        n: a
        for n, a in answers.items()
        if str(scene.folder) in f"{a.problem} {a.mend} {a.rows}" and n != "file_as_table"
    }
    told = {n for n, a in paths.items() if str(scene.folder) not in _filled(ATTACKS[n], scene.names)}
    assert told == set(), "an error names a path that the learner did not write"


def test_the_walls_alone_contain_every_attack(bare: Pool, scene: Scene) -> None:
    before = scene.tree()
    answers, neighbour = _attack(bare, scene, seconds=SHORT)
    _unharmed(scene, before, answers, neighbour)


@pytest.mark.full
def test_attacks_on_time_and_memory_are_contained_for_as_long_as_a_learner_may_ask(
    bare: Pool, scene: Scene
) -> None:
    for name, sql in HUNGER.items():
        began = time.monotonic()
        answer = bare.ask(scene.city, sql, seconds=LONG)
        assert time.monotonic() - began < LONG + 2, name
        assert answer.status != "done" or answer.row_count <= 1, name  # a fast machine may finish some
    assert bare.ask(scene.city, "select count(*) from stop").rows == [[30]]
