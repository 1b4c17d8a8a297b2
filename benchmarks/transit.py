"""GTFS statistics: ours against gtfs-kit from the zip, and against hand-written SQL on the same tables.

    python -m benchmarks.transit --feed gtfs.zip [--times 4] [--kit PYTHON-WITH-GTFS-KIT] [--day 2025-10-15]

The feed's trips are written out `--times` times under new ids. Each worker prints what it found, so that the
figures can be seen to agree, and `seconds=` for its own work without start-up.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import compare
from nagara.citylab.evidence import compute
from nagara.citylab.findings import Findings
from nagara.citylab.recipes import Context, load
from nagara.citylab.sources import Options, gtfs
from nagara.citylab.tables import conform

KIT = """
import sys, time, gtfs_kit
began = time.perf_counter()
feed = gtfs_kit.read_feed(sys.argv[1], dist_units="km")
day = sys.argv[2].replace("-", "")
stats = feed.compute_trip_stats()
net = feed.compute_network_stats([day], trip_stats=stats)
routes, stops = feed.compute_route_stats([day], trip_stats=stats), feed.compute_stop_stats([day])
print(net.iloc[0].to_dict())
print(f"seconds={time.perf_counter() - began:.3f}")
"""

SQL = (
    """
    create temp table run as
    with ends as (
        select trip_id, count(*) as calls, max(seq) as last,
            arg_min(dep_s, seq) as a, arg_max(dep_s, seq) as b
        from stop_time group by 1
    )
    select t.*, e.* exclude (trip_id)
    from trip t join ends e using (trip_id) join service_day d using (service_id) where d.day = '{day}'
    """,
    """
    create temp table gap as
    with left_at as (
        select s.stop_id, s.dep_s as s, count(*) as n
        from stop_time s join run r using (trip_id) where s.seq < r.last group by 1, 2
    )
    select *, s - lag(s) over (partition by stop_id order by s) as g from left_at
    """,
    """
    with change as (
        select s, sum(d) as d from (select a as s, 1 as d from run union all select b, -1 from run) group by 1
    )
    select count(*), sum(metres) / 1000 as km, sum(b - a) / 3600.0 as hours, sum(calls) as calls,
        (select max(v) from (select sum(d) over (order by s) as v from change)) as peak
    from run
    """,
    """
    select stop_id, median(g) filter (s >= 21600 and s < 72000 and s - g >= 21600) as headway,
        sum(n) filter (s >= 21600 and s < 72000) / 14.0 as departures, max(s) - min(s) as span
    from gap group by 1
    """,
    """
    with headway as (
        select route_id, median(g) as headway from (
            select route_id, a, a - lag(a) over (partition by route_id, direction_id order by a) as g from run
        ) where a >= 21600 and a < 72000 and a - g >= 21600 group by 1
    )
    select r.route_id, any_value(headway), count(*), sum(metres), sum(b - a), sum(calls), max(a) - min(a)
    from run r left join headway h using (route_id) group by 1
    """,
    """
    select route_id, hour, count(*) filter (a >= hour * 3600) as starts, count(*) as running
    from run, range(0, 48) as h(hour) where a < (hour + 1) * 3600 and b > hour * 3600 group by 1, 2
    """,
)


def repeat(feed: Path, out: Path, times: int) -> None:
    """The same feed with every trip written out `times` times under new ids."""
    with (
        zipfile.ZipFile(feed) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for name in source.namelist():
            text = source.read(name).decode("utf-8-sig")
            if name in ("trips.txt", "stop_times.txt"):
                head, *rows = text.rstrip("\n").split("\n")
                at = head.split(",").index("trip_id")
                parts = [head]
                for i in range(times):
                    for row in rows:
                        cells = row.split(",")
                        cells[at] = f"{i}_{cells[at]}"
                        parts.append(",".join(cells))
                text = "\n".join(parts) + "\n"
            target.writestr(name, text)


def read(feed: Path) -> dict[str, Any]:
    parts: dict[str, list[Any]] = {}
    for name, table in gtfs.read([feed], Options("city", "Asia/Jakarta", 32748, "feed"), Findings()):
        parts.setdefault(name, []).append(conform(name, table, source_id="feed"))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def recipe(tables: dict[str, Any], day: str) -> None:
    done = compute(load("transit-service"), tables, Context("c", "C", "Asia/Jakarta", 32748), {"day": day})
    rows = [
        r for r in done.rows.to_pylist() if r["unit_kind"] == "city" and not r["indicator"].endswith("ing")
    ]
    print({r["indicator"]: r["value"] for r in rows if r["indicator"] != "transit_starts"})


def by_hand(tables: dict[str, list[str]], day: str) -> None:
    with duckdb.connect() as con:
        for name, files in tables.items():
            con.execute(f"create view {name} as select * from read_parquet({files})")
        found = [con.execute(text.replace("{day}", day)).fetchall() for text in SQL]
        print(found[2][0], [len(rows) for rows in found[3:]])


def worker(what: str, path: Path, day: str) -> None:
    files = {p.stem: [str(p)] for p in path.glob("*.parquet")} if path.is_dir() else {}
    began = time.perf_counter()
    if what == "all":
        recipe(read(path), day)
    elif what == "recipe":
        recipe(files, day)
    else:
        by_hand(files, day)
    print(f"seconds={time.perf_counter() - began:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feed", type=Path, required=True)
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--day", default="2025-10-15")
    parser.add_argument("--kit", help="a Python that has gtfs-kit")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", choices=["all", "recipe", "sql"])
    asked = parser.parse_args()
    if asked.worker:
        worker(asked.worker, asked.feed, asked.day)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feed = folder / "feed.zip"
        repeat(asked.feed, feed, asked.times)
        for table, rows in read(feed).items():
            pq.write_table(rows, folder / f"{table}.parquet", compression="zstd")

        def ours(what: str, path: Path) -> list[str]:
            return [
                *(sys.executable, "-m", "benchmarks.transit", "--worker", what),
                *("--feed", str(path), "--day", asked.day),
            ]

        peers = (
            {"gtfs-kit": [asked.kit, "-W", "ignore", "-c", KIT, str(feed), asked.day]} if asked.kit else {}
        )
        found = compare("from zip to statistics", ours("all", feed), peers, rounds=asked.rounds, warm_up=0)
        sql = {"hand-written SQL": ours("sql", folder)}
        found += compare("statistics on tables", ours("recipe", folder), sql, rounds=asked.rounds)
        for line in found:
            print(line)


if __name__ == "__main__":
    main()
