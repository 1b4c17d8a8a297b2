"""Files that are kept: what they are by their bytes, how large they may be, where they lie."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from nagara.campus.admissions.domain.content import KINDS as PAPERS
from nagara.campus.admissions.domain.content import Kind, look
from nagara.citylab.errors import CityLabError

MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
PARCELS = {
    "xl/workbook.xml": Kind("xlsx", "Workbook (.xlsx)", f"{OFFICE}.spreadsheetml.sheet", ".xlsx"),
    "ppt/presentation.xml": Kind("pptx", "Slides (.pptx)", f"{OFFICE}.presentationml.presentation", ".pptx"),
}
TEXTS = {
    kind.ending: kind
    for kind in (
        Kind("csv", "Table (.csv)", "text/csv; charset=utf-8", ".csv"),
        Kind("txt", "Text (.txt)", "text/plain; charset=utf-8", ".txt"),
        Kind("md", "Markdown (.md)", "text/markdown; charset=utf-8", ".md"),
        Kind("sql", "Query (.sql)", "application/sql; charset=utf-8", ".sql"),
        Kind("geojson", "GeoJSON (.geojson)", "application/geo+json", ".geojson"),
    )
}
KINDS = {**PAPERS, **{k.key: k for k in PARCELS.values()}, **{k.key: k for k in TEXTS.values()}}
MATERIAL_MB = 100


@dataclass(frozen=True)
class Kept:
    """A file that was taken: `file` is its place under the uploads."""

    file: str
    name: str
    media: str
    size: int
    sha256: str


@contextmanager
def received(given: Any, *, max_mb: float) -> Iterator[Path]:
    """The bytes of an uploaded file on disk, for as long as the block lasts. Raises CityLabError when it is
    larger than allowed."""
    folder = Path(settings.UPLOADS) / "under-way"
    folder.mkdir(parents=True, exist_ok=True)
    most = int(min(max_mb, settings.NAGARA_UPLOAD_MB) * MEGABYTE)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
        here, size = Path(kept.name), 0
        for block in given.chunks():
            size += len(block)
            if size > most:
                break
            kept.write(block)
    try:
        if size > most:
            raise CityLabError(
                f"The file is too large: at most {most / MEGABYTE:g} MB are taken.",
                where=given.name or "file",
            )
        yield here
    finally:
        here.unlink(missing_ok=True)


def store(source: Path, folder: str, *, name: str, types: Sequence[str]) -> Kept:
    """Take the file at `source` (it is moved) into `folder` under the uploads, after a look at its bytes.
    Raises CityLabError where it is none of `types` (keys of KINDS)."""
    kind = kind_of(source, name=name, types=types)
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = source.stat().st_size
    place = f"{folder}/{secrets.token_hex(12)}{kind.ending}"
    target = Path(settings.UPLOADS) / place
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)
    target.chmod(0o600)
    return Kept(place, clean_name(name), kind.media, size, digest)


def clean_name(name: str) -> str:
    """A file's name without folders and without what cannot be printed."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-200:] or "file"


def kind_of(path: Path, *, name: str, types: Sequence[str]) -> Kind:
    """What the file is, one of `types`; else CityLabError."""
    found = _parcel(path) or _text(path, name)
    if found is None:
        return look(path, [key for key in types if key in PAPERS] or ["pdf"], name=name)
    if found.key not in types:
        titles = ", ".join(KINDS[key].title for key in types)
        raise CityLabError(f"This is a {found.title}; asked for is {titles}.", where=name)
    return found


def _parcel(path: Path) -> Kind | None:
    """A workbook or slides: a zip with one known part inside, without macros."""
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as parcel:
            names = set(parcel.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for part, kind in PARCELS.items() if part in names), None)


def _text(path: Path, name: str) -> Kind | None:
    """A plain text with one of the known endings: whole, UTF-8, no web page."""
    kind = TEXTS.get(Path(name).suffix.lower())
    if kind is None or path.stat().st_size > 20 * MEGABYTE:
        return None
    data = path.read_bytes()
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"\0" in data or start.startswith((b"<", b"%pdf", b"mz")):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise CityLabError(
            "The text is not in UTF-8.", where=name, mend="Save it once more with the encoding UTF-8."
        ) from None
    return kind if data.strip() else None
