"""Exporting a city: a folder of Parquet with a DCAT 3 catalogue, as far as licences allow.

Rows of a source whose licence is unknown or forbids passing on are left out and named. What runs computed
(`result`) stays, with attribution. Never exported: the salt, rejected rows, and the hashes of authors.
"""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nagara.citylab.findings import CityLabError, Findings
from nagara.citylab.lake.catalogue import catalogue, readme
from nagara.citylab.lake.geoparquet import GeoMetadata
from nagara.citylab.lake.licences import Licence, Share, recognise
from nagara.citylab.lake.parquet import ROWS_A_GROUP
from nagara.citylab.lake.snapshots import Snapshot
from nagara.citylab.tables import TABLES

if TYPE_CHECKING:
    from nagara.citylab.lake.city import CityLake

WITHHELD = frozenset({"rejected"})
"""Tables that are never exported: rows as they stood in a file, before anybody looked at them."""
EMPTIED = {"post": "author_hash"}
"""Columns that are exported empty: who wrote two posts is nobody's business."""


@dataclass(frozen=True)
class ExportedTable:
    """One table of an export: file name, rows, bytes, and the sources of its rows."""

    name: str
    file: str
    rows: int
    bytes: int
    sources: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """A source that was not exported, how many rows it has, and why."""

    source_id: str
    title: str
    licence: str
    rows: int
    why: str


@dataclass(frozen=True)
class Export:
    """What was written, what was left out, and what to mind."""

    folder: Path
    snapshot: int
    tables: tuple[ExportedTable, ...]
    left_out: tuple[LeftOut, ...]
    findings: Findings

    def as_dict(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "snapshot": self.snapshot,
            "tables": [asdict(table) for table in self.tables],
            "left_out": [asdict(left) for left in self.left_out],
            "findings": self.findings.as_dicts(),
        }


def export(
    city: CityLake, dest: Path, *, snapshot: Snapshot | None = None, for_business: bool = False
) -> Export:
    """Write one snapshot (the newest where None) to the folder `dest`, which must be new or empty.

    Sources that forbid commercial use are exported with a warning, or left out where `for_business`.
    Raises CityLabError where `dest` holds something already.
    """
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise CityLabError("there is something there already", where=str(dest), mend="Give a new folder.")
    dest.parent.mkdir(parents=True, exist_ok=True)
    draft = dest.parent / f".{dest.name}.{uuid.uuid4().hex}"
    draft.mkdir()
    try:
        with nullcontext(snapshot) if snapshot else city.newest() as held:
            work = _Work(held, draft, for_business)
            tables, left_out = work.write()
            when = dt.datetime.now(dt.UTC)
            shown = [s for s in work.sources.values() if s["source_id"] in work.allowed]
            (draft / "catalogue.jsonld").write_text(
                catalogue(held.city(), shown, work.licences, tables, held.number, when), "utf-8"
            )
            (draft / "README.md").write_text(
                readme(held.city(), shown, work.licences, tables, left_out, when), "utf-8"
            )
        if dest.exists():
            dest.rmdir()
        draft.rename(dest)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Export(dest, held.number, tables, left_out, work.findings)


class _Work:
    """One export in the making."""

    def __init__(self, snapshot: Snapshot, folder: Path, for_business: bool) -> None:
        self.snapshot, self.folder, self.findings = snapshot, folder, Findings()
        self.sources = snapshot.sources()
        self.licences = {s: recognise(row["licence"]) for s, row in self.sources.items()}
        self.refused = {
            s: why
            for s, licence in self.licences.items()
            if (why := _why_not(licence, self.sources[s], for_business))
        }
        self.allowed = set(self.sources) - set(self.refused)
        self._left: dict[str, int] = dict.fromkeys(self.refused, 0)

    def write(self) -> tuple[tuple[ExportedTable, ...], tuple[LeftOut, ...]]:
        names = [name for name in TABLES if name in self.snapshot.tables and name not in WITHHELD]
        written = tuple(done for name in names if (done := self._write_table(name)) is not None)
        left_out = tuple(self._left_out(source_id, rows) for source_id, rows in sorted(self._left.items()))
        for left in left_out:
            self.findings.refuse(
                "licence-forbids",
                f"{left.source_id} was left out ({left.rows:,} rows): {left.why}",
                file=left.source_id,
                column="licence",
                example=left.licence,
                mend="Ask who owns the data, then import it with the licence's exact name.",
            )
        for source_id in sorted(self.allowed):
            self._warn(source_id, self.licences[source_id])
        return written, left_out

    def _left_out(self, source_id: str, rows: int) -> LeftOut:
        row = self.sources.get(source_id, {})
        why = self.refused.get(source_id, "the table `source` does not name it, so its licence is unknown")
        return LeftOut(source_id, row.get("title") or source_id, row.get("licence") or "", rows, why)

    def _warn(self, source_id: str, licence: Licence) -> None:
        if licence.share is Share.NON_COMMERCIAL:
            self.findings.warn(
                "licence-non-commercial",
                f"{source_id} may not be used for business ({licence.id})",
                file=source_id,
                mend="Say so where you pass it on, or export for business to leave it out.",
            )
        if licence.share is Share.ALIKE or licence.id.startswith("CC-BY-NC-SA"):
            self.findings.note(
                "licence-alike",
                f"what is made from {source_id} must be passed on under the same licence ({licence.id})",
                file=source_id,
            )

    def _write_table(self, name: str) -> ExportedTable | None:
        """One table as one file; None where no row of it may be passed on."""
        canonical = TABLES[name]
        geo = GeoMetadata("geom_wkb") if "geom_wkb" in canonical.column else None
        path = self.folder / f"{name}.parquet"
        rows, sources, writer = 0, set[str](), None
        try:
            for piece in self._shown(name):
                if not piece.num_rows:
                    continue
                if writer is None:
                    writer = pq.ParquetWriter(path, canonical.schema, compression="zstd")
                if geo is not None:
                    geo.add(piece.column("geom_wkb"))
                if "source_id" in canonical.column:
                    sources.update(pc.unique(piece.column("source_id")).to_pylist())
                writer.write_table(piece, row_group_size=ROWS_A_GROUP)
                rows += piece.num_rows
            if writer is not None and geo is not None:
                writer.add_key_value_metadata({"geo": geo.as_json()})
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            return None
        return ExportedTable(name, path.name, rows, path.stat().st_size, tuple(sorted(sources)))

    def _shown(self, name: str) -> Iterator[pa.Table]:
        """Rows of a table that may be passed on; counts the others."""
        for piece in self.snapshot.batches(name):
            shown = piece
            if "source_id" in piece.column_names and name != "run_input":
                allowed = pc.is_in(piece.column("source_id"), pa.array(sorted(self.allowed), pa.string()))
                shown = piece.filter(allowed)
                self._count(piece.filter(pc.invert(allowed)))
            if name in EMPTIED:
                at = shown.schema.get_field_index(EMPTIED[name])
                shown = shown.set_column(at, shown.schema.field(at), pa.nulls(shown.num_rows, pa.string()))
            yield shown

    def _count(self, left: pa.Table) -> None:
        for pair in pc.value_counts(left.column("source_id")).to_pylist():
            source_id = str(pair["values"])
            self._left[source_id] = self._left.get(source_id, 0) + pair["counts"]


def _why_not(licence: Licence, row: dict[str, Any], for_business: bool) -> str | None:
    """Why the rows of a source may not be passed on; None where they may."""
    if licence.share is Share.FORBIDDEN:
        if not (row["licence"] or "").strip():
            return "no licence was given, and unknown counts as forbidden"
        if not licence.id:
            return f"{row['licence']!r} is not the name of a licence that Nagara knows"
        return f"{licence.id} does not allow it"
    if for_business and licence.share is Share.NON_COMMERCIAL:
        return f"{licence.id} does not allow business use"
    return None
