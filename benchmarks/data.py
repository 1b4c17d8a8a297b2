"""Generated data for the cases: the same on every machine, made once and kept in a work folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

STATIONS = 200
STEP_S = 600
START = 1_735_689_600
"""2025-01-01 in UTC; the files hold local time of a zone seven hours ahead."""


def work_folder() -> Path:
    """Where generated data lie: `NAGARA_BENCH`, else `var/bench` in the checkout."""
    given = os.environ.get("NAGARA_BENCH")
    folder = Path(given) if given else Path(__file__).parents[1] / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def once(path: Path, make: Callable[[Path], None]) -> Path:
    """`path`, made by `make` where it is not there yet; half a file is never left under its name."""
    if not path.exists():
        part = path.with_name(f"part-{path.name}")
        make(part)
        part.rename(path)
    return path


def _series(rng: Any, first: int, size: int) -> Any:
    """Values of all stations at `size` times, `size` x STATIONS: tide, day, noise, to the millimetre."""
    import numpy as np

    hours = (np.arange(first, first + size) * STEP_S / 3600.0)[:, None]
    phase = np.arange(STATIONS) * 0.7
    values = (
        1200 + 400 * np.sin(2 * np.pi * hours / 12.42 + phase) + 60 * np.sin(2 * np.pi * hours / 24 + phase)
    )
    values = np.round(values + rng.normal(0, 8, (size, STATIONS)), 1)
    wild = rng.random(values.shape) < 0.0005
    values[wild] = 99_999.0
    return values


def _chunks(rows: int) -> Iterator[tuple[int, Any]]:
    """(number of the first time, values as times x stations) until there are `rows` values."""
    import numpy as np

    rng, times, first = np.random.default_rng(7), -(-rows // STATIONS), 0
    while first < times:
        size = min(2500, times - first)
        yield first, _series(rng, first, size)
        first += size


def readings_csv(rows: int) -> Path:
    """Readings of 200 stations by time, in local time, as files come.

    One row in a thousand stands there twice, one in ten thousand a second time with another value; one value
    in two thousand is absurd; one cell in a thousand is a dash for "no value", one in ten thousand a word.
    """

    def make(path: Path) -> None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.csv as csv

        names = pa.array([f"ST{i:03d}" for i in range(STATIONS)])
        with pa.CompressedOutputStream(str(path), "gzip") as out:
            for first, values in _chunks(rows):
                size = len(values)
                epoch = np.repeat(START + 7 * 3600 + (first + np.arange(size)) * STEP_S, STATIONS)
                index = np.arange(values.size, dtype=np.int64)
                again = np.sort(np.concatenate([index, index[::997], index[500::9973]]), kind="stable")
                stamps = pa.array(epoch[again].astype("datetime64[s]"))
                table = pa.table(
                    {
                        "station": names.take(pa.array(again % STATIONS)),
                        "time": pc.strftime(stamps, "%Y-%m-%d %H:%M:%S"),
                        "level_mm": _as_written(values.ravel()[again], again),
                    }
                )
                csv.write_csv(table, out, csv.WriteOptions(include_header=first == 0, quoting_style="none"))

    return once(work_folder() / f"readings-as-they-come-{rows}.csv.gz", make)


def _as_written(values: Any, index: Any) -> Any:
    """Values as text; `index` says which reading each is (the same twice where a row comes twice)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    second = np.append(False, index[1:] == index[:-1])
    values = values + 5 * (second & (index % 9973 == 500))
    text = pa.array(np.round(values, 1)).cast(pa.string())
    text = pc.if_else(pa.array(index % 997 == 7), "-", text)
    return pc.if_else(pa.array(index % 9973 == 11), "error", text)


READINGS_MAP = """kind = "observations"
[read]
na = ["-"]
[source]
nature = "simulated"
licence = "CC0-1.0"
[time]
column = "time"
tz = "city"
[thing]
id = "station"
[property.water_level]
column = "level_mm"
unit = "mm"
valid_min = -3000
valid_max = 15000
"""


def observations(rows: int) -> Path:
    """The canonical table `observation` as Parquet, some values wild; sorted by datastream and time."""

    def make(path: Path) -> None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        values = np.concatenate([part for _, part in _chunks(rows)]).T
        times = (START + np.arange(values.shape[1], dtype=np.int64) * STEP_S) * 1_000_000
        from nagara.citylab.tables import TABLES, conform

        with pq.ParquetWriter(path, TABLES["observation"].schema, compression="zstd") as writer:
            for station, series in enumerate(values):
                flags = np.where(series > 15_000, 4, 1).astype(np.int8)
                part = pa.table(
                    {
                        "datastream_id": pa.array([f"ST{station:03d}:water_level"] * len(series)),
                        "ts": pa.array(times).cast(pa.timestamp("us", tz="UTC")),
                        "value": series,
                        "quality": flags,
                    }
                )
                writer.write_table(conform("observation", part, source_id="bench"))

    return once(work_folder() / f"observation-{rows}.parquet", make)
