"""Where a lake's bytes are: a folder on a disk.

Keys are paths relative to the lake's root, with `/`. Everything that a lake writes is written once and
never changed, so the only promise asked of a storage is **put if absent**: of two writers of the same key
one succeeds and the other is told.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from nagara.citylab.errors import CityLabError
from nagara.citylab.lake import locks
from nagara.citylab.lake.locks import Hold


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: its key, size in bytes, and when it was written (seconds since 1970, UTC)."""

    key: str
    size: int
    modified: float


class Storage(Protocol):
    """What a lake needs from the place where its bytes are."""

    locks: bool
    """Whether writers can lock and readers can lease here."""
    options: dict[str, str]
    """Options handed to deltalake."""

    def uri(self, key: str) -> str:
        """Address of a folder, as deltalake wants it."""

    def put_new(self, key: str, content: bytes, *, mode: int = 0o644) -> bool:
        """Write durably if the key is free; False where it is taken."""

    def get(self, key: str) -> bytes:
        """Content of one object; FileNotFoundError where there is none."""

    def entries(self, prefix: str) -> list[Entry]:
        """Objects right under the folder `prefix` (not deeper)."""

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders right under the folder `prefix`."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those already gone are no error."""

    def local(self, key: str) -> str:
        """Path of a local copy of an object that never changes."""

    def copies(self, keys: Iterable[str]) -> list[str]:
        """Paths of local copies of several objects, fetched together."""

    def forget(self, folder: str, *, marks: Iterable[str], keep: Callable[[], Iterable[str]]) -> None:
        """Remove local copies under `folder`, except of `keep`, when its marks of erasure have changed."""

    def writing(self, key: str) -> AbstractContextManager[Path]:
        """A local path to write an object to; it is in its place when the block ends well."""

    def sync(self, keys: Iterable[str]) -> None:
        """Make objects survive a power cut (a no-op where the storage does so by itself)."""

    def lock(self, key: str, *, wait: float) -> Hold | None:
        """The writer's lock, see locks.py; None where it was not to be had."""

    def lease(self, key: str) -> Hold | None:
        """Keep an object in place while it is read; None where the storage has no leases.

        Raises FileNotFoundError where the object is gone or being removed.
        """

    def seize(self, key: str, *, wait: float) -> Hold | None:
        """The right to remove an object; None where it is still leased after `wait` seconds."""


class Folder:
    """A lake on a local disk."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root).expanduser().absolute()
        if unquote(str(self.root)) != str(self.root):
            raise CityLabError(
                "a lake's folder cannot have a name with a percent escape such as %20 in it",
                where=str(self.root),
                mend="Rename the folder; blanks and letters of any script are fine.",
            )
        self.locks = locks.AVAILABLE
        self.options: dict[str, str] = {}

    def __repr__(self) -> str:
        return str(self.root)

    def path(self, key: str) -> Path:
        return self.root / key

    def uri(self, key: str) -> str:
        return str(self.path(key))

    def put_new(self, key: str, content: bytes, *, mode: int = 0o644) -> bool:
        path = self.path(key)
        self._make(path.parent)
        draft = path.parent / f".{path.name}.{uuid.uuid4().hex}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            except FileExistsError:
                return False
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)
        return True

    def get(self, key: str) -> bytes:
        return self.path(key).read_bytes()

    def entries(self, prefix: str) -> list[Entry]:
        try:
            with os.scandir(self.path(prefix)) as found:
                return sorted(_entries(prefix, found), key=lambda entry: entry.key)
        except FileNotFoundError:
            return []

    def folders(self, prefix: str) -> list[str]:
        try:
            with os.scandir(self.path(prefix)) as found:
                return sorted(entry.name for entry in found if entry.is_dir())
        except FileNotFoundError:
            return []

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.path(key).unlink(missing_ok=True)

    def local(self, key: str) -> str:
        return str(self.path(key))

    def copies(self, keys: Iterable[str]) -> list[str]:
        return [self.local(key) for key in keys]

    def forget(self, folder: str, *, marks: Iterable[str], keep: Callable[[], Iterable[str]]) -> None:
        """Nothing to do: there are no copies."""

    @contextmanager
    def writing(self, key: str) -> Iterator[Path]:
        path = self.path(key)
        self._make(path.parent)
        yield path

    def sync(self, keys: Iterable[str]) -> None:
        folders: set[Path] = set()
        for key in keys:
            path = self.path(key)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            folders.update(folder for folder in path.parents if folder.is_relative_to(self.root))
        for folder in folders:
            _sync_folder(folder)

    def lock(self, key: str, *, wait: float) -> Hold | None:
        path = self.path(key)
        self._make(path.parent)
        return locks.lock(path, wait=wait)

    def lease(self, key: str) -> Hold:
        return locks.lease(self.path(key))

    def seize(self, key: str, *, wait: float) -> Hold | None:
        return locks.seize(self.path(key), wait=wait)

    def _make(self, folder: Path) -> None:
        """Make a folder, and make the entries that lead to it survive a power cut."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _entries(prefix: str, found: Iterator[os.DirEntry[str]]) -> Iterator[Entry]:
    for entry in found:
        try:
            if entry.is_file():
                status = entry.stat()
                yield Entry(f"{prefix}/{entry.name}", status.st_size, status.st_mtime)
        except FileNotFoundError:  # removed while we looked
            continue


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def storage_at(root: str, options: Mapping[str, str] | None = None, cache: Path | None = None) -> Storage:
    """The storage of a folder, or of an address such as `s3://bucket/folder`."""
    if "://" not in root:
        return Folder(root)
    from nagara.citylab.lake.objects import Bucket

    return Bucket(root, options=options, cache=cache)


def snapshot_entries(storage: Storage, city_id: str) -> list[tuple[int, Entry]]:
    """Number and object of the snapshots that are there, oldest first."""
    found = [(entry.key.rpartition("/")[2], entry) for entry in storage.entries(f"{city_id}/snapshots")]
    numbered = [(int(n[:-5]), e) for n, e in found if n.endswith(".json") and n[:-5].isdigit()]
    return sorted(numbered, key=lambda pair: pair[0])


@dataclass(frozen=True, slots=True)
class Newest:
    """A city's newest snapshot as the listing shows it: number, and when it was written (seconds)."""

    city_id: str
    number: int
    written: float


def newest_snapshots(root: str) -> list[Newest]:
    """The newest snapshot of every city of a lake, by listing alone: no table is opened."""
    storage = storage_at(root)
    held = [(city_id, snapshot_entries(storage, city_id)) for city_id in storage.folders("")]
    return [Newest(city_id, rows[-1][0], rows[-1][1].modified) for city_id, rows in held if rows]
