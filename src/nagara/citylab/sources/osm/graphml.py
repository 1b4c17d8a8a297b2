"""Street graphs as OSMnx writes them: GraphML with x, y on nodes and OpenStreetMap tags on edges.

A directed graph holds a two-way street twice; the two are folded into one edge. GraphML: Brandes et al.,
"GraphML Primer"; attributes: OSMnx, `io.save_graphml`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.osm.rules import Street, judge

_MODES = frozenset("wbc")


@dataclass
class Graph:
    """A graph as it stands in the file: attributes by name, all of them text."""

    about: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    directed: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    """One street edge after folding; `line` is its geometry in WGS 84, `metres` its length."""

    u: str
    v: str
    street: Street
    metres: float
    line: Any


def read_graphml(path: Path, options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Yield street_node and street_edge rows of one graph. Raises Refusal where it cannot be taken."""
    graph = _parse(path, findings)
    points = _points(graph, path, options, findings)
    edges = _edges(graph, points, path, options, findings)
    if not edges:
        findings.refuse("no-streets", "0 streets: the graph has no usable edge.", file=path.name)
        raise Refusal("0 streets: the graph has no usable edge", findings, where=path.name)
    numbers = _numbers(points, path, findings)
    findings.note(
        "graph-edges", f"{len(graph.edges):,} edges in the file.", file=path.name, count=len(graph.edges)
    )
    yield "street_node", _node_table(graph, points, numbers, edges)
    yield "street_edge", _edge_table(edges, numbers)


def _parse(path: Path, findings: Findings) -> Graph:
    graph, names, data = Graph(), {}, {}
    try:
        with path.open("rb") as file:
            for _, element in iterparse(file, events=("end",), forbid_dtd=True):
                tag = element.tag.rpartition("}")[2]
                if tag == "key":
                    names[element.get("id", "")] = element.get("attr.name", "")
                elif tag == "data":
                    data[names.get(element.get("key", ""), "")] = (element.text or "").strip()
                    continue
                elif tag == "node":
                    graph.nodes[element.get("id", "")] = data
                elif tag == "edge":
                    graph.edges.append((element.get("source", ""), element.get("target", ""), data))
                elif tag == "graph":
                    graph.about, graph.directed = data, element.get("edgedefault") != "undirected"
                data = {}
                element.clear()
    except DefusedXmlException as error:
        findings.refuse(
            "entities", "declares entities or a DTD, which a graph does not need.", file=path.name
        )
        raise Refusal("the GraphML declares entities or a DTD", findings, where=path.name) from error
    except (ParseError, ValueError, UnicodeError) as error:
        findings.refuse("damaged", f"is not well-formed XML: {error}.", file=path.name, mend="Save it again.")
        raise Refusal(f"is not well-formed XML: {error}", findings, where=path.name) from error
    return graph


def _points(graph: Graph, path: Path, options: Options, findings: Findings) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of each node."""
    crs = graph.about.get("crs") or options.map.get("osm", {}).get("crs")
    if not crs:
        findings.refuse(
            "no-crs", "the graph does not name its coordinate system.", file=path.name, mend=_ASK_CRS
        )
        raise Refusal(
            "the graph does not name its coordinate system", findings, where=path.name, mend=_ASK_CRS
        )
    ids, x, y = [], [], []
    for name, node in graph.nodes.items():
        try:
            x.append(float(node.get("x", "")))
            y.append(float(node.get("y", "")))
            ids.append(name)
        except ValueError:
            del x[len(ids) :], y[len(ids) :]
            findings.reject(
                "node-without-place", "no x or y", file=path.name, row=None, raw=f"node {name} {node}"
            )
            findings.refuse(
                "node-without-place", "nodes without x or y are left out.", file=path.name, example=name
            )
    lon, lat = _to_wgs84(crs, path, findings)(np.array(x), np.array(y))
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    findings.refuse(
        "node-off-globe", "nodes lie off the globe; left out.", file=path.name, count=int((~good).sum())
    )
    return {
        name: (lo, la) for name, lo, la, ok in zip(ids, lon.tolist(), lat.tolist(), good, strict=True) if ok
    }


_ASK_CRS = 'Say it in the mapping: [osm] crs = "EPSG:..." .'


def _to_wgs84(crs: str, path: Path, findings: Findings) -> Any:
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        findings.refuse("unknown-crs", f"{crs!r} is no coordinate system.", file=path.name, mend=_ASK_CRS)
        raise Refusal(f"{crs!r} is no coordinate system", findings, where=path.name, mend=_ASK_CRS) from error
    return pyproj.Transformer.from_crs(system, 4326, always_xy=True).transform


def _plain(text: str) -> str:
    """The first of several values that OSMnx merged into a list."""
    if text.startswith("["):
        try:
            values = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return text
        return str(values[0]) if isinstance(values, list) and values else ""
    return text


def _truth(text: str | None) -> bool:
    return str(text).lower() in {"true", "1", "yes"}


def _street(tags: Mapping[str, str], given: str | None) -> Street | str:
    """What an edge's attributes say. `oneway` is left to the folding."""
    plain = {key: _plain(value) for key, value in tags.items() if key not in {"oneway", "geometry"}}
    if "highway" not in plain and given:
        return Street("", given, 0, 0, None, 0, plain.get("name"))
    return judge(plain)


def _edges(
    graph: Graph, points: Mapping[str, tuple[float, float]], path: Path, options: Options, findings: Findings
) -> list[Edge]:
    given = options.map.get("osm", {}).get("modes")
    if given is not None and not (given and set(given) <= _MODES):
        raise Refusal(f"[osm] modes = {given!r} must be letters of w, b, c", findings)
    if graph.edges and given is None and not any("highway" in tags for _, _, tags in graph.edges):
        mend = 'Say it in the mapping, e.g. [osm] modes = "w".'
        findings.refuse("no-modes", "no edge says what kind of street it is.", file=path.name, mend=mend)
        raise Refusal("no edge says who may use it", findings, where=path.name, mend=mend)
    move = _to_wgs84(graph.about.get("crs") or options.map["osm"]["crs"], path, findings)
    taken: list[tuple[Edge, Mapping[str, str]]] = []
    for u, v, tags in graph.edges:
        street = _street(tags, given)
        if u not in points or v not in points:
            findings.reject(
                "missing-nodes", "end node missing", file=path.name, row=None, raw=f"edge {u} {v} {tags}"
            )
            findings.refuse("missing-nodes", "edges whose end node is missing are left out.", file=path.name)
        elif isinstance(street, str):
            findings.note(
                street,
                "edges are no street for anyone; left out.",
                file=path.name,
                example=tags.get("highway", ""),
            )
        else:
            line = _line(points[u], points[v], tags.get("geometry"), move)
            metres = _metres(tags.get("length"), line, path, findings)
            taken.append((Edge(u, v, street, metres, line), tags))
    return _fold(taken, directed=graph.directed)


def _line(a: tuple[float, float], b: tuple[float, float], text: str | None, move: Any) -> Any:
    """The edge's line from `a` to `b`; straight where the file gives none or a broken one."""
    if text:
        line = shapely.from_wkt(text, on_invalid="ignore")
        if line is not None and line.geom_type == "LineString" and not line.is_empty:
            return shapely.transform(line, move, interleaved=False)
    return shapely.linestrings([a, b])


_GEOD = pyproj.Geod(ellps="WGS84")


def _metres(text: str | None, line: Any, path: Path, findings: Findings) -> float:
    """Length as the file says, unless it is shorter than the line between its ends can be."""
    own = float(_GEOD.geometry_length(line))
    try:
        said = float(text or "nan")
    except ValueError:
        said = float("nan")
    if not np.isfinite(said) or said <= 0:
        return round(own, 6)
    ends = shapely.get_coordinates(line)[[0, -1]]
    straight = float(_GEOD.inv(*ends[0], *ends[1])[2])
    if said < straight * 0.98 - 1:
        findings.repair(
            "length-too-short", "edges shorter than their ends are apart; measured anew.", file=path.name
        )
        return round(own, 6)
    return said


def _fold(taken: list[tuple[Edge, Mapping[str, str]]], *, directed: bool) -> list[Edge]:
    """One edge for the two directions of a street."""
    groups: dict[Any, list[tuple[Edge, Mapping[str, str]]]] = defaultdict(list)
    for edge, tags in taken:
        ends = (edge.u, edge.v) if edge.u <= edge.v else (edge.v, edge.u)
        ways = tuple(sorted(re.findall(r"-?\d+", tags.get("osmid", ""))))  # merged ways, in either order
        groups[(*ends, ways)].append((edge, tags))
    out = []
    for group in groups.values():
        waiting: list[tuple[Edge, Mapping[str, str]]] = []
        for edge, tags in sorted(group, key=lambda pair: _truth(pair[1].get("reversed"))):
            partner = next((w for w in waiting if _turned(w, (edge, tags))), None)
            if directed and partner is not None:
                waiting.remove(partner)
                out.append(_facing(partner[0], int(_truth(partner[1].get("oneway")))))
            else:
                waiting.append((edge, tags))
        # A loop stands once for both directions; any other edge without a partner is one-way.
        out += [_facing(e, int(directed and (e.u != e.v or _truth(t.get("oneway"))))) for e, t in waiting]
    return out


def _turned(a: tuple[Edge, Mapping[str, str]], b: tuple[Edge, Mapping[str, str]]) -> bool:
    """Whether `b` is `a` driven the other way. Sums of lengths may differ in the last digits.

    Two halves of a one-way ring look the same but for `reversed`, which is False on both.
    """
    (one, tags), (other, more) = a, b
    if tags.get("reversed") == more.get("reversed") == "False":
        return False
    return one.u == other.v and one.v == other.u and abs(one.metres - other.metres) < 0.01


def _facing(edge: Edge, oneway: int) -> Edge:
    s = edge.street
    car = oneway if s.modes != "w" else 0
    street = Street(
        s.highway, s.modes, car, oneway if "b" in s.modes else 0, s.speed_kmh, s.cycle_sides, s.name
    )
    return Edge(edge.u, edge.v, street, edge.metres, edge.line)


def _numbers(points: Mapping[str, Any], path: Path, findings: Findings) -> dict[str, int]:
    """A number for each node: its own where all are numbers, else its place in the order of names."""
    try:
        numbers = {name: int(name) for name in points}
    except ValueError:
        numbers = {}
    if len(set(numbers.values())) == len(points) and all(abs(n) < 1 << 62 for n in numbers.values()):
        return numbers
    findings.repair(
        "node-names", "node ids are no numbers; numbered in order.", file=path.name, count=len(points)
    )
    return {name: place for place, name in enumerate(sorted(points))}


def _node_table(
    graph: Graph, points: Mapping[str, tuple[float, float]], numbers: Mapping[str, int], edges: list[Edge]
) -> pa.Table:
    streets: dict[str, int] = defaultdict(int)
    for edge in edges:
        streets[edge.u] += 1
        streets[edge.v] += 1
    names = [name for name in points if name in streets]
    counts = [graph.nodes[name].get("street_count", "") for name in names]
    return pa.table(
        {
            "node_id": pa.array([numbers[name] for name in names], pa.int64()),
            "lon": pa.array([points[name][0] for name in names], pa.float64()),
            "lat": pa.array([points[name][1] for name in names], pa.float64()),
            "border": pa.array(
                [c.isdigit() and int(c) > streets[n] for c, n in zip(counts, names, strict=True)], pa.bool_()
            ),
        }
    )


def _edge_table(edges: list[Edge], numbers: Mapping[str, int]) -> pa.Table:
    ordered = sorted(edges, key=lambda e: (numbers[e.u], numbers[e.v], e.metres))
    streets = [edge.street for edge in ordered]
    return pa.table(
        {
            "edge_id": pa.array(range(len(ordered)), pa.int64()),
            "u": pa.array([numbers[e.u] for e in ordered], pa.int64()),
            "v": pa.array([numbers[e.v] for e in ordered], pa.int64()),
            "metres": pa.array([e.metres for e in ordered], pa.float64()),
            "modes": pa.array([s.modes for s in streets], pa.string()),
            "class": pa.array([s.highway or None for s in streets], pa.string()),
            "oneway": pa.array([s.oneway for s in streets], pa.int8()),
            "oneway_bicycle": pa.array([s.oneway_bicycle for s in streets], pa.int8()),
            "cycle_sides": pa.array([s.cycle_sides for s in streets], pa.int8()),
            "speed_kmh": pa.array([s.speed_kmh for s in streets], pa.float64()),
            "name": pa.array([s.name for s in streets], pa.string()),
            "geom_wkb": pa.array([shapely.to_wkb(e.line) for e in ordered], pa.binary()),
        }
    )
