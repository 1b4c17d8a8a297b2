"""Rows of an import on their way: written once, as the files that a draft then takes over."""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.lake.parquet import DataFile, FileWriter, read
from nagara.citylab.lake.storage import Folder
from nagara.citylab.tables import TABLES

WAITING = 2
"""Tables that may wait to be written: more would only fill memory."""
_WHEN = {"observation": "ts", "post": "ts", "zone_value": "ts", "service_day": "day"}


class Staging:
    """Rows read so far, by table, in a folder of their own. Rows are written while more are being read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: dict[str, int] = {}
        self._storage = Folder(folder)
        self._writers: dict[str, FileWriter] = {}
        self._files: dict[str, list[DataFile]] = {}
        self._spans: list[tuple[date, date]] = []
        self._worker = ThreadPoolExecutor(1, "staging")
        self._waiting: deque[Future[None]] = deque()

    def add(self, name: str, rows: pa.Table) -> None:
        """Take rows of a table in canonical columns. Raises what writing earlier rows raised."""
        self.counts[name] = self.counts.get(name, 0) + rows.num_rows
        while len(self._waiting) >= WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._worker.submit(self._write, name, rows))

    def _write(self, name: str, rows: pa.Table) -> None:
        if name not in self._writers:
            self._writers[name] = FileWriter(self._storage, name, name)
        self._writers[name].write(rows)
        if name in _WHEN:
            ends = pc.min_max(rows.column(_WHEN[name])).as_py()
            if ends["min"] is not None:
                self._spans.append((_day(ends["min"]), _day(ends["max"])))

    def settle(self) -> None:
        """Wait until every row is in its file. More may be added afterwards, to new files."""
        while self._waiting:
            self._waiting.popleft().result()
        for name, writer in self._writers.items():
            self._files.setdefault(name, []).extend(writer.finish())
        self._writers.clear()

    def files(self, name: str) -> list[DataFile]:
        """Files of a table, once settled; their paths are relative to `folder / name`."""
        return self._files.get(name, [])

    def paths(self, name: str) -> list[str]:
        return [str(self.folder / name / file.path) for file in self.files(name)]

    def table(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Some columns of a settled table, in memory."""
        kinds = TABLES[name].schema
        schema = pa.schema([kinds.field(column) for column in columns])
        parts = [part for path in self.paths(name) for part in read(path, name, columns)]
        return pa.concat_tables([schema.empty_table(), *parts])

    def rewrite(self, name: str, rows: pa.Table) -> None:
        """Put `rows` in the place of all rows of a table."""
        self._files[name] = []
        self.counts[name] = 0
        self.add(name, rows)
        self.settle()

    def span(self) -> tuple[date | None, date | None]:
        """First and last day (UTC) that the rows speak of."""
        if not self._spans:
            return None, None
        return min(first for first, _ in self._spans), max(last for _, last in self._spans)

    def close(self) -> None:
        """Stop writing; rows that wait are dropped."""
        self._worker.shutdown(wait=True, cancel_futures=True)
        for writer in self._writers.values():
            writer.close()


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


@contextmanager
def staging() -> Iterator[Staging]:
    """A staging folder that is gone after the block."""
    folder = Path(tempfile.mkdtemp(prefix="nagara-import-"))
    staged = Staging(folder)
    try:
        yield staged
    finally:
        staged.close()
        shutil.rmtree(folder, ignore_errors=True)
