"""Coordinate systems: which one a file is in, and the way to WGS 84. Declared or asked for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from nagara.citylab.sources.geometry.layers import Reading
from nagara.citylab.zones.polygons import Shapes

WGS84 = pyproj.CRS.from_epsg(4326)
_MEND = 'Say which system the coordinates are in: [read] crs = "EPSG:..." in the mapping file.'
_SWAP = 'If latitude stands first, say so: [read] axes = "lat lon" in the mapping file.'


def system_of(declared: str, on: Reading) -> pyproj.CRS:
    """The coordinate system of a file: what the mapping file says, else what the file declares.

    Raises Refusal where neither says, or what is said is no coordinate system.
    """
    said = str(on.read.get("crs", "") or "")
    if not said and not declared:
        raise on.refusal("no-crs", "the file declares no coordinate system.", _MEND)
    try:
        theirs = _parse(declared) if declared else None
    except CRSError as error:
        if not said:
            what = f"the declared coordinate system is not known: {declared[:120]!r}."
            raise on.refusal("unknown-crs", what, _MEND) from error
        theirs = None
    if not said:
        assert theirs is not None
        return theirs
    try:
        ours = _parse(said)
    except CRSError as error:
        what = f"{said!r} in [read] crs is no coordinate system."
        raise on.refusal("unknown-crs", what, 'Write it as "EPSG:4326".') from error
    if theirs is not None and declared != "OGC:CRS84" and not _same(ours, theirs):
        what = f"the file declares {theirs.name!r} but the mapping file says {ours.name!r}: the latter holds."
        on.findings.warn(
            "crs-overruled", what, file=on.file, mend="Take [read] crs out if the file is right."
        )
    return ours


@lru_cache(maxsize=64)
def _parse(text: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(text)


def _same(one: pyproj.CRS, two: pyproj.CRS) -> bool:
    return one.equals(two, ignore_axis_order=True) or (
        one.is_geographic and two.is_geographic and one.ellipsoid == two.ellipsoid
    )


def to_wgs84(shapes: Shapes, crs: pyproj.CRS, on: Reading) -> Shapes:
    """Shapes in `crs` as WGS 84 longitude and latitude, 2D. Shapes that carry an SRID use that instead.

    Raises Refusal where an SRID is no known system.
    """
    shapes = shapely.force_2d(shapes)
    axes = re.findall(r"[a-z]+", str(on.read.get("axes", "")).lower())
    if axes and axes[0] in ("lat", "latitude", "north", "northing", "y"):
        shapes = shapely.transform(shapes, lambda at: at[:, ::-1])
    srids = shapely.get_srid(shapes)
    for srid in np.unique(srids[~shapely.is_missing(shapes)]):
        mine = srids == srid
        own = crs if srid <= 0 else system_of(f"EPSG:{srid}", Reading(on.file, on.findings))
        shapes[mine] = _reproject(shapes[mine], own, on)
    return shapely.set_srid(shapes, 0)


def _reproject(shapes: Shapes, crs: pyproj.CRS, on: Reading) -> Shapes:
    if crs.is_geographic and _same(crs, WGS84):
        return shapes
    ahead = _way(crs.to_wkt(), on).transform

    def move(x: Any, y: Any) -> Any:
        return ahead(x, y)

    try:
        return shapely.transform(shapes, move, interleaved=False)
    except ProjError as error:
        what = f"coordinates cannot be brought from {crs.name!r} to WGS 84 ({error})."
        raise on.refusal("crs-failed", what, _MEND) from error


def _way(wkt: str, on: Reading) -> pyproj.Transformer:
    way, accuracy, missing = _transformer(wkt)
    if accuracy < 0 or accuracy > 5 or missing:
        how = "an unknown accuracy" if accuracy < 0 else f"an accuracy of about {accuracy:g} m"
        what = f"brought to WGS 84 with {how}."
        on.findings.note("crs-accuracy", what, file=on.file, example=wkt.split('"')[1])
    return way


@lru_cache(maxsize=64)
def _transformer(wkt: str) -> tuple[pyproj.Transformer, float, bool]:
    group = TransformerGroup(pyproj.CRS.from_wkt(wkt), WGS84, always_xy=True)
    way = group.transformers[0] if group.transformers else None
    if way is None:
        way = pyproj.Transformer.from_crs(pyproj.CRS.from_wkt(wkt), WGS84, always_xy=True)
    return way, float(way.accuracy), not group.best_available


def judge_places(shapes: Shapes, rows: Any, on: Reading) -> Shapes:
    """Judge WGS 84 shapes by where they lie: off the globe -> None, outside the city -> a finding.

    Raises Refusal where more than half lie off the globe: then the system or the axes are wrong.
    """
    box = shapely.bounds(shapes)
    drawn = ~np.isnan(box[:, 0])
    off = (np.abs(box[:, [0, 2]]) > 180).any(axis=1) | (np.abs(box[:, [1, 3]]) > 90).any(axis=1)
    off |= np.isinf(box).any(axis=1) | (~drawn & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    if off.any():
        _off_the_globe(box, off, rows, on)
        shapes = shapes.copy()
        shapes[off] = None
    if on.bbox is not None:
        _outside(box, drawn & ~off, rows, on)
    return shapes


def _off_the_globe(box: Any, off: Any, rows: Any, on: Reading) -> None:
    first = int(np.flatnonzero(off)[0])
    x, y = box[first, 0], box[first, 1]
    swapped = abs(x) <= 90 and 90 < abs(y) <= 180
    if swapped:
        rule, why, mend = "swapped-coordinates", "latitude and longitude seem to have changed places", _SWAP
    else:
        rule, why, mend = "not-degrees", "the numbers are no degrees, rather metres", _MEND
    what = f"{why} (x = {x:.6g}, y = {y:.6g})"
    if off.sum() * 2 > (~np.isnan(box[:, 0])).sum():
        raise on.refusal(rule, f"{what}.", mend)
    on.findings.refuse(
        rule,
        f"{what}: kept without geometry.",
        file=on.file,
        row=int(rows[first]),
        count=int(off.sum()),
        example=f"{x} {y}",
        mend=mend,
    )


def _outside(box: Any, drawn: Any, rows: Any, on: Reading) -> None:
    west, south, east, north = on.bbox or (-180, -90, 180, 90)
    apart = (box[:, 0] > east) | (box[:, 2] < west) | (box[:, 1] > north) | (box[:, 3] < south)
    apart &= drawn
    if not apart.any():
        return
    first = int(np.flatnonzero(apart)[0])
    x, y = box[first, 0], box[first, 1]
    turned = west <= y <= east and south <= x <= north
    what = "features that lie wholly outside the city's bounds"
    on.findings.warn(
        "outside-the-city",
        f"{what}{': latitude and longitude may have changed places' if turned else ''}.",
        file=on.file,
        row=int(rows[first]),
        count=int(apart.sum()),
        example=f"{x:.6f} {y:.6f}",
        mend=_SWAP if turned else "Check that the file is of this city; look at the map.",
    )
