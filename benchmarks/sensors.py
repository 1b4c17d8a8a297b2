"""sensor-qa over many readings: the recipe as people run it, and its value tests as SQL on a bare DuckDB."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.case import Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "sensor-qa on 10 M readings"
ROWS = 10_000_000


def plan(quick: bool) -> Plan:
    from benchmarks import data

    rows = 200_000 if quick else ROWS
    given = (str(data.observations(rows)),)
    return Plan(Run("nagara", given), {"bare DuckDB": Run("duckdb", given)}, most_rounds=3, warm_up=0)


def nagara(file: str) -> None:
    """Engine, kernels, canonical result and digest, and the rows that figures keep."""
    from nagara.citylab.evidence import compute
    from nagara.citylab.recipes import Context, load

    with timed():
        done = compute(load("sensor-qa"), {"observation": [file]}, Context("c", "C", "Asia/Jakarta", 32748))
        print(done.status, done.rows.num_rows, done.digest)


def duckdb(file: str) -> None:
    """The value tests alone, as SQL written by hand (sensors.sql), less work than the recipe does."""
    import re
    from pathlib import Path

    import duckdb as db

    from nagara.citylab.recipes import load
    from nagara.citylab.recipes.clock import clock

    params = load("sensor-qa").settle({})
    texts = Path(__file__).with_name("sensors.sql").read_text().split("----\n")
    con = db.connect()
    con.register("clock_tz", clock("Asia/Jakarta"))
    con.execute("set TimeZone = 'UTC'")
    with timed():
        con.execute(
            "create view clock as"
            " select * replace (start_ts::timestamp as start_ts, end_ts::timestamp as end_ts) from clock_tz"
        )
        con.execute(
            f"create view observation as select * replace (ts::timestamp as ts) from read_parquet('{file}')"
        )
        for text in texts:
            used = {name: params[name] for name in set(re.findall(r"\$([A-Za-z_]\w*)", text))}
            con.execute(text, used)
        print(con.sql("select count(*) filter (is_spike) from tested").fetchall())


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [
        Target("seconds", one.seconds, 3, "s", at_least=False),
        Target("CPU seconds, whole process", one.cpu, 3, "s", at_least=False),
        Target("times bare DuckDB", 1 / (one.ratio or 1e-9), 1.3, at_least=False),
        Target("times bare DuckDB, CPU time", 1 / (one.cpu_ratio or 1e-9), 1.3, at_least=False),
    ]


SIDES = {"nagara": nagara, "duckdb": duckdb}
if __name__ == "__main__":
    run_side(SIDES)
