"""GeoJSON (RFC 7946 and the older 2008 form), feature by feature.

A file that ends too early gives the features that are whole; a feature that is wrong does not spoil its
neighbours. Also one feature a line (GeoJSON text sequences, RFC 8142).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from nagara.citylab.sources.geometry.layers import CHUNK, RawLayer, Reading, as_shapes, text_table
from nagara.citylab.sources.geometry.rings import Unusable, geojson_shape

_SPACE = re.compile(r"[\s\x1e]*")
_DECODER = json.JSONDecoder()
_EXPORT = "Export the file again as GeoJSON."


class Collection:
    """One pass over the text of a GeoJSON file: `features()` gives each, `crs` what the file declares."""

    def __init__(self, text: str, on: Reading) -> None:
        self.text, self.on = text, on
        self.crs: Any = None
        self.at = 0

    def features(self) -> Iterator[Any]:
        """Feature objects in file order. A cut end is a finding."""
        self.crs = _crs_ahead(self.text)
        try:
            yield from self._members()
        except (ValueError, RecursionError) as error:
            where = f"character {self.at:,} of {len(self.text):,}"
            self.on.findings.refuse(
                "json-broken",
                f"the JSON is broken or cut off near {where} ({error}): what came before was read.",
                file=self.on.file,
                mend=_EXPORT,
            )

    def _skip(self) -> str:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _value(self) -> Any:
        self._skip()
        value, self.at = _DECODER.raw_decode(self.text, self.at)
        return value

    def _expect(self, sign: str) -> None:
        if self._skip() != sign:
            raise ValueError(f"{sign!r} expected")
        self.at += 1

    def _members(self) -> Iterator[Any]:
        start = self.at
        self._expect("{")
        whole = True
        while self._skip() != "}":
            key = self._value()
            self._expect(":")
            if key == "features" and self._skip() == "[":
                whole = False
                yield from self._list()
            else:
                self._value()
            if self._skip() == ",":
                self.at += 1
        self.at += 1
        if whole:
            yield from self._lines(start)

    def _list(self) -> Iterator[Any]:
        self._expect("[")
        while self._skip() != "]":
            yield self._value()
            if self._skip() == ",":
                self.at += 1
        self.at += 1

    def _lines(self, start: int) -> Iterator[Any]:
        """No list of features: a single feature or geometry, or one a line."""
        self.at = start
        while self._skip():
            yield self._value()


def _crs_ahead(text: str) -> Any:
    """The `crs` member of the 2008 form, wherever it stands outside the features."""
    for part in (text[:4096], text[-4096:]):
        for match in re.finditer(r'"crs"\s*:\s*', part):
            try:
                return _DECODER.raw_decode(part, match.end())[0]
            except ValueError:
                continue
    return None


def declared_crs(member: Any, on: Reading) -> str:
    """The coordinate system that a `crs` member names; WGS 84 where there is none (RFC 7946, 4)."""
    if member is None:
        return "OGC:CRS84"
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    if not isinstance(name, str) or not name:
        mend = 'Say which system the coordinates are in: [read] crs = "EPSG:..." in the mapping file.'
        raise on.refusal("no-crs", "the crs member names no coordinate system.", mend)
    return name


def read_geojson(text: str, on: Reading) -> Iterator[RawLayer]:
    """Layers of at most 5,000 features; none, with a finding, where the file holds no feature."""
    collection = Collection(text, on)
    held: list[Any] = []
    first, some = 2, False
    for feature in collection.features():
        held.append(feature)
        if len(held) == CHUNK:
            some = True
            yield _layer(held, first, collection)
            first, held = first + len(held), []
    if held:
        some = True
        yield _layer(held, first, collection)
    if not some:
        on.findings.warn("no-features", "the file holds no feature.", file=on.file, mend=_EXPORT)


def _layer(features: list[Any], first: int, collection: Collection) -> RawLayer:
    on = collection.on
    rows, records, shapes = [], [], []
    for row, feature in enumerate(features, first):
        record, shape = _feature(feature, row, on)
        if record is not None:
            rows.append(row)
            records.append(record)
            shapes.append(shape)
    crs = declared_crs(collection.crs, on)
    table = text_table(records, on.na)
    return RawLayer(on.file, np.array(rows, dtype=np.int64), table, as_shapes(shapes), crs)


def _feature(feature: Any, row: int, on: Reading) -> tuple[dict[str, Any] | None, Any]:
    """Properties (with the feature's own id as "id" where no property has that name) and shape."""
    if not isinstance(feature, dict):
        on.findings.reject("not-a-feature", "is no feature object", file=on.file, row=row, raw=feature)
        on.findings.refuse("not-a-feature", "entries that are no feature objects.", file=on.file, row=row)
        return None, None
    if "geometry" not in feature and "coordinates" in feature:
        feature = {"geometry": feature}
    properties = feature.get("properties")
    record = dict(properties) if isinstance(properties, dict) else {}
    if feature.get("id") is not None:
        record.setdefault("id", feature["id"])
    collapsed: list[int] = []
    try:
        shape = geojson_shape(feature.get("geometry"), collapsed)
        on.findings.repair(
            "ring-without-area",
            "rings of fewer than three corners have no area: they were left out.",
            file=on.file,
            row=row,
            count=len(collapsed),
            example=record,
            mend="Simplify the map less.",
        )
        return record, shape
    except Unusable as error:
        on.findings.warn(
            "geometry-unusable",
            f"geometry that cannot be used: {error}. The row is kept without it.",
            file=on.file,
            row=row,
            example=record,
            mend="Mend the shape in the program that drew it and export again.",
        )
        return record, None


def read_topojson(document: dict[str, Any], on: Reading) -> Iterator[RawLayer]:
    """TopoJSON: shared arcs are put together into shapes. Source: TopoJSON format specification 1.0.

    `[read] layer` names one of its objects; where there are several and none is named, a Refusal asks.
    """
    layer = str(on.read.get("layer", ""))
    objects = document.get("objects")
    objects = objects if isinstance(objects, dict) else {}
    if layer not in objects and len(objects) != 1:
        mend = f"Name one in the mapping file: [read] layer = one of {sorted(objects)[:20]}."
        raise on.refusal("which-layer", f"the file holds {len(objects)} layers.", mend)
    chosen = objects[layer] if layer in objects else next(iter(objects.values()))
    arcs = _arcs(document, on)
    members = chosen.get("geometries", []) if chosen.get("type") == "GeometryCollection" else [chosen]
    features = [_unfold(member, arcs) for member in members]
    collection = Collection("", on)
    collection.crs = document.get("crs")
    if not features:
        raise on.refusal("no-features", "the layer holds no feature.", _EXPORT)
    for start in range(0, len(features), CHUNK):
        yield _layer(features[start : start + CHUNK], start + 2, collection)


def _arcs(document: dict[str, Any], on: Reading) -> list[Any]:
    transform = document.get("transform")
    try:
        arcs = [np.asarray(arc, dtype=np.float64)[:, :2] for arc in document["arcs"]]
        if transform:
            scale, shift = np.array(transform["scale"]), np.array(transform["translate"])
            arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in arcs]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        mend = "Export the file again as TopoJSON or GeoJSON."
        raise on.refusal("arcs-broken", f"the arcs cannot be read ({error}).", mend) from error
    return arcs


def _unfold(member: Any, arcs: list[Any]) -> Any:
    """A TopoJSON geometry as a GeoJSON feature; arcs that do not exist make its geometry unusable."""
    if not isinstance(member, dict):
        return member

    def line(indexes: list[int]) -> list[Any]:
        at: list[Any] = []
        for i in indexes:
            arc = arcs[i] if i >= 0 else arcs[~i][::-1]
            at.extend(arc[1:] if at else arc)
        return at

    def depth(value: Any, level: int) -> Any:
        return line(value) if level == 0 else [depth(v, level - 1) for v in value]

    levels = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
    geometry = {"type": member.get("type"), "coordinates": member.get("coordinates")}
    if member.get("type") in levels:
        try:
            geometry["coordinates"] = depth(member["arcs"], levels[member["type"]])
        except (IndexError, TypeError, KeyError):
            geometry["coordinates"] = [[[None]]]
    if member.get("type") is None:
        return {"properties": member.get("properties"), "id": member.get("id"), "geometry": None}
    return {"properties": member.get("properties"), "id": member.get("id"), "geometry": geometry}
