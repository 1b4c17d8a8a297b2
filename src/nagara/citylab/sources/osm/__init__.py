"""OpenStreetMap: streets with modes, places, areas. PBF and XML, and GraphML as OSMnx writes it.

What the tags mean stands in data files beside this one (`highways.toml`, `areas.toml`) and in the table of
place categories. Rules and findings: `docs/sources/osm.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.osm.reading import format_of

KIND = "osm"
TITLE = "OpenStreetMap extract (PBF, XML, GraphML from OSMnx)"
TABLES = ("street_node", "street_edge", "place", "area")
OPTIONS = {
    "osm.clip": "'bounds' (default): cut at the bounds that the file declares, within the city's box; 'none'",
    "osm.bbox": "cut at this box instead: [west, south, east, north], degrees WGS 84",
    "osm.modes": "GraphML without a highway attribute: who may use its edges, letters of w, b, c",
}
_NAMES = {"pbf": "OpenStreetMap PBF", "osm": "OpenStreetMap XML", "graphml": "GraphML"}


def sniff(path: Path) -> Sniffed:
    """Sure of PBF and OSM XML by their first bytes; GraphML is nearly always a street graph here."""
    if not path.is_file():
        return NO
    form = format_of(path)
    if not form or form.startswith("change"):
        return NO
    name = _NAMES[form.split(".")[0]]
    return Sniffed(0.8 if form.startswith("graphml") else 0.98, f"starts as {name}")


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Yield street_node, street_edge, place and area rows of the files, taken as one map.

    Objects that stand in several files count once, in their newest version. Raises Refusal where nothing
    can be taken.
    """
    from nagara.citylab.sources.osm.graphml import read_graphml
    from nagara.citylab.sources.osm.taking import read_map

    maps: list[tuple[Path, str]] = []
    graphs: list[Path] = []
    for path in paths:
        form = format_of(path) if path.is_file() else ""
        if form in {"pbf", "osm", "osm.gz", "osm.bz2"}:
            maps.append((path, form))
        elif form == "graphml":
            graphs.append(path)
        else:
            _not_a_map(path, form, findings)
    if maps and graphs:
        raise Refusal("a map and a graph cannot be one source", findings, mend="Import them one by one.")
    if len(graphs) > 1:
        raise Refusal("several graphs cannot be one source", findings, mend="Import them one by one.")
    if maps:
        yield from read_map(maps, options, findings)
    elif graphs:
        yield from read_graphml(graphs[0], options, findings)
    else:
        raise Refusal("no OpenStreetMap data found", findings, where=", ".join(p.name for p in paths))


def _not_a_map(path: Path, form: str, findings: Findings) -> None:
    if form.startswith("change"):
        findings.refuse(
            "change-file",
            "holds changes to a map, not a map.",
            file=path.name,
            mend="Apply it to an extract first, or fetch a new extract.",
        )
    else:
        findings.refuse(
            "not-osm",
            "is neither OpenStreetMap PBF or XML nor GraphML.",
            file=path.name,
            mend="Export the area as .osm.pbf or .osm.",
        )
