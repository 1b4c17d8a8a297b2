"""What a file is, by its bytes: PDF, JPEG, PNG or Word document. Names and declared types prove nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nagara.citylab.errors import CityLabError


@dataclass(frozen=True)
class Kind:
    """A kind of file that may be handed in."""

    key: str
    title: str
    media: str
    ending: str


KINDS = {
    kind.key: kind
    for kind in (
        Kind("pdf", "PDF", "application/pdf", ".pdf"),
        Kind("jpeg", "JPEG picture", "image/jpeg", ".jpg"),
        Kind("png", "PNG picture", "image/png", ".png"),
        Kind(
            "docx",
            "Word document (.docx)",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".docx",
        ),
    )
}
REFUSED = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an XZ archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.doc, .xls)"),
    (b"GIF8", "a GIF picture"),
)
HOW = "Save it as PDF, or take a picture of the page, and send that."
TAIL = 2048


def look(path: Path, allowed: Sequence[str], *, name: str = "") -> Kind:
    """The kind of the file at `path`, one of `allowed` (keys of KINDS).

    Raises CityLabError for everything else: what the file is, and what to do.
    """
    found = _kind(path, where=name)
    if found.key not in allowed:
        titles = ", ".join(KINDS[key].title for key in allowed)
        raise CityLabError(f"This is a {found.title}; asked for is {titles}.", where=name, mend=HOW)
    return found


def _kind(path: Path, *, where: str) -> Kind:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, size - TAIL))
        tail = file.read()
    if not head:
        raise CityLabError("The file is empty.", where=where, mend="Choose it once more.")
    if head.startswith(b"%PDF-"):
        if b"%%EOF" not in tail:
            raise CityLabError(
                "The PDF has no end: it was cut off.", where=where, mend="Save it once more and send that."
            )
        return KINDS["pdf"]
    if head.startswith(b"\xff\xd8\xff"):
        return KINDS["jpeg"]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        if b"IEND" not in tail:
            raise CityLabError("The picture has no end: it was cut off.", where=where, mend=HOW)
        return KINDS["png"]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _word(path, where)
    raise CityLabError(f"This is {_said(head)}, which is not taken.", where=where, mend=HOW)


def _said(head: bytes) -> str:
    for magic, words in REFUSED:
        if head.startswith(magic):
            return words
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<") or b"<html" in start or b"<script" in start or b"<svg" in start:
        return "a web page"
    return "a file of another kind"


def _word(path: Path, where: str) -> Kind:
    """A Word document is a zip with one known part inside; every other zip is an archive."""
    try:
        with zipfile.ZipFile(path) as parcel:
            names = set(parcel.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise CityLabError("The file is damaged or cut off.", where=where, mend=HOW) from error
    if not {"[Content_Types].xml", "word/document.xml"} <= names:
        raise CityLabError("This is a ZIP archive, which is not taken.", where=where, mend=HOW)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise CityLabError("This Word document holds macros, which are not taken.", where=where, mend=HOW)
    return KINDS["docx"]
