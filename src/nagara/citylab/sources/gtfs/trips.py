"""trips.txt: which vehicle runs which route on which days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.sources.gtfs.fields import NONE, Cells, Ints, Mask, Reader, codes_in, first_of_each
from nagara.citylab.sources.gtfs.files import Feed
from nagara.citylab.sources.gtfs.rules import Rows
from nagara.citylab.sources.gtfs.stops import MODES, Routes

TRIPS = ("trip_id", "route_id", "service_id", "direction_id", "trip_headsign", "shape_id")


@dataclass(frozen=True)
class Trips:
    """Trips of one feed. `route` counts into the routes' ids, NONE where there is none."""

    file: str
    rows: Rows
    ids: pa.StringArray
    route_id: Cells
    route: Ints
    mode: Ints
    service: Cells
    direction: Ints
    headsign: pa.StringArray
    shape: Cells

    def __len__(self) -> int:
        return len(self.ids)

    def example(self, mask: Mask) -> str:
        return str(self.ids[int(np.flatnonzero(mask)[0])].as_py()) if mask.any() else ""


def read_trips(feed: Feed, routes: Routes) -> Trips:
    """trips.txt. Trips that name a missing route or no service are kept, with findings."""
    reader = Reader(feed.clinic, feed.label("trips"), feed.sheet("trips", TRIPS, TRIPS[:3]))
    ids = reader.ids("trip_id")
    others = {n: reader.ids(n) for n in ("route_id", "service_id", "shape_id")}
    others |= {n: reader.cells(n) for n in ("direction_id", "trip_headsign")}
    keep, _ = first_of_each(reader, ids, others, "trip_id")
    rows = reader.rows[keep]
    route_id, service = others["route_id"].take(keep), others["service_id"].take(keep)
    route = codes_in(route_id, routes.ids)
    mode = np.where(route == NONE, len(MODES), routes.mode[route] if len(routes) else len(MODES))
    number, known = reader.ints("direction_id")
    odd = known & (number != 0) & (number != 1)
    feed.clinic.say("trip-direction", reader.file, rows=reader.rows[odd], column="direction_id")
    direction = np.where(known & ~odd, number, NONE)[keep].astype(np.int32)
    _judge(reader, ids, others, routes.ids)
    if len(routes) and len(keep):
        _judge_routes(feed, routes, route)
    headsign = others["trip_headsign"].take(keep).text()
    shape = others["shape_id"].take(keep)
    plain = ids.take(keep).text()
    return Trips(
        reader.file, rows, plain, route_id, route, mode.astype(np.int32), service, direction, headsign, shape
    )


def _judge(reader: Reader, ids: Cells, others: dict[str, Cells], route_ids: pa.StringArray) -> None:
    """Findings about routes and services, over all rows of the file, also those that repeat a trip."""
    there = ids.codes != NONE
    routeless = there & (codes_in(others["route_id"], route_ids) == NONE)
    idle = there & (others["service_id"].codes == NONE)
    for rule, mask, column in (
        ("trip-without-route", routeless, "route_id"),
        ("trip-without-service", idle, "service_id"),
    ):
        reader.clinic.say(rule, reader.file, rows=reader.rows[mask], column=column, example=ids.example(mask))


def _judge_routes(feed: Feed, routes: Routes, route: Ints) -> None:
    idle = np.bincount(route[route != NONE], minlength=len(routes)) == 0
    example = routes.ids.filter(pa.array(idle)).to_pylist()[:1]
    feed.clinic.say(
        "route-without-trips",
        routes.file,
        rows=routes.rows[idle],
        column="route_id",
        example=example[0] if example else "",
    )


def judge_services(feed: Feed, trips: Trips, service_ids: pa.StringArray) -> Mask:
    """Which trips run on some known service; findings for those that name an unknown one."""
    known = codes_in(trips.service, service_ids) != NONE
    lost = ~known & (trips.service.codes != NONE)
    feed.clinic.say(
        "trip-service-unknown",
        trips.file,
        rows=trips.rows[lost],
        column="service_id",
        example=trips.service.example(lost),
    )
    return known


def judge_shapes(feed: Feed, trips: Trips, shape_ids: pa.StringArray) -> None:
    """Findings for trips that name a shape that is not there."""
    named = trips.shape.codes != NONE
    if not named.any():
        return
    if not feed.has("shapes"):
        count = int(named.sum())
        message = f"{count} trips name a shape, yet there is no shapes.txt"
        feed.clinic.say("shapes-missing", feed.label("shapes"), message, count=count)
        return
    lost = named & (codes_in(trips.shape, shape_ids) == NONE)
    feed.clinic.say(
        "trip-shape-unknown",
        trips.file,
        rows=trips.rows[lost],
        column="shape_id",
        example=trips.shape.example(lost),
    )
    used = pc.unique(trips.shape.text()).drop_null()
    spare = shape_ids.filter(pc.invert(pc.is_in(shape_ids, value_set=used)))
    if len(spare):
        example = spare[0].as_py()
        feed.clinic.say(
            "shape-unused", feed.label("shapes"), count=len(spare), column="shape_id", example=example
        )
