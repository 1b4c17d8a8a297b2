"""The canonical tables: the one meeting point of sources and recipes.

Every city fills the same tables, so every recipe runs unchanged on every city. Keys are the H3 cell
(int64) and time (UTC, microseconds). Coordinates are WGS 84 longitude and latitude in degrees;
geometry is WKB in the same system. Lengths are metres, areas as the column says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

TEXT = pa.string()
FLOAT = pa.float64()
LONG = pa.int64()
INT = pa.int32()
BYTE = pa.int8()
BOOL = pa.bool_()
TIME = pa.timestamp("us", tz="UTC")
DAY = pa.date32()
WKB = pa.binary()

H3_POINT = 10
"""H3 resolution of points and street nodes."""
H3_INDICATOR = 9
"""H3 resolution of indicators, cells and layers."""
H3_POST = 8
"""H3 resolution of posts: coarse on purpose (privacy)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, what it means, its unit (UCUM, or "" where it has none)."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    required: bool = False


@dataclass(frozen=True)
class CanonicalTable:
    """One canonical table. `key` names the columns that identify a row within a source."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, c.type, nullable=True) for c in self.columns])

    @cached_property
    def column(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)

    def empty(self) -> pa.Table:
        return self.schema.empty_table()


SOURCE_ID = Column("source_id", TEXT, "the source that these rows came from", required=True)
SCENARIO_ID = Column("scenario_id", TEXT, "scenario that adds this row; empty for the city as it is")
LON = Column("lon", FLOAT, "longitude, WGS 84", "deg")
LAT = Column("lat", FLOAT, "latitude, WGS 84", "deg")
H3_10 = Column("h3", LONG, "H3 cell at resolution 10")


def _table(name: str, meaning: str, key: str, *columns: Column, scenario: bool = True) -> CanonicalTable:
    tail = (SOURCE_ID, SCENARIO_ID) if scenario else (SOURCE_ID,)
    return CanonicalTable(name, meaning, (*columns, *tail), tuple(key.split()))


def _c(name: str, kind: pa.DataType, meaning: str, unit: str = "", *, req: bool = False) -> Column:
    return Column(name, kind, meaning, unit, req)


_ALL = (
    CanonicalTable(
        "city",
        "the city itself: one row",
        (
            _c("city_id", TEXT, "short name used in commands and addresses", req=True),
            _c("name", TEXT, "name as people write it", req=True),
            _c("country", TEXT, "ISO 3166-1 alpha-2 code", req=True),
            _c("tz", TEXT, "IANA time zone", req=True),
            _c("epsg", INT, "EPSG code of the metric system used for lengths and areas", req=True),
            _c("bbox", pa.list_(FLOAT, 4), "west, south, east, north (WGS 84)", "deg"),
        ),
        ("city_id",),
    ),
    CanonicalTable(
        "source",
        "where rows came from: one row an imported source, in its newest edition",
        (
            _c("source_id", TEXT, "short name of the source", req=True),
            _c("kind", TEXT, "format slice that read it: gtfs, osm, observations, ...", req=True),
            _c("title", TEXT, "title for people"),
            _c("uri", TEXT, "file names or address it was read from"),
            _c("licence", TEXT, "licence as given by who imported it; empty means unknown"),
            _c("attribution", TEXT, "who must be named beside any figure"),
            _c("sha256", TEXT, "digest of the bytes read, with the mapping used", req=True),
            _c("imported_at", TIME, "when it was imported"),
            _c("valid_from", DAY, "first day that the data speak of"),
            _c("valid_to", DAY, "last day that the data speak of"),
            _c("nature", TEXT, "measured, reported, modelled or simulated", req=True),
        ),
        ("source_id",),
    ),
    _table(
        "zone",
        "administrative areas, of the country's own levels",
        "zone_id",
        _c("zone_id", TEXT, "id of the zone", req=True),
        _c("level", BYTE, "depth: 1 is the largest unit", req=True),
        _c("level_name", TEXT, "the country's word for the level, e.g. kelurahan"),
        _c("parent_id", TEXT, "zone one level up"),
        _c("name", TEXT, "name in Latin letters"),
        _c("name_local", TEXT, "name in the local script"),
        _c("geom_wkb", WKB, "polygon or multipolygon, WGS 84"),
        _c("area_km2", FLOAT, "area in the city's metric system", "km2"),
        _c("valid_from", DAY, "first day of validity"),
        _c("valid_to", DAY, "last day of validity"),
        _c("attributes", TEXT, "other columns of the source, as a JSON object"),
    ),
    _table(
        "cell",
        "how each H3 cell is shared among zones of one level",
        "h3 zone_id",
        _c("h3", LONG, "H3 cell at resolution 9", req=True),
        _c("zone_id", TEXT, "zone that covers part of it", req=True),
        _c("level", BYTE, "level of the zone"),
        _c("share", FLOAT, "part of the zone's area that lies in this cell; sums to 1 a zone", "1"),
        _c("land_share", FLOAT, "part of the cell's area inside the zone", "1"),
    ),
    _table(
        "population",
        "people by zone or cell, date and group",
        "unit_kind unit_id date group_id",
        _c("unit_kind", TEXT, "zone or cell", req=True),
        _c("unit_id", TEXT, "zone_id, or H3 cell as decimal text", req=True),
        _c("date", DAY, "date of the count or estimate"),
        _c("group_id", TEXT, "'total', or sex and age such as 'f:25-29'", req=True),
        _c("n", FLOAT, "people", "{people}", req=True),
        _c("n_lo", FLOAT, "low end of the range", "{people}"),
        _c("n_hi", FLOAT, "high end of the range", "{people}"),
    ),
    _table(
        "zone_value",
        "any statistic by zone and time",
        "zone_id ts property",
        _c("zone_id", TEXT, "zone", req=True),
        _c("ts", TIME, "time that the value holds from; empty where it has no date"),
        _c("property", TEXT, "what is measured, e.g. flood_depth_class", req=True),
        _c("value", FLOAT, "the number"),
        _c("text", TEXT, "the value as the source wrote it"),
        _c("unit", TEXT, "unit (UCUM)"),
        _c("quality", BYTE, "1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing (QARTOD)"),
    ),
    _table(
        "place",
        "facilities and points of interest",
        "place_id",
        _c("place_id", TEXT, "id", req=True),
        _c("category", TEXT, "one of about 30 categories, see places.py", req=True),
        _c("subcategory", TEXT, "the source's own word"),
        _c("name", TEXT, "name as written"),
        LON,
        LAT,
        H3_10,
        _c("zone_id", TEXT, "zone that the source names, where it gives no coordinates"),
        _c("capacity", FLOAT, "beds, seats, pupils: as the source says"),
        _c("attributes", TEXT, "other columns of the source, as a JSON object"),
    ),
    _table(
        "area",
        "polygons with a use: green, public_space, water, built_up, residential, commercial, industrial;"
        " map_extent: how far a map reaches",
        "area_id",
        _c("area_id", TEXT, "id", req=True),
        _c("category", TEXT, "use of the area", req=True),
        _c("subcategory", TEXT, "the source's own word"),
        _c("name", TEXT, "name as written"),
        _c("geom_wkb", WKB, "polygon or multipolygon, WGS 84"),
        _c("m2", FLOAT, "area in the city's metric system", "m2"),
        _c("zone_id", TEXT, "zone that the source names, where it gives no geometry"),
        _c("attributes", TEXT, "other columns of the source, as a JSON object"),
    ),
    _table(
        "street_node",
        "ends and crossings of street edges",
        "node_id",
        _c("node_id", LONG, "id within the source", req=True),
        LON,
        LAT,
        H3_10,
        _c("border", BOOL, "true where the data end here: not a dead end of the city"),
    ),
    _table(
        "street_edge",
        "street pieces between two nodes",
        "u v edge_id",
        _c("edge_id", LONG, "id within the source", req=True),
        _c("u", LONG, "node it starts at", req=True),
        _c("v", LONG, "node it ends at", req=True),
        _c("metres", FLOAT, "length along the line", "m", req=True),
        _c("modes", TEXT, "who may use it: letters of w (walk), b (bicycle), c (car)"),
        _c("class", TEXT, "OpenStreetMap highway value"),
        _c("oneway", BYTE, "cars: 1 from u to v only, -1 from v to u only, 0 both ways"),
        _c("oneway_bicycle", BYTE, "bicycles: as oneway"),
        _c("cycle_sides", BYTE, "bicycle tracks and marked lanes along it, each side counted"),
        _c("speed_kmh", FLOAT, "speed limit where tagged", "km/h"),
        _c("name", TEXT, "name of the street"),
        _c("geom_wkb", WKB, "line, WGS 84"),
    ),
    _table(
        "stop",
        "places where public transport stops",
        "feed_id stop_id",
        _c("feed_id", TEXT, "timetable feed, or the source for a layer of stops alone", req=True),
        _c("stop_id", TEXT, "id in the feed", req=True),
        _c("name", TEXT, "name as written"),
        LON,
        LAT,
        H3_10,
        _c("parent_id", TEXT, "station that the stop belongs to"),
        _c("location_type", BYTE, "GTFS: 0 stop, 1 station, 2 entrance, 3 node, 4 boarding area"),
        _c("mode", TEXT, "bus, rail, boat, ... where the source says"),
    ),
    _table(
        "route",
        "lines of public transport",
        "feed_id route_id",
        _c("feed_id", TEXT, "timetable feed", req=True),
        _c("route_id", TEXT, "id in the feed", req=True),
        _c("agency", TEXT, "operator"),
        _c("short_name", TEXT, "number or letter of the line"),
        _c("long_name", TEXT, "name of the line"),
        _c("route_type", INT, "GTFS route_type"),
    ),
    _table(
        "trip",
        "one run of a vehicle along a route",
        "feed_id trip_id",
        _c("feed_id", TEXT, "timetable feed", req=True),
        _c("trip_id", TEXT, "id in the feed", req=True),
        _c("route_id", TEXT, "route"),
        _c("service_id", TEXT, "days it runs: see service_day"),
        _c("direction_id", BYTE, "0 or 1 where given"),
        _c("headsign", TEXT, "sign on the vehicle"),
        _c("shape_id", TEXT, "line on the map"),
        _c("metres", FLOAT, "length from the shape, else from stop to stop", "m"),
    ),
    _table(
        "service_day",
        "the days on which a service runs",
        "feed_id service_id day",
        _c("feed_id", TEXT, "timetable feed", req=True),
        _c("service_id", TEXT, "service", req=True),
        _c("day", DAY, "day in the city's own calendar", req=True),
    ),
    _table(
        "stop_time",
        "when a trip calls at a stop",
        "feed_id trip_id seq",
        _c("feed_id", TEXT, "timetable feed", req=True),
        _c("trip_id", TEXT, "trip", req=True),
        _c("stop_id", TEXT, "stop", req=True),
        _c("seq", INT, "order along the trip", req=True),
        _c("arr_s", INT, "arrival, seconds past midnight of the service day", "s"),
        _c("dep_s", INT, "departure, seconds past midnight of the service day", "s"),
        _c("timed", BOOL, "true where the feed gives the time, false where it was interpolated"),
    ),
    _table(
        "frequency",
        "trips that repeat at a headway",
        "feed_id trip_id start_s",
        _c("feed_id", TEXT, "timetable feed", req=True),
        _c("trip_id", TEXT, "trip that serves as the pattern", req=True),
        _c("start_s", INT, "start of the period, seconds past midnight of the service day", "s", req=True),
        _c("end_s", INT, "end of the period (exclusive)", "s", req=True),
        _c("headway_s", INT, "time between departures", "s", req=True),
        _c("exact", BOOL, "true where departures are exactly scheduled"),
    ),
    _table(
        "shape",
        "the line that a trip follows",
        "feed_id shape_id",
        _c("feed_id", TEXT, "timetable feed", req=True),
        _c("shape_id", TEXT, "id in the feed", req=True),
        _c("geom_wkb", WKB, "line, WGS 84"),
        _c("metres", FLOAT, "length", "m"),
    ),
    _table(
        "fare",
        "prices",
        "feed_id fare_id route_id origin_id destination_id",
        _c("feed_id", TEXT, "timetable feed", req=True),
        _c("fare_id", TEXT, "id in the feed", req=True),
        _c("price", FLOAT, "price in the currency"),
        _c("currency", TEXT, "ISO 4217 code"),
        _c("route_id", TEXT, "route it holds for; empty for all"),
        _c("origin_id", TEXT, "fare zone of boarding"),
        _c("destination_id", TEXT, "fare zone of alighting"),
    ),
    _table(
        "thing",
        "a station, gate, device: what carries sensors (OGC SensorThings)",
        "thing_id",
        _c("thing_id", TEXT, "id", req=True),
        _c("kind", TEXT, "water_gate, weather_station, air_station, ..."),
        _c("name", TEXT, "name as written"),
        LON,
        LAT,
        H3_10,
        _c("zone_id", TEXT, "zone, where the source names one"),
        _c("attributes", TEXT, "other columns of the source, as a JSON object"),
    ),
    _table(
        "datastream",
        "one property measured by one thing (OGC SensorThings)",
        "datastream_id",
        _c("datastream_id", TEXT, "id: thing and property", req=True),
        _c("thing_id", TEXT, "thing that measures", req=True),
        _c("property", TEXT, "water_level, rainfall, pm25, air_temperature, ...", req=True),
        _c("unit", TEXT, "unit of the stored values (UCUM)", req=True),
        _c("period_s", FLOAT, "usual time between values", "s"),
        _c("aggregation", TEXT, "instant, mean, total, maximum"),
        _c("nature", TEXT, "measured, reported, modelled or simulated"),
        _c("valid_min", FLOAT, "smallest plausible value, in the unit"),
        _c("valid_max", FLOAT, "largest plausible value, in the unit"),
    ),
    _table(
        "observation",
        "values of a datastream in time",
        "datastream_id ts",
        _c("datastream_id", TEXT, "datastream", req=True),
        _c("ts", TIME, "time of the observation, UTC", req=True),
        _c("value", FLOAT, "value in the datastream's unit"),
        _c("quality", BYTE, "1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing (QARTOD)", req=True),
        _c("batch_id", TEXT, "file or batch that brought the row"),
    ),
    _table(
        "post",
        "citizen reports and social posts, without the person",
        "post_id",
        _c("post_id", TEXT, "id, hashed where the source's id names a person", req=True),
        _c("ts", TIME, "time of writing, UTC"),
        _c("channel", TEXT, "where it was written"),
        _c("lang", TEXT, "language (ISO 639-1 or -3), und where not known"),
        _c("text", TEXT, "text with handles, phone numbers and e-mails masked"),
        _c("author_hash", TEXT, "author hashed with the city's salt; empty for a feed without authors"),
        _c("zone_id", TEXT, "zone at the declared coarse level, set from the exact point"),
        _c("h3", LONG, "H3 cell at resolution 8"),
        _c("geo_method", TEXT, "point, gazetteer, zone_name or none"),
        _c("category", TEXT, "category as given by the source or by people"),
        _c("attributes", TEXT, "other columns kept, as a JSON object"),
    ),
    _table(
        "layer",
        "rasters reduced to cells",
        "name h3 ts",
        _c("name", TEXT, "name of the layer", req=True),
        _c("h3", LONG, "H3 cell at resolution 9", req=True),
        _c("ts", TIME, "time that the value holds for"),
        _c("value", FLOAT, "value"),
        _c("sd", FLOAT, "standard deviation"),
    ),
    _table(
        "finding",
        "the clinic's results for a source",
        "severity rule file column",
        _c("severity", TEXT, "refuse, repair, warn or note", req=True),
        _c("rule", TEXT, "short name of the rule", req=True),
        _c("message", TEXT, "what was found"),
        _c("file", TEXT, "file"),
        _c("row", LONG, "first row concerned; the header is row 1"),
        _c("column", TEXT, "column"),
        _c("count", LONG, "rows, cells or objects concerned"),
        _c("example", TEXT, "one example"),
        _c("mend", TEXT, "how to mend it"),
        scenario=False,
    ),
    _table(
        "rejected",
        "rows set aside, with the reason",
        "file row rule",
        _c("rule", TEXT, "short name of the rule", req=True),
        _c("reason", TEXT, "why it was set aside"),
        _c("file", TEXT, "file"),
        _c("row", LONG, "row; the header is row 1"),
        _c("raw", TEXT, "the row as it stood in the file (personal data masked)"),
        scenario=False,
    ),
    CanonicalTable(
        "run",
        "one computation: recipe, version, parameters, digest",
        (
            _c("run_id", TEXT, "id", req=True),
            _c("recipe", TEXT, "name of the recipe", req=True),
            _c("recipe_version", TEXT, "version of the recipe", req=True),
            _c("recipe_sha256", TEXT, "digest of the recipe's own text", req=True),
            _c("params", TEXT, "parameters, as a JSON object", req=True),
            _c("engine", TEXT, "engine and its version"),
            _c("snapshot", LONG, "snapshot of the city that was read", req=True),
            _c("started", TIME, "when it started"),
            _c("seconds", FLOAT, "how long it took", "s"),
            _c("status", TEXT, "done or refused", req=True),
            _c("reason", TEXT, "why it was refused"),
            _c("digest", TEXT, "digest of the result rows"),
            _c("findings", TEXT, "findings about the inputs, as a JSON list"),
        ),
        ("run_id",),
    ),
    CanonicalTable(
        "run_input",
        "the table versions that a run read",
        (
            _c("run_id", TEXT, "run", req=True),
            _c("table", TEXT, "table", req=True),
            _c("version", LONG, "Delta version that was read", req=True),
            _c("content", LONG, "snapshot in which the table's rows last changed", req=True),
            _c("source_id", TEXT, "source whose rows it held"),
        ),
        ("run_id", "table", "source_id"),
    ),
    CanonicalTable(
        "result",
        "what runs computed: always with a range, a count, coverage and quality",
        (
            _c("run_id", TEXT, "run", req=True),
            _c("scenario_id", TEXT, "scenario; empty for the city as it is"),
            _c("unit_kind", TEXT, "city, zone, cell, thing, datastream, stop, route, ...", req=True),
            _c("unit_id", TEXT, "id of the unit", req=True),
            _c("ts", TIME, "time that the value holds for; empty where it has none"),
            _c("indicator", TEXT, "indicator, see indicators.py", req=True),
            _c("value", FLOAT, "value; empty where it cannot be computed (see reason)"),
            _c("lo", FLOAT, "low end of the range"),
            _c("hi", FLOAT, "high end of the range"),
            _c("n", LONG, "rows, people or values behind it"),
            _c("coverage", FLOAT, "part of what should be there that was there, 0-1", "1"),
            _c("quality", TEXT, "verified, estimate or not reported"),
            _c("reason", TEXT, "why it is empty, or what limits it"),
        ),
        ("run_id", "scenario_id", "unit_kind", "unit_id", "ts", "indicator"),
    ),
)

TABLES: dict[str, CanonicalTable] = {table.name: table for table in _ALL}
"""All canonical tables by name."""

BOOKKEEPING = frozenset({"city", "source", "finding", "rejected", "run", "run_input", "result"})
"""Tables that the importer and runs fill; sources fill the others."""


class DoesNotConform(Exception):
    """A slice or recipe gave a table that is not canonical: a defect in our code, not in the data."""


def conform(name: str, table: pa.Table, *, source_id: str | None = None) -> pa.Table:
    """Bring `table` to the canonical schema of `name`: columns in order, missing ones empty, types cast.

    Raises DoesNotConform on unknown columns, on types that cannot be cast, on empty required columns.
    """
    canonical = TABLES[name]
    unknown = set(table.column_names) - set(canonical.column)
    if unknown:
        raise DoesNotConform(f"{name}: unknown columns {sorted(unknown)}")
    arrays = []
    for column in canonical.columns:
        if column.name == "source_id" and source_id is not None and "source_id" in canonical.column:
            array = pa.chunked_array([pa.repeat(pa.scalar(source_id, TEXT), table.num_rows)])
        elif column.name in table.column_names:
            array = table.column(column.name)
            if array.type != column.type:
                try:
                    array = array.cast(column.type)
                except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                    raise DoesNotConform(f"{name}.{column.name}: {error}") from error
        else:
            array = pa.chunked_array([pa.nulls(table.num_rows, column.type)])
        if column.required and array.null_count:
            raise DoesNotConform(f"{name}.{column.name}: {array.null_count} empty values")
        arrays.append(array)
    return pa.table(arrays, schema=canonical.schema)
