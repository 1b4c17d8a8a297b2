"""Zones: administrative areas. Which zone a point lies in, how large zones are, how they share cells,
and which zone a name means.

Tables in, tables out: every function takes the canonical `zone` table (geometry as WKB, WGS 84).
"""

from nagara.citylab.zones.metric import metric_epsg
from nagara.citylab.zones.points import ZoneFinder, points_in_zones
from nagara.citylab.zones.polygons import polygons_of, zone_areas

__all__ = ["ZoneFinder", "metric_epsg", "points_in_zones", "polygons_of", "zone_areas"]
