"""A layer of stops that is no timetable: CSV, Excel, JSON, GeoJSON, maps. See docs/sources/stops.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.located import LAT_NAMES, LON_NAMES, Part, mapped_column, read_parts
from nagara.citylab.sources.text import peek, to_int
from nagara.citylab.sources.text.table import find_column
from nagara.citylab.sources.twins import Ids, NearTwins

KIND = "stops"
TITLE = "Stops of public transport, without a timetable (CSV, Excel, JSON, GeoJSON)"
TABLES = ("stop",)
OPTIONS = ("columns", "mode", "read", "duplicates")

IDS = (
    "stop_id",
    "stop_code",
    "busstopcode",
    "bus_stop_code",
    "station_id",
    "halte_id",
    "id",
    "code",
    "number",
)
NAMES = (
    "stop_name",
    "name",
    "station_name",
    "stationname",
    "halte",
    "nama",
    "name_en",
    "ชื่อ",
    "tên",
    "description",
)
MODES = ("mode", "type", "stop_type", "vehicle", "moda")
STOP_WORDS = ("stop_id", "stop_code", "stop_name", "busstopcode", "stationname", "station_name", "halte")
TWIN_METRES = 2.0
"""Two stops of one name on both sides of a street are two stops: only the very same spot is suspect."""


def sniff(path: Path) -> Sniffed:
    """A table whose columns or file name speak of stops or stations, outside a timetable feed."""
    if path.name.casefold() == "stops.txt" and (path.parent / "trips.txt").exists():
        return NO
    seen = peek(path)
    if seen is None:
        return NO
    located = any(find_column(n, seen.columns) for n in LON_NAMES) and any(
        find_column(n, seen.columns) for n in LAT_NAMES
    )
    named = any(find_column(n, seen.columns) for n in STOP_WORDS)
    filed = any(word in path.stem.casefold() for word in ("stop", "station", "stasiun", "halte"))
    if named and (located or filed):
        return Sniffed(0.65, "columns of stops")
    if filed and located:
        return Sniffed(0.6, "points in a file of stops")
    return NO


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Rows of the table `stop`, one chunk a part of a file; `feed_id` is the source."""
    ids: Ids | None = None
    twins = NearTwins(float(options.map.get("duplicates", {}).get("metres", TWIN_METRES)), "stops")
    for part in read_parts(paths, options, findings):

        def column(meaning: str, usual: Sequence[str] = (), part: Part = part) -> str | None:
            names = part.cells.column_names
            return mapped_column(meaning, names, usual, part.file, options, findings)

        named = {"id": column("id", IDS), "name": column("name", NAMES), "mode": column("mode", MODES)}
        named |= {"parent": column("parent"), "location_type": column("location_type")}
        ids = ids or Ids(findings, column=named["id"] or "")
        yield "stop", _stops(part, named, ids, twins, options, findings)
    twins.tell(findings)


def _stops(
    part: Part,
    named: dict[str, str | None],
    ids: Ids,
    twins: NearTwins,
    options: Options,
    findings: Findings,
) -> pa.Table:
    names = part.column(named["name"]).to_pylist()
    given = part.column(named["id"]).to_pylist()
    unique: list[str | None] = []
    for i, record in enumerate(part.cells.to_pylist()):
        spot = "" if np.isnan(part.lon[i]) else f"{part.lon[i]:.7f} {part.lat[i]:.7f}"
        content = (*record.values(), spot)
        unique.append(ids.take(part.file, int(part.rows[i]), given[i], content, label=names[i]))
    keep = np.array([u is not None for u in unique], dtype=bool)
    twins.add(part.file, part.rows, names, np.where(keep, part.lon, np.nan), part.lat)
    nowhere = ~part.located & keep
    if nowhere.any():
        findings.warn(
            "no-coordinates",
            "stops without coordinates are kept.",
            file=part.file,
            row=int(part.rows[np.flatnonzero(nowhere)[0]]),
            count=int(nowhere.sum()),
            mend="Add lon and lat; until then maps and walking distances leave these stops out.",
        )
    table = pa.table(
        {
            "feed_id": pa.repeat(pa.scalar(options.source_id), len(names)),
            "stop_id": pa.array(unique, pa.string()),
            "name": pa.array(names, pa.string()),
            "lon": pa.array(part.lon, mask=~part.located),
            "lat": pa.array(part.lat, mask=~part.located),
            "parent_id": part.column(named["parent"]),
            "location_type": _location_type(part, named["location_type"], findings),
            "mode": _mode(part, named["mode"], options),
        }
    )
    return table.filter(pa.array(keep))


def _mode(part: Part, column: str | None, options: Options) -> pa.Array:
    """The mode of each stop: `[mode] value` for all, else the column's word, changed by `[mode.values]`."""
    said = options.map.get("mode", {})
    if "value" in said:
        return pa.repeat(pa.scalar(str(said["value"])), len(part.rows))
    words = part.column(column)
    values = {str(k): str(v) for k, v in said.get("values", {}).items()}
    return (
        pa.array([values.get(w, w) if w else None for w in words.to_pylist()], pa.string())
        if values
        else words
    )


def _location_type(part: Part, column: str | None, findings: Findings) -> pa.Array:
    """GTFS location_type 0-4; anything else is left out with a finding."""
    if column is None:
        return pa.nulls(len(part.rows), pa.int8())
    at = {"file": part.file, "first_row": int(part.rows[0]), "column": column}
    values, _ = to_int(part.column(column), findings, **at)  # type: ignore[arg-type]
    wrong = pc.fill_null(pc.or_(pc.less(values, 0), pc.greater(values, 4)), False)
    if count := pc.sum(wrong).as_py():
        findings.warn(
            "location-type-unknown",
            "location types other than 0 to 4 were left out.",
            file=part.file,
            row=int(part.rows[pc.index(wrong, True).as_py()]),
            column=column,
            count=count,
            mend="Use 0 stop, 1 station, 2 entrance, 3 node, 4 boarding area.",
        )
    return pc.if_else(wrong, pa.scalar(None, pa.int64()), values).cast(pa.int8())
