"""What a statement may read: tables of one snapshot, as files that hold nothing else.

Rows that a learner must not see (of closed sources, or after `until`) are not in those files: a copy without
them is made once a snapshot. So the walls around the process hold them back, and not a WHERE in a view.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.lake import Snapshot

KEPT_COPIES = 400
"""Files of cut copies that one process keeps at most."""
NOT_CUT_BY_SOURCE = frozenset({"source", "finding"})
"""Tables whose `source_id` says what a row is about, not who owns it."""
OF_RUNS = frozenset({"run", "run_input", "result"})
"""What runs computed: it may tell of what comes after `until`, so it is left out there."""
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class TableFiles:
    """A table: local Parquet files, or Arrow in memory.

    `canonical` gives it the canonical columns (missing ones empty, times UTC without zone). `hidden_sources`
    are sources whose rows are left out; `until` (UTC) leaves out rows whose time `ts` is not before it (in a
    table that is not canonical: any column of times), `since` those whose time is before it.
    """

    files: tuple[str, ...] = ()
    arrow: pa.Table | None = None
    canonical: bool = True
    hidden_sources: tuple[str, ...] = ()
    until: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Catalogue:
    """The tables of one city that a statement may name. Nothing else can be read from it."""

    city_id: str
    snapshot: int
    tz: str
    tables: Mapping[str, TableFiles]
    held: Any = field(default=None, repr=False, compare=False)
    """The snapshot, kept open so that its files stay."""

    def __post_init__(self) -> None:
        for name in self.tables:
            if not _NAME.fullmatch(name):
                raise CityLabError(
                    f"{name!r} cannot be a table's name", mend="Use small letters, digits and _."
                )

    @cached_property
    def names(self) -> list[str]:
        """Names that FROM may say."""
        return sorted({*self.tables, "clock"})

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Columns of a table and their types, as the editor shows them."""
        return [(column, _short(kind)) for column, kind in self._prepared(name)["types"]]

    def files(self, name: str) -> list[str]:
        """Parquet files that hold what may be seen of a table, and nothing else."""
        return list(self._prepared(name)["files"])

    def mentioned(self, text: str) -> dict[str, dict[str, Any]]:
        """What a query's process needs of the tables whose names occur in the text."""
        words = set(re.findall(r"[a-z_][a-z0-9_]*", text.lower()))
        return {
            name: {k: v for k, v in self._prepared(name).items() if k != "types"}
            for name in self.names
            if name in words
        }

    def _prepared(self, name: str) -> dict[str, Any]:
        made = self._kept.get(name)
        if made is None:
            made = self._kept[name] = _prepare(name, self._table(name))
        return made

    @cached_property
    def _kept(self) -> dict[str, dict[str, Any]]:
        return {}

    def _table(self, name: str) -> TableFiles:
        if name == "clock" and name not in self.tables:
            from nagara.citylab.recipes.clock import clock

            return TableFiles(arrow=clock(self.tz), canonical=False)
        return self.tables[name]


def catalogue(
    snapshot: Snapshot,
    *,
    hidden: Iterable[str] = (),
    extra: Mapping[str, TableFiles | pa.Table] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    without: Iterable[str] = (),
) -> Catalogue:
    """Tables of a snapshot for learners.

    `hidden`: sources whose rows are left out. `extra`: further tables (a lab's own); a name of the city's is
    replaced. `until`: nothing from that time on is there; `since`: nothing before it. `without`: tables that
    are left out.
    """
    from nagara.citylab.tables import TABLES

    left_out = {*without, *(OF_RUNS if until is not None or since is not None else ())}
    tables: dict[str, TableFiles] = {}
    for name, canonical in TABLES.items():
        if name in left_out:
            continue
        closed = tuple(hidden) if "source_id" in canonical.column and name not in NOT_CUT_BY_SOURCE else ()
        files = tuple(snapshot.files(name)) if name in snapshot.tables else ()
        tables[name] = TableFiles(files, hidden_sources=closed, until=until, since=since)
    for name, table in (extra or {}).items():
        tables[name] = table if isinstance(table, TableFiles) else TableFiles(arrow=table, canonical=False)
    return Catalogue(snapshot.city_id, snapshot.number, snapshot.city()["tz"], tables, held=snapshot)


def _prepare(name: str, table: TableFiles) -> dict[str, Any]:
    """Files, the text of the view, and column names of a table."""
    from nagara.citylab.engine import canonical_view
    from nagara.citylab.tables import TABLES

    canonical = TABLES.get(name) if table.canonical else None
    files = _COPIES.files(name, table)
    if not files:
        if canonical is None:
            raise CityLabError(f"no rows and no schema for the table {name}")
        files = _COPIES.files(name, TableFiles(arrow=canonical.empty()))
    present: dict[str, str] = {}
    for file in files:
        present |= _columns_of(file)
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    together = ", union_by_name = true" if len(files) > 1 else ""
    origin = f"read_parquet([{listed}], hive_partitioning = false{together})"
    if canonical is not None:
        view = canonical_view(canonical, origin, present, scenario=None)
        types = [(c.name, str(c.type)) for c in canonical.columns]
    else:
        picked = ", ".join(
            f'make_timestamp(epoch_us("{c}")) as "{c}"' if "TIME ZONE" in kind else f'"{c}"'
            for c, kind in present.items()
        )
        view, types = f"select {picked} from {origin}", list(present.items())
    return {"files": list(files), "view": view, "columns": [c for c, _ in types], "types": types}


@lru_cache(maxsize=4_096)
def _columns_of(file: str) -> dict[str, str]:
    """Columns of a Parquet file and their types; a lake's files never change."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    return {
        f.name: "TIMESTAMP WITH TIME ZONE" if pa.types.is_timestamp(f.type) and f.type.tz else str(f.type)
        for f in pq.read_schema(file)
    }


_SHORT = {"string": "text", "double": "number", "float": "number", "bool": "yes/no", "binary": "geometry"}


def _short(kind: str) -> str:
    """A type in a word."""
    if kind.startswith(("int", "uint")):
        return "whole number"
    if kind.startswith("timestamp") or "TIME ZONE" in kind:
        return "time (UTC)"
    return "date" if kind.startswith("date") else _SHORT.get(kind, kind)


class _Copies:
    """Files made for learners: Arrow tables, and tables without the rows that are not for them.

    They lie in a folder of this process alone, and go when the files go that they were made of (an erasure).
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._made: dict[str, tuple[str, ...]] = {}
        self._folder: Path | None = None
        self._pid = 0

    def files(self, name: str, table: TableFiles) -> tuple[str, ...]:
        """Parquet files that hold what may be seen of a table, and nothing else."""
        cut = bool(table.hidden_sources) or table.until is not None or table.since is not None
        if table.arrow is None and not (cut and table.files):
            return table.files
        with self._lock:
            target = self._home() / f"{_key(name, table)}.parquet"
            if str(target) not in self._made or not target.exists():
                self._tidy()
                _write(target, table)
                self._made[str(target)] = table.files
            return (str(target),)

    def _home(self) -> Path:
        if self._folder is None or self._pid != os.getpid():
            self._pid, self._made = os.getpid(), {}
            self._folder = Path(tempfile.mkdtemp(prefix=f"nagara-sql-{self._pid}-"))
            atexit.register(_remove, self._folder, self._pid)
            _remove_orphans(self._folder)
        return self._folder

    def _tidy(self) -> None:
        """Remove copies of files that are gone, and the oldest beyond `KEPT_COPIES`."""
        gone = [copy for copy, files in self._made.items() if not all(Path(f).exists() for f in files)]
        for copy in [*gone, *list(self._made)[: max(0, len(self._made) - KEPT_COPIES)]]:
            self._made.pop(copy, None)
            Path(copy).unlink(missing_ok=True)


def _key(name: str, table: TableFiles) -> str:
    """A name for a copy: what it is made of, and what is left out."""
    until = table.until.isoformat() if table.until else ""
    since = table.since.isoformat() if table.since else ""
    told = [name, str(table.canonical), *table.hidden_sources, "until", until, "since", since, *table.files]
    if table.arrow is not None:
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.arrow.schema) as writer:
            writer.write_table(table.arrow)
        told.append(hashlib.sha256(sink.getvalue()).hexdigest())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _write(target: Path, table: TableFiles) -> None:
    import pyarrow.parquet as pq

    fresh = target.with_suffix(".new")
    schema, pieces = _pieces(table)
    with pq.ParquetWriter(fresh, schema) as writer:
        for piece in pieces:
            writer.write_table(_seen(piece, table))
    fresh.rename(target)


def _remove(folder: Path, pid: int) -> None:
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_orphans(mine: Path) -> None:
    """Folders of processes that were killed before they could tidy up."""
    for folder in mine.parent.glob("nagara-sql-*-*"):
        pid = folder.name.split("-")[2]
        if folder != mine and pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _pieces(table: TableFiles) -> tuple[pa.Schema, Iterable[pa.Table]]:
    """The schema and rows of a table, piece by piece: memory stays flat."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if table.arrow is not None:
        return table.arrow.schema, [table.arrow]
    schema = pa.unify_schemas([pq.read_schema(file).remove_metadata() for file in table.files])

    def read() -> Iterable[pa.Table]:
        for file in table.files:
            for batch in pq.ParquetFile(file).iter_batches(65_536):
                piece = pa.Table.from_batches([batch])
                for column in schema:
                    if column.name not in piece.column_names:
                        piece = piece.append_column(column.name, pa.nulls(piece.num_rows, column.type))
                yield piece.select(schema.names).cast(schema)

    return schema, read()


def _seen(piece: pa.Table, table: TableFiles) -> pa.Table:
    """The rows of a piece that may be seen."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.hidden_sources and "source_id" in piece.column_names:
        closed = pc.is_in(piece.column("source_id"), pa.array(table.hidden_sources, pa.string()))
        piece = piece.filter(pc.fill_null(pc.invert(closed), True))
    for moment, keeps in ((table.until, pc.less), (table.since, pc.greater_equal)):
        for column in _times(piece, table) if moment is not None else ():
            at = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)  # type: ignore[union-attr]
            kind = piece.schema.field(column).type
            if pa.types.is_date(kind):
                edge = pa.scalar(at.date(), kind)
            else:
                edge = pa.scalar(at if kind.tz else at.replace(tzinfo=None), kind)
            piece = piece.filter(pc.fill_null(keeps(piece.column(column), edge), True))
    return piece


def _times(piece: pa.Table, table: TableFiles) -> list[str]:
    """Columns that say when a row holds."""
    import pyarrow as pa

    if table.canonical:
        return ["ts"] if "ts" in piece.column_names else []
    return [f.name for f in piece.schema if pa.types.is_timestamp(f.type) or pa.types.is_date(f.type)]


_COPIES = _Copies()
