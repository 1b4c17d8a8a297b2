"""Areas: polygons with a use (green, water, built-up, ...) from maps, and from lists without shapes.

See docs/sources/areas.md for the mapping file and every rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import NO, Options, Sniffed
from nagara.citylab.sources.asked_for import kept_rows
from nagara.citylab.sources.geometry import Layer, read_features
from nagara.citylab.sources.named_zones import NamedZones
from nagara.citylab.sources.numbers import to_number
from nagara.citylab.sources.zones import files_of
from nagara.citylab.sources.zones import sniff as sniff_map
from nagara.citylab.zones.polygons import areas_m2, wkb_of

KIND = "areas"
TITLE = "Areas: polygons with a use, such as parks, water and built-up land"
TABLES = ("area",)
OPTIONS = ("read", "columns", "area", "category", "zone", "keep")

CATEGORIES = ("green", "public_space", "water", "built_up", "residential", "commercial", "industrial")
_UNITS = {
    "m2": 1.0,
    "ha": 10_000.0,
    "km2": 1_000_000.0,
    "rai": 1_600.0,
    "acre": 4_046.8564224,
    "sqft": 0.09290304,
}
_COLUMNS = ("id", "name", "category", "m2", "zone")


def sniff(path: Path) -> Sniffed:
    """Any map of polygons may hold areas; zones are likelier."""
    found = sniff_map(path) if not path.is_dir() else NO
    return Sniffed(0.3, "a map of areas") if found.confidence else NO


def read(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[tuple[str, pa.Table]]:
    """Rows of `area`. Rows without a shape are kept, with the size that the file gives.

    Raises Refusal where the use of the areas, or the unit of their size, is not given.
    """
    reader = _Reader(options, findings)
    some = False
    for layer in read_features(files_of(paths, findings), options, findings):
        kept = kept_rows(layer, options.map.get("keep", {}), findings)
        if len(kept.rows):
            some = True
            yield "area", reader.rows(kept)
    if not some:
        raise Refusal("no area was found.", findings, where=", ".join(p.name for p in paths))


class _Reader:
    """One import: what the mapping says, which ids were met."""

    def __init__(self, options: Options, findings: Findings) -> None:
        self.options, self.findings = options, findings
        named, section = options.map.get("columns", {}), options.map.get("area", {})
        self.column = {key: str(named.get(key, "")) for key in _COLUMNS}
        self.words: Mapping[str, str] = options.map.get("category", {})
        self.one = str(section.get("category", ""))
        wrong = sorted({c for c in (*self.words.values(), self.one) if c} - set(CATEGORIES))
        if wrong or not (self.one or self.column["category"]):
            what = f"{wrong[0]!r} is no use of an area." if wrong else "what are the areas used for?"
            mend = (
                f'Give [area] category = "..." for all, or [columns] category and [category] "word" = "..."; '
                f"uses: {', '.join(CATEGORIES)}."
            )
            findings.refuse("which-use", what, mend=mend)
            raise Refusal(what, findings, where="mapping file", mend=mend)
        unit = str(section.get("unit", ""))
        if self.column["m2"] and unit not in _UNITS:
            mend = f"Say it: [area] unit = one of {', '.join(_UNITS)}."
            raise Refusal("in which unit is the size?", findings, where="mapping file", mend=mend)
        self.factor = _UNITS.get(unit, 1.0)
        self.zones = NamedZones(options, findings, column=self.column["zone"])
        self.seen: dict[str, int] = {}

    def rows(self, layer: Layer) -> pa.Table:
        """Canonical rows of one layer."""
        lost = [c for c in self.column.values() if c and c not in layer.attributes.column_names]
        if lost:
            what = f"no column {lost[0]!r}; the file has {', '.join(layer.attributes.column_names)}."
            self.findings.refuse("missing-column", what, file=layer.file, column=lost[0])
            mend = "Correct the column names in the mapping file."
            raise Refusal(what, self.findings, where=layer.file, mend=mend)
        uses = self._uses(layer)
        ids = self._ids(layer)
        table = pa.table(
            {
                "area_id": pa.array(ids, pa.string()),
                "category": pa.array(uses, pa.string()),
                "subcategory": pa.array(self._cells(layer, "category"), pa.string()),
                "name": pa.array(self._cells(layer, "name"), pa.string()),
                "geom_wkb": wkb_of(layer.shapes),
                "m2": self._sizes(layer),
                "zone_id": self._zone(layer),
                "attributes": pa.array(self._rest(layer), pa.string()),
            }
        )
        return table.filter(
            pc.and_(pc.is_valid(table.column("category")), pc.is_valid(table.column("area_id")))
        )

    def _cells(self, layer: Layer, key: str) -> list[str | None]:
        return layer.column(self.column[key]) if self.column[key] else [None] * len(layer.rows)

    def _uses(self, layer: Layer) -> list[str | None]:
        """The use of each row; None (set aside) where its word is not in `[category]`."""
        out: list[str | None] = []
        for i, word in enumerate(self._cells(layer, "category")):
            use = self.words.get(word or "") or (word if word in CATEGORIES else "") or self.one
            if not use:
                row, raw = int(layer.rows[i]), layer.attributes.slice(i, 1).to_pylist()[0]
                reason = f"its use {word!r} is not known" if word else "it has no use"
                self.findings.reject("unknown-use", reason, file=layer.file, row=row, raw=raw)
                self.findings.refuse(
                    "unknown-use",
                    "rows whose use the mapping does not declare were set aside.",
                    file=layer.file,
                    row=row,
                    column=self.column["category"],
                    example=word or "(blank)",
                    mend=f'Declare it: [category] "{word or ""}" = one of {", ".join(CATEGORIES)}.',
                )
            out.append(use or None)
        return out

    def _ids(self, layer: Layer) -> list[str | None]:
        """Ids as given, else from file and row; a repeated id is set aside, or dropped where all is equal."""
        given = self._cells(layer, "id")
        out: list[str | None] = []
        records = layer.attributes.to_pylist()
        for i, text in enumerate(given):
            row = int(layer.rows[i])
            area_id = text or f"{layer.file}:{row}"
            shape = layer.shapes[i]
            drawn = shape.wkb_hex if shape is not None else ""
            content = hash((json.dumps(records[i], ensure_ascii=False), drawn))
            where: dict[str, Any] = {"file": layer.file, "row": row, "example": area_id}
            if area_id not in self.seen:
                self.seen[area_id] = content
                out.append(area_id)
                continue
            out.append(None)
            if self.seen[area_id] == content:
                self.findings.repair(
                    "duplicate-row", "rows that repeat an earlier row were counted once.", **where
                )
                continue
            reason = f"the id {area_id!r} is that of an earlier row"
            self.findings.reject("duplicate-id", reason, file=layer.file, row=row, raw=records[i])
            what = "rows that use the id of another row were set aside."
            self.findings.refuse("duplicate-id", what, mend="Give each area its own id.", **where)
        return out

    def _sizes(self, layer: Layer) -> pa.Array:
        """Measured from the shape; where there is none, as the file says."""
        measured = areas_m2(layer.shapes, self.options.epsg)
        said = np.full(len(layer.rows), np.nan)
        if self.column["m2"]:
            column = self.column["m2"]
            values, _ = to_number(
                layer.attributes.column(column), self.options.map, self.findings,
                file=layer.file, first_row=int(layer.rows[0]), column=column,
            )  # fmt: skip
            said = np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64) * self.factor
            self._compare(layer, measured, said)
        m2 = np.where(np.isnan(measured), said, measured)
        for i in np.flatnonzero(np.isnan(m2)).tolist():
            what = "areas of unknown size: no shape, and no size in the file."
            self.findings.warn("no-size", what, file=layer.file, row=int(layer.rows[i]))
        undrawn = np.flatnonzero(np.isnan(measured))
        if len(undrawn):
            what = "areas without a shape: kept with the size that the file gives; maps cannot show them."
            row = int(layer.rows[undrawn[0]])
            mend = "Supply the shapes if there are any."
            self.findings.warn("no-shape", what, file=layer.file, row=row, count=len(undrawn), mend=mend)
        return pa.array(m2, mask=np.isnan(m2))

    def _compare(self, layer: Layer, measured: Any, said: Any) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(said / measured - 1) > 0.1
        apart &= ~np.isnan(measured) & ~np.isnan(said)
        if apart.any():
            i = int(np.flatnonzero(apart)[0])
            self.findings.warn(
                "size-differs",
                "areas whose size in the file and on the map differ by over 10 %; the map's is kept.",
                file=layer.file,
                row=int(layer.rows[i]),
                column=self.column["m2"],
                count=int(apart.sum()),
                example=f"{said[i]:,.0f} m2 in the file, {measured[i]:,.0f} m2 on the map",
                mend="Check the unit of the column.",
            )

    def _zone(self, layer: Layer) -> pa.Array:
        cells = pa.array(self._cells(layer, "zone"), pa.string())
        return self.zones.find(layer.file, layer.rows, cells)

    def _rest(self, layer: Layer) -> list[str | None]:
        used = set(self.column.values())
        out = []
        for record in layer.attributes.to_pylist():
            rest = {k: v for k, v in record.items() if k and k not in used and v is not None}
            out.append(json.dumps(rest, ensure_ascii=False) if rest else None)
        return out
