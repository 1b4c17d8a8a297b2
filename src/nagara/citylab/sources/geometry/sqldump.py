"""SQL dumps: rows of `INSERT INTO ... VALUES` and of `COPY ... FROM stdin`, read and never run.

Text comes as strings, with PostGIS geometry as hex EWKB or inside ST_GeomFromText and its like.
Source: PostgreSQL documentation, "Lexical Structure" and "COPY: Text Format"; MySQL string escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from nagara.citylab.sources.geometry.cells import layer_of
from nagara.citylab.sources.geometry.layers import RawLayer, Reading, text_table
from nagara.citylab.sources.text.encoding import utf8

_NAME = r'(?:[\w$.]|"[^"]*"|`[^`]*`|\[[^\]]*\])+'
_START = re.compile(
    rf"(?im)^\s*(?:INSERT\s+(?:IGNORE\s+)?INTO\s+(?P<insert>{_NAME})\s*(?:\((?P<columns>[^)]*)\))?\s*VALUES"
    rf"|COPY\s+(?P<copy>{_NAME})\s*(?:\((?P<fields>[^)]*)\))?\s+FROM\s+stdin[^;]*;[^\n]*\n"
    rf"|CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<create>{_NAME})\s*\()"
)
_TOKEN = re.compile(
    r"""(?P<string>(?P<prefix>[EeNnXxBb])?'(?:[^'\\]|''|\\.)*')|(?P<open>\()|(?P<close>\))|(?P<comma>,)"""
    r"""|(?P<end>;)|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<space>\s+)|(?P<cast>::\s*[\w."]+(?:\([^)]*\))?)"""
    r"""|(?P<word>[^\s'(),;:]+|:)""",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_AGAIN = "Export the table again, best as CSV."
Row = list[str | None]


@dataclass
class Dump:
    """Rows of one table of a dump."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def parse_dump(text: str, on: Reading) -> list[Dump]:
    """The tables that a dump fills, in file order."""
    tables: dict[str, Dump] = {}
    at = 0
    while match := _START.search(text, at):
        name = _plain(match["insert"] or match["copy"] or match["create"])
        table = tables.setdefault(name, Dump(name))
        at = match.end()
        if match["create"]:
            table.columns, at = _created(text, at)
        elif match["copy"]:
            table.columns = _names(match["fields"]) or table.columns
            at = _copied(text, at, table, on)
        else:
            table.columns = _names(match["columns"]) or table.columns
            at = _inserted(text, at, table, on)
    return [table for table in tables.values() if table.rows]


def _plain(name: str) -> str:
    return re.sub(r'["`\[\]]', "", name.strip())


def _names(text: str | None) -> list[str]:
    return [_plain(name) for name in text.split(",")] if text else []


def _created(text: str, at: int) -> tuple[list[str], int]:
    """Column names of CREATE TABLE ( ... ), and where it ends."""
    depth, start, columns = 1, at, []
    for match in _TOKEN.finditer(text, at):
        depth += (match.lastgroup == "open") - (match.lastgroup == "close")
        if depth == 0 or (depth == 1 and match.lastgroup == "comma"):
            column = re.match(rf"\s*({_NAME})", text[start : match.start()])
            word = _plain(column[1]) if column else ""
            if word and word.upper() not in (
                "PRIMARY",
                "UNIQUE",
                "KEY",
                "CONSTRAINT",
                "FOREIGN",
                "CHECK",
                "INDEX",
            ):
                columns.append(word)
            start = match.end()
        if depth == 0 or match.lastgroup == "end":
            return columns, match.end()
    return columns, len(text)


def _inserted(text: str, at: int, table: Dump, on: Reading) -> int:
    """Rows of one INSERT; gives where it ends. A cut end is a finding."""
    depth = 0
    row: Row = []
    cell: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(text, at):
        kind = match.lastgroup or ""
        kind = "string" if kind == "prefix" else kind
        if kind in ("space", "comment", "cast"):
            continue
        if depth == 0 and kind in ("end", "word"):
            return match.end()
        if kind == "open":
            depth += 1
            if depth == 1:
                row, cell = [], []
            else:
                cell.append(("(", "("))
        elif kind == "close" and depth == 1:
            row.append(_value(cell))
            table.rows.append(row)
            depth = 0
        elif kind == "close":
            depth -= 1
        elif kind == "comma" and depth == 1:
            row.append(_value(cell))
            cell = []
        elif depth:
            cell.append((kind, match[0]))
    what = "an INSERT is cut off: the rows that are whole were read."
    on.findings.refuse("sql-broken", what, file=on.file, row=len(table.rows) + 1, mend=_AGAIN)
    return len(text)


def _value(cell: list[tuple[str, str]]) -> str | None:
    """A cell: string, number, NULL, or a call such as ST_GeomFromText('...', 4326)."""
    if not cell:
        return None
    kind, first = cell[0]
    if len(cell) == 1:
        if kind == "string":
            return _string(first)
        return None if first.upper() in ("NULL", "DEFAULT") else first
    strings = [_string(text) for kind, text in cell if kind == "string"]
    if not strings:
        return " ".join(text for _, text in cell if text not in "()")
    number = next((text for kind, text in cell[1:] if kind == "word" and text.isdigit()), "")
    function = first.lower().rpartition(".")[2]
    return f"SRID={number};{strings[0]}" if number and "text" in function else strings[0]


def _string(token: str) -> str:
    prefix, body = token[: token.index("'")], token[token.index("'") + 1 : -1].replace("''", "'")
    if "\\" in body and not re.fullmatch(r"\\x[0-9a-fA-F]+", body) and prefix.upper() != "X":
        body = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), body, flags=re.DOTALL)
    return body


def _copied(text: str, at: int, table: Dump, on: Reading) -> int:
    """Rows of one COPY block, which ends with a line of \\."""
    end = re.compile(r"(?m)^\\\.\s*$").search(text, at)
    if end is None:
        what = "a COPY block is cut off: the rows that are whole were read."
        on.findings.refuse("sql-broken", what, file=on.file, mend=_AGAIN)
    body = text[at : end.start() if end else len(text)]
    for line in body.splitlines():
        cells = line.split("\t")
        table.rows.append([None if c == "\\N" else _unescape(c) for c in cells])
    return end.end() if end else len(text)


def _unescape(cell: str) -> str:
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), cell) if "\\" in cell else cell


def read_dump(path: Path, on: Reading) -> Iterator[RawLayer]:
    """The rows of one table of a dump: the only one, or that which `[read] table` names.

    Row numbers count the table's rows, the first being row 2. Raises Refusal where the dump fills no table,
    or several and none is named.
    """
    text = b"".join(utf8(path, on.findings, encoding=on.read.get("encoding"))).decode("utf-8", "replace")
    tables = parse_dump(text, on)
    wanted = str(on.read.get("table", ""))
    chosen = [t for t in tables if not wanted or wanted in (t.name, t.name.rpartition(".")[2])]
    if len(chosen) != 1:
        names = [table.name for table in tables][:20]
        what = (
            f"the dump fills {len(tables)} tables: {', '.join(names)}." if tables else "no rows were found."
        )
        raise on.refusal("which-table", what, 'Name the table in the mapping file: [read] table = "...".')
    table = chosen[0]
    if not table.columns:
        width = max(len(row) for row in table.rows)
        table.columns = [f"column{i + 1}" for i in range(width)]
        what = f"the dump names no columns: called column1 to column{width}."
        on.findings.repair("no-column-names", what, file=on.file, mend="Export with column names.")
    records, rows = [], []
    for row, cells in enumerate(table.rows, 2):
        if len(cells) != len(table.columns):
            reason = f"has {len(cells)} cells, not {len(table.columns)}"
            on.findings.reject("ragged-row", reason, file=on.file, row=row, raw=cells)
            what = "rows with more or fewer cells than columns were set aside."
            on.findings.refuse("ragged-row", what, file=on.file, row=row, mend=_AGAIN)
            continue
        records.append(dict(zip(table.columns, cells, strict=True)))
        rows.append(row)
    yield layer_of(text_table(records, on.na), np.array(rows, dtype=np.int64), on)
