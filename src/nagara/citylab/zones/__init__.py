"""Zones: administrative areas. Which zone a point lies in, how large zones are, how they share cells,
and which zone a name means.

Tables in, tables out: every function takes the canonical `zone` table (geometry as WKB, WGS 84).
"""

from nagara.citylab.zones.metric import metric_epsg
from nagara.citylab.zones.names import Gazetteer, Match, Proposal, normalise, proposals_text
from nagara.citylab.zones.points import ZoneFinder, points_in_zones
from nagara.citylab.zones.polygons import polygons_of, zone_areas
from nagara.citylab.zones.weights import cell_weights

__all__ = [
    "Gazetteer",
    "Match",
    "Proposal",
    "ZoneFinder",
    "cell_weights",
    "metric_epsg",
    "normalise",
    "points_in_zones",
    "polygons_of",
    "proposals_text",
    "zone_areas",
]
