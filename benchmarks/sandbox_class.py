"""Fifty learners, each with a question every ten seconds to a table of a million rows, on two cores."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence

from benchmarks.case import Plan, Run, Target, run_side
from benchmarks.measure import Compared
from benchmarks.sandbox import _p95

TITLE = "50 learners, a question each every 10 s on a million rows, 95th"
QUESTIONS = (
    "select datastream_id, avg(value) as mean, count(*) as n from observation group by datastream_id",
    "select date_trunc('hour', ts) as hour, max(value) as top from observation group by hour order by hour",
    "select count(*) as n from observation where quality = 1 and value > {n}",
    "select datastream_id, median(value) as m from observation where value < {n} group by all order by m",
    "select * from observation order by value desc limit 20",
    "select ts, value, value - lag(value) over (partition by datastream_id order by ts) as step"
    " from observation where datastream_id = 'd{n}' order by ts limit 1000",
    "select nope from observation",
)


def plan(quick: bool) -> Plan:
    """Learners, rows, seconds of the class, seconds between two questions of one."""
    arguments = ("4", "20000", "2", "1") if quick else ("50", "1000000", "40", "10")
    return Plan(Run("nagara", arguments), most_rounds=1, warm_up=0)


def _observations(rows: int) -> object:
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(5)
    at = np.arange(rows)
    times = np.datetime64("2026-09-01T00:00:00", "us") + (at // 100) * np.timedelta64(300, "s")
    return pa.table(
        {
            "datastream_id": pa.array([f"d{i % 100}" for i in range(rows)]),
            "ts": pa.array(times, pa.timestamp("us", tz="UTC")),
            "value": chance.gamma(2.0, 30.0, rows),
            "quality": pa.array(np.ones(rows, np.int8)),
            "source_id": pa.array(["s"] * rows),
        }
    )


def nagara(learners: str, rows: str, lasts: str, every: str) -> None:
    from nagara.citylab.sandbox import Catalogue, Pool, TableFiles

    table = TableFiles(arrow=_observations(int(rows)))  # type: ignore[arg-type]
    city = Catalogue("bench", 1, "Asia/Jakarta", {"observation": table})
    pool = Pool()
    pool.ask(city, "select count(*) from observation")
    taken: list[float] = []
    wrong: list[str] = []
    end = time.monotonic() + float(lasts)

    def learn(number: int) -> None:
        chance = random.Random(number)
        time.sleep(chance.random() * float(every))
        while time.monotonic() < end:
            sql = chance.choice(QUESTIONS).replace("{n}", str(chance.randrange(100)))
            began = time.perf_counter()
            answer = pool.ask(city, sql)
            taken.append(time.perf_counter() - began)
            if answer.status != ("refused" if "nope" in sql else "done"):
                wrong.append(f"{sql}: {answer.problem}")
            time.sleep(max(0.0, float(every) - taken[-1]))

    threads = [threading.Thread(target=learn, args=(number,)) for number in range(int(learners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()
    assert not wrong, wrong[:3]
    print(f"{len(taken)} questions, median {sorted(taken)[len(taken) // 2] * 1000:.0f} ms")
    print(f"seconds={_p95(taken):.4f}")


def targets(found: Sequence[Compared]) -> list[Target]:
    return [Target("95th of the answers", found[0].seconds, 2.0, "s", at_least=False)]


SIDES = {"nagara": nagara}
if __name__ == "__main__":
    run_side(SIDES)
