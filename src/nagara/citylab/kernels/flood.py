"""Flooded zones, the people in them as a range, and what stands in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import CityLabError
from nagara.citylab.recipes import BadParameter, Context
from nagara.citylab.zones import ZoneFinder, zone_areas

Floats = npt.NDArray[np.float64]
Rows = dict[str, dict[str, Any]]

FLOODED = pa.schema(
    [
        ("zone_id", pa.string()),
        ("state", pa.string()),
        ("class", pa.string()),
        ("label", pa.string()),
        ("rank", pa.float64()),
        ("depth_lo_cm", pa.float64()),
        ("depth_hi_cm", pa.float64()),
        ("ts", pa.timestamp("us")),
    ]
)
PEOPLE = pa.schema(
    [
        ("zone_id", pa.string()),
        ("km2", pa.float64()),
        ("n", pa.float64()),
        ("lo", pa.float64()),
        ("hi", pa.float64()),
        ("guess", pa.float64()),
        ("origin", pa.string()),
    ]
)
ABOVE = pa.schema([("zone_id", pa.string()), ("unit_kind", pa.string()), ("unit_id", pa.string())])
BARE = pa.schema([("n", pa.int64()), ("names", pa.string())])
LOCATED = pa.schema(
    [("kind", pa.string()), ("category", pa.string()), ("id", pa.string()), ("zone_id", pa.string())]
)
_TO_CM = {"cm": 1.0, "m": 100.0, "mm": 0.1}


def classes_of(text: str) -> dict[str, tuple[float | None, float | None]]:
    """Classes of depth: {class: (from cm, to cm)}. Raises BadParameter."""
    try:
        found = json.loads(text)
        return {str(k): (v[0], v[1]) for k, v in found.items()}
    except (json.JSONDecodeError, AttributeError, IndexError, TypeError):
        raise BadParameter("classes is not as expected.", mend='Write {"2": [10, 70]} (cm).') from None


def _label(name: str, low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "depth unknown"
    if high is None:
        return f"over {low:g} cm" if low is not None else name
    return f"{low or 0:g}-{high:g} cm"


def _class_of(
    value: float, unit: str | None, classes: Mapping[str, tuple[float | None, float | None]]
) -> tuple[str, str, float | None, float | None]:
    """Class, label and depth (cm) of a value above nought: a depth, a class, or a plain flag."""
    if unit in _TO_CM:
        cm = value * _TO_CM[unit]
        bounded = sorted((r[0], n, r) for n, r in classes.items() if r[0] is not None)
        held = [(n, r) for low, n, r in bounded if cm > low - 1 and (r[1] is None or cm <= r[1])]
        name, (low, high) = held[0] if held else ("0", (0.0, bounded[0][0] if bounded else None))
        return name, _label(name, low, high), low, high
    name = f"{value:g}"
    low, high = classes.get(name, (None, None))
    return name, _label(name, low, high), low, high


def _level_of(zones: Rows, ids: set[str]) -> int:
    levels = [zones[i]["level"] for i in ids if i in zones]
    if not levels:
        raise CityLabError(
            "no zone of the flood marking is among the zones", mend="Import the zones it names."
        )
    return max(set(levels), key=levels.count)


def _zones(table: pa.Table) -> Rows:
    kept = [c for c in ("zone_id", "level", "parent_id", "name", "area_km2") if c in table.column_names]
    return {row["zone_id"]: row for row in table.select(kept).to_pylist()}


def flooded(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Every zone of the level that is marked: flooded yes, no or unknown, with its class. See FLOODED.

    A plain flag (values 0 and 1) has one class. A marking with a time lists what is wet: zones that it leaves
    out are dry. A flag without a time that is empty, or a zone that it leaves out, is unknown.
    """
    del context
    zones, flags = _zones(tables["zone"]), {row["zone_id"]: row for row in tables["flag"].to_pylist()}
    classes = classes_of(params["classes"])
    level = _level_of(zones, set(flags))
    known = {row["value"] for row in flags.values() if row["value"] is not None}
    plain = known <= {0.0, 1.0} and not any(row["unit"] in _TO_CM for row in flags.values())
    plain = plain and not any(row["property"].endswith("class") for row in flags.values())
    timed = next((row["ts"] for row in flags.values()), None)
    rows = []
    for name in sorted(z for z, row in zones.items() if row["level"] == level):
        flag = flags.get(name)
        value = flag["value"] if flag else (0.0 if timed is not None else None)
        row = {"zone_id": name, "ts": timed, "class": "", "label": "", "rank": 0.0, "state": "no"}
        if value is None:
            row |= {"state": "unknown", "rank": None, "label": "not known"}
        elif value > 0 and flag is not None:
            what = ("", flag["property"].replace("_", " "), None, None)
            found, label, low, high = what if plain else _class_of(value, flag["unit"], classes)
            row |= {"state": "yes", "class": found, "label": label, "rank": value}
            row |= {"depth_lo_cm": low, "depth_hi_cm": high}
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=FLOODED)


def _areas(table: pa.Table, ids: list[str], epsg: int) -> dict[str, float]:
    """Area of each zone in km2: as given, else measured in the city's metric system."""
    mine = table.filter(pc.is_in(table.column("zone_id"), pa.array(ids, pa.string())))
    given = mine.column("area_km2")
    if given.null_count:
        given = pc.coalesce(given, zone_areas(mine, epsg))
    pairs = zip(mine.column("zone_id").to_pylist(), given.to_pylist(), strict=True)
    return {name: float(area or 0.0) for name, area in pairs}


def _ancestors(zones: Rows, zone_id: str) -> Iterator[str]:
    seen, at = {zone_id}, zones.get(zone_id, {}).get("parent_id")
    while at and at in zones and at not in seen:
        yield at
        seen.add(at)
        at = zones[at]["parent_id"]


def _of_cells(cell: pa.Table, counted: Mapping[str, Any], ids: set[str]) -> Rows:
    """People of cells by the part of the cell's area in the zone (land_share)."""
    found: Rows = {}
    for row in cell.select(["h3", "zone_id", "land_share"]).to_pylist():
        people = counted.get(str(row["h3"]))
        if people is not None and row["zone_id"] in ids and row["land_share"] is not None:
            into = found.setdefault(
                row["zone_id"], {"n": 0.0, "lo": 0.0, "hi": 0.0, "origin": "cells, by area"}
            )
            for name in ("n", "lo", "hi"):
                into[name] += people[name] * row["land_share"]
    return found


def _of_zones(zones: Rows, counted: Rows, ids: list[str], km2: Mapping[str, float]) -> Rows:
    """People of the zone itself, else of the nearest unit above, spread by area (n) and evenly (range)."""
    found: Rows = {}
    shared: dict[str, list[str]] = {}
    for name in ids:
        if name in counted:
            found[name] = dict(counted[name]) | {"origin": "counted here"}
            continue
        unit = next((a for a in _ancestors(zones, name) if a in counted), None)
        if unit is not None:
            shared.setdefault(unit, []).append(name)
    for unit, members in shared.items():
        people, total = counted[unit], sum(km2.get(m, 0.0) for m in members)
        for name in members:
            even = 1 / len(members)
            share = km2.get(name, 0.0) / total if total > 0 else even
            found[name] = {
                "n": people["n"] * share,
                "lo": people["lo"] * min(share, even),
                "hi": people["hi"] * max(share, even),
                "origin": f"{unit}, by area",
            }
    return found


def people(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """People in every zone of the marked level, as a range; null where nobody was counted. See PEOPLE.

    `guess` is for zones without people: area times the density that nine of ten other zones do not exceed.
    """
    del params
    zones = _zones(tables["zone"])
    ids = tables["flooded"].column("zone_id").to_pylist()
    km2 = _areas(tables["zone"], ids, context.epsg)
    counted = {row["unit_id"]: row for row in tables["counted"].to_pylist()}
    kinds = set(tables["counted"].column("unit_kind").to_pylist())
    own = _of_zones(zones, counted, ids, km2)
    if "cell" in kinds:
        own = _of_cells(tables["cell"], counted, set(ids) - set(own)) | own
    dense = [own[z]["n"] / km2[z] for z in own if km2.get(z, 0) > 0]
    limit = float(np.quantile(dense, 0.9)) if dense else None
    rows = []
    for name in ids:
        row = {"zone_id": name, "km2": km2.get(name, 0.0)} | {
            k: own.get(name, {}).get(k) for k in ("n", "lo", "hi", "origin")
        }
        if name not in own and limit is not None:
            row["guess"] = limit * km2.get(name, 0.0)
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=PEOPLE)


def above(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """Each marked zone with every unit that holds it: the zones above, and the city. See ABOVE."""
    del params
    zones, rows = _zones(tables["zone"]), []
    for name in tables["flooded"].column("zone_id").to_pylist():
        rows.append({"zone_id": name, "unit_kind": "city", "unit_id": context.city_id})
        rows += [{"zone_id": name, "unit_kind": "zone", "unit_id": up} for up in _ancestors(zones, name)]
    return pa.Table.from_pylist(rows, schema=ABOVE)


def bare(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """How many units lack people, and their names, at the level that people were counted at. One row."""
    del params, context
    zones = _zones(tables["zone"])
    counted = [row["unit_id"] for row in tables["counted"].to_pylist() if row["unit_id"] in zones]
    lacking = [row["zone_id"] for row in tables["people"].to_pylist() if row["n"] is None]
    if not counted:
        return pa.Table.from_pylist([{"n": 0, "names": ""}], schema=BARE)
    levels = [zones[i]["level"] for i in counted]
    level = max(set(levels), key=levels.count)
    units = {next((u for u in (z, *_ancestors(zones, z)) if zones[u]["level"] == level), z) for z in lacking}
    names = sorted(zones[u]["name"] or u for u in units)
    shown = ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")
    return pa.Table.from_pylist([{"n": len(names), "names": shown}], schema=BARE)


def located(tables: Mapping[str, pa.Table], params: Mapping[str, Any], context: Context) -> pa.Table:
    """The marked-level zone that holds each place and stop; those in none are left out. See LOCATED."""
    del params, context
    spots, ids = tables["spot"], tables["flooded"].column("zone_id")
    mine = tables["zone"].filter(pc.is_in(tables["zone"].column("zone_id"), ids.combine_chunks()))
    if spots.num_rows == 0 or mine.num_rows == 0:
        return LOCATED.empty_table()
    finder = ZoneFinder(mine, level=int(mine.column("level")[0].as_py()))
    found = finder.find(spots.column("lon"), spots.column("lat"))
    table = spots.select(["kind", "category", "id"]).append_column("zone_id", found)
    return table.filter(pc.is_valid(table.column("zone_id"))).cast(LOCATED)
