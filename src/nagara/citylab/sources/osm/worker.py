"""The child process that reads OpenStreetMap files: its own, because the reader is C++.

A damaged PBF can end the process that parses it (a fuzzer found memory faults behind valid framing), so
the parser runs where only it can fall. It reads `{"files": [[path, format], ...], "keys": [...]}` from
standard input and writes one Arrow stream to standard output (`SCHEMA`). Rows come in this order: one
`head`, then objects, then one `end`; without `end` the file was not read to its end. An error is one line
on standard error. Coordinates are whole 1e-7 degrees; `NOWHERE` where the file lacks the node.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("kind", pa.string()),  # head, street, node, line, area, end
        ("id", pa.int64()),
        ("relation", pa.bool_()),  # an area that stands as a relation, not as a way
        ("tags", pa.string()),  # JSON object
        ("refs", pa.list_(pa.int64())),
        ("x", pa.list_(pa.int32())),
        ("y", pa.list_(pa.int32())),
        ("geom", pa.binary()),
    ]
)
NOWHERE = 2_147_483_647
BATCH = 5_000
COUNTED = ("highway", "building", "amenity", "shop")


class Tally:
    """Counts objects, and whether ways stand in the order that the assembly of areas needs."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.sorted = True
        self._last = 0

    def node(self, _node: Any) -> None:
        self.counts["nodes"] += 1

    def way(self, way: Any) -> None:
        self.counts["ways"] += 1
        key = abs(way.id)
        if key <= self._last:
            self.sorted = False
        self._last = key

    def relation(self, _relation: Any) -> None:
        self.counts["relations"] += 1


def _objects(reader: Any, *handlers: Any) -> Iterator[Any]:
    """Objects that pass the handlers. They must live in names of the caller: C++ holds them bare."""
    return iter(osmium.OsmFileIterator(reader, *handlers))


def survey(name: str, form: str) -> dict[str, Any]:
    """Read one file to its end: counts of what is in it, its bounds, its order."""
    tally, tagged = Tally(), osmium.filter.EmptyTagFilter()
    with osmium.io.Reader(osmium.io.File(name, form)) as reader:
        header = reader.header()
        box = header.box()
        for item in _objects(reader, tally, tagged):
            kind = {"n": "nodes", "w": "ways", "r": "relations"}[item.type_str()]
            tally.counts[f"tagged {kind}"] += 1
            tags = item.tags
            for key in COUNTED:
                if key in tags:
                    tally.counts[f"{key} {kind}"] += 1
            if kind == "relations":
                tally.counts[f"type={tags.get('type', '')} relations"] += 1
    corners = None
    if box.valid():
        low, high = box.bottom_left, box.top_right
        corners = [low.lon, low.lat, high.lon, high.lat]
    history = header.has_multiple_object_versions
    return {
        "counts": dict(tally.counts),
        "bounds": corners,
        "sorted": tally.sorted and not history,
        "history": history,
        "generator": header.get("generator"),
    }


def merge(files: list[tuple[str, str]], folder: Path) -> str:
    """One sorted file of all: objects of the same id once, in their newest version."""
    merged = osmium.MergeInputReader()
    for name, form in files:
        merged.add_buffer(Path(name).read_bytes(), form)
    out = folder / "sorted.osm.pbf"
    writer = osmium.SimpleWriter(str(out))
    merged.apply(writer)
    writer.close()
    return str(out)


class Multipolygons:
    """Counts the relations that should become areas."""

    def __init__(self) -> None:
        self.expected = 0

    def relation(self, relation: Any) -> None:
        self.expected += relation.tags.get("type") == "multipolygon"


class Rows:
    """Collects rows and writes them as Arrow batches."""

    def __init__(self, sink: Any) -> None:
        self._writer = pa.ipc.new_stream(sink, SCHEMA)
        self._rows: list[dict[str, Any]] = []
        self._points = 0

    def add(self, kind: str, number: int, tags: Any, **other: Any) -> None:
        text = json.dumps(tags, ensure_ascii=False)
        self._rows.append({"kind": kind, "id": number, "tags": text} | other)
        self._points += len(other.get("refs", ())) + len(other.get("geom", ())) // 16
        if len(self._rows) >= BATCH or self._points > 500_000:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            self._writer.write_batch(pa.RecordBatch.from_pylist(self._rows, schema=SCHEMA))
        self._rows, self._points = [], 0

    def close(self) -> None:
        self.flush()
        self._writer.close()


def _tags(item: Any) -> dict[str, str]:
    return {tag.k: tag.v for tag in item.tags}


def _street(way: Any, rows: Rows, problems: Counter[str]) -> None:
    refs, xs, ys = array("q"), array("i"), array("i")
    for node in way.nodes:
        refs.append(node.ref)
        xs.append(node.x)
        ys.append(node.y)
    if NOWHERE in xs:
        problems["ways with missing nodes"] += 1
        problems["missing nodes"] += sum(x == NOWHERE for x in xs)
    rows.add("street", way.id, _tags(way), refs=list(refs), x=list(xs), y=list(ys))


def scan(name: str, form: str, keys: list[str], rows: Rows) -> Counter[str]:
    """Send every street, and every node, line and area with one of `keys`."""
    problems: Counter[str] = Counter()
    file = osmium.io.File(name, form)
    wanted = osmium.filter.KeyFilter(*keys, "highway")
    features = osmium.filter.KeyFilter(*keys)
    areas = osmium.area.AreaManager()
    with osmium.io.Reader(file, osmium.osm.RELATION) as reader:
        first, multipolygons = areas.first_pass_handler(), Multipolygons()
        osmium.apply(reader, features, multipolygons, first)
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    with osmium.io.Reader(file, osmium.osm.NODE) as reader:
        for node in _objects(reader, places, features):
            if node.location.valid():
                rows.add("node", node.id, _tags(node), x=[node.location.x], y=[node.location.y])
            else:
                problems["nodes without place"] += 1
    places.apply_nodes_to_ways = True
    found = osmium.BufferIterator(features)
    to_wkb = osmium.geom.WKBFactory()
    closed = 0
    chain = (places, areas.second_pass_to_buffer(found), wanted)
    with osmium.io.Reader(file, osmium.osm.WAY) as reader:
        for way in _objects(reader, *chain):
            if "highway" in way.tags:
                _street(way, rows, problems)
            if not way.is_closed():
                _line(way, set(keys), rows)
            closed += _send_areas(found, to_wkb, rows)
    closed += _send_areas(found, to_wkb, rows)
    problems["areas that do not close"] = max(multipolygons.expected - closed, 0)
    return problems


def _line(way: Any, keys: set[str], rows: Rows) -> None:
    """An open way that may be a place (a wall mapped as one line): its points, not its street."""
    tags = _tags(way)
    if keys & set(tags):
        known = [(node.x, node.y) for node in way.nodes if node.x != NOWHERE]
        if known:
            rows.add("line", way.id, tags, x=[x for x, _ in known], y=[y for _, y in known])


def _send_areas(found: Iterator[Any], to_wkb: Any, rows: Rows) -> int:
    """Send the areas assembled so far. Returns how many of them stand as relations."""
    relations = 0
    for area in found:
        try:
            geometry = bytes.fromhex(to_wkb.create_multipolygon(area))
        except (RuntimeError, osmium.InvalidLocationError):
            continue
        relations += not area.from_way()
        rows.add("area", area.orig_id(), _tags(area), relation=not area.from_way(), geom=geometry)
    return relations


def main() -> int:
    """Read what standard input asks for. Returns the exit code: 0 read to the end, 1 not."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    task = json.load(sys.stdin)
    files = [(name, form) for name, form in task["files"]]
    rows = Rows(sys.stdout.buffer)
    try:
        heads = [survey(name, form) for name, form in files]
        rows.add("head", 0, heads)
        if task["keys"]:
            with tempfile.TemporaryDirectory() as folder:
                one = len(files) == 1 and heads[0]["sorted"]
                name, form = files[0] if one else (merge(files, Path(folder)), "pbf")
                rows.add("end", 0, dict(scan(name, form, task["keys"], rows)))
        else:
            rows.add("end", 0, {})
        rows.close()
    except (RuntimeError, UnicodeDecodeError, MemoryError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
