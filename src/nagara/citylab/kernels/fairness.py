"""The steps of the recipe inequality: what is measured by zone, who touches whom, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.findings import CityLabError
from nagara.citylab.kernels import inequality
from nagara.citylab.recipes import BadParameter, Context
from nagara.citylab.zones import ZoneFinder, polygons_of, zone_areas
from nagara.citylab.zones.polygons import in_metres

MEASURED = pa.schema(
    [
        ("place", pa.int64()),
        ("zone_id", pa.string()),
        ("parent_id", pa.string()),
        ("people", pa.float64()),
        ("km2", pa.float64()),
        ("value", pa.float64()),
        ("lorenz_people", pa.float64()),
        ("lorenz_value", pa.float64()),
    ]
)
NEIGHBOUR = pa.schema([("i", pa.int64()), ("j", pa.int64())])
SUMMARY = pa.schema(
    [
        ("indicator", pa.string()),
        ("value", pa.float64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("n", pa.int64()),
        ("coverage", pa.float64()),
        ("reason", pa.string()),
    ]
)
LISA = pa.schema(
    [
        ("zone_id", pa.string()),
        ("local_i", pa.float64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("p", pa.float64()),
        ("cluster", pa.string()),
        ("rank", pa.float64()),
        ("n", pa.int64()),
    ]
)
_QUADRANT = {1: "high among high", 2: "low among high", 3: "low among low", 4: "high among low"}
_RANK = {1: 2.0, 4: 1.0, 2: -1.0, 3: -2.0}


def _level(zone: pa.Table, known: set[str], asked: int | None) -> pa.Table:
    """The zones of the level asked for, else of the finest level that has a known value."""
    zone = zone.filter(pc.is_valid(zone.column("geom_wkb"))).sort_by("zone_id")
    if asked is None:
        met = zone.filter(pc.is_in(zone.column("zone_id"), pa.array(sorted(known), pa.string())))
        if met.num_rows == 0:
            raise CityLabError(
                "the measure is known for no zone", mend="Import what it needs, or choose another measure."
            )
        asked = pc.max(met.column("level")).as_py()
    return zone.filter(pc.equal(zone.column("level"), asked))


def measured(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """The measure by zone. See MEASURED; `place` numbers the rows from 0, lorenz_* are cumulative shares.

    Raises BadParameter for a measure that is not known, CityLabError where no zone has a value.
    """
    measure = params["measure"]
    counted = {r["unit_id"]: r["n"] for r in tables["counted"].to_pylist() if r["unit_kind"] == "zone"}
    given = {r["zone_id"]: r["value"] for r in tables["given"].to_pylist()}
    simple = measure in {"population_density", "places_per_1000"}
    if not simple and not measure.startswith(("property:", "indicator:")):
        raise BadParameter(
            f"{measure!r} is no measure.",
            mend="Use population_density, places_per_1000, property:NAME or indicator:ID.",
        )
    zone = _level(tables["zone"], set(counted if simple else given), params.get("level"))
    ids = zone.column("zone_id").to_pylist()
    km2 = pc.coalesce(zone.column("area_km2"), zone_areas(zone, context.epsg)).to_pylist()
    people = [counted.get(i) for i in ids]
    if measure == "population_density":
        value = [n / a if n is not None and a else None for n, a in zip(people, km2, strict=True)]
    elif measure == "places_per_1000":
        here = _points(zone, tables["spot"])
        value = [1000 * c / n if n else None for c, n in zip(here, people, strict=True)]
    else:
        value = [given.get(i) for i in ids]
    table = pa.table(
        {
            "place": np.arange(len(ids)),
            "zone_id": ids,
            "parent_id": zone.column("parent_id"),
            "people": pa.array(people, pa.float64()),
            "km2": pa.array(km2, pa.float64()),
            "value": pa.array(value, pa.float64()),
        }
    )
    return _with_lorenz(table).cast(MEASURED)


def _points(zone: pa.Table, spot: pa.Table) -> list[int]:
    """How many points lie in each zone (rows of `zone`, which are of one level)."""
    if spot.num_rows == 0:
        return [0] * zone.num_rows
    finder = ZoneFinder(zone, level=int(zone.column("level")[0].as_py()))
    found = finder.find(spot.column("lon"), spot.column("lat"))
    counts = {row["values"]: row["counts"] for row in pc.value_counts(found).to_pylist()}
    return [int(counts.get(i, 0)) for i in zone.column("zone_id").to_pylist()]


def _arrays(table: pa.Table) -> tuple[Any, Any, Any, Any]:
    """Rows with a value, as arrays: their places, values, weights (people, or 1 each), groups."""
    value = table.column("value").to_numpy(zero_copy_only=False).astype(float)
    people = table.column("people").to_numpy(zero_copy_only=False).astype(float)
    kept = np.flatnonzero(np.isfinite(value))
    weigh = np.isfinite(people[kept]).all() and people[kept].sum() > 0 if len(kept) else False
    weight = people[kept] if weigh else np.ones(len(kept))
    kept, weight = kept[weight > 0], weight[weight > 0]
    parents = [p or "" for p in table.column("parent_id").to_pylist()]
    names = {name: number for number, name in enumerate(sorted(set(parents)))}
    group = np.array([names[parents[i]] for i in kept], np.int64)
    return kept, value[kept], weight, group


def _with_lorenz(table: pa.Table) -> pa.Table:
    kept, y, weight, _ = _arrays(table)
    columns = np.full((2, table.num_rows), np.nan)
    if len(kept) and (y >= 0).all():
        columns[0, kept], columns[1, kept] = inequality.lorenz(y, weight)
    for name, values in zip(("lorenz_people", "lorenz_value"), columns, strict=True):
        table = table.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    return table


def neighbours(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Pairs of zones (rows of `measured`) that lie within `reach_m` of one another. See NEIGHBOUR."""
    ids = tables["measured"].column("zone_id")
    order = pa.table({"zone_id": ids, "place": tables["measured"].column("place")})
    zone = (
        tables["zone"]
        .select(["zone_id", "geom_wkb"])
        .join(order, "zone_id", join_type="inner")
        .sort_by("place")
    )
    shapes = in_metres(polygons_of(zone.column("geom_wkb")), context.epsg)
    tree = shapely.STRtree(shapes)
    i, j = tree.query(shapes, predicate="dwithin", distance=float(params["reach_m"]))
    kept = i != j
    order_of = np.lexsort((j[kept], i[kept]))
    return pa.table({"i": i[kept][order_of], "j": j[kept][order_of]}).cast(NEIGHBOUR)


def _joined(tables: Mapping[str, pa.Table]) -> tuple[Any, Any, Any, Any, Any]:
    """Zones with a value and a neighbour with a value, renumbered: places, values, pairs i and j, groups."""
    kept, y, _, group = _arrays(tables["measured"])
    i = tables["neighbour"].column("i").to_numpy()
    j = tables["neighbour"].column("j").to_numpy()
    both = np.isin(i, kept) & np.isin(j, kept)
    i, j = i[both], j[both]
    joined = np.isin(kept, i)
    places = kept[joined]
    return places, y[joined], np.searchsorted(places, i), np.searchsorted(places, j), group[joined]


def summary(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Gini, Theil with its parts, Moran's I. See SUMMARY; ranges are 95 %."""
    del context
    kept, y, weight, group = _arrays(tables["measured"])
    total = tables["measured"].num_rows
    coverage = len(kept) / total if total else 0.0
    rows: list[dict[str, Any]] = []

    def say(indicator: str, value: float, lo: float, hi: float, n: int, reason: str | None = None) -> None:
        empty = not np.isfinite(value)
        why = reason or ("the values do not differ, or are too few" if empty else None)
        rows.append(
            {"indicator": indicator, "value": None if empty else value, "lo": lo, "hi": hi, "n": n}
            | {"coverage": coverage, "reason": why}
        )

    if len(y) < 3 or (y < 0).any() or y.sum() <= 0:
        why = "needs at least three zones with values, none of them negative"
        for name in ("gini", "theil", "theil_between", "theil_within", "theil_between_share"):
            say(name, float("nan"), float("nan"), float("nan"), len(y), why)
    else:
        ranges = inequality.bootstrap(y, weight, group)
        between, within = inequality.theil_parts(y, group, weight)
        whole = inequality.theil(y, weight)
        parts = (inequality.gini(y, weight), whole, between, within)
        for name, value, (lo, hi) in zip(
            ("gini", "theil", "theil_between", "theil_within"), parts, ranges[:4], strict=True
        ):
            say(name, value, min(lo, value), max(hi, value), len(y))
        share = 100 * between / whole if whole > 0 else float("nan")
        low, high = ranges[4]
        say("theil_between_share", share, min(low, share), max(high, share), len(y))
    places, values, i, j, _ = _joined(tables)
    del places
    m = inequality.moran(values, i, j, draws=int(params["draws"])) if len(values) > 2 else None
    nan = float("nan")
    if m is None:
        say("moran_i", nan, nan, nan, len(values), "needs at least three zones that touch others")
    else:
        chance = f"p {m.p:.4f} by permutation" if np.isfinite(m.p) else None
        say("moran_i", m.i, m.i - 1.96 * m.sd, m.i + 1.96 * m.sd, m.n, chance)
        say("moran_p", m.p, m.p, m.p, m.n)
    return pa.Table.from_pylist(rows, schema=SUMMARY)


def lisa(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Local Moran's I of every zone with neighbours, and its cluster where the FDR holds. See LISA."""
    del context
    places, y, i, j, _ = _joined(tables)
    if len(y) < 3:
        return LISA.empty_table()
    value, p, quadrant, sd = inequality.local_moran(y, i, j, draws=int(params["draws"]))
    held = inequality.discoveries(p, float(params["fdr"]))
    ids, degree = tables["measured"].column("zone_id").to_pylist(), np.bincount(i, minlength=len(y))
    rows = [
        {
            "zone_id": ids[places[at]],
            "local_i": float(value[at]),
            "lo": float(value[at] - 1.96 * sd[at]),
            "hi": float(value[at] + 1.96 * sd[at]),
            "p": float(p[at]),
            "cluster": _QUADRANT[int(quadrant[at])] if held[at] else "not significant",
            "rank": _RANK[int(quadrant[at])] if held[at] else 0.0,
            "n": int(degree[at]),
        }
        for at in range(len(y))
    ]
    return pa.Table.from_pylist(rows, schema=LISA)
