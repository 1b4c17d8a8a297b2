"""Public transport: buses on the main roads, one by headway only, and a metro along the coast."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from nagara.citylab.simulate.land import Ground, cells_at
from nagara.citylab.simulate.streets import MAIN, Streets
from nagara.citylab.tables import H3_POINT

FEED = "sim-transit"
HEADWAYS = {"peak": 600, "day": 900, "evening": 1500}
SATURDAY = 5


@dataclass(frozen=True)
class Line:
    """One line: where it calls (metres), how fast, how often."""

    route_id: str
    name: str
    xy: npt.NDArray[np.float64]
    route_type: int = 3
    speed: float = 5.2  # m/s with the traffic
    dwell: int = 20
    factor: float = 1.0
    by_headway: bool = False
    scenario: str | None = None


@dataclass
class Timetable:
    """The tables of one feed; `truth` says how many trips and departures there are."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    truth: dict[str, Any] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def tables(self) -> dict[str, pa.Table]:
        return {name: pa.Table.from_pylist(rows) for name, rows in self.rows.items()}


def _along(streets: Streets, *, i: int | None = None, j: int | None = None) -> npt.NDArray[np.float64]:
    """Every third or fourth crossing of one main road."""
    on = (streets.i == i) if i is not None else (streets.j == j)
    order = np.argsort(streets.j[on] if i is not None else streets.i[on])
    return streets.xy[on][order][::4]


def lines(streets: Streets) -> list[Line]:
    wide = [MAIN * k for k in (2, 4, 6)]
    tall = [MAIN * k for k in (2, 3, 5, 6)]
    found = [Line(f"B{n}", f"Crosstown {n}", _along(streets, j=j)) for n, j in enumerate(wide, 1)]
    found += [Line(f"B{n + 3}", f"Hills to harbour {n}", _along(streets, i=i)) for n, i in enumerate(tall, 1)]
    jeepney = _along(streets, i=MAIN * 7)
    found.append(Line("M1", "Minibus east", jeepney, factor=0.8, by_headway=True))
    metro = _along(streets, i=MAIN * 4)[::2]
    found.append(Line("R1", "Metro", metro, route_type=1, speed=11.0, dwell=30, factor=0.7))
    found.append(Line("B9", "Planned ring bus", _along(streets, j=MAIN * 8), scenario="ring-bus"))
    return [line for line in found if len(line.xy) >= 4]


def _headway(second: int) -> int:
    hour = second // 3600
    if hour in {6, 7, 8, 16, 17, 18}:
        return HEADWAYS["peak"]
    return HEADWAYS["day"] if 6 <= hour < 20 else HEADWAYS["evening"]


def make_transit(here: Ground, streets: Streets, start: date, days: int) -> Timetable:
    """Stops, routes, trips, service days, stop times, one headway line, shapes and a fare."""
    made = Timetable()
    for offset in range(-7, days + 28):
        day = start + timedelta(days=offset)
        service = "weekday" if day.weekday() < SATURDAY else "weekend"
        made.add("service_day", feed_id=FEED, service_id=service, day=day)
    for line in lines(streets):
        _line(made, here, line)
    made.add("fare", feed_id=FEED, fare_id="flat", price=1.0, currency="XTS")
    base = [t for t in made.rows["trip"] if t.get("scenario_id") is None]
    made.truth = {
        "routes": len({t["route_id"] for t in base}),
        "weekday_trips_written": sum(t["service_id"] == "weekday" for t in base),
        "weekend_trips_written": sum(t["service_id"] == "weekend" for t in base),
        "by_headway": [line.route_id for line in lines(streets) if line.by_headway],
    }
    return made


def _line(made: Timetable, here: Ground, line: Line) -> None:
    lonlat = here.lonlat(line.xy)
    cells = cells_at(lonlat, H3_POINT).to_pylist()
    gaps = np.hypot(*np.diff(line.xy, axis=0).T)
    metres = float(gaps.sum())
    mark = {"feed_id": FEED, "scenario_id": line.scenario}
    mode = {1: "metro", 3: "bus"}[line.route_type]
    stop_ids = [f"{line.route_id}-{n:02d}" for n in range(len(line.xy))]
    for stop_id, (lon, lat), cell in zip(stop_ids, lonlat, cells, strict=True):
        name = f"{line.name}, stop {stop_id[-2:]}"
        place = {"lon": lon, "lat": lat, "h3": cell}
        made.add("stop", **mark, **place, stop_id=stop_id, name=name, location_type=0, mode=mode)
    made.add(
        "route", **mark, route_id=line.route_id, agency="Simulated Transit", short_name=line.route_id,
        long_name=line.name, route_type=line.route_type,
    )  # fmt: skip
    shape = shapely.to_wkb(shapely.LineString(lonlat))
    made.add("shape", **mark, shape_id=line.route_id, geom_wkb=shape, metres=round(metres, 1))
    ride = np.concatenate([[0], np.cumsum(np.round(gaps / line.speed).astype(int) + line.dwell)])
    for service in ("weekday", "weekend"):
        slower = line.factor * (1.0 if service == "weekday" else 1.6)
        for direction in (0, 1):
            _trips(made, line, mark, service, direction, stop_ids, ride, slower, metres)


def _trips(
    made: Timetable,
    line: Line,
    mark: dict[str, Any],
    service: str,
    direction: int,
    stop_ids: list[str],
    ride: npt.NDArray[np.int64],
    slower: float,
    metres: float,
) -> None:
    """Trips of one direction: written out, or one pattern with headways."""
    order = stop_ids if direction == 0 else stop_ids[::-1]
    second, number = 5 * 3600 + 900 * direction, 0
    while second < 23 * 3600:
        number += 1
        trip = f"{line.route_id}-{service}-{direction}-{number:03d}"
        made.add(
            "trip", **mark, trip_id=trip, route_id=line.route_id, service_id=service, direction_id=direction,
            headsign=f"{line.name} {'out' if direction == 0 else 'back'}", shape_id=line.route_id,
            metres=round(metres, 1),
        )  # fmt: skip
        for seq, (stop_id, at) in enumerate(zip(order, ride, strict=True)):
            arrival = int(second + at)
            made.add(
                "stop_time", **mark, trip_id=trip, stop_id=stop_id, seq=seq, arr_s=arrival,
                dep_s=arrival + line.dwell, timed=True,
            )  # fmt: skip
        if line.by_headway:
            for low, high, wait in ((5, 7, 900), (7, 19, 600), (19, 23, 1200)):
                made.add(
                    "frequency", **mark, trip_id=trip, start_s=low * 3600, end_s=high * 3600,
                    headway_s=int(wait * slower), exact=False,
                )  # fmt: skip
            return
        second += int(_headway(second) * slower)
