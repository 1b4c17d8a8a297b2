"""Uploads that survive a bad line: pieces with checked offsets (tus 1.0: core, creation, termination).

A piece first goes into a file of its own, without any lock: a slow line holds up nobody. Only then, under
the row's lock, its offset is checked and its bytes are appended.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from nagara.campus.admissions.domain import documents
from nagara.campus.admissions.models import Document, Upload
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError

BLOCK = 64 * 1024
ABANDONED = timedelta(days=2)
MOST_UNDER_WAY = 8


class WrongOffset(CityLabError):
    """The piece does not begin where the upload stands."""


class TooLarge(CityLabError):
    """More bytes than allowed, or than said."""


@transaction.atomic
def begin(document: Document, *, name: str, length: int, by: User) -> Upload:
    """A new upload of `length` bytes. Raises CityLabError where it may not be, TooLarge for too many."""
    sweep()
    refusal = documents.may_hand_in(document)
    if refusal:
        raise CityLabError(refusal, where=name)
    most = documents.most_bytes(document)
    if length > most:
        raise TooLarge(
            f"The file has {length / documents.MEGABYTE:.1f} MB; at most {most / documents.MEGABYTE:g} MB "
            "are taken.",
            where=name,
        )
    if length < 1:
        raise CityLabError("The file is empty.", where=name, mend="Choose it once more.")
    under_way = Upload.objects.filter(document=document, by=by, done=False).order_by("-touched_at")
    for old in under_way[MOST_UNDER_WAY - 1 :]:
        discard(old)
    upload = Upload.objects.create(document=document, by=by, name=name[:200] or "file", length=length)
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    upload.path.touch(mode=0o600)
    return upload


def take_piece(upload: Upload, *, offset: int, read: Callable[[int], bytes]) -> Upload:
    """Append what `read(n)` gives until it is empty or breaks off; what came before a break is kept.

    Raises WrongOffset where `offset` is not where the upload stands, TooLarge where more comes than was
    said at the beginning. The last piece makes the file the document (CityLabError: why it is refused).
    """
    if offset != upload.offset or upload.done:
        raise WrongOffset(f"The upload stands at {upload.offset}, not at {offset}.")
    piece = upload.path.with_name(f"{upload.pk}.{secrets.token_hex(6)}")
    try:
        size = _receive(piece, read, most=upload.length - offset)
        return _append(upload, piece, offset=offset, size=size)
    finally:
        piece.unlink(missing_ok=True)


def _receive(piece: Path, read: Callable[[int], bytes], *, most: int) -> int:
    size = 0
    with piece.open("wb") as file:
        while True:
            try:
                block = read(BLOCK)
            except OSError:  # the line broke: UnreadablePostError
                return size
            if not block:
                return size
            size += len(block)
            if size > most:
                raise TooLarge("More bytes came than were said.")
            file.write(block)


@transaction.atomic
def _append(upload: Upload, piece: Path, *, offset: int, size: int) -> Upload:
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if locked.offset != offset or locked.done:
        raise WrongOffset(f"The upload stands at {locked.offset}, not at {offset}.")
    with locked.path.open("r+b") as file, piece.open("rb") as source:
        file.truncate(offset)
        file.seek(offset)
        while block := source.read(BLOCK):
            file.write(block)
    locked.offset = offset + size
    locked.save(update_fields=["offset", "touched_at"])
    return locked


@transaction.atomic
def finish(upload: Upload, *, by: User) -> Upload:
    """Make a whole upload the document. A file that is refused goes, and the upload says why."""
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.done or upload.offset < upload.length:
        return upload
    upload.done = True
    try:
        with transaction.atomic():
            documents.keep(upload.document, upload.path, name=upload.name, by=by)
    except CityLabError as error:
        upload.refused = str(error)[:300]
        upload.path.unlink(missing_ok=True)
    upload.save(update_fields=["done", "refused", "touched_at"])
    return upload


def discard(upload: Upload) -> None:
    """Forget an upload and its bytes."""
    path = upload.path
    upload.delete()
    path.unlink(missing_ok=True)


def sweep(*, older_than: timedelta = ABANDONED, at: datetime | None = None) -> int:
    """Forget uploads that nobody has touched for `older_than`, and pieces without an upload. Returns how
    many uploads went."""
    last = (at or datetime.now(UTC)) - older_than
    old = list(Upload.objects.filter(touched_at__lt=last))
    for upload in old:
        discard(upload)
    folder = Path(settings.UPLOADS) / "under-way"
    for path in folder.iterdir() if folder.is_dir() else ():
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < last:
            path.unlink(missing_ok=True)
    return len(old)
