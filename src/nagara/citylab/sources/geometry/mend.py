"""Shapes made sound: 2D, valid, of the kind that is wanted. Every change is a finding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from nagara.citylab.sources.geometry.layers import Reading
from nagara.citylab.zones.polygons import Shapes, polygonal

Rows = npt.NDArray[np.int64]


def mend(shapes: Shapes, rows: Rows, names: Sequence[str], on: Reading) -> Shapes:
    """Valid shapes; None where missing or empty. `names` says for people which feature each is."""
    out = shapes.copy()
    gone = shapely.is_missing(out) | shapely.is_empty(out)
    for i in np.flatnonzero(gone).tolist():
        on.findings.warn(
            "no-geometry",
            "features without geometry: kept, but they cannot be drawn.",
            file=on.file,
            row=int(rows[i]),
            example=names[i],
            mend="Supply the geometry if there is one.",
        )
    out[gone] = None
    broken = ~gone & ~shapely.is_valid(out)
    for i in np.flatnonzero(broken).tolist():
        on.findings.repair(
            "invalid-geometry",
            f"invalid geometry was made valid: {shapely.is_valid_reason(out[i])}.",
            file=on.file,
            row=int(rows[i]),
            example=names[i],
            mend="Mend the shape in the program that drew it and export again.",
        )
    out[broken] = shapely.make_valid(out[broken])
    return out


def only_polygons(shapes: Shapes, rows: Rows, names: Sequence[str], on: Reading) -> Shapes:
    """Polygons and multipolygons; what has no area becomes None with a finding."""
    out = polygonal(shapes)
    for i in np.flatnonzero(shapely.is_missing(out) & ~shapely.is_missing(shapes)).tolist():
        on.findings.warn(
            "not-a-polygon",
            "geometry that has no area (points or lines): the row is kept without it.",
            file=on.file,
            row=int(rows[i]),
            example=names[i],
            mend="Give the file with the areas.",
        )
    return out
