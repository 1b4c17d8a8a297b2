"""Shapefiles: .shp with its siblings .dbf, .shx, .prj, .cpg (or .qpj), by pyshp.

Source: ESRI Shapefile Technical Description, 1998. A file that is cut off gives the records that are whole.
"""

from __future__ import annotations

import codecs
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapefile
import shapely

from nagara.citylab.findings import Findings
from nagara.citylab.sources.geometry.layers import CHUNK, RawLayer, Reading, as_shapes, text_table
from nagara.citylab.sources.geometry.rings import Unusable, from_parts, positions
from nagara.citylab.sources.text.encoding import guess

_DAMAGE = (
    struct.error, shapefile.ShapefileException, EOFError, IndexError, ValueError, OverflowError,
    MemoryError, OSError, TypeError, KeyError, AttributeError,
)  # fmt: skip
_AGAIN = "Copy all files of the shapefile again (.shp, .dbf, .shx, .prj), best as one zip."
SIDECARS = frozenset((".dbf", ".shx", ".prj", ".cpg", ".qpj", ".qml", ".sbn", ".sbx", ".qix", ".cst", ".atx"))


def sibling(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another ending, whatever its letter case."""
    stem = path.stem.casefold()
    for near in sorted(path.parent.glob("*")):
        if near.suffix.casefold() == suffix and near.stem.casefold() == stem:
            return near
    return None


def read_shapefile(path: Path, on: Reading) -> Iterator[RawLayer]:
    """Layers of at most 5,000 records. Raises Refusal where the .shp cannot be read at all."""
    file, findings, crs = on.file, on.findings, _projection(path)
    dbf = sibling(path, ".dbf")
    if dbf is None:
        what = "the .dbf file with the names and codes is missing: shapes have no attributes."
        findings.refuse("no-dbf", what, file=file, mend=_AGAIN)
    shx = sibling(path, ".shx")
    if shx is None:
        findings.note("no-shx", "the .shx index is missing: read from front to back.", file=file, mend=_AGAIN)
    with path.open("rb") as shp:
        reader = _open(shp, shx, on)
        shapes = _shapes(reader, path.stat().st_size, on)
        attributes = _attributes(dbf, on) if dbf is not None else None
        rows: list[int] = []
        held: list[Any] = []
        records: list[dict[str, Any]] = []
        row = 1
        for row, shape in enumerate(shapes, 2):
            record = next(attributes, None) if attributes is not None else {}
            if record is None:
                what = "shapes without a record in the .dbf: kept without attributes."
                findings.refuse("dbf-too-short", what, file=file, row=row, mend=_AGAIN)
            rows.append(row)
            held.append(shape)
            records.append(record or {})
            if len(held) == CHUNK:
                yield RawLayer(
                    file, np.array(rows, dtype=np.int64), text_table(records, on.na), as_shapes(held), crs
                )
                rows, held, records = [], [], []
        for more, record in enumerate(attributes or (), row + 1):
            what = "records in the .dbf without a shape: kept without geometry."
            findings.refuse("shp-too-short", what, file=file, row=more, mend=_AGAIN)
            rows.append(more)
            held.append(None)
            records.append(record)
        yield RawLayer(file, np.array(rows, dtype=np.int64), text_table(records, on.na), as_shapes(held), crs)


def _projection(path: Path) -> str:
    for suffix in (".prj", ".qpj"):
        near = sibling(path, suffix)
        if near is not None:
            text = near.read_bytes()[:20_000].decode("utf-8-sig", "replace").strip("\0 \r\n\t")
            if text:
                return text
    return ""


def _open(shp: Any, shx: Path | None, on: Reading) -> shapefile.Reader:
    index = shx.open("rb") if shx is not None else None
    try:
        with warnings.catch_warnings():  # what pyshp warns of is told as findings
            warnings.simplefilter("ignore")
            return shapefile.Reader(shp=shp, shx=index)
    except _DAMAGE as error:
        what = f"the .shp file cannot be read ({error or type(error).__name__})."
        raise on.refusal("shapefile-damaged", what, _AGAIN) from error


def _shapes(reader: shapefile.Reader, size: int, on: Reading) -> Iterator[Any]:
    """Shapes in order, until the file ends or breaks."""
    # The header gives the length in 16-bit words: a file that is shorter was cut off.
    try:
        declared = struct.unpack(">i", _head(reader)[24:28])[0] * 2
    except _DAMAGE:
        declared = size
    if declared > size:
        what = f"the .shp file is cut off: {size:,} of {declared:,} bytes. What is whole was read."
        on.findings.refuse("truncated", what, file=on.file, mend=_AGAIN)
    row = 2
    found = reader.iterShapes()
    while True:
        try:
            raw = next(found)
        except StopIteration:
            return
        except _DAMAGE as error:
            what = f"the .shp file breaks off ({error or type(error).__name__}): what came before was read."
            on.findings.refuse("shapefile-damaged", what, file=on.file, row=row, mend=_AGAIN)
            return
        yield _shape(raw, row, on)
        row += 1


def _head(reader: shapefile.Reader) -> bytes:
    stream: Any = reader.shp
    at = stream.tell()
    stream.seek(0)
    head: bytes = stream.read(100)
    stream.seek(at)
    return head


def _shape(raw: Any, row: int, on: Reading) -> Any:
    try:
        return _made(raw)
    except (Unusable, shapely.errors.GEOSException, *_DAMAGE) as error:
        on.findings.warn(
            "geometry-unusable",
            f"geometry that cannot be used: {error}. The row is kept without it.",
            file=on.file,
            row=row,
            mend="Mend the shape in the program that drew it and export again.",
        )
        return None


def _made(raw: Any) -> Any:
    kind = raw.shapeType % 10
    if kind == 0:
        return None
    at = positions(raw.points)
    starts = list(getattr(raw, "parts", [0])) or [0]
    parts = [at[a:b] for a, b in zip(starts, [*starts[1:], len(at)], strict=True)]
    if kind == 1:
        return shapely.Point(at[0])
    if kind == 3:
        return shapely.MultiLineString([part for part in parts if len(part) > 1])
    if kind == 5:
        return from_parts(parts)
    if kind == 8:
        return shapely.MultiPoint(at)
    raise Unusable(f"shape type {raw.shapeType} is not read")


def _attributes(dbf: Path, on: Reading) -> Iterator[dict[str, Any]]:
    name = f"{on.file.removesuffix(on.file.split('/')[-1])}{dbf.name}"
    encoding = _encoding(dbf, name, on.findings)
    with dbf.open("rb") as stream:
        try:
            reader = shapefile.Reader(dbf=stream, encoding=encoding, encodingErrors="replace")
            found = reader.iterRecords()
        except _DAMAGE as error:
            what = (
                f"the .dbf file cannot be read ({error or type(error).__name__}): shapes have no attributes."
            )
            on.findings.refuse("dbf-damaged", what, file=name, mend=_AGAIN)
            return
        row = 2
        while True:
            try:
                yield next(found).as_dict()
            except StopIteration:
                return
            except _DAMAGE as error:
                what = (
                    f"the .dbf file breaks off ({error or type(error).__name__}): what came before was read."
                )
                on.findings.refuse("dbf-damaged", what, file=name, row=row, mend=_AGAIN)
                return
            row += 1


def _encoding(dbf: Path, name: str, findings: Findings) -> str:
    """The .cpg file says it; else UTF-8 where all bytes are; else the likeliest, with a finding."""
    cpg = sibling(dbf, ".cpg")
    if cpg is not None:
        said = cpg.read_bytes()[:100].decode("ascii", "ignore").strip().strip("\0")
        for candidate in (said, f"cp{said}", said.replace("ISO", "iso-").replace("88591", "8859-1")):
            try:
                return codecs.lookup(candidate).name
            except LookupError:
                continue
        findings.warn("unknown-encoding", f"the .cpg file names no known encoding: {said!r}.", file=name)
    data = dbf.read_bytes()
    body = data[int.from_bytes(data[8:10], "little") :]
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        likely = guess(body)
        findings.repair(
            "encoding",
            f"not UTF-8 and no .cpg file says what; read as {likely}, the most likely encoding.",
            file=name,
            mend="Put the name of the encoding into a .cpg file beside it.",
        )
        return likely
    return "utf-8"
