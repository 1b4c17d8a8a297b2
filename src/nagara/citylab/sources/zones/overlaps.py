"""Do the zones of one level cover the ground once? Overlaps and gaps are told, never changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from nagara.citylab.findings import Findings
from nagara.citylab.sources.zones.build import Zone
from nagara.citylab.zones.polygons import Shapes, in_metres

_SLIVER = 0.01
"""An overlap below this part of the smaller zone comes from drawing, not from meaning."""
_MEND = "Draw shared boundaries once (topology check in a GIS)."


def judge_cover(zones: Sequence[Zone], epsg: int, file: str, findings: Findings) -> None:
    """Findings about pairs of zones that overlap and about holes between zones."""
    drawn = [zone for zone in zones if zone.shape is not None]
    if len(drawn) < 2:
        return
    shapes = in_metres(np.array([zone.shape for zone in drawn], dtype=object), epsg)
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    _overlaps(drawn, shapes, file, findings)
    whole = shapely.union_all(shapes)
    holes = (
        [ring for part in shapely.get_parts(whole) for ring in part.interiors] if not whole.is_empty else []
    )
    m2 = shapely.area(shapely.polygons(holes)) if holes else np.empty(0)
    holes, m2 = [h for h, size in zip(holes, m2, strict=True) if size > 1.0], m2[m2 > 1.0]
    if holes:
        point = shapely.get_coordinates(holes[int(np.argmax(m2))])[0]
        findings.note(
            "gaps",
            f"holes between zones, {m2.sum() / 1e6:.4f} km2 in all (water, or drawing).",
            file=file,
            count=len(holes),
            example=f"the largest: {m2.max():,.0f} m2 at x {point[0]:.0f}, y {point[1]:.0f} (EPSG:{epsg})",
            mend=_MEND,
        )


def _overlaps(drawn: Sequence[Zone], shapes: Shapes, file: str, findings: Findings) -> None:
    tree = shapely.STRtree(shapes)
    one, two = tree.query(shapes, predicate="intersects")
    first = one < two
    one, two = one[first], two[first]
    if not len(one):
        return
    shared = shapely.area(shapely.intersection(shapes[one], shapes[two]))
    sizes = shapely.area(shapes)
    large = shared > _SLIVER * np.minimum(sizes[one], sizes[two])
    slivers = (shared > 1.0) & ~large
    if large.any():
        worst = int(np.argmax(np.where(large, shared, 0)))
        pair = f"{drawn[one[worst]].zone_id!r} and {drawn[two[worst]].zone_id!r}"
        findings.warn(
            "overlap",
            f"pairs of zones overlap by over 1 % of the smaller one, {shared[large].sum() / 1e6:.4f} km2.",
            file=file,
            row=min(drawn[i].row for i in (*one[large], *two[large])),
            count=int(large.sum()),
            example=f"{pair}: {shared[worst]:,.0f} m2",
            mend=_MEND,
        )
    if slivers.any():
        findings.note(
            "slivers",
            f"pairs of zones overlap by slivers, {shared[slivers].sum() / 1e6:.4f} km2 in all.",
            file=file,
            count=int(slivers.sum()),
            mend=_MEND,
        )
