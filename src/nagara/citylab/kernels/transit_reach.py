"""Kernel of transit-reach: what every cell reaches by public transport and on foot in 30 and 45 minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nagara.citylab.cells import cells_of, centres_of, from_hex, parents_of
from nagara.citylab.kernels import foot, reach
from nagara.citylab.kernels.extents import one_map
from nagara.citylab.kernels.foot import Points, Walks
from nagara.citylab.kernels.network import Network, network_of
from nagara.citylab.kernels.reach import Arrivals, Calls, Search, Ways
from nagara.citylab.recipes import BadParameter, Context
from nagara.citylab.tables import H3_INDICATOR

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

REACH = pa.schema(
    [
        ("h3", pa.int64()),
        ("what", pa.string()),
        ("minutes", pa.int32()),
        ("value", pa.float64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("people", pa.float64()),
        ("whole", pa.float64()),
        ("cells", pa.int64()),
        ("streets", pa.int32()),
        ("located", pa.float64()),
    ]
)
"""One row an origin, kind of thing reached and minutes: how many at the median departure, at an unlucky one
(lo) and a lucky one (hi); people in the cell, how many there are in all, how many cells might be asked.
`what` = travel: minutes from the one origin asked for to this cell."""
_LUCK = (("value", 0.5), ("lo", 0.9), ("hi", 0.1))
_SAY = 1000.0
"""Things are added in thousandths, as whole numbers, so that the order of adding does not matter."""
_BYTES = 192_000_000


class City:
    """The tables of the recipe as arrays: halts, cells with what is in them, calls, ways on foot."""

    def __init__(self, tables: Mapping[str, pa.Table], params: Mapping[str, Any]) -> None:
        self.params = params
        halt = tables["halt"].sort_by("k")
        self.halt_id = halt.column("stop_id").to_pylist()
        self.halts = _points(halt)
        asset = tables["asset"]
        cell = parents_of(asset.column("h3").to_numpy(), H3_INDICATOR)
        self.cell, at = np.unique(cell, return_inverse=True)
        self.names = sorted(set(asset.column("what").to_pylist()))
        self.has = np.zeros((len(self.names), len(self.cell)))
        name = np.searchsorted(self.names, asset.column("what").to_pylist()) if asset.num_rows else []
        np.add.at(self.has, (name, at), np.round(asset.column("n").to_numpy() * _SAY))
        self.middle = Points(*centres_of(self.cell.tolist()))
        self.network = _network(tables)
        call = tables["call"].sort_by([(c, "ascending") for c in ("run", "seq", "arr")])
        self.calls = reach.in_order(Calls(*(_longs(call, c) for c in ("run", "stop", "arr", "dep"))))
        there = np.isfinite(self.halts.lon)[self.calls.stop]
        self.located = float(there.mean()) if len(there) else 0.0
        between = self._walk(self.halts, self.halts, float(params["change_walk_m"]))
        self.between = self._ways(between, keep=between.i != between.j)
        egress = self._walk(self.halts, self.middle, float(params["walk_m"]))
        self.egress = Ways.of(egress.j, egress.i, self._seconds(egress.metres))  # cell, halt

    def _walk(self, a: Points, b: Points, limit_m: float) -> Walks:
        detour, snap = float(self.params["detour"]), float(self.params["snap_m"])
        if self.network is None:
            return foot.straight(a, b, limit_m=limit_m, detour=detour)
        return foot.along(self.network, a, b, limit_m=limit_m, detour=detour, snap_m=snap)

    def _seconds(self, metres: Floats) -> Longs:
        return np.ceil(np.round(metres * 3.6 / float(self.params["walk_kmh"]), 3)).astype(np.int64)

    def _ways(self, walks: Walks, keep: npt.NDArray[np.bool_]) -> Ways:
        """Walks as ways; of several between the same pair the shortest."""
        i, j, seconds = walks.i[keep], walks.j[keep], self._seconds(walks.metres[keep])
        order = np.lexsort((seconds, j, i))
        i, j, seconds = i[order], j[order], seconds[order]
        first = np.r_[True, (i[1:] != i[:-1]) | (j[1:] != j[:-1])][: len(i)]
        return Ways.of(i[first], j[first], seconds[first])

    @property
    def people(self) -> Floats:
        """People by cell; nought where nobody counted them."""
        known = "people" in self.names
        found: Floats = self.has[self.names.index("people")] / _SAY if known else np.zeros(len(self.cell))
        return found

    def search(self, access: Ways, origins: int) -> Arrivals:
        p = self.params
        ask = Search(
            stops=len(self.halts),
            origins=origins,
            minutes=int(p["window"]),
            rides=int(p["changes"]) + 1,
            change_s=int(p["change_s"]),
            access=access,
            between=self.between,
        )
        return reach.arrivals(self.calls, ask)

    def access(self, origin: Points) -> Ways:
        walks = self._walk(self.halts, origin, float(self.params["walk_m"]))
        return Ways.of(walks.j, walks.i, self._seconds(walks.metres))

    def direct(self, origin: Points) -> Ways:
        """Walks without any vehicle: cell -> origin."""
        walks = self._walk(self.middle, origin, float(self.params["walk_m"]))
        return Ways.of(walks.i, walks.j, self._seconds(walks.metres))


def _points(table: pa.Table) -> Points:
    lon, lat = (
        np.asarray(table.column(c).to_numpy(zero_copy_only=False), np.float64) for c in ("lon", "lat")
    )
    return Points(lon, lat)


def _longs(table: pa.Table, name: str) -> Longs:
    return np.asarray(table.column(name).to_numpy(), np.int64)


def _network(tables: Mapping[str, pa.Table]) -> Network | None:
    if not tables["street_edge"].num_rows:
        return None
    found = network_of(*one_map(tables["street_node"], tables["street_edge"]), mode="w")
    return found if len(found) else None


def run(tables: Mapping[str, pa.Table], params: Mapping[str, Any], _context: Context) -> pa.Table:
    """`REACH` of all cells (or a sample), or of the one origin asked for.

    Reads halt (k, stop_id, lon, lat), call (run, seq, stop, arr, dep: seconds since the window's begin),
    asset (what, h3, n), street_node, street_edge.
    """
    city = City(tables, params)
    if params.get("origin"):
        return _from_one(city, str(params["origin"]))
    if not len(city.calls.run):
        return REACH.empty_table()
    lived = city.people > 0
    able = np.flatnonzero(lived) if lived.any() else np.arange(len(city.cell))
    most = int(params["origins"])
    asked = able if len(able) <= most else able[(np.arange(most) * len(able)) // most]
    least = max(len(city.calls.run), 1)
    step = max(_BYTES // least, 64)
    parts = [_of(city, asked[b : b + step], len(able)) for b in range(0, len(asked), step)]
    return pa.concat_tables(parts) if parts else REACH.empty_table()


def _of(city: City, asked: Longs, able: int) -> pa.Table:
    """What some cells reach."""
    origin = Points(city.middle.lon[asked], city.middle.lat[asked])
    found = city.search(city.access(origin), len(asked))
    minutes = sorted({int(city.params["short_minutes"]), int(city.params["minutes"])})
    sums = _sums(city, found, city.direct(origin), len(asked), minutes)
    return _rows(city, city.cell[asked], city.people[asked], sums, minutes, able)


def _sums(city: City, found: Arrivals, direct: Ways, origins: int, minutes: list[int]) -> Floats:
    """minutes x luck x kind x origin: how many things (in thousandths)."""
    window = int(city.params["window"])
    enough = [int(np.ceil(round(share * window, 6))) for _, share in _LUCK]
    sums = np.zeros((len(minutes), len(_LUCK), len(city.names), origins))
    starts = np.searchsorted(found.stop, np.arange(len(city.halts) + 1)).astype(np.int64)
    first, foot_first = city.egress.starts(len(city.cell)), direct.starts(len(city.cell))
    block: list[tuple[int, Longs]] = []
    for cell in range(len(city.cell)):
        mine, walked = slice(first[cell], first[cell + 1]), slice(foot_first[cell], foot_first[cell + 1])
        here = reach.profile(found, starts, city.egress.to[mine], city.egress.seconds[mine])
        if not len(here.at) and walked.start == walked.stop:
            continue
        counts = np.stack([reach.minutes_within(here, 60 * m) for m in minutes])
        for k, m in enumerate(minutes):
            near = direct.seconds[walked] <= 60 * m
            counts[k, direct.to[walked][near]] = window
        block.append((cell, counts))
        if len(block) == 64:
            _add(sums, city.has, block, enough)
            block = []
    _add(sums, city.has, block, enough)
    return sums


def _add(sums: Floats, has: Floats, block: list[tuple[int, Longs]], enough: list[int]) -> None:
    if block:
        worth = has[:, [cell for cell, _ in block]]
        counts = np.stack([counts for _, counts in block])  # cell x minutes x origin
        for k in range(sums.shape[0]):
            for luck, least in enumerate(enough):
                sums[k, luck] += worth @ (counts[:, k] >= least)


def _rows(city: City, cell: Longs, people: Floats, sums: Floats, minutes: list[int], able: int) -> pa.Table:
    parts = []
    for k, m in enumerate(minutes):
        for kind, name in enumerate(city.names):
            rows = {luck: np.round(sums[k, i, kind] / _SAY, 3) for i, (luck, _) in enumerate(_LUCK)}
            whole = float(city.has[kind].sum() / _SAY)
            parts.append(_table(city, cell, name, m, rows, people, whole, able))
    return pa.concat_tables(parts) if parts else REACH.empty_table()


def _table(
    city: City,
    cell: Longs,
    what: str,
    minutes: int,
    rows: Mapping[str, Floats],
    people: Floats,
    whole: float,
    able: int,
) -> pa.Table:
    n = len(cell)
    return pa.table(
        {
            "h3": cell,
            "what": [what] * n,
            "minutes": [minutes] * n,
            **{name: pa.array(rows[name], from_pandas=True) for name in ("value", "lo", "hi")},
            "people": people,
            "whole": np.full(n, whole),
            "cells": np.full(n, able),
            "streets": np.full(n, int(city.network is not None)),
            "located": np.full(n, city.located),
        }
    ).cast(REACH)


def _from_one(city: City, origin: str) -> pa.Table:
    """From one cell or stop: the minutes to every cell, and what is reached."""
    cell, point = _place(city, origin)
    found, direct = city.search(city.access(point), 1), city.direct(point)
    minutes = sorted({int(city.params["short_minutes"]), int(city.params["minutes"])})
    sums = _sums(city, found, direct, 1, minutes)
    mine = city.people[np.searchsorted(city.cell, cell)] if cell in city.cell else 0.0
    rows = _rows(city, np.array([cell]), np.array([mine]), sums, minutes, 1)
    travel = _travel(city, found, direct)
    limit = float(max(minutes))
    near = travel["value"] <= limit
    to = {name: np.where(values[near] <= limit, values[near], np.nan) for name, values in travel.items()}
    there = city.cell[near]
    return pa.concat_tables(
        [rows, _table(city, there, "travel", 0, to, city.people[near], float(near.sum()), 1)]
    )


def _travel(city: City, found: Arrivals, direct: Ways) -> dict[str, Floats]:
    """Minutes to every cell: median, 90 % (hi) and 10 % (lo) of the departures; nearest rank."""
    window = int(city.params["window"])
    starts = np.searchsorted(found.stop, np.arange(len(city.halts) + 1)).astype(np.int64)
    first, foot_first = city.egress.starts(len(city.cell)), direct.starts(len(city.cell))
    shares = {"lo": 0.1, "value": 0.5, "hi": 0.9}
    out = {name: np.full(len(city.cell), np.inf) for name in shares}
    for cell in range(len(city.cell)):
        mine, walked = slice(first[cell], first[cell + 1]), slice(foot_first[cell], foot_first[cell + 1])
        here = reach.profile(found, starts, city.egress.to[mine], city.egress.seconds[mine])
        seconds = np.sort(reach.travel_seconds(here, window)[:, 0])
        seconds = np.minimum(seconds, direct.seconds[walked].min(initial=np.iinfo(np.int64).max))
        for name, share in shares.items():
            out[name][cell] = seconds[int(np.ceil(round(share * window, 6))) - 1] / 60
    return out


def _place(city: City, origin: str) -> tuple[int, Points]:
    """The origin's cell and point: an H3 cell (decimal or hexadecimal) or the id of a stop."""
    if origin in city.halt_id:
        at = city.halt_id.index(origin)
        lon, lat = city.halts.lon[at : at + 1], city.halts.lat[at : at + 1]
        if np.isfinite(lon[0]):
            return int(cells_of(lon, lat, H3_INDICATOR)[0].as_py()), Points(lon, lat)
    try:
        cell = from_hex(f"{int(origin):x}" if origin.isdigit() and len(origin) > 16 else origin)
    except ValueError:
        raise BadParameter(
            f"{origin!r} is neither an H3 cell nor a stop that is served in these hours.",
            mend="Give a cell of resolution 9 or a stop_id.",
        ) from None
    cell = int(parents_of([cell], H3_INDICATOR)[0])
    return cell, Points(*centres_of([cell]))
