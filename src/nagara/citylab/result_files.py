"""The results of a run as a file that other tools read: CSV, or GeoParquet with the units' geometry."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from nagara.citylab.brief.naming import Names
from nagara.citylab.cells import outlines_of
from nagara.citylab.evidence import SHOWN, Run
from nagara.citylab.findings import CityLabError
from nagara.citylab.lake import CityLake, Snapshot
from nagara.citylab.lake.geoparquet import GeoMetadata
from nagara.citylab.lake.licences import Share, recognise

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_results(city: CityLake, made: Run, to: Path) -> int:
    """Write a run's results, with the name of each unit, as .csv or .parquet; returns the number of rows.

    The Parquet file is GeoParquet 1.1: `geometry` (WKB, longitude and latitude) is the border of a zone or
    cell, or the place of a station or stop. It is empty for the city as a whole, and where the licence of the
    source that drew it does not let it be passed on. Raises CityLabError on any other ending.
    """
    if to.suffix not in {".csv", ".parquet"}:
        raise CityLabError(
            f"cannot write {to.suffix or 'a file without ending'}.", mend="Use .csv or .parquet."
        )
    seen = city.newest()
    rows = made.rows.select(list(SHOWN))
    names = Names(seen)
    called = [names.of(row["unit_kind"], row["unit_id"]) for row in rows.select(SHOWN[:2]).to_pylist()]
    rows = rows.add_column(2, "unit_name", pa.array(called, pa.string()))
    if to.suffix == ".csv":
        _write_csv(rows, to)
    else:
        _write_parquet(rows, seen, made, to)
    return int(rows.num_rows)


def _write_csv(rows: pa.Table, to: Path) -> None:
    """Text that a spreadsheet would run as a formula is quoted with '."""
    with to.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(rows.column_names)
        for batch in rows.to_batches(10_000):
            writer.writerows([_safe(value) for value in row.values()] for row in batch.to_pylist())


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_parquet(rows: pa.Table, seen: Snapshot, made: Run, to: Path) -> None:
    shapes = _shapes(rows, seen)
    pairs = zip(rows.column("unit_kind").to_pylist(), rows.column("unit_id").to_pylist(), strict=True)
    rows = rows.append_column("geometry", pa.array([shapes.get(pair) for pair in pairs], pa.binary()))
    geo = GeoMetadata("geometry")
    geo.add(rows.column("geometry"))
    told = {"geo": geo.as_json(), "run_id": made.run_id, "digest": made.digest}
    pq.write_table(rows.replace_schema_metadata(told), to, compression="zstd")


def _free(table: pa.Table, seen: Snapshot) -> pa.Table:
    """The rows of sources whose licence lets them be passed on."""
    rows = seen.table("source").select(["source_id", "licence"]).to_pylist()
    free = [row["source_id"] for row in rows if recognise(row["licence"]).share is not Share.FORBIDDEN]
    return table.filter(pc.is_in(table.column("source_id"), pa.array(free, pa.string())))


def _shapes(rows: pa.Table, seen: Snapshot) -> dict[tuple[str, str], bytes]:
    """The geometry (WKB) of every unit that has one which may be passed on."""
    kinds = set(pc.unique(rows.column("unit_kind")).to_pylist())
    found: dict[tuple[str, str], bytes] = {}
    if "zone" in kinds:
        found |= {
            ("zone", k): v for k, v in _pairs(_free(seen.table("zone"), seen), "zone_id", "geom_wkb") if v
        }
    if "cell" in kinds:
        cells = pc.unique(
            rows.filter(pc.equal(rows.column("unit_kind"), "cell")).column("unit_id")
        ).to_pylist()
        outlines = outlines_of(int(c) for c in cells)
        borders = shapely.to_wkb([shapely.Polygon(ring) for ring in outlines])
        found |= {("cell", c): bytes(wkb) for c, wkb in zip(cells, borders, strict=True)}
    if "stop" in kinds:
        found |= {("stop", k): v for k, v in _points(_free(seen.table("stop"), seen), "stop_id").items()}
    if kinds & {"thing", "datastream"}:
        things = _points(_free(seen.table("thing"), seen), "thing_id")
        found |= {("thing", k): v for k, v in things.items()}
        streams = _pairs(seen.table("datastream"), "datastream_id", "thing_id")
        found |= {("datastream", k): things[thing] for k, thing in streams if thing in things}
    return found


def _pairs(table: pa.Table, key: str, value: str) -> list[tuple[str, Any]]:
    return list(zip(table.column(key).to_pylist(), table.column(value).to_pylist(), strict=True))


def _points(table: pa.Table, key: str) -> dict[str, bytes]:
    placed = table.filter(pc.and_(pc.is_valid(table.column("lon")), pc.is_valid(table.column("lat"))))
    points = shapely.to_wkb(shapely.points(placed.column("lon").to_numpy(), placed.column("lat").to_numpy()))
    return dict(zip(placed.column(key).to_pylist(), map(bytes, points), strict=True))
