"""Making new files out of old ones: dropping rows, merging small files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow.compute as pc

from nagara.citylab.lake.parquet import BYTES_A_FILE, ROWS_A_FILE, DataFile, FileWriter, read
from nagara.citylab.lake.storage import Storage


@dataclass(frozen=True)
class Drop:
    """Rows to remove from a table: those for which `rows` is true."""

    rows: pc.Expression
    columns: tuple[str, ...]
    source_id: str | None = None

    @classmethod
    def source(cls, source_id: str) -> Drop:
        return cls(pc.field("source_id") == source_id, ("source_id",), source_id)

    @classmethod
    def where(cls, table: str, where: str) -> Drop:
        from nagara.citylab.lake.predicates import predicate  # a parser of SQL: slow to load, seldom used

        rows, columns = predicate(table, where)
        return cls(rows, columns)


@dataclass(frozen=True)
class Exchange:
    """Files that leave a table, and the files that come for them."""

    gone: list[DataFile]
    new: list[DataFile]


def without(storage: Storage, folder: str, table: str, files: Iterable[DataFile], drop: Drop) -> Exchange:
    """Files of `table` without the rows of `drop`; files that hold none of them stay as they are."""
    gone: list[DataFile] = []
    rest = FileWriter(storage, folder, table)
    for file in files:
        if drop.source_id is not None:
            if not file.may_hold(drop.source_id):
                continue
            if file.holds_only(drop.source_id):
                gone.append(file)
                continue
        path = storage.local(f"{folder}/{file.path}")
        if not any(rows.filter(drop.rows).num_rows for rows in read(path, table, drop.columns or None)):
            continue
        gone.append(file)
        kept = ~pc.coalesce(drop.rows, pc.scalar(False))
        for rows in read(path, table):
            rest.write(rows.filter(kept))
    return Exchange(gone, rest.finish())


def merged(storage: Storage, folder: str, table: str, files: Iterable[DataFile], *, least: int) -> Exchange:
    """Small files of `table` merged, where at least `least` of them belong together.

    Files of one source stay files of one source, so that replacing or erasing it removes whole files.
    """
    groups: dict[str | None, list[DataFile]] = defaultdict(list)
    for file in files:
        if file.rows < ROWS_A_FILE // 2 and file.size < BYTES_A_FILE // 2:
            groups[file.only_source()].append(file)
    mixed = groups.pop(None, [])
    for source_id in [s for s, group in groups.items() if len(group) < least]:
        mixed += groups.pop(source_id)
    gone: list[DataFile] = []
    new: list[DataFile] = []
    for group in (*groups.values(), mixed):
        if len(group) < max(least, 2):
            continue
        writer = FileWriter(storage, folder, table)
        for file in group:
            for rows in read(storage.local(f"{folder}/{file.path}"), table):
                writer.write(rows)
        gone += group
        new += writer.finish()
    return Exchange(gone, new)
