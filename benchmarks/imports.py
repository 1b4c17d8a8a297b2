"""Import of readings from CSV.gz: `nagara import` with its lake, and pandas reading and cleaning the file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from benchmarks.case import PEERS, Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "Import 5 M readings from CSV.gz"
ROWS = 5_000_000


def plan(quick: bool) -> Plan:
    from benchmarks import data

    rows = 100_000 if quick else ROWS
    mapping = data.work_folder() / "readings.toml"
    mapping.write_text(data.READINGS_MAP)
    given = (str(data.readings_csv(rows)), str(mapping), str(rows))
    return Plan(Run("nagara", given), {"pandas": Run("pandas", given, PEERS)})


def nagara(file: str, mapping: str, rows: str, *, whole: bool = True) -> None:
    """The command as people type it, on a lake of its own; the process's whole time counts."""
    import os
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="nagara-bench-") as home:
        os.environ["NAGARA_HOME"] = home
        os.environ.pop("NAGARA_LAKE", None)
        from nagara.citylab import open_lake
        from nagara.cli import app

        row = {"city_id": "here", "name": "Here", "country": "XX", "tz": "Asia/Jakarta", "epsg": 32748}
        open_lake().create(row)
        command = ["import", "here", file, "--map", mapping, "--source", "bench"]
        with nullcontext() if whole else timed():
            app(command, standalone_mode=False)
            kept = open_lake().city("here").newest().files("observation")
            size = sum(Path(f).stat().st_size for f in kept) / 1e6
            print(f"{rows} rows, {size:.1f} MB in the lake")


def pandas(file: str, _mapping: str, _rows: str) -> None:
    """The same cleaning as one writes it in pandas.

    Read (dashes are empty), words that are no number emptied, local time to UTC, rows that come twice
    dropped, of two values for one station and time the first kept and flagged, values outside the range and
    empty ones flagged, sorted by station and time, one Parquet file. Not asked of the peer: a report with
    file, row and example of each finding, rows set aside, the search for personal data, a durable store.
    """
    import tempfile
    from pathlib import Path

    import pandas as pd

    with tempfile.TemporaryDirectory(prefix="nagara-bench-") as folder:
        frame = pd.read_csv(file, na_values=["-"], parse_dates=["time"])
        frame["level_mm"] = pd.to_numeric(frame["level_mm"], errors="coerce")
        frame["time"] = frame["time"].dt.tz_localize("Asia/Jakarta").dt.tz_convert("UTC")
        frame = frame.dropna(subset=["station", "time"]).drop_duplicates()
        frame["quality"] = 1
        frame.loc[frame.duplicated(["station", "time"], keep=False), "quality"] = 3
        frame = frame.drop_duplicates(["station", "time"])
        frame.loc[~frame["level_mm"].between(-3000, 15000), "quality"] = 4
        frame.loc[frame["level_mm"].isna(), "quality"] = 9
        frame = frame.sort_values(["station", "time"])
        frame.to_parquet(Path(folder) / "out.parquet", index=False, compression="zstd")
        print(len(frame))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    rows = int(one.said.split()[0])  # the last line that our side prints
    return [
        Target("rows a second, whole process", rows / one.seconds, 400_000, "rows/s"),
        Target("rows a CPU second", rows / one.cpu, 200_000, "rows/s"),
        Target("times as fast as pandas", one.ratio or 0, 3),
        Target("times as fast as pandas, CPU time", one.cpu_ratio or 0, 3),
    ]


SIDES = {"nagara": nagara, "pandas": pandas}
if __name__ == "__main__":
    run_side(SIDES)
