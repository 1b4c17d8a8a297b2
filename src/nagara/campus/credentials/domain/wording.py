"""Verbs about the paper: its wording by programme version, who signs in a batch."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.credentials.domain.snapshots import filled, places_of
from nagara.campus.credentials.models import Signatory, SignatureImage, Wording
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch, ProgrammeVersion
from nagara.citylab.errors import CityLabError

FULL = "has successfully completed {programme}, held by {host} from {from} to {to}."
OTHERWISE = "has taken part in {programme}, held by {host} from {from} to {to}."
FOOT = "Anyone can check this certificate: scan the code, or open the address beside."
TEXTS = ("heading", "lead", "full", "otherwise", "foot")
MOST_SIGNATORIES = 3
MOST_BYTES = 200_000
MOST_SIDE = 2_000


def prefix_of(version: ProgrammeVersion) -> str:
    """The first letters of a programme's words: ascn-short-course is ASC."""
    return "".join(word[0] for word in version.programme.slug.split("-") if word).upper()[:12] or "C"


def fresh_wording(version: ProgrammeVersion) -> Wording:
    """What the paper says until somebody changes it; not kept."""
    return Wording(
        version=version,
        prefix=prefix_of(version),
        organisation="The programme office",
        full=FULL,
        otherwise=OTHERWISE,
        foot=FOOT,
    )


def wording_of(version: ProgrammeVersion) -> Wording:
    """The wording of a version: its own, else that of an earlier version, else a first one."""
    own = Wording.objects.filter(version=version).first()
    if own is not None:
        return own
    earlier = (
        Wording.objects.filter(version__programme=version.programme_id, version__number__lt=version.number)
        .order_by("-version__number")
        .first()
    )
    if earlier is not None:
        earlier.pk, earlier.version = None, version
        earlier._state.adding = True
        return earlier
    return fresh_wording(version)


@transaction.atomic
def change_wording(batch: Batch, *, by: User | None, **fields: Any) -> Wording:
    """Change what the paper says; certificates that were issued stay as they are.

    Raises CityLabError for a text with a name in braces that nobody knows.
    """
    ProgrammeVersion.objects.select_for_update(of=("self",)).get(pk=batch.version_id)
    held = wording_of(batch.version)
    changed = sorted(name for name, value in fields.items() if getattr(held, name) != value)
    for name, value in fields.items():
        setattr(held, name, value)
    places = places_of(batch, "Completion", "Jakarta", held.organisation)
    for name in TEXTS:
        filled(getattr(held, name), places)
    held.prefix = held.prefix.strip().upper()
    held.save()
    record(
        "certificate wording changed",
        f"programme/{batch.version.programme.slug}/{batch.version.number}",
        by=by,
        fields=changed,
    )
    return held


@transaction.atomic
def add_signatory(
    batch: Batch, *, name: str, title: str, by: User | None, image: bytes | None = None
) -> Signatory:
    """Somebody who signs the batch's certificates, with a picture of the signature or a line to sign on."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    there = list(Signatory.objects.filter(batch=batch))
    if len(there) >= MOST_SIGNATORIES:
        raise CityLabError(
            f"{MOST_SIGNATORIES} people sign already: more do not fit on the paper.", mend="Remove one first."
        )
    made = Signatory.objects.create(
        batch=batch,
        name=name.strip(),
        title=title.strip(),
        image=keep_image(image) if image else None,
        order=max((s.order for s in there), default=0) + 1,
    )
    record("signatory added", f"batch/{batch.slug}", by=by, signatory=made.pk)
    return made


@transaction.atomic
def remove_signatory(signatory: Signatory, *, by: User | None) -> None:
    """Take somebody off; certificates that were issued keep the signature."""
    record("signatory removed", f"batch/{signatory.batch.slug}", by=by, signatory=signatory.pk)
    signatory.delete()


def keep_image(data: bytes) -> SignatureImage:
    """A checked picture: PNG or JPEG, at most 200 kB and 2,000 pixels a side."""
    media = picture(data)
    digest = hashlib.sha256(data).hexdigest()
    made, _ = SignatureImage.objects.get_or_create(digest=digest, defaults={"media": media, "data": data})
    return made


def picture(data: bytes) -> str:
    """The media type of a picture of a signature. Raises CityLabError for anything else."""
    mend = "Save it as PNG or JPEG, at most 200 kB and 2,000 pixels a side."
    if len(data) > MOST_BYTES:
        raise CityLabError("The picture of the signature is too large.", where="image", mend=mend)
    size = _png(data) or _jpeg(data)
    if size is None:
        raise CityLabError("The signature is no PNG or JPEG picture.", where="image", mend=mend)
    if not all(0 < side <= MOST_SIDE for side in size):
        raise CityLabError("The picture has too many pixels.", where="image", mend=mend)
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"


def _png(data: bytes) -> tuple[int, int] | None:
    if (
        not data.startswith(b"\x89PNG\r\n\x1a\n")
        or data[12:16] != b"IHDR"
        or not data.endswith(b"IEND\xaeB`\x82")
    ):
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header."""
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return None
