"""The files of a feed as text: found in a zip or folder, read in batches, whatever shape they are in.

Clean CSV goes through Arrow's reader. Where that stumbles (ragged rows, blank lines, another encoding,
open quotes) the same file goes on through a slower reader that mends row by row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.archives import Archive, BeyondBounds
from nagara.citylab.sources.gtfs.reference import COLUMNS, KNOWN, READ
from nagara.citylab.sources.gtfs.rules import Clinic, Rows
from nagara.citylab.sources.text.encoding import clean
from nagara.citylab.sources.text.exact import sound_records
from nagara.citylab.sources.text.inflate import Stream

MARKS = ("stops", "routes", "trips", "stop_times")
PAPERS = {"md", "pdf", "html", "rst", "doc", "docx"}
BLANKS = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\u200e\u200f\ufeff\"'"
BLOCK = 4 * 1024 * 1024
SLOW_ROWS = 50_000
ROW_1 = np.array([1], np.int64)
TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Batch:
    """Some rows of one file: their row numbers, and the wanted columns as text (empty cells are null)."""

    rows: Rows
    table: pa.Table


@dataclass(frozen=True)
class Header:
    """The header of one file: clean names, where the rows begin, and how to read them."""

    names: tuple[str, ...]
    raw: tuple[str, ...]
    delimiter: str
    first: bool  # whether it is the first line


@dataclass
class Feed:
    """One feed within an archive: which member holds which file."""

    archive: Archive
    clinic: Clinic
    folder: str
    members: dict[str, str] = field(default_factory=dict)

    def has(self, file: str) -> bool:
        return file in self.members

    def label(self, file: str) -> str:
        """How findings call the file, e.g. `gtfs.zip/stops.txt`."""
        member = self.members.get(file)
        return self.archive.label(member if member is not None else f"{self.folder}{file}.txt")

    def batches(self, file: str, wanted: Sequence[str], required: Sequence[str] = ()) -> Iterator[Batch]:
        """The rows of a file, in order. No batch where the file is absent or empty."""
        if file not in self.members:
            return
        header = _header(self, file)
        if header is None:
            return
        for name in required:
            if name not in header.names:
                self.clinic.say("column-missing", self.label(file), f"{name} is missing", column=name)
        present = [name for name in dict.fromkeys(wanted) if name in header.names]
        got = 0
        for batch in _read(self, file, header, present):
            got += len(batch.rows)
            if len(batch.rows):
                yield batch
        if not got:
            self.clinic.say("file-without-rows", self.label(file))

    def sheet(self, file: str, wanted: Sequence[str], required: Sequence[str] = ()) -> Batch:
        """All rows of a (small) file; every wanted column is there, empty where the file lacks it."""
        return whole(list(self.batches(file, wanted, required)), wanted)


def whole(batches: list[Batch], wanted: Sequence[str]) -> Batch:
    """Batches as one, with every wanted column."""
    schema = pa.schema([(name, TEXT) for name in wanted])
    tables = [complete(batch.table, wanted, len(batch.rows)) for batch in batches]
    rows = np.concatenate([batch.rows for batch in batches]) if batches else np.empty(0, np.int64)
    return Batch(rows, pa.concat_tables(tables) if tables else schema.empty_table())


def complete(table: pa.Table, wanted: Sequence[str], rows: int) -> pa.Table:
    """The wanted columns in order, empty where `table` lacks one. A table that lacks them all has forgotten
    how many rows it had."""
    empty = pa.chunked_array([pa.nulls(rows, pa.string()).dictionary_encode()], TEXT)
    return pa.table({n: table.column(n) if n in table.column_names else empty for n in wanted})


def find_feeds(archive: Archive, clinic: Clinic, only: set[str] | None = None) -> list[Feed]:
    """Every folder of the archive that holds a feed, nearest to the top first. `only`: these members."""
    feeds: dict[str, Feed] = {}
    for name in archive.names():
        if only is not None and name not in only:
            continue
        path = PurePosixPath(name)
        folder = "" if path.parent == PurePosixPath(".") else f"{path.parent.as_posix()}/"
        stem, ending = path.stem.lower(), path.suffix.lower()
        if ending == ".zip":
            clinic.say("nested-archive", archive.label(name))
        if stem in READ and ending in (".txt", ".csv"):
            feed = feeds.setdefault(folder, Feed(archive, clinic, folder))
            if stem in feed.members and ending != ".txt":
                continue
            feed.members[stem] = name
    good = [
        feed for feed in feeds.values() if sum(feed.has(mark) for mark in MARKS) >= 2 or feed.has("stops")
    ]
    good.sort(key=lambda feed: (feed.folder.count("/"), feed.folder))
    for feed in good:
        _look_around(feed)
    if len(good) > 1:
        folders = ", ".join(feed.folder or "(top)" for feed in good)
        clinic.say("many-feeds", archive.name, count=len(good), example=folders)
    return good


def _look_around(feed: Feed) -> None:
    """Findings about names: odd spelling, files that are not read, files that are missing."""
    clinic, label = feed.clinic, feed.archive.label
    for file, member in feed.members.items():
        if PurePosixPath(member).name != f"{file}.txt":
            clinic.say("file-name", label(member), example=PurePosixPath(member).name)
    for name in feed.archive.names():
        path = PurePosixPath(name)
        folder = "" if path.parent == PurePosixPath(".") else f"{path.parent.as_posix()}/"
        if folder != feed.folder or name in feed.members.values() or path.suffix.lower() == ".zip":
            continue
        if path.stem.lower() in KNOWN or path.name.lower() == "locations.geojson":
            clinic.say("file-not-read", label(name))
        elif path.suffix[1:].lower() not in PAPERS:
            clinic.say("extra-file", label(name))
    for file in ("agency", "stops", "routes", "trips", "stop_times"):
        if not feed.has(file):
            clinic.say("file-missing", feed.label(file))


def _header(feed: Feed, file: str) -> Header | None:
    label, clinic = feed.label(file), feed.clinic
    scratch = Findings()
    try:
        with feed.archive.open(feed.members[file]) as stream:
            start = next(_text(stream, label, scratch), b"").decode("utf-8", "replace")
    except BeyondBounds:
        raise
    except Refusal:
        if scratch.has("empty-file"):
            clinic.say("file-empty", label)
        else:
            clinic.findings.extend(scratch)
        return None
    lines = [line for line in start.split("\n", 50)[:50] if line.strip(BLANKS + ",;")]
    line = lines[0].rstrip("\r") if lines else ""
    delimiter = max(",;\t|", key=line.count)
    if line.count(delimiter) and delimiter != ",":
        clinic.say("delimiter", label, f"columns are separated by {delimiter!r}", rows=ROW_1)
    delimiter = delimiter if line.count(delimiter) else ","
    raw = tuple(next(csv.reader([line], delimiter=delimiter)))
    names = tuple(name.strip(BLANKS).lower() for name in raw)
    # A byte order mark at the very start is common and harmless; blanks in names are not.
    odd = [old for old, new in zip(raw, names, strict=True) if old.lstrip("\ufeff") != new and new]
    if odd:
        clinic.say("header-blank", label, rows=ROW_1, count=len(odd), example=repr(odd[0]))
    strange = [name for name in names if name and name not in COLUMNS]
    if strange:
        clinic.say("column-unknown", label, rows=ROW_1, count=len(strange), example=", ".join(strange))
    seen: list[str] = []
    for name in names:
        if name and name in seen:
            clinic.say("column-repeated", label, rows=ROW_1, column=name)
        seen.append(name if name not in seen else "")
    return Header(tuple(seen), raw, delimiter, first=start.startswith(line))


def _text(stream: IO[bytes], label: str, findings: Findings) -> Iterator[bytes]:
    """Blocks of clean UTF-8, without the blank lines that end many files."""
    held = b""
    for block in clean(iter(lambda: stream.read(BLOCK), b""), label, findings):
        joined = held + block if held else block
        kept = joined.rstrip(b"\r\n ")
        held = joined[len(kept) :]
        if kept:
            yield kept
    yield b"\n"


def _read(feed: Feed, file: str, header: Header, present: list[str]) -> Iterator[Batch]:
    """Batches by Arrow's reader; from the first row that it will not take on, by the slow one.

    A damaged member ends early, with a finding; one that breaks the archive's bounds refuses all.
    """
    done, told = 0, Findings()
    try:
        for batch in _fast(feed, file, header, present, told) if header.first else ():
            done += len(batch.rows)
            yield _without_headers(feed, file, header, _without_blanks(feed, file, batch))
        if header.first:
            feed.clinic.findings.extend(told)
            return
    except pa.ArrowInvalid:
        pass
    except BeyondBounds:
        raise
    except Refusal:
        feed.clinic.findings.extend(told)
        return
    try:
        yield from _slow(feed, file, header, present, done)
    except BeyondBounds:
        raise
    except Refusal:
        return


def _fast(feed: Feed, file: str, header: Header, present: list[str], told: Findings) -> Iterator[Batch]:
    names = [name or f"?{i}" for i, name in enumerate(header.names)]
    with feed.archive.open(feed.members[file]) as stream:
        reader = pacsv.open_csv(
            pa.PythonFile(Stream(_text(stream, feed.label(file), told)), mode="r"),
            pacsv.ReadOptions(column_names=names, skip_rows=1, block_size=BLOCK),
            pacsv.ParseOptions(delimiter=header.delimiter, ignore_empty_lines=False),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=present or names[:1],
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
        row = 2
        for batch in reader:
            # Encoding whole blocks afterwards is twice as fast as asking the reader for dictionaries.
            columns = {name: batch.column(name).dictionary_encode() for name in batch.schema.names}
            yield Batch(np.arange(row, row + batch.num_rows, dtype=np.int64), pa.table(columns))
            row += batch.num_rows


def _without_blanks(feed: Feed, file: str, batch: Batch) -> Batch:
    """Leave out rows without any value: Arrow's reader gives them for blank lines."""
    table = batch.table
    if any(column.null_count == 0 for column in table.columns):
        return batch
    blank = np.ones(table.num_rows, bool)
    for column in table.columns:
        blank &= column.is_null().to_numpy()
    if not blank.any():
        return batch
    feed.clinic.say("row-blank", feed.label(file), rows=batch.rows[blank])
    return Batch(batch.rows[~blank], table.filter(pa.array(~blank)))


def _without_headers(feed: Feed, file: str, header: Header, batch: Batch) -> Batch:
    """Leave out rows that repeat the header: files glued together have them."""
    name = batch.table.column_names[0]
    raw = header.raw[header.names.index(name)] if name in header.names else name
    chunks = batch.table.column(name).chunks
    if not any(pc.any(pc.equal(chunk.dictionary, raw)).as_py() for chunk in chunks):
        return batch
    same = np.array([value == raw for value in batch.table.column(name).to_pylist()])
    feed.clinic.say("header-repeated", feed.label(file), rows=batch.rows[same])
    return Batch(batch.rows[~same], batch.table.filter(pa.array(~same)))


def _slow(feed: Feed, file: str, header: Header, present: list[str], done: int) -> Iterator[Batch]:
    """Rows one by one from the row after the first `done`: short ones padded, long ones set aside."""
    mend = _Mending(feed, feed.label(file), header, done)
    where = [header.names.index(name) for name in present]
    with feed.archive.open(feed.members[file]) as stream:
        blocks = Stream(_text(stream, mend.label, feed.clinic.findings))
        lines = io.TextIOWrapper(io.BufferedReader(blocks, BLOCK), "utf-8", "replace", newline="")
        rows: list[int] = []
        held: list[list[str | None]] = []
        for number, cells in mend.records(lines):
            rows.append(number)
            held.append([cells[i] or None for i in where])
            if len(rows) == SLOW_ROWS:
                yield _batch(rows, held, present)
                rows, held = [], []
        if rows:
            yield _batch(rows, held, present)
    mend.report()


def _batch(rows: list[int], held: list[list[str | None]], present: list[str]) -> Batch:
    columns = list(zip(*held, strict=True)) if present else []
    arrays = [pa.array(column, pa.string()).dictionary_encode() for column in columns]
    return Batch(np.array(rows, np.int64), pa.table(arrays, names=present))


class _Mending:
    """Takes records as they come and remembers what was wrong with them."""

    def __init__(self, feed: Feed, label: str, header: Header, done: int) -> None:
        self.feed, self.label, self.header, self.done = feed, label, header, done
        self.wrong: dict[str, list[int]] = {}

    def records(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells) of each good record after the header and the first `done` ones."""
        width, taken, seen_header = len(self.header.names), 0, False
        records = sound_records(iter(lines), self.header.delimiter, width)
        for number, (cells, text) in enumerate(records, start=1):
            if not any(cell.strip(BLANKS) for cell in cells):
                self._note("row-blank", number)
                continue
            if not seen_header:
                seen_header = True
                continue
            taken += 1
            if taken <= self.done:
                continue
            mended = self._mended(number, cells, text)
            if mended is not None:
                yield number, mended

    def _mended(self, number: int, cells: list[str], text: str) -> list[str] | None:
        """The cells, as many as the header has; None where the row is left out."""
        width = len(self.header.names)
        if tuple(cell.strip(BLANKS).lower() for cell in cells) == self.header.names:
            self._note("header-repeated", number)
            return None
        if any(cell.strip(BLANKS) for cell in cells[width:]):
            self._note("row-long", number)
            return None
        if text.count('"') % 2:
            self._note("quote", number)
            cells = [cell.strip('"') for cell in cells]
        if len(cells) < width:
            self._note("row-short", number)
        return (cells + [""] * width)[:width]

    def _note(self, rule: str, number: int) -> None:
        self.wrong.setdefault(rule, []).append(number)

    def report(self) -> None:
        for rule, numbers in self.wrong.items():
            rows = np.array(numbers, np.int64)
            if rule == "row-long":
                self.feed.clinic.set_aside(rule, self.label, rows)
            else:
                self.feed.clinic.say(rule, self.label, rows=rows)


def raw_rows(feed: Feed, file: str, rows: Iterable[int]) -> dict[int, str]:
    """The text of some rows as it stands in the file, by row number."""
    wanted = set(rows)
    found: dict[int, str] = {}
    header = _header(Feed(feed.archive, Clinic(Findings()), feed.folder, feed.members), file)
    if not wanted or header is None:
        return found
    with suppress(Refusal), feed.archive.open(feed.members[file]) as stream:
        blocks = Stream(_text(stream, "", Findings()))
        lines = io.TextIOWrapper(io.BufferedReader(blocks, BLOCK), "utf-8", "replace", newline="")
        records = sound_records(lines, header.delimiter, len(header.names))
        for number, (_, text) in enumerate(records, start=1):
            if number in wanted:
                found[number] = text.rstrip("\r\n")
    return found
