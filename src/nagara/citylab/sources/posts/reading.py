"""Posts as text columns: tables, or plain text with one post a line; label files joined to them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nagara.citylab.findings import Findings
from nagara.citylab.sources import Options
from nagara.citylab.sources.posts.plan import refusal, section
from nagara.citylab.sources.text import read_text
from nagara.citylab.sources.text.encoding import utf8
from nagara.citylab.sources.text.inflate import BLOCK, Stream
from nagara.citylab.sources.text.table import find_column

LINES_A_CHUNK = 65_536
LONGEST = 100_000
"""Characters of one post; what is longer is cut, with a finding."""


@dataclass(frozen=True)
class Texts:
    """One file of posts: its columns, and (row number of the first row, text columns) chunk by chunk."""

    file: str
    columns: list[str]
    chunks: Iterator[tuple[int, pa.Table]]


def read_files(paths: Sequence[Path], options: Options, findings: Findings) -> Iterator[Texts]:
    """The files with posts, each joined with its label file where `[join]` names one."""
    said = section(options, "join")
    label_file = str(said["file"]) if "file" in said else None
    labels = _labels(paths, label_file, options, findings) if label_file else None
    for path in paths:
        if path.name == label_file:
            continue
        texts = _read_one(path, options, findings)
        yield texts if labels is None else labels.join(texts, findings)


def _read_one(path: Path, options: Options, findings: Findings) -> Texts:
    if section(options, "read").get("form") == "lines":
        return Texts(path.name, ["text"], _lines(path, options, findings))
    table = read_text(path, findings, map=options.map)
    return Texts(table.file, table.columns, table.chunks)


def _lines(path: Path, options: Options, findings: Findings) -> Iterator[tuple[int, pa.Table]]:
    """Plain text: every line that is not blank is a post. Only line feeds end a line."""
    source = utf8(path, findings, encoding=section(options, "read").get("encoding"))
    reader = io.TextIOWrapper(
        io.BufferedReader(Stream(iter(source)), BLOCK), "utf-8", "replace", newline="\n"
    )
    first, held = 1, list[str | None]()
    for row, line in enumerate(reader, 1):
        text = line.strip("\r\n").strip()
        if not text:
            findings.note("blank-line", "blank lines hold no post.", file=path.name, row=row)
            text = ""
        held.append(text[:LONGEST] or None)
        if len(held) == LINES_A_CHUNK:
            yield first, pa.table({"text": pa.array(held, pa.string())})
            first, held = row + 1, []
    if held:
        yield first, pa.table({"text": pa.array(held, pa.string())})


@dataclass(frozen=True)
class _Labels:
    """The rows of a label file: by id, or in the order of the posts where `id` is None."""

    file: str
    table: pa.Table
    id: str | None
    keyed: dict[str, int]
    post_id: str | None

    def join(self, texts: Texts, findings: Findings) -> Texts:
        names = [c for c in self.table.column_names if c != self.id]
        called = [c if c not in texts.columns else f"{c} ({self.file})" for c in names]
        return Texts(texts.file, [*texts.columns, *called], self._chunks(texts, names, called, findings))

    def _chunks(
        self, texts: Texts, names: list[str], called: list[str], findings: Findings
    ) -> Iterator[tuple[int, pa.Table]]:
        used, at, matched = 0, 0, set[int]()
        for first, chunk in texts.chunks:
            if self.id is None:
                index: list[int | None] = list(range(at, at + chunk.num_rows))
                index = [i if i is not None and i < self.table.num_rows else None for i in index]
                at += chunk.num_rows
            else:
                key = (
                    self.post_id
                    if self.post_id in chunk.column_names
                    else find_column(str(self.post_id), chunk.column_names)
                )
                if key is None:
                    what = f"no column {self.post_id!r} to join {self.file} by."
                    raise refusal("missing-column", what, "Correct [columns] id.", texts.file, findings)
                index = [self.keyed.get(value or "") for value in chunk.column(key).to_pylist()]
            used += sum(i is not None for i in index)
            matched.update(i for i in index if i is not None)
            unlabelled = [i for i, found in enumerate(index) if found is None]
            if unlabelled:
                findings.warn(
                    "no-label",
                    f"posts that {self.file} does not name have no label.",
                    file=texts.file,
                    row=first + unlabelled[0],
                    count=len(unlabelled),
                )
            take = self.table.select(names).take(pa.array(index, pa.int64())).rename_columns(called)
            for name in called:
                chunk = chunk.append_column(name, take.column(name))  # noqa: PLW2901
            yield first, chunk
        left = (len(self.keyed) if self.id else self.table.num_rows) - len(matched)
        if left > 0:
            findings.warn(
                "label-without-post", "labels name no post of the file.", file=self.file, count=left
            )


def _labels(paths: Sequence[Path], name: str, options: Options, findings: Findings) -> _Labels:
    """The label file that `[join]` names, which must be among the files given."""
    said = section(options, "join")
    path = next((p for p in paths if p.name == name), None)
    if path is None:
        what = f"[join] names {name!r}, which was not given."
        raise refusal("no-label-file", what, "Give that file as well.", name, findings)
    how = said.get("read", {"header_row": 0} if "columns" in said and said.get("by") == "row" else {})
    table = read_text(path, findings, map={"read": how}).read()
    if isinstance(said.get("columns"), list) and how.get("header_row") == 0:
        table = table.rename_columns([str(c) for c in said["columns"]][: table.num_columns])
    if said.get("by") == "row":
        return _Labels(name, table, None, {}, None)
    column = find_column(str(said.get("id", "id")), table.column_names)
    if column is None:
        what = f"no column {said.get('id', 'id')!r}; the file has {', '.join(map(repr, table.column_names))}."
        raise refusal("missing-column", what, "Correct [join] id.", name, findings)
    keyed: dict[str, int] = {}
    for i, value in enumerate(table.column(column).to_pylist()):
        if value in keyed:
            findings.warn("double-label", "an id has several labels; the first counts.", file=name, row=i + 2,
                          column=column)  # fmt: skip
        elif value is not None:
            keyed[value] = i
    return _Labels(name, table, column, keyed, str(section(options, "columns").get("id", "id")))


def as_array(chunk: pa.Table, column: str | None) -> pa.Array:
    """One text column as an array; all empty where `column` is None."""
    if column is None:
        return pa.nulls(chunk.num_rows, pa.string())
    found: Any = chunk.column(column)
    return (
        pc.cast(pa.concat_arrays(found.chunks), pa.string())
        if found.num_chunks
        else pa.array([], pa.string())
    )
