"""Statistics whose rows bring their own polygons: which zones they are about.

A row is about the zone that holds more than half of its polygon, and about every zone that its polygon covers
by more than half (`[zone] min_overlap`). A point is about the zone it lies in.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.zones.polygons import Shapes, in_metres, polygonal, polygons_of

Pairs = list[tuple[str, float]]


class PlaceMatcher:
    """Finds zones for shapes; the same shape is looked up once. Raises Refusal where there are no zones."""

    def __init__(self, options: Options, findings: Findings) -> None:
        section = options.map.get("zone", {})
        self.least = float(section.get("min_overlap", 0.5))
        self.epsg = options.epsg
        known = options.known.get("zone")
        if known is None or not known.num_rows:
            mend = "Import the zones first."
            raise Refusal("polygons cannot be matched: the city has no zones yet.", findings, mend=mend)
        zones = _of_level(known, section.get("level"), findings)
        self.ids = zones.column("zone_id").to_pylist()
        self.shapes = polygonal(in_metres(polygonal(polygons_of(zones.column("geom_wkb"))), self.epsg))
        self.areas = shapely.area(self.shapes)
        shapely.prepare(self.shapes)
        self.tree = shapely.STRtree(self.shapes)
        self._seen: dict[bytes, Pairs] = {}

    def find(self, shapes: Shapes) -> list[Pairs]:
        """For each shape (WGS 84) the zones it is about, with the part of the zone that it covers."""
        keys = shapely.to_wkb(shapes)
        new = {
            key: shape
            for key, shape in zip(keys, shapes, strict=True)
            if shape is not None and key not in self._seen
        }
        if new:
            self._look_up(list(new), np.array(list(new.values()), dtype=object))
        return [self._seen.get(key, []) if key is not None else [] for key in keys]

    def _look_up(self, keys: list[bytes], shapes: Shapes) -> None:
        metric = in_metres(shapes, self.epsg)
        broken = ~shapely.is_valid(metric)
        metric[broken] = shapely.make_valid(metric[broken])
        for key in keys:
            self._seen[key] = []
        one, zone = self.tree.query(metric, predicate="intersects")
        shared = shapely.area(shapely.intersection(metric[one], self.shapes[zone]))
        own = shapely.area(metric)
        for k, z, area in zip(one.tolist(), zone.tolist(), shared.tolist(), strict=True):
            of_zone = area / self.areas[z]
            if own[k] == 0 or area > self.least * own[k] or of_zone > self.least:
                self._seen[keys[k]].append((self.ids[z], float(of_zone)))


def _of_level(zones: pa.Table, level: Any, findings: Findings) -> pa.Table:
    """Zones with geometry of the level that the mapping names; the only one where it names none."""
    drawn = zones.filter(pc.is_valid(zones.column("geom_wkb")))
    if level is not None:
        column = "level" if isinstance(level, int) else "level_name"
        drawn = drawn.filter(pc.equal(drawn.column(column), level))
    levels = pc.unique(drawn.column("level")).to_pylist()
    if len(levels) != 1:
        rows = zones.select(["level", "level_name"]).to_pylist()
        listed = ", ".join(sorted({f"{row['level']} {row['level_name'] or ''}".strip() for row in rows}))
        what = f"which level are the rows about? The city has {listed}."
        raise Refusal(what, findings, where="mapping file", mend="Say it: [zone] level = ...")
    return drawn
