"""Maps of what a city's tables hold, as SVG files of their own: the page stays light, and a picture is
drawn when a reader comes to it. Colours follow the page: light, dark, or as the device says."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from nagara.campus.cities.lakes import Place
from nagara.citylab.brief.figures import svg
from nagara.citylab.brief.map_layers import overview_zones
from nagara.citylab.brief.maps import Layer, cell_layer, line_layer, map_spec, point_layer, zone_layer
from nagara.citylab.brief.palette import DARK, PRINT, css, for_page, paint

WIDTH = 720


@dataclass(frozen=True)
class Picture:
    """A figure or map that can be drawn: its name in the address, its title."""

    name: str
    title: str
    kind: str


CITY_MAPS = {
    "zones": ("zone", "Zones"),
    "cells": ("cell", "Cells"),
    "streets": ("street_edge", "Streets"),
    "places": ("place", "Places"),
    "stops": ("stop", "Stops"),
    "things": ("thing", "Sensors and stations"),
}
"""Map of a city -> the table it shows, its title."""


def city_maps(place: Place) -> list[Picture]:
    """Maps that the city's tables can carry."""
    there = {facts.table.name for facts in place.tables}
    return [Picture(name, title, "map") for name, (table, title) in CITY_MAPS.items() if table in there]


def draw_city(place: Place, name: str) -> str:
    """A map of what a city's tables hold, in marker colours. Raises Http404."""
    if place.snapshot is None or name not in CITY_MAPS or CITY_MAPS[name][0] not in place.snapshot.tables:
        raise Http404(f"There is no map {name} of {place.name}.")
    zones = overview_zones(place.snapshot)
    people = _people(place) if name == "zones" else None
    shown = zones.num_rows and name != "cells"  # cells hide what lies below them
    ground = [zone_layer(zones, people, title="People", unit="people")] if shown else []
    layers = [*ground, *_city_layer(place, name)]
    try:
        return svg(map_spec(layers, width=WIDTH))
    except ValueError as error:
        raise Http404(f"Nothing of {CITY_MAPS[name][1].lower()} has a place on a map.") from error


def _people(place: Place) -> dict[str, float | None] | None:
    """People by zone at the newest date, to colour the zones; None where nobody was counted by zone."""
    if place.snapshot is None or "population" not in place.snapshot.tables:
        return None
    rows = place.ask(
        "select unit_id, max_by(n, date) as n from population "
        "where unit_kind = 'zone' and group_id = 'total' group by unit_id",
        over=["population"],
    ).to_pylist()
    return {row["unit_id"]: row["n"] for row in rows} or None


def _city_layer(place: Place, name: str) -> list[Layer]:
    assert place.snapshot is not None
    if name == "zones":
        return []
    if name == "cells":
        rows = place.ask("select h3, max(land_share) as share from cell group by h3", over=["cell"])
        cells = dict(zip(rows.column("h3").to_pylist(), rows.column("share").to_pylist(), strict=True))
        return [cell_layer(cells, title="Share of the cell in a zone", unit="1")] if cells else []
    rows = place.snapshot.table(CITY_MAPS[name][0])
    return [line_layer(rows)] if name == "streets" else [point_layer(rows)]


def painted(drawing: str, theme: str) -> str:
    """The drawing with real colours: `theme` is light, dark, or "" for a drawing that follows the device."""
    if theme == "dark":
        return paint(drawing, DARK)
    if theme == "light":
        return paint(drawing, PRINT)
    head, _, rest = for_page(drawing).partition(">")
    return f"{head}><style>{css()}</style>{rest}"
