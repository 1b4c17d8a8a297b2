"""Rows with a place: tables with coordinates in columns, and maps of points, as one kind of chunk.

Used by the slices `places`, `stops` and `posts`. Coordinates come out as WGS 84 longitude and latitude in
degrees; a row whose coordinates cannot be used is kept without them, with a finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.text import read_text, to_float
from nagara.citylab.sources.text.table import find_column

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

LON_NAMES = ("lon", "lng", "long", "longitude", "stop_lon", "x", "bujur", "ลองจิจูด", "kinh độ", "point_x")
LAT_NAMES = ("lat", "latitude", "stop_lat", "y", "lintang", "ละติจูด", "vĩ độ", "point_y")
MAPS = frozenset({"topojson", "shapefile", "geopackage", "kml", "zip", "sql", "ogr"})
"""Formats that are read as maps, not as tables."""
_DMS = re.compile(
    r"^\s*([+-]?[0-9]{1,3})\s*[°d:\s]\s*([0-9]{1,2})\s*['′m:\s]\s*([0-9]{1,2}(?:\.[0-9]+)?)?\s*[\"″s]*\s*([NSEWnsew]?)\s*$"
)
_SYSTEM = 'Say which system they are in: [read] crs = "EPSG:..." in the mapping file, or correct [columns].'


@dataclass(frozen=True)
class Part:
    """Some rows of one file. `rows`: row numbers as a spreadsheet shows them; `cells`: text columns."""

    file: str
    rows: Longs
    cells: pa.Table
    lon: Floats
    lat: Floats

    def column(self, name: str | None) -> pa.Array:
        """A column as one text array; all empty where this part has no such column."""
        if name is None or name not in self.cells.column_names:
            return pa.nulls(len(self.rows), pa.string())
        return (
            pa.concat_arrays(self.cells.column(name).chunks) if len(self.rows) else pa.array([], pa.string())
        )

    @property
    def located(self) -> npt.NDArray[np.bool_]:
        return ~np.isnan(self.lon)


def read_parts(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[Part]:
    """The rows of all files with their coordinates.

    `[columns]` lon and lat name the columns (else the usual names are known), or `point` names one column
    with both, `[read] axes = "lat lon"` where latitude stands first. `[read] crs` for coordinates that are
    not degrees. Raises Refusal where the coordinates' meaning is not known.
    """
    for path in paths:
        is_map = _is_map(path, options.map)
        rows = 0
        for part in (_map_parts if is_map else _table_parts)(path, options, findings):
            rows += len(part.rows)
            yield part
        if not rows:
            findings.warn("no-rows", "the file has no rows.", file=path.name)


def columns_of(options: Options) -> Mapping[str, str]:
    """The section `[columns]` of the mapping file: meaning -> column."""
    section = options.map.get("columns", {})
    return section if isinstance(section, Mapping) else {}


def _is_map(path: Path, mapping: Mapping[str, Any]) -> bool:
    from nagara.citylab.sources.geometry import form_of

    if mapping.get("read", {}).get("geometry"):
        return True
    form = form_of(path)
    return form in MAPS or (form == "geojson" and path.suffix.lower() not in (".jsonl", ".ndjson"))


def _map_parts(path: Path, options: Options, findings: Findings) -> Iterator[Part]:
    from nagara.citylab.sources.geometry import read_features

    for layer in read_features([path], options, findings, polygons=False):
        shapes = np.array([None if s is None or s.is_empty else s for s in layer.shapes], dtype=object)
        flat = shapely.get_dimensions(shapes) > 0
        if flat.any():
            shapes[flat] = shapely.point_on_surface(shapes[flat])
            findings.note(
                "point-inside",
                "lines and polygons are kept by a point inside them.",
                file=layer.file,
                row=int(layer.rows[flat][0]),
                count=int(flat.sum()),
            )
        shapes = shapely.centroid(shapes)  # several points become one
        lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
        part = Part(layer.file, layer.rows, layer.attributes, lon, lat)
        lon, lat = _judged(part, options, findings)
        yield Part(layer.file, layer.rows, layer.attributes, lon, lat)


def _table_parts(path: Path, options: Options, findings: Findings) -> Iterator[Part]:
    table = read_text(path, findings, map=options.map)
    where = _where(table.columns, table.file, options, findings)
    project = _projection(options, table.file, findings)
    for first_row, chunk in table.chunks:
        rows = np.arange(first_row, first_row + chunk.num_rows, dtype=np.int64)
        lon, lat = _coordinates(chunk, where, table.file, first_row, options, findings)
        if project is not None:
            lon, lat = _projected(project, lon, lat)
        part = Part(table.file, rows, chunk, lon, lat)
        if project is None:
            _ask_for_system(part, findings)
        lon, lat = _judged(part, options, findings)
        yield Part(table.file, rows, chunk, lon, lat)


@dataclass(frozen=True)
class _Where:
    lon: str | None = None
    lat: str | None = None
    point: str | None = None
    lat_first: bool = False


def _where(columns: Sequence[str], file: str, options: Options, findings: Findings) -> _Where:
    """Which columns hold the coordinates; none where the table has none."""
    said = columns_of(options)
    axes = str(options.map.get("read", {}).get("axes", "")).casefold().replace(",", " ").split()
    if "point" in said:
        if axes not in (["lat", "lon"], ["lon", "lat"]):
            what = f"column {said['point']!r} holds both coordinates, but which one stands first?"
            raise _refusal("which-axis", what, file, 'Say [read] axes = "lat lon" or "lon lat".', findings)
        return _Where(point=_column(said["point"], columns, file, findings), lat_first=axes[0] == "lat")
    if "lon" in said or "lat" in said:
        if not ("lon" in said and "lat" in said):
            raise _refusal("half-mapped", "[columns] names one of lon and lat.", file, "Name both.", findings)
        return _Where(
            _column(said["lon"], columns, file, findings), _column(said["lat"], columns, file, findings)
        )
    lon = next((c for name in LON_NAMES if (c := find_column(name, columns))), None)
    lat = next((c for name in LAT_NAMES if (c := find_column(name, columns))), None)
    return _Where(lon, lat) if lon and lat else _Where()


def attributes(
    record: Mapping[str, str | None], used: Collection[str | None], options: Options
) -> str | None:
    """The columns of a row that no canonical column holds, as a JSON object; None where there are none.

    `used` and the columns that the mapping file names are left out. `[attributes] keep = [...]` keeps these
    only, `drop = [...]` all but these. A cell that holds JSON stays JSON.
    """
    said = options.map.get("attributes", {})
    keep, drop = said.get("keep"), said.get("drop", ())
    taken = {*used, *columns_of(options).values(), *LON_NAMES, *LAT_NAMES}
    kept = {
        key: _unpacked(value)
        for key, value in record.items()
        if value is not None
        and key not in drop
        and (key in keep if keep is not None else key not in taken and key.casefold() not in taken)
    }
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _unpacked(cell: str) -> Any:
    if cell[:1] in "{[" and cell[-1:] in "}]":
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell


def _column(name: str, columns: Sequence[str], file: str, findings: Findings) -> str:
    found = find_column(str(name), columns)
    if found is None:
        listed = ", ".join(map(repr, columns))
        what = f"no column {name!r}; the file has {listed}."
        raise _refusal("missing-column", what, file, "Correct [columns] in the mapping file.", findings)
    return found


def mapped_column(
    meaning: str,
    part_columns: Sequence[str],
    usual: Sequence[str],
    file: str,
    options: Options,
    findings: Findings,
) -> str | None:
    """The column of one meaning: as `[columns]` says (Refusal where missing), else by its usual names."""
    said = columns_of(options).get(meaning)
    if said is not None:
        return _column(str(said), part_columns, file, findings)
    return next((c for name in usual if (c := find_column(name, part_columns))), None)


def _refusal(rule: str, what: str, file: str, mend: str, findings: Findings) -> Refusal:
    findings.refuse(rule, what, file=file, mend=mend)
    return Refusal(what, findings, where=file, mend=mend)


def _coordinates(
    chunk: pa.Table, where: _Where, file: str, first_row: int, options: Options, findings: Findings
) -> tuple[Floats, Floats]:
    """Longitude and latitude as written; NaN where there is none."""
    nothing = np.full(chunk.num_rows, np.nan)
    if where.point is not None:
        one, two = _split(chunk.column(where.point))
        pairs = {"lat": one, "lon": two} if where.lat_first else {"lon": one, "lat": two}
        names = {"lon": where.point, "lat": where.point}
    elif where.lon is not None and where.lat is not None:
        pairs = {"lon": _flat(chunk.column(where.lon)), "lat": _flat(chunk.column(where.lat))}
        names = {"lon": where.lon, "lat": where.lat}
    else:
        return nothing, nothing.copy()
    decimal = str(options.map.get("read", {}).get("decimal", "."))
    got = {}
    for axis, cells in pairs.items():
        values, _ = to_float(
            _from_degrees(cells),
            findings,
            file=file,
            first_row=first_row,
            column=names[axis],
            decimal=decimal,
        )
        got[axis] = values.to_numpy(zero_copy_only=False).astype(np.float64)
    return got["lon"], got["lat"]


def coordinates(
    chunk: pa.Table,
    columns: tuple[str | None, str | None, str | None],
    file: str,
    first_row: int,
    options: Options,
    findings: Findings,
) -> tuple[Floats, Floats]:
    """Longitude and latitude (degrees WGS 84, NaN where there is none) of a chunk of text.

    `columns`: the columns of longitude and latitude, or of both in one. Findings do not show the places.
    """
    lon_column, lat_column, point = columns
    axes = str(options.map.get("read", {}).get("axes", ""))
    where = _Where(lon_column, lat_column, point, axes.startswith("lat"))
    lon, lat = _coordinates(chunk, where, file, first_row, options, findings)
    project = _projection(options, file, findings)
    if project is not None:
        lon, lat = _projected(project, lon, lat)
    rows = np.arange(first_row, first_row + chunk.num_rows, dtype=np.int64)
    part = Part(file, rows, chunk, lon, lat)
    _ask_for_system(part, findings, show=False)
    return _judged(part, options, findings, show=False)


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _split(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """ "13.7, 100.5" (also in brackets, or WKT's POINT) as two text arrays."""
    numbers = [re.findall(r"[+-]?[0-9]+(?:\.[0-9]+)?", text or "") for text in column.to_pylist()]
    pairs = [n if len(n) == 2 else (None, None) for n in numbers]
    return pa.array([p[0] for p in pairs], pa.string()), pa.array([p[1] for p in pairs], pa.string())


def _from_degrees(cells: pa.Array) -> pa.Array:
    """Degrees, minutes and seconds ("13°45'30\\"N") as decimal degrees; other cells stay."""
    odd = pc.fill_null(pc.match_substring_regex(cells, r"[°'′]|[0-9]\s*[NSEWnsew]$|^[0-9]+:[0-9]+:"), False)
    if not pc.any(odd).as_py():
        return cells
    return pa.array([None if c is None else _decimal(c) for c in cells.to_pylist()], pa.string())


def _decimal(cell: str) -> str:
    found = _DMS.match(cell)
    if found:
        degrees, minutes, seconds, side = found.groups()
        value = abs(int(degrees)) + int(minutes) / 60 + float(seconds or 0) / 3600
        negative = degrees.startswith("-") or side.upper() in ("S", "W")
        return repr(-value if negative else value)
    plain = re.fullmatch(r"\s*([+-]?[0-9.]+)\s*°?\s*([NSEWnsew]?)\s*", cell)
    if plain and plain[2]:
        return f"-{plain[1]}" if plain[2].upper() in "SW" else plain[1]
    return plain[1] if plain else cell


def _projection(options: Options, file: str, findings: Findings) -> Any:
    """The way from the mapping file's [read] crs to WGS 84; None where the coordinates are degrees."""
    said = options.map.get("read", {}).get("crs")
    if not said:
        return None
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        theirs = pyproj.CRS.from_user_input(str(said))
    except CRSError as error:
        what = f"{said!r} in [read] crs is no coordinate system."
        raise _refusal("unknown-crs", what, file, 'Write it as "EPSG:32647".', findings) from error
    if theirs.to_epsg() == 4326:
        return None
    return pyproj.Transformer.from_crs(theirs, 4326, always_xy=True)


def _projected(project: Any, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = project.transform(lon, lat)
    bad = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(bad, np.nan, x), np.where(bad, np.nan, y)


def _ask_for_system(part: Part, findings: Findings, *, show: bool = True) -> None:
    """Most coordinates are no degrees at all: the file is in some other system, which nobody named."""
    given = ~(np.isnan(part.lon) | np.isnan(part.lat))
    far = given & ((np.abs(part.lon) > 180) | (np.abs(part.lat) > 180))
    if given.sum() and far.sum() > 0.5 * given.sum():
        first = int(np.flatnonzero(far)[0])
        example = f" ({part.lon[first]:g}, {part.lat[first]:g})" if show else ""
        what = f"the coordinates are not degrees{example}."
        raise _refusal("no-crs", what, part.file, _SYSTEM, findings)


def _judged(part: Part, options: Options, findings: Findings, *, show: bool = True) -> tuple[Floats, Floats]:
    """Coordinates that can be used, with findings about those that cannot, or that look odd."""
    lon, lat = part.lon.copy(), part.lat.copy()

    def tell(severity: str, rule: str, message: str, rows: npt.NDArray[np.bool_], mend: str) -> None:
        if rows.any():
            at = int(np.flatnonzero(rows)[0])
            getattr(findings, severity)(
                rule,
                message,
                file=part.file,
                row=int(part.rows[at]),
                count=int(rows.sum()),
                example=f"lon {part.lon[at]:g}, lat {part.lat[at]:g}" if show else "",
                mend=mend,
            )

    half = np.isnan(lon) != np.isnan(lat)
    tell("warn", "half-coordinates", "rows with one coordinate only are kept without.", half, "Fill in both.")
    lon[half] = lat[half] = np.nan
    zero = (lon == 0) & (lat == 0)
    tell("warn", "zero-coordinates", "rows at 0, 0 are kept without coordinates.", zero, "Fill in the place.")
    lon[zero] = lat[zero] = np.nan
    swapped = _swapped(lon, lat, options.bbox)
    mend = "Check [columns] lon and lat in the mapping file."
    tell("repair", "coordinates-swapped", "longitude and latitude stood the wrong way round.", swapped, mend)
    lon[swapped], lat[swapped] = lat[swapped], lon[swapped]
    off = (np.abs(lon) > 180) | (np.abs(lat) > 90)
    text = "coordinates outside the globe: the rows are kept without."
    tell("warn", "coordinates-outside-globe", text, off, "A decimal point may be missing.")
    lon[off] = lat[off] = np.nan
    if options.bbox is not None:
        away = ~np.isnan(lon) & ~_inside(lon, lat, options.bbox)
        text = "places outside the city's bounds are kept as they are."
        tell("warn", "outside-city", text, away, "Check the sign and order of the coordinates.")
    return lon, lat


def _inside(lon: Floats, lat: Floats, bbox: Sequence[float]) -> npt.NDArray[np.bool_]:
    west, south, east, north = bbox
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _swapped(lon: Floats, lat: Floats, bbox: Sequence[float] | None) -> npt.NDArray[np.bool_]:
    """Rows that make sense only the other way round: by the globe, or by the city's bounds."""
    globe = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    if bbox is None:
        return globe
    return globe & _inside(lat, lon, bbox) | ~_inside(lon, lat, bbox) & _inside(lat, lon, bbox)
