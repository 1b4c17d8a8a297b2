"""One table of strings out of any tabular text file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text.inflate import BLOCK, LIMITS, Limits, blocks, magic

Chunks = Iterator[tuple[int, pa.Table]]
MOST_NAMES = 100


@dataclass
class TextTable:
    """A table of strings, read chunk by chunk.

    `chunks` yields (row number of the chunk's first row, table of string columns): cells stripped of blanks
    and NBSP, empty cells and NA markers are null. Rows within a chunk are consecutive in the file, so row i
    of a chunk is row `first + i` as a spreadsheet numbers it (the header is row 1; the first JSON record is
    row 2). Findings are added while the chunks are read.
    """

    file: str
    columns: list[str]
    chunks: Chunks
    narrow: Callable[[Sequence[str]], None] | None = None  # where the format can leave columns unread

    def only(self, columns: Sequence[str], findings: Findings) -> TextTable:
        """The same table with `columns` only; call it before `chunks` is consumed."""
        if self.narrow is None:
            return chosen(self, findings, columns)
        self.narrow(columns)
        return TextTable(self.file, list(columns), self.chunks)

    def read(self) -> pa.Table:
        """All chunks as one table (row numbers are lost)."""
        schema = pa.schema([(name, pa.string()) for name in self.columns])
        return pa.concat_tables([schema.empty_table(), *(chunk for _, chunk in self.chunks)])

    def rows(self) -> Iterator[tuple[int, dict[str, str | None]]]:
        """Rows with their numbers, for slices that read small tables row by row."""
        for first, chunk in self.chunks:
            for i, row in enumerate(chunk.to_pylist()):
                yield first + i, row


def read_text(
    path: Path,
    findings: Findings,
    *,
    map: Mapping[str, Any] | None = None,
    columns: Sequence[str] | None = None,
) -> TextTable:
    """Read a tabular text file as columns of strings.

    CSV, TSV and the like (also gzip, bzip2, xz), Excel and OpenDocument sheets, a JSON array of records, JSON
    lines, GeoJSON (properties, with lon and lat of points). `map` is the mapping file: its `[read]` section
    may give encoding, delimiter, sheet, header_row (0: none), na, records, max_gib. `columns` reads only
    these.

    Raises Refusal where the file is empty, is not a table, or lacks one of `columns`.
    """
    how = dict((map or {}).get("read", {}))
    limits = Limits(total=int(float(how["max_gib"]) * (1 << 30))) if "max_gib" in how else LIMITS
    form = form_of(path, findings)
    if form == "sheet":
        from nagara.citylab.sources.text.sheets import read_sheet

        table = read_sheet(path, findings, how, limits)
    elif form in ("json", "lines"):
        from nagara.citylab.sources.text.records import read_records

        table = read_records(path, findings, how, limits, form)
    else:
        from nagara.citylab.sources.text.delimited import read_delimited

        table = read_delimited(path, findings, how, limits)
    table.chunks = _counted(table.chunks, table.file, list(table.columns), findings)
    return table if columns is None else table.only(columns, findings)


def _counted(chunks: Chunks, file: str, columns: Sequence[str], findings: Findings) -> Chunks:
    """The chunks of a table; a note at the end says how many rows there were."""
    rows = 0
    for first, chunk in chunks:
        rows += chunk.num_rows
        yield first, chunk
    tell_rows(findings, file, rows, columns)


def tell_rows(findings: Findings, file: str, rows: int, columns: Sequence[str]) -> None:
    """The note `rows-read` of a file read to its end; once a file, however often it is read."""
    if not any(f.file == file for f in findings.of("rows-read")):
        names = ", ".join(columns[:MOST_NAMES]) + (" ..." if len(columns) > MOST_NAMES else "")
        findings.note("rows-read", f"rows were read, with the columns {names}.", file=file, count=rows)


def form_of(path: Path, findings: Findings | None = None) -> str:
    """sheet, json, lines (JSON lines) or delimited, from the file's first bytes and its name."""
    scratch = Findings()
    try:
        with path.open("rb") as raw:
            kind = magic(raw.read(16))
    except OSError as error:
        raise Refusal(f"cannot be opened: {error.strerror}.", findings or scratch, where=path.name) from error
    if kind in ("zip", "xls"):
        return "sheet"
    head = next(blocks(path, scratch), b"")[:65_536].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if head[:1] == b"{":
        first, _, second = head.partition(b"\n")
        two = first.rstrip().endswith(b"}") and second.lstrip()[:1] == b"{"
        named = {".jsonl", ".ndjson", ".jsonlines"} & {s.lower() for s in path.suffixes}
        return "lines" if two or named else "json"
    if head[:1] == b"[" and (
        head[1:].lstrip()[:1] in (b"{", b"[", b"]", b"") or ".json" in path.name.lower()
    ):
        return "json"
    return "delimited"


def find_column(name: str, columns: Sequence[str]) -> str | None:
    """The column called `name`: exactly, else but for case and blanks. None where there is none or two."""
    if name in columns:
        return name
    plain = _plain(name)
    like = [c for c in columns if _plain(c) == plain]
    return like[0] if len(like) == 1 else None


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


def choose(columns: Sequence[str], wanted: Sequence[str], file: str, findings: Findings) -> list[str]:
    """`wanted` as they are written in the file. Raises Refusal where one is missing."""
    found = [find_column(name, columns) for name in wanted]
    missing = [name for name, got in zip(wanted, found, strict=True) if got is None]
    if missing:
        listed = ", ".join(repr(c) for c in columns)
        for name in missing:
            findings.refuse(
                "missing-column", f"no column {name!r}; the file has {listed}.", file=file, column=name
            )
        raise Refusal(
            f"no column {', '.join(map(repr, missing))}. The file has {listed}.",
            findings,
            where=file,
            mend="Correct the column names in the mapping file.",
        )
    return [name for name in found if name is not None]


def chosen(table: TextTable, findings: Findings, wanted: Sequence[str]) -> TextTable:
    """`table` with the columns `wanted` only, under the names asked for."""
    names = choose(table.columns, wanted, table.file, findings)
    chunks = table.chunks
    return TextTable(
        table.file,
        list(wanted),
        ((row, chunk.select(names).rename_columns(list(wanted))) for row, chunk in chunks),
    )


@dataclass(frozen=True)
class Peek:
    """Columns and first rows (at most 200) of a file, for sniffing."""

    form: str
    columns: tuple[str, ...]
    rows: pa.Table

    def has(self, *names: str) -> bool:
        """Whether every name is a column (but for case and blanks)."""
        return all(find_column(name, self.columns) for name in names)


def peek(path: Path, map: Mapping[str, Any] | None = None) -> Peek | None:
    """A first look at a file; None where it is no table of text. Never raises; remembers what it saw."""
    try:
        state = path.stat()
    except OSError:
        return None
    if not path.is_file():
        return None
    if map and map.get("read"):
        return _peek(path, map)
    return _remembered(str(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _remembered(path: str, _changed: int, _size: int) -> Peek | None:
    return _peek(Path(path), {})


def _peek(path: Path, map: Mapping[str, Any]) -> Peek | None:
    findings = Findings()
    try:
        form = form_of(path, findings)
        if form == "json" and path.stat().st_size > 64 * BLOCK:
            return None
        table = read_text(path, findings, map=map)
        rows = next((chunk for _, chunk in table.chunks), None)
    except Refusal:
        return None
    if rows is None:
        rows = pa.table({c: pa.array([], pa.string()) for c in table.columns})
    return Peek(form, tuple(table.columns), rows.slice(0, 200))
