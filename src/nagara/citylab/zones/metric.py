"""The metric system of a place, for lengths and areas."""

from __future__ import annotations

import math


def metric_epsg(lon: float, lat: float) -> int:
    """EPSG code of the UTM zone (WGS 84) that holds a place given in degrees.

    Raises ValueError outside 80 degrees south to 84 degrees north, where UTM ends.
    """
    if not (-180 <= lon <= 180 and -80 <= lat <= 84):
        raise ValueError(f"no UTM zone at {lon}, {lat}")
    zone = min(60, math.floor((lon + 180) / 6) + 1)
    return (32600 if lat >= 0 else 32700) + zone
