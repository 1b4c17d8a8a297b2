"""Text of a file as clean UTF-8: its encoding found out, its bad bytes mended, with findings."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources.text.inflate import BLOCK, LIMITS, Limits, blocks, magic

_MARKUP = re.compile(rb"\s*(<!doctype html|<html|<\?xml|<svg|<kml|<osm)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def utf8(
    path: Path, findings: Findings, *, encoding: str | None = None, limits: Limits = LIMITS
) -> Iterator[bytes]:
    """Blocks of clean UTF-8 text of `path`: no byte order mark, no NUL, no invalid sequence.

    `encoding` names the encoding; without it it is found out, with a finding unless it is UTF-8. Raises
    Refusal where the file is empty or not text.
    """
    yield from clean(blocks(path, findings, limits), path.name, findings, encoding=encoding)


def clean(
    source: Iterator[bytes], file: str, findings: Findings, *, encoding: str | None = None
) -> Iterator[bytes]:
    """The same for blocks of bytes from anywhere, such as a member of an archive. See `utf8`."""
    head = next(source, b"")
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        findings.refuse("empty-file", "the file is empty.", file=file)
        raise Refusal("the file is empty.", findings, where=file, mend="Export it again.")
    _must_be_text(head, file, findings)
    name = _encoding_of(head, encoding, file, findings)
    joined = _chain(head, source)
    if name == "utf-8":
        yield from _valid_utf8(joined, file, findings)
    else:
        yield from _transcoded(joined, name, file, findings)


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _must_be_text(head: bytes, file: str, findings: Findings) -> None:
    what = magic(head)
    if not what and _MARKUP.match(head.lstrip(b"\xef\xbb\xbf")):
        what = "a web page or XML document"
    if not what and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        sample = head[:65_536]
        strange = len(re.findall(rb"[\x01-\x08\x0e-\x1f\x7f]", sample))
        if strange > max(8, len(sample) // 50):
            what = "not text (binary data)"
    if what:
        findings.refuse("not-a-table", f"the file is {what}.", file=file)
        raise Refusal(
            f"the file is {what}, not a table of text.",
            findings,
            where=file,
            mend="Give CSV, Excel, JSON or JSON lines.",
        )


def _encoding_of(head: bytes, declared: str | None, file: str, findings: Findings) -> str:
    if declared:
        try:
            name = codecs.lookup(declared).name
        except LookupError as error:
            raise Refusal(
                f"unknown encoding {declared!r}.",
                findings,
                where=file,
                mend="Name another in [read] encoding.",
            ) from error
        return "utf-8" if name in ("utf-8", "utf-8-sig", "ascii") else name
    for bom, name in _BOMS:
        if head.startswith(bom):
            if name != "utf-8":
                findings.repair("encoding", f"read as {name}.", file=file, mend="Save the file as UTF-8.")
            return name
    sample = head[:4096]
    evens, odds = sample[::2].count(0), sample[1::2].count(0)
    if max(evens, odds) > len(sample) // 5 and min(evens, odds) <= len(sample) // 50:
        name = "utf-16-be" if evens > odds else "utf-16-le"
        findings.repair("encoding", f"read as {name}.", file=file, mend="Save the file as UTF-8.")
        return name
    try:
        head[: whole(head)].decode()
    except UnicodeDecodeError:
        if _mostly_utf8(head):
            return "utf-8"
        name = guess(head)
        findings.repair(
            "encoding",
            f"not UTF-8; read as {name}, the most likely encoding.",
            file=file,
            example=_example(head, name),
            mend="Save the file as UTF-8, or name its encoding in [read] encoding.",
        )
        return name
    return "utf-8"


def _mostly_utf8(data: bytes) -> bool:
    """Whether most letters beyond ASCII are right UTF-8: then a few bytes are bad, not the encoding."""
    text = data.decode("utf-8", "surrogateescape")
    bad = len(re.findall("[\udc80-\udcff]", text))
    good = len(re.findall("[\u0080-\ud7ff\ue000-\U0010ffff]", text))
    return good > bad


def whole(block: bytes) -> int:
    """Length of `block` without a UTF-8 sequence cut off at its end."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte < 0x80:
            return len(block)
        if byte >= 0xC0:
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(block) - back if need > back else len(block)
    return len(block)


_WESTERN = frozenset("°µ²³±·×éèêëàâäáãåçíîïìñóôöõòúûüùøæßÉÈÀÁÂÄÇÍÑÓÔÖÚÜ…–—‘’“”•€£½¼ºª§©®\xa0")
_CANDIDATES = [
    *("cp1252", "cp874", "cp1258", "gb18030", "big5", "cp949", "cp932", "euc_jp"),
    *("cp1251", "cp1256", "cp1253", "cp1254", "cp1250", "latin_1"),
]


def guess(data: bytes) -> str:
    """The most likely encoding of bytes that are not UTF-8.

    A few lone signs such as a degree sign are Windows-1252; long runs are left to charset-normalizer.
    """
    lines = [line for line in data[: 4 * BLOCK].splitlines() if not line.isascii()][:2000]
    sample = b"\n".join(lines)
    runs = re.findall(rb"[\x80-\xff]+", sample)
    signs = b"".join(runs).decode("cp1252", "replace")
    if all(sign in _WESTERN for sign in signs) and sum(map(len, runs)) <= 1.5 * len(runs):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:200_000], cp_isolation=_CANDIDATES).best()
    return codecs.lookup(best.encoding).name if best else "cp1252"


def _example(data: bytes, encoding: str) -> str:
    line = next((line for line in data.splitlines() if not line.isascii()), b"")
    return line.decode(encoding, "replace")[:80]


def _valid_utf8(source: Iterator[bytes], file: str, findings: Findings) -> Iterator[bytes]:
    rest, first, fallback = b"", True, ""
    for block in source:
        data = rest + block
        if first:
            data, first = data.removeprefix(codecs.BOM_UTF8), False
        cut = len(data) if data.isascii() else whole(data)
        data, rest = data[:cut], data[cut:]
        try:
            if not data.isascii():
                data.decode()
        except UnicodeDecodeError:
            fallback = fallback or guess(data)
            data = _mended(data, fallback, file, findings)
        yield _without_nul(data, file, findings)
    if rest:
        yield _mended(rest, fallback or "cp1252", file, findings)


def _mended(data: bytes, fallback: str, file: str, findings: Findings) -> bytes:
    """Lines that are not UTF-8, decoded with `fallback`."""
    lines = data.split(b"\n")
    bad = 0
    example = ""
    for i, line in enumerate(lines):
        try:
            line.decode()
        except UnicodeDecodeError:
            text = line.decode("utf-8", "surrogateescape")
            if re.search("[\u0080-\ud7ff\ue000-\U0010ffff]", text):  # right and wrong ones in one line
                text = re.sub("[\udc80-\udcff]+", lambda m: _bytes_of(m[0]).decode(fallback, "replace"), text)
            else:
                text = line.decode(fallback, "replace")
            bad, example = bad + 1, example or text
            lines[i] = text.encode()
    findings.repair(
        "bad-bytes",
        f"lines that are not UTF-8, within a UTF-8 file; read as {fallback}.",
        file=file,
        count=bad,
        example=example[:80],
        mend="Save the whole file as UTF-8.",
    )
    return b"\n".join(lines)


def _bytes_of(escaped: str) -> bytes:
    return escaped.encode("utf-8", "surrogateescape")


def _transcoded(source: Iterator[bytes], name: str, file: str, findings: Findings) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)("replace")
    first = True
    for block in source:
        text = decoder.decode(block)
        if first:
            text, first = text.lstrip("\ufeff"), False
        _note_unreadable(text, name, file, findings)
        yield _without_nul(text.encode("utf-8", "replace"), file, findings)
    tail = decoder.decode(b"", True)
    _note_unreadable(tail, name, file, findings)
    yield tail.encode("utf-8", "replace")


def _note_unreadable(text: str, name: str, file: str, findings: Findings) -> None:
    if lost := text.count("\ufffd"):
        findings.warn(
            "unreadable-letters",
            f"letters that {name} does not have; shown as \ufffd.",
            file=file,
            count=lost,
            mend="Name the right encoding in [read] encoding.",
        )


def _without_nul(data: bytes, file: str, findings: Findings) -> bytes:
    if nuls := data.count(0):
        if nuls > max(64, len(data) // 10):
            findings.refuse("not-a-table", "the file holds binary data.", file=file)
            raise Refusal("the file holds binary data, not a table of text.", findings, where=file)
        findings.repair(
            "nul-bytes", "NUL bytes were taken out.", file=file, count=nuls, mend="Export the file again."
        )
        return data.replace(b"\0", b"")
    return data
