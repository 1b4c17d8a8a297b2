"""Archives: a zip or a folder, read with bounds and without trust.

`open_archive(path, findings)` gives an `Archive`: names of its members and a bounded stream of each. A
member that could reach outside (`../`, absolute names, links), that is encrypted or packed by a method we
do not read is left out with a finding; the rest is kept. What could exhaust the machine (too many members,
too large, packed too tightly, members that overlap) refuses the whole archive.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import TracebackType
from typing import IO, Any

from nagara.citylab.findings import Findings, Refusal

MIB = 1024 * 1024
READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
DEBRIS = ("__MACOSX/",)
DEBRIS_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Limits:
    """Bounds of one archive. `ratio` (inflated : packed) is judged beyond `ratio_from` inflated bytes."""

    members: int = 10_000
    total: int = 2048 * MIB
    ratio: int = 200
    ratio_from: int = 64 * MIB


DEFAULT = Limits()


class BeyondBounds(Refusal):
    """An archive that could exhaust the machine: refused whole, also where single members may be skipped."""


class Archive:
    """Members of a zip or a folder. Use as a context manager, or call `close`."""

    def __init__(self, path: Path, findings: Findings, limits: Limits) -> None:
        self.path, self.name, self.limits = path, path.name, limits
        self._findings = findings
        self._zip: zipfile.ZipFile | None = None
        self._members: dict[str, zipfile.ZipInfo | Path] = {}
        self._read = 0

    def names(self) -> list[str]:
        """Names of the members that may be read, '/' between folders, in the archive's own order."""
        return list(self._members)

    def size(self, name: str) -> int:
        """Inflated size of a member in bytes, as the archive declares it. KeyError where there is none."""
        member = self._members[name]
        return member.stat().st_size if isinstance(member, Path) else member.file_size

    def label(self, name: str) -> str:
        """How findings call a member: `gtfs.zip/stops.txt`, or `stops.txt` within a folder."""
        return name if self._zip is None else f"{self.name}/{name}"

    def open(self, name: str) -> IO[bytes]:
        """A binary stream of one member that stops the reader beyond the archive's bounds.

        KeyError where there is no such member. Reading raises Refusal on a damaged member or a bomb.
        """
        member = self._members[name]
        if isinstance(member, Path):
            return io.BufferedReader(_Bounded(self, name, member.open("rb"), packed=None))
        if self._zip is None:
            raise ValueError("the archive is closed")
        with self._told(name):
            stream = self._zip.open(member)
        return io.BufferedReader(_Bounded(self, name, stream, packed=member.compress_size))

    def read(self, name: str) -> bytes:
        """All bytes of one member, within the archive's bounds. Errors as `open`."""
        with self.open(name) as stream:
            return stream.read()

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self.close()

    def _count(self, name: str, got: int, *, inflated: int, packed: int | None) -> None:
        """Judge what was really read, whatever the archive declares."""
        self._read += got
        if self._read > self.limits.total:
            self._refuse("archive-too-large", f"inflates to more than {self.limits.total // MIB} MiB", name)
        tight = packed is not None and inflated > self.limits.ratio * max(packed, 1)
        if tight and inflated > self.limits.ratio_from:
            self._refuse("archive-bomb", f"inflates to more than {self.limits.ratio} times its size", name)

    def _refuse(self, rule: str, what: str, name: str = "") -> None:
        where = self.label(name) if name else self.name
        mend = "Unpack it by hand, look at what it holds, and import the files that you need."
        self._findings.refuse(rule, what, file=where, mend=mend)
        raise BeyondBounds(what, self._findings, where=where, mend=mend)

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Turn what zipfile raises on damaged members into a Refusal that names the member."""
        damage = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
        try:
            yield
        except damage as error:
            mend = "Download or pack the file again: it was cut short or changed on its way."
            what = f"is damaged and cannot be read ({error})"
            where = self.label(name)
            self._findings.refuse("archive-damaged", what, file=where, mend=mend)
            raise Refusal(what, self._findings, where=where, mend=mend) from error


class _Bounded(io.RawIOBase):
    """A stream that counts what it gives, so that no member outgrows the archive's bounds."""

    def __init__(self, archive: Archive, name: str, stream: IO[bytes], *, packed: int | None) -> None:
        self._archive, self._name, self._stream = archive, name, stream
        self._packed, self._inflated = packed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._archive._told(self._name):
            chunk = self._stream.read(len(buffer))
        self._inflated += len(chunk)
        self._archive._count(self._name, len(chunk), inflated=self._inflated, packed=self._packed)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._stream.close()
        super().close()


def is_zip(path: Path) -> bool:
    """Whether a file begins as a zip does, whatever its name."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def open_archive(path: str | Path, findings: Findings, limits: Limits = DEFAULT) -> Archive:
    """Open a zip or a folder for reading.

    Adds a finding for each member that is left out. Raises Refusal where `path` is neither a folder nor a
    zip, is damaged, or is beyond `limits` (members, declared total, declared ratio, overlapping members).
    """
    path = Path(path)
    archive = Archive(path, findings, limits)
    if path.is_dir():
        _list_folder(archive)
        return archive
    try:
        archive._zip = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        archive._refuse("archive-damaged", f"is not a zip file that can be read ({error})")
    try:
        _list_zip(archive)
    except Refusal:
        archive.close()
        raise
    return archive


def _list_folder(archive: Archive) -> None:
    total = 0
    for path in sorted(archive.path.rglob("*")):
        name = path.relative_to(archive.path).as_posix()
        if path.is_symlink():
            _leave_out(archive, "archive-link", name, "is a link")
        elif path.is_dir() or _is_debris(name):
            continue
        elif not path.is_file():
            _leave_out(archive, "archive-special-file", name, "is no ordinary file")
        else:
            archive._members[name] = path
            total += path.stat().st_size
        if len(archive._members) > archive.limits.members:
            archive._refuse("archive-too-many-members", f"holds more than {archive.limits.members} files")
    if total > archive.limits.total:
        archive._refuse("archive-too-large", f"holds more than {archive.limits.total // MIB} MiB")


def _list_zip(archive: Archive) -> None:
    assert archive._zip is not None
    infos = [info for info in archive._zip.infolist() if not info.filename.endswith("/")]
    if len(infos) > archive.limits.members:
        archive._refuse("archive-too-many-members", f"holds more than {archive.limits.members} files")
    _judge_sizes(archive, infos)
    for info in infos:
        if _is_debris(info.filename):
            continue
        wrong = _wrong(info)
        if wrong:
            _leave_out(archive, wrong[0], info.filename, wrong[1])
            continue
        name = PurePosixPath(info.filename).as_posix()
        if name in archive._members:
            what = "stands in the archive twice: the last one is read"
            archive._findings.warn("archive-duplicate-member", what, file=archive.label(name))
        archive._members[name] = info


def _judge_sizes(archive: Archive, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse by what the directory of the zip declares, before anything is inflated."""
    total, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if total > archive.limits.total:
        archive._refuse("archive-too-large", f"declares more than {archive.limits.total // MIB} MiB")
    if total > archive.limits.ratio_from and total > archive.limits.ratio * max(packed, 1):
        archive._refuse("archive-bomb", f"declares more than {archive.limits.ratio} times its own size")
    end = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            archive._refuse("archive-bomb", "has members that share the same bytes", info.filename)
        end = info.header_offset + info.compress_size


def _wrong(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    """Rule and words for a member that must not be read."""
    # zipfile cuts names at NUL and turns os.sep into '/': judge what the archive really said.
    name = getattr(info, "orig_filename", info.filename)
    windows = PureWindowsPath(name)
    judged = (
        (bool(windows.drive or windows.root), "archive-absolute-name", "has an absolute name"),
        (".." in windows.parts, "archive-path-traversal", "has a name that leaves the archive"),
        ("\0" in name or not name.strip(), "archive-bad-name", "has a name with NUL or none"),
        (stat.S_ISLNK(info.external_attr >> 16), "archive-link", "is a link"),
        (bool(info.flag_bits & 0x1), "archive-encrypted", "is encrypted"),
        (info.compress_type not in READABLE, "archive-method", "is packed by a method that is not read"),
    )
    return next(((rule, what) for bad, rule, what in judged if bad), None)


def _leave_out(archive: Archive, rule: str, name: str, what: str) -> None:
    archive._findings.refuse(
        rule,
        f"{what}: it was left out",
        file=archive.name,
        example=name,
        mend="Put the plain file itself into the archive, under a plain relative name, without a password.",
    )


def _is_debris(name: str) -> bool:
    """What desktop systems leave in archives: never data."""
    last = PurePosixPath(name).name
    return name.startswith(DEBRIS) or last in DEBRIS_FILES or last.startswith("._")
