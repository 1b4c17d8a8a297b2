"""A learner's trivial question through the sandbox, warm, and the same question to DuckDB in this process."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.case import Plan, Run, Target, run_side
from benchmarks.measure import Compared

TITLE = "A learner's question in a process of its own, 95th of 100"
SQL = "select count(*) as n from stop"


def plan(quick: bool) -> Plan:
    times = "5" if quick else "100"
    return Plan(Run("nagara", (times,)), {"DuckDB in process": Run("bare", (times,))}, most_rounds=3)


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)]


def _stops(rows: int = 1_000) -> object:
    import pyarrow as pa

    from nagara.citylab.tables import TABLES

    made = [
        {"feed_id": "f", "stop_id": str(i), "lon": 106.8, "lat": -6.2, "source_id": "s"} for i in range(rows)
    ]
    return pa.Table.from_pylist(made, schema=TABLES["stop"].schema)


def nagara(times: str) -> None:
    from nagara.citylab.sandbox import Catalogue, Pool, TableFiles

    city = Catalogue("bench", 1, "Asia/Jakarta", {"stop": TableFiles(arrow=_stops())})  # type: ignore[arg-type]
    pool = Pool()
    for _ in range(5):
        pool.ask(city, SQL)
    taken = []
    for _ in range(int(times)):
        began = time.perf_counter()
        answer = pool.ask(city, SQL)
        taken.append(time.perf_counter() - began)
        assert answer.rows == [[1000]], answer
        time.sleep(0.02)  # a learner reads; the pool makes the next process meanwhile
    pool.close()
    print(f"median {sorted(taken)[len(taken) // 2] * 1000:.1f} ms")
    print(f"seconds={_p95(taken):.4f}")


def bare(times: str) -> None:
    """DuckDB as a library, with no walls: a connection of its own a question."""
    import tempfile
    from pathlib import Path

    import duckdb
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stop.parquet"
        pq.write_table(_stops(), file)
        taken = []
        for _ in range(int(times)):
            began = time.perf_counter()
            with duckdb.connect(":memory:", config={"threads": "1"}) as con:
                con.execute(f"create view stop as select * from read_parquet('{file}')")
                assert con.execute(SQL).fetchall() == [(1000,)]
            taken.append(time.perf_counter() - began)
            time.sleep(0.02)
    print(f"seconds={_p95(taken):.4f}")


def targets(found: Sequence[Compared]) -> list[Target]:
    return [Target("95th of the answers, warm", found[0].seconds, 0.06, "s", at_least=False)]


SIDES = {"nagara": nagara, "bare": bare}
if __name__ == "__main__":
    run_side(SIDES)
