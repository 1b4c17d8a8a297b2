"""Rows of a canonical table for the screen, for CSV and for Arrow: with rights and licences kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import shapely
from django.http import Http404

from nagara.campus.cities.lakes import Place, closed_sources
from nagara.campus.lab.rules import TEAM_ONLY
from nagara.citylab.tables import TABLES, CanonicalTable, Column

PAGE = 50
LAST_PAGE = 400
"""Deeper than this a download is quicker than a page."""


@dataclass(frozen=True)
class View:
    """What one person may see of one table of one city.

    `hidden` are sources whose rows are left out, because their licence does not allow passing them on."""

    place: Place
    table: CanonicalTable
    hidden: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.table.name

    def count(self) -> int:
        """Rows that may be seen."""
        if not self.hidden:
            return self.place.snapshot.rows(self.name) if self.place.snapshot else 0
        rows = self.place.ask(
            f'select count(*) as n from "{self.name}" where {self._where}', over=[self.name]
        )
        return int(rows.column("n")[0].as_py())

    def page(self, number: int, size: int = PAGE) -> list[dict[str, Any]]:
        """Rows of one page (from 1), in the order of the table's key, geometry in words."""
        order = ", ".join(f'"{c}"' for c in self.table.key)
        rows = self.place.ask(
            f'select * from "{self.name}" where {self._where} order by {order} limit $size offset $skip',
            {"size": size, "skip": (number - 1) * size},
            over=[self.name],
        )
        return [self._shown(row) for row in rows.to_pylist()]

    @property
    def _where(self) -> str:
        if not self.hidden:
            return "1 = 1"
        listed = ", ".join("'" + s.replace("'", "''") + "'" for s in self.hidden)
        return f"(source_id is null or source_id not in ({listed}))"

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        return {k: _geometry_words(v) if isinstance(v, bytes) else v for k, v in row.items()}

    def batches(self) -> Iterator[pa.Table]:
        """All rows that may be seen, piece by piece: memory stays flat."""
        assert self.place.snapshot is not None
        for piece in self.place.snapshot.batches(self.name):
            if not self.hidden:
                yield piece
                continue
            closed = pc.is_in(piece.column("source_id"), pa.array(self.hidden, pa.string()))
            yield piece.filter(pc.fill_null(pc.invert(closed), True))

    def as_csv(self) -> Iterator[bytes]:
        """CSV in UTF-8 with a header; geometry as WKT in a column geom_wkt."""
        first = True
        for piece in self.batches():
            out = io.BytesIO()
            pacsv.write_csv(_without_binary(piece), out, pacsv.WriteOptions(include_header=first))
            first = False
            yield out.getvalue()

    def as_arrow(self) -> Iterator[bytes]:
        """An Arrow IPC stream in the canonical schema."""
        out = io.BytesIO()
        with pa.ipc.new_stream(out, self.table.schema) as writer:
            for piece in self.batches():
                writer.write_table(piece)
                yield _taken(out)
        yield _taken(out)

    def as_csvw(self) -> dict[str, Any]:
        """CSV on the Web metadata (W3C, 2015) for `as_csv`."""
        return {
            "@context": "http://www.w3.org/ns/csvw",
            "url": f"{self.name}.csv",
            "dc:title": f"{self.place.name}: {self.table.meaning}",
            "dc:source": [
                {"title": s["title"], "licence": s["licence"], "attribution": s["attribution"]}
                for s in self.place.sources
                if s["source_id"] not in self.hidden
            ],
            "tableSchema": {"columns": [_csvw_column(c) for c in self.table.columns]},
        }


def view_table(place: Place, name: str, *, all_rows: bool) -> View:
    """What may be seen of a table. Raises Http404 where there is none, or none for this person."""
    if place.snapshot is None or name not in TABLES or name not in place.snapshot.tables:
        raise Http404(f"{place.name} has no table {name}.")
    if name in TEAM_ONLY and not all_rows:
        raise Http404(f"The table {name} is for the city's team only: it holds people's words.")
    hidden: tuple[str, ...] = ()
    if not all_rows and "source_id" in TABLES[name].column and name not in {"source", "finding"}:
        hidden = tuple(_closed_in(place, name))
    return View(place, TABLES[name], hidden)


def _closed_in(place: Place, name: str) -> list[str]:
    """Sources with rows in the table whose licence does not allow passing them on."""
    there = place.ask(f'select distinct source_id from "{name}"', over=[name]).column("source_id").to_pylist()
    return [s["source_id"] for s in closed_sources(place.sources) if s["source_id"] in there]


def _geometry_words(wkb: bytes) -> str:
    try:
        shape = shapely.from_wkb(wkb)
    except shapely.errors.GEOSException:
        return f"{len(wkb)} bytes that are no geometry"
    return f"{shape.geom_type} of {shapely.get_num_coordinates(shape):,} points"


def _without_binary(piece: pa.Table) -> pa.Table:
    for name in [f.name for f in piece.schema if pa.types.is_binary(f.type)]:
        shapes = shapely.from_wkb(piece.column(name).to_numpy(zero_copy_only=False))
        text = pa.array(shapely.to_wkt(shapes, rounding_precision=7), pa.string())
        at = piece.column_names.index(name)
        piece = piece.set_column(at, name.replace("_wkb", "_wkt"), text)
    for name in [
        f.name for f in piece.schema if pa.types.is_list(f.type) or pa.types.is_fixed_size_list(f.type)
    ]:
        text = pa.array(
            [None if v is None else " ".join(map(str, v)) for v in piece.column(name).to_pylist()]
        )
        piece = piece.set_column(piece.column_names.index(name), name, text)
    return piece


def _taken(out: io.BytesIO) -> bytes:
    data = out.getvalue()
    out.seek(0)
    out.truncate()
    return data


_CSVW_TYPES = {
    pa.string(): "string",
    pa.float64(): "double",
    pa.int64(): "long",
    pa.int32(): "int",
    pa.int8(): "byte",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}


def _csvw_column(column: Column) -> dict[str, Any]:
    kind = _CSVW_TYPES.get(column.type, "dateTime" if pa.types.is_timestamp(column.type) else "string")
    made = {
        "name": column.name.replace("_wkb", "_wkt"),
        "titles": column.name.replace("_wkb", "_wkt"),
        "dc:description": column.meaning,
        "datatype": kind,
        "required": column.required,
    }
    return made | ({"unit": column.unit} if column.unit else {})
