"""Kernel of exposure: the air between stations, weighted by the people who breathe it, with its range.

Inverse distance weighting (Shepard 1968) within a cap; the range from a bootstrap over stations and days at
once (Efron and Tibshirani 1993): a few stations decide the answer, and so do a few smoky weeks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.cells import centres_of, parents_of
from nagara.citylab.kernels import anomalies, readings
from nagara.citylab.kernels.network import on_sphere
from nagara.citylab.recipes import Context, load
from nagara.citylab.tables import H3_INDICATOR

Floats = npt.NDArray[np.float64]

FIELD = pa.schema(
    [
        ("kind", pa.string()),
        ("h3", pa.int64()),
        ("thing_id", pa.string()),
        ("what", pa.string()),
        ("value", pa.float64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("people", pa.float64()),
        ("n", pa.int64()),
        ("covered", pa.float64()),
    ]
)
"""Rows of kind city (`what`: the indicator), cell (h3) and station (thing_id). `covered`: share of the people
with a station within the cap. A cell beyond the cap has no value."""
_ENDS = (0.05, 0.95)
_NEAREST_M = 50.0
"""Nearer than this a station is as near as it gets: no weight is without bound."""


def _qa(params: Mapping[str, Any]) -> dict[str, Any]:
    """The tests' own settings are those of sensor-qa."""
    return {**load("sensor-qa").settle({}), **params}


def look(
    parts: Iterable[pa.Table], tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context
) -> dict[str, pa.Table]:
    """Every datastream judged, as sensor-qa does."""
    return readings.look(parts, tables, _qa(params), context)


def episodes(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """All faults, as sensor-qa finds them."""
    return anomalies.episodes(tables, _qa(params), context)


@dataclass(frozen=True)
class _Network:
    """Stations that count, with their days: sums of hourly means and hours (days x stations)."""

    ids: list[str]
    lon: Floats
    lat: Floats
    total: Floats
    hours: Floats

    @property
    def mean(self) -> Floats:
        found: Floats = self.total.sum(axis=0) / self.hours.sum(axis=0)
        return found


def field(tables: Mapping[str, pa.Table], params: Mapping[str, Any], _context: Context) -> pa.Table:
    """`FIELD` from station (thing_id, lon, lat, why), daily (thing_id, day, total, hours), people (h3, n)."""
    net = _network(tables)
    if not net.ids:
        return FIELD.empty_table()
    cells, people = _people(tables["people"])
    draws = _draws(net, params)
    name = f"exposure_{params['property']}"
    parts = [_stations(net, draws)]
    if len(cells):
        weight = _weights(net, cells, params)
        value = _interpolated(weight, net.mean[None, :], np.ones((1, len(net.ids))))[0]
        many = _interpolated(weight, *draws)
        lo, hi = _ends(many)
        parts.append(_cells(cells, people, name, value, lo, hi, weight))
        parts.append(_city(people, value, many, net, name, params))
    return pa.concat_tables(parts)


def _network(tables: Mapping[str, pa.Table]) -> _Network:
    rows = sorted(
        (r for r in tables["station"].to_pylist() if r["why"] is None), key=lambda r: str(r["thing_id"])
    )
    ids = [r["thing_id"] for r in rows]
    place = {thing: n for n, thing in enumerate(ids)}
    daily = [r for r in tables["daily"].to_pylist() if r["thing_id"] in place]
    days = {day: n for n, day in enumerate(sorted({r["day"] for r in daily}))}
    total, hours = np.zeros((len(days), len(ids))), np.zeros((len(days), len(ids)))
    for r in daily:
        total[days[r["day"]], place[r["thing_id"]]] = r["total"]
        hours[days[r["day"]], place[r["thing_id"]]] = r["hours"]
    lon, lat = (np.array([r[c] for r in rows], np.float64) for c in ("lon", "lat"))
    return _Network(ids, lon, lat, total, hours)


def _people(table: pa.Table) -> tuple[npt.NDArray[np.int64], Floats]:
    if not table.num_rows:
        return np.zeros(0, np.int64), np.zeros(0)
    cells, at = np.unique(parents_of(table.column("h3").to_numpy(), H3_INDICATOR), return_inverse=True)
    counted = np.bincount(at, weights=table.column("n").to_numpy(), minlength=len(cells))
    return cells, np.asarray(counted, np.float64)


def _weights(net: _Network, cells: npt.NDArray[np.int64], params: Mapping[str, Any]) -> Floats:
    """Cell x station: one over distance to the power; nought beyond the cap."""
    a, b = on_sphere(*centres_of(cells.tolist())), on_sphere(net.lon, net.lat)
    metres = np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))
    weight: Floats = np.maximum(metres, _NEAREST_M) ** -float(params["power"])
    weight[metres > 1000 * float(params["cap_km"])] = 0.0
    return weight


def _draws(net: _Network, params: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """Means of the stations over days drawn anew (draws x stations), and how often each station is drawn."""
    chance = np.random.Generator(np.random.PCG64(int(params["seed"])))
    n, (days, stations) = int(params["draws"]), net.hours.shape
    day = chance.multinomial(days, np.full(days, 1 / days), size=n).astype(np.float64)
    times = chance.multinomial(stations, np.full(stations, 1 / stations), size=n).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (day @ net.total) / (day @ net.hours)
    return np.where(np.isfinite(mean), mean, net.mean), times


def _interpolated(weight: Floats, mean: Floats, times: Floats) -> Floats:
    """Draw x cell: the weighted mean of the stations drawn; NaN where none of them is near enough."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = ((times * mean) @ weight.T) / (times @ weight.T)
    return found


def _ends(many: Floats) -> tuple[Floats, Floats]:
    """The 5 % and the 95 % quantile down each column, of the draws that have a value."""
    ordered = np.sort(many, axis=0)  # NaN last
    count = np.isfinite(many).sum(axis=0)
    out = []
    for share in _ENDS:
        rank = np.clip(np.ceil(share * count).astype(int) - 1, 0, len(many) - 1)
        out.append(np.where(count > 0, np.take_along_axis(ordered, rank[None, :], axis=0)[0], np.nan))
    return out[0], out[1]


def _stations(net: _Network, draws: tuple[Floats, Floats]) -> pa.Table:
    lo, hi = _ends(draws[0])
    return _rows(
        len(net.ids),
        kind="station",
        thing_id=net.ids,
        value=net.mean,
        lo=lo,
        hi=hi,
        n=net.hours.sum(axis=0).astype(np.int64),
    )


def _cells(
    cells: npt.NDArray[np.int64],
    people: Floats,
    name: str,
    value: Floats,
    lo: Floats,
    hi: Floats,
    weight: Floats,
) -> pa.Table:
    near = (weight > 0).sum(axis=1)
    return _rows(
        len(cells),
        kind="cell",
        h3=cells,
        what=name,
        value=value,
        lo=lo,
        hi=hi,
        people=people,
        n=near.astype(np.int64),
        covered=(near > 0).astype(np.float64),
    )


def _city(
    people: Floats, value: Floats, many: Floats, net: _Network, name: str, params: Mapping[str, Any]
) -> pa.Table:
    there = np.isfinite(value)
    share = float(people[there].sum() / people.sum()) if people.sum() else 0.0
    rows: list[dict[str, Any]] = [
        {"what": "exposure_covered", "value": 100 * share, "lo": 100 * share, "hi": 100 * share}
    ]
    if share > 0:
        rows.append({"what": name, **_mean_of(people, value, many, lambda v: v)})
        for what, limit in (("above_limit", params["limit"]), ("above_standard", params["standard"])):
            share_above = _mean_of(people, value, many, lambda v, limit=limit: 100.0 * (v > float(limit)))
            rows.append({"what": f"exposure_{what}", **share_above})
    common = {"kind": "city", "n": len(net.ids), "covered": share, "people": float(people.sum())}
    return pa.Table.from_pylist([{**row, **common} for row in rows], schema=FIELD)


def _mean_of(people: Floats, value: Floats, many: Floats, see: Any) -> dict[str, float]:
    """The mean over the people who are covered, and its 5 % and 95 % over the draws."""

    def mean(values: Floats) -> float:
        there = np.isfinite(values) & (people > 0)
        return (
            float((see(values[there]) * people[there]).sum() / people[there].sum()) if there.any() else np.nan
        )

    drawn = np.array([mean(row) for row in many])
    lo, hi = _ends(drawn[:, None])
    return {"value": _short(mean(value)), "lo": _short(lo[0]), "hi": _short(hi[0])}


def _short(value: float) -> float:
    return round(float(value), 4)


def _rows(size: int, **columns: Any) -> pa.Table:
    arrays = []
    for name, kind in zip(FIELD.names, FIELD.types, strict=True):
        given = columns.get(name)
        if isinstance(given, str):
            arrays.append(pa.array([given] * size, kind))
        elif given is None:
            arrays.append(pa.nulls(size, kind))
        elif isinstance(given, np.ndarray) and given.dtype == np.float64:
            arrays.append(pa.array(np.round(given, 4), kind, from_pandas=True))
        else:
            arrays.append(pa.array(given, kind))
    return pa.table(arrays, schema=FIELD)
