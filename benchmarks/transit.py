"""GTFS statistics of a day: ours from the zip against gtfs-kit, and on tables against hand-written SQL.

The feed's trips are written out four times under new ids. Each side prints what it found, so that the
figures can be seen to agree. Without the real feed (`NAGARA_SHARED`) a made-up one of its size is used.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.case import PEERS, Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "GTFS statistics of a day, 1.16 M stop times"
TIMES = 4
REAL = "data/bandung/gtfs_2025"
DAY = "2025-10-15"

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


def made_up(out: Path, trips: int) -> None:
    """A feed of 60 lines with trips of 40 calls, every few minutes from 5 to 22 o'clock."""
    lines, calls = 60, 40
    texts = {
        "agency.txt": [
            "agency_id,agency_name,agency_url,agency_timezone",
            "a,A,https://example.org,Asia/Jakarta",
        ],
        "calendar.txt": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            "d,1,1,1,1,1,1,1,20250101,20251231",
        ],
        "stops.txt": ["stop_id,stop_name,stop_lat,stop_lon"]
        + [
            f"s{i}_{c},S {i} {c},{-6.9 + 0.002 * i:.5f},{107.5 + 0.004 * c:.5f}"
            for i in range(lines)
            for c in range(calls)
        ],
        "routes.txt": ["route_id,agency_id,route_short_name,route_type"]
        + [f"r{i},a,{i},3" for i in range(lines)],
        "trips.txt": ["route_id,service_id,trip_id,direction_id"],
        "stop_times.txt": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"],
    }
    for t in range(trips):
        line, start = t % lines, 5 * 3600 + (t // lines) * 17 * 3600 // max(1, trips // lines)
        texts["trips.txt"].append(f"r{line},d,t{t},{t // lines % 2}")
        for c in range(calls):
            at = start + 120 * c
            clock = f"{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}"
            texts["stop_times.txt"].append(f"t{t},{clock},{clock},s{line}_{c},{c + 1}")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, rows in texts.items():
            target.writestr(name, "\n".join(rows) + "\n")


def real_feed() -> Path | None:
    """Bandung's feed, where the real data are on this machine."""
    shared = Path(os.environ.get("NAGARA_SHARED", Path(__file__).parents[2] / "shared"))
    return next((p for p in sorted((shared / REAL).glob("*.zip"))), None)


def _tables(feed: Path, folder: Path) -> None:
    import pyarrow.parquet as pq

    folder.mkdir()
    for table, rows in read(feed).items():
        pq.write_table(rows, folder / f"{table}.parquet", compression="zstd")


def plan(quick: bool) -> Plan:
    from benchmarks import data

    real, work = real_feed(), data.work_folder()
    if quick or real is None:
        size = 300 if quick else 29_000
        feed = data.once(work / f"feed-{size}.zip", lambda path: made_up(path, size))
    else:
        feed = data.once(work / "feed-real-4.zip", lambda path: repeat(real, path, TIMES))
    tables = data.once(work / f"{feed.stem}-tables", lambda path: _tables(feed, path))
    zipped, parquet = (str(feed), DAY), (str(tables), DAY)
    return Plan(
        Run("nagara", parquet),
        {
            "gtfs-kit": Run("kit", zipped, PEERS),
            "hand-written SQL": Run("sql", parquet),
            "ourselves from the zip": Run("all", zipped),
        },
        most_rounds=3,
        warm_up=0,
    )


def read(feed: Path) -> dict[str, Any]:
    """The feed as canonical tables."""
    import pyarrow as pa

    from nagara.citylab.findings import Findings
    from nagara.citylab.sources import Options, gtfs
    from nagara.citylab.tables import conform

    parts: dict[str, list[Any]] = {}
    for name, table in gtfs.read([feed], Options("city", "Asia/Jakarta", 32748, "feed"), Findings()):
        parts.setdefault(name, []).append(conform(name, table, source_id="feed"))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _recipe(tables: dict[str, Any], day: str) -> None:
    from nagara.citylab.evidence import compute
    from nagara.citylab.recipes import Context, load

    done = compute(load("transit-service"), tables, Context("c", "C", "Asia/Jakarta", 32748), {"day": day})
    rows = [r for r in done.rows.to_pylist() if r["unit_kind"] == "city"]
    print({r["indicator"]: r["value"] for r in rows if r["indicator"] in ("transit_trips", "transit_km")})


def _files(folder: str) -> dict[str, list[str]]:
    return {p.stem: [str(p)] for p in Path(folder).glob("*.parquet")}


def _loaded() -> None:
    """Import what the sides need before the clock starts, as the peers do."""
    import nagara.citylab.evidence
    import nagara.citylab.sources.gtfs  # noqa: F401


def nagara(folder: str, day: str) -> None:
    _loaded()
    with timed():
        _recipe(_files(folder), day)


def everything(feed: str, day: str) -> None:
    _loaded()
    with timed():
        _recipe(read(Path(feed)), day)


def by_hand(folder: str, day: str) -> None:
    import duckdb

    with timed(), duckdb.connect() as con:
        for name, files in _files(folder).items():
            con.execute(f"create view {name} as select * from read_parquet({files})")
        found = [con.execute(text.replace("{day}", day)).fetchall() for text in SQL]
        print(found[2][0], [len(rows) for rows in found[3:]])


def kit(feed: str, day: str) -> None:
    import warnings

    import gtfs_kit

    warnings.simplefilter("ignore")
    with timed():
        read_in = gtfs_kit.read_feed(feed, dist_units="km")
        date = day.replace("-", "")
        trips = read_in.compute_trip_stats()
        network = read_in.compute_network_stats([date], trip_stats=trips)
        read_in.compute_route_stats([date], trip_stats=trips)
        read_in.compute_stop_stats([date])
        print(network.iloc[0].to_dict())


def targets(found: Sequence[Compared]) -> list[Target]:
    by = {one.peer: one for one in found}
    kit, zipped, sql = by["gtfs-kit"], by["ourselves from the zip"], by["hand-written SQL"]
    whole = (kit.peer_seconds or 0) / (zipped.peer_seconds or 1e-9)
    cpu = (kit.peer_cpu or 0) / (zipped.peer_cpu or 1e-9)
    return [
        Target("times as fast as gtfs-kit, both from the zip", whole, 20),
        Target("times as fast as gtfs-kit, both from the zip, CPU time", cpu, 20),
        Target("times hand-written SQL, CPU time", 1 / (sql.cpu_ratio or 1e-9), 1.5, at_least=False),
        Target("times hand-written SQL on the same tables", 1 / (sql.ratio or 1e-9), 1.5, at_least=False),
    ]


SIDES = {"nagara": nagara, "all": everything, "sql": by_hand, "kit": kit}
if __name__ == "__main__":
    run_side(SIDES)
