"""Score sensor-qa on the series of the Numenta Anomaly Benchmark.

    python -m benchmarks.nab FOLDER        # holds data/ and labels/

sensor-qa looks for faults of sensors and looks back: it is no detector of unusual days. The score is
recorded as it is, so that a change of the method shows: standard 54.9, few false alarms 48.8, few misses
58.8 (15 series, sensor-qa 1.0.0).
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from nagara.citylab import evidence
from nagara.citylab.kernels import nab
from nagara.citylab.recipes import Context, load

CITY = Context("nab", "NAB", "UTC", 32618)


def detections(stamps: np.ndarray, values: np.ndarray) -> list[int]:
    """Where sensor-qa begins an episode: indices into the series."""
    n = len(stamps)
    table = pa.table(
        {
            "datastream_id": ["a"] * n,
            "ts": pa.array(stamps, pa.timestamp("us", tz="UTC")),
            "value": values,
            "quality": pa.array([2] * n, pa.int8()),
            "source_id": ["nab"] * n,
        }
    )
    done = evidence.compute(load("sensor-qa"), {"observation": table}, CITY)
    faults = done.steps["fault"]
    starts = [
        int(row["start_ts"].replace(tzinfo=UTC).timestamp() * 1_000_000)
        for row in faults.to_pylist()
        if row["test"] != "gap"
    ]
    return sorted(set(np.searchsorted(stamps, starts).tolist()))


def series_of(folder: Path, name: str, windows: list[list[str]]) -> nab.Series:
    table = pa_csv.read_csv(folder / "data" / name)
    stamps = (
        table.column("timestamp")
        .cast(pa.timestamp("us"))
        .to_numpy()
        .astype("datetime64[us]")
        .astype(np.int64)
    )
    values = table.column("value").to_numpy().astype(float)
    order = np.argsort(stamps, kind="stable")
    stamps, values = stamps[order], values[order]

    def index(text: str, side: str) -> int:
        at = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)
        return int(np.searchsorted(stamps, at, side=side))

    spans = [(index(low, "left"), index(high, "right") - 1) for low, high in windows]
    return nab.Series(name, len(stamps), spans, detections(stamps, values))


def main() -> None:
    folder = Path(sys.argv[1])
    labels = json.loads(next((folder / "labels").glob("*.json")).read_text(encoding="utf-8"))
    found = [series_of(folder, name, windows) for name, windows in sorted(labels.items())]
    for item in found:
        hit = sum(any(a <= d <= b for d in item.detections) for a, b in item.windows)
        print(f"{item.name:60s} windows {hit}/{len(item.windows)}  detections {len(item.detections)}")
    for title, profile in (
        ("standard", nab.STANDARD),
        ("few false alarms", nab.FEW_FALSE_ALARMS),
        ("few misses", nab.FEW_MISSES),
    ):
        print(f"{title:18s} {nab.score(found, profile):6.2f}")


if __name__ == "__main__":
    main()
