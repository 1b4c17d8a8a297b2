"""Sensors: what they measured of the true signals, with noise and with injected faults.

Every fault is written to the truth: which datastream, which kind, from when to when, how many values. Faults
stay clear of the flood, so that the flood can be told from them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.simulate.land import Land, cells_at
from nagara.citylab.simulate.weather import GATE_KM, STEP_S, Weather, dust, rush, temperature
from nagara.citylab.tables import H3_POINT

Floats = npt.NDArray[np.float64]

FAULTS = ("spike", "flatline", "gap", "drift", "step")
FAULTY_SHARE = 0.25


@dataclass(frozen=True)
class Property:
    """One property: unit, noise, digits, plausible range, and how far a fault throws the value."""

    name: str
    unit: str
    noise: float
    digits: int
    low: float
    high: float
    throw: float
    aggregation: str = "instant"


WATER = Property("water_level", "mm", 6, 0, -3_000, 15_000, 2_500)
RAIN = Property("rainfall", "mm", 0, 1, 0, 60, 25, "total")
HEAT = Property("air_temperature", "Cel", 0.15, 1, 15, 45, 12)
DUST = Property("pm25", "ug/m3", 1.2, 1, 0, 900, 180, "mean")
COUNT = Property("vehicle_count", "{vehicles}", 0, 0, 0, 3_000, 1_400, "total")


@dataclass
class Sensors:
    """The tables and the truth of the sensors."""

    thing: list[dict[str, Any]] = field(default_factory=list)
    datastream: list[dict[str, Any]] = field(default_factory=list)
    observation: list[pa.Table] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def tables(self) -> dict[str, pa.Table]:
        return {
            "thing": pa.Table.from_pylist(self.thing),
            "datastream": pa.Table.from_pylist(self.datastream),
            "observation": pa.concat_tables(self.observation),
        }


def kinds(sensors: int) -> dict[str, int]:
    """How many things of each kind; always the river gates and one tide gauge."""
    left = max(0, sensors - len(GATE_KM) - 1)
    rain, heat, air = round(left * 0.25), round(left * 0.2), round(left * 0.25)
    return {
        "rain_gauge": rain,
        "weather_station": heat,
        "air_station": air,
        "traffic_counter": left - rain - heat - air,
    }


def make_sensors(
    land: Land, weather: Weather, start_utc: dt.datetime, sensors: int, random: np.random.Generator
) -> Sensors:
    """Things, datastreams and observations every ten minutes, with a truth of injected faults."""
    made = Sensors()
    river = [land.here.river.interpolate(1 - km / 20, normalized=True) for km in GATE_KM]
    put = partial(_add, made, land, weather, start_utc, random)
    for n, (point, level) in enumerate(zip(river, weather.levels, strict=True)):
        put("water_gate", f"Gate {n + 1}", (point.x, point.y), WATER, level, may_fail=False)
    mouth = (river[-1].x, river[-1].y + 900)
    put("tide_gauge", "Harbour tide", mouth, WATER, weather.tide)
    for kind, count in kinds(sensors).items():
        title = kind.replace("_", " ").capitalize()
        for n in range(count):
            xy = _place(land, random)
            prop, signal = _signal(kind, land, weather, xy, random)
            put(kind, f"{title} {n + 1}", xy, prop, signal, nowhere=kind == "rain_gauge" and n == 0)
    return made


def _place(land: Land, random: np.random.Generator) -> tuple[float, float]:
    ward = land.wards[int(random.choice(len(land.wards), p=land.people / land.people.sum()))]
    point = ward.representative_point()
    return point.x + random.uniform(-300, 300), point.y + random.uniform(-300, 300)


def _signal(
    kind: str, land: Land, weather: Weather, xy: tuple[float, float], random: np.random.Generator
) -> tuple[Property, Floats]:
    at = np.array([xy])
    crowded = float(np.clip(land.here.density(at)[0] / 21_000, 0, 1))
    if kind == "rain_gauge":
        return RAIN, weather.rain * random.uniform(0.75, 1.2)
    if kind == "weather_station":
        return HEAT, temperature(weather.hours, weather.rain, 1.8 * crowded)
    if kind == "air_station":
        return DUST, dust(weather, 0.4 + crowded)
    return COUNT, random.poisson(40 + 900 * (0.3 + crowded) * rush(weather.hours)).astype(float)


def _add(
    made: Sensors,
    land: Land,
    weather: Weather,
    start_utc: dt.datetime,
    random: np.random.Generator,
    kind: str,
    name: str,
    xy: tuple[float, float],
    prop: Property,
    signal: Floats,
    *,
    nowhere: bool = False,
    may_fail: bool = True,
) -> None:
    """One thing with one datastream. `nowhere`: its place is not known, it is kept all the same."""
    thing_id = name.lower().replace(" ", "-")
    stream = f"{thing_id}:{prop.name}"
    lonlat = land.here.lonlat(np.array([xy]))
    made.thing.append(
        {
            "thing_id": thing_id,
            "kind": kind,
            "name": name,
            "lon": None if nowhere else float(lonlat[0, 0]),
            "lat": None if nowhere else float(lonlat[0, 1]),
            "h3": None if nowhere else cells_at(lonlat, H3_POINT)[0].as_py(),
        }
    )
    made.datastream.append(
        {
            "datastream_id": stream,
            "thing_id": thing_id,
            "property": prop.name,
            "unit": prop.unit,
            "period_s": float(STEP_S),
            "aggregation": prop.aggregation,
            "nature": "simulated",
            "valid_min": prop.low,
            "valid_max": prop.high,
        }
    )
    values = signal + random.normal(0, prop.noise, len(signal)) if prop.noise else signal.copy()
    values = np.clip(values, prop.low, prop.high)
    there = np.ones(len(values), bool)
    if may_fail and random.uniform() < FAULTY_SHARE:
        _fault(made, weather, start_utc, stream, prop, values, there, random)
    start = int(start_utc.timestamp() * 1e6)
    times = start + np.arange(len(values), dtype=np.int64) * (STEP_S * 1_000_000)
    n = int(there.sum())
    made.observation.append(
        pa.table(
            {
                "datastream_id": pa.array([stream] * n),
                "ts": pa.array(times[there], pa.timestamp("us", tz="UTC")),
                "value": np.round(values[there], prop.digits),
                "quality": pa.array(np.full(n, 2), pa.int8()),
                "batch_id": pa.array(["simulated"] * n),
            }
        )
    )


def _fault(
    made: Sensors,
    weather: Weather,
    start_utc: dt.datetime,
    stream: str,
    prop: Property,
    values: Floats,
    there: npt.NDArray[np.bool_],
    random: np.random.Generator,
) -> None:
    """Spoil a stretch before the flood, or the three values of a spike; write it to the truth."""
    kind = FAULTS[len(made.faults) % len(FAULTS)]
    last = int(max(200, (weather.storm_hour - 30) * 3600 / STEP_S))
    length = {"spike": 1, "flatline": 90, "gap": 60, "drift": 400, "step": 300}[kind]
    length = min(length, max(1, last // 3))
    first = int(random.integers(20, max(21, last - length)))
    part = slice(first, first + length)
    if kind == "spike":
        values[part] += prop.throw
    elif kind == "flatline":
        values[part] = values[first]
    elif kind == "gap":
        there[part] = False
    elif kind == "drift":
        values[part] += np.linspace(0, prop.throw * 0.6, length)
    else:
        values[part] += prop.throw * 0.5
    at = [start_utc + dt.timedelta(seconds=k * STEP_S) for k in (first, first + length - 1)]
    made.faults.append(
        {
            "datastream_id": stream,
            "kind": kind,
            "start": at[0].isoformat(),
            "end": at[1].isoformat(),
            "values": length,
        }
    )
