"""Verbs of materials: write, change, order, take away; note who has opened what."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.learning.domain import files
from nagara.campus.learning.models import Material, MaterialOpened, MaterialVersion, Visit
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

FIELDS = ("kind", "title", "body", "address", "activity", "session", "module", "shown_from", "tz")
CONTENT = ("title", "body", "address", "file")
FILE_TYPES = tuple(files.KINDS)
SAME_VISIT = timedelta(minutes=30)


def subject(material: Material) -> str:
    return f"material/{material.pk}"


@transaction.atomic
def save_material(
    batch: Batch,
    *,
    material: Material | None = None,
    upload: Any = None,
    note: str = "",
    by: User | None,
    now: datetime | None = None,
    **fields: Any,
) -> Material:
    """Write a material, or change one: its content before is kept as a version. `upload` is an uploaded
    file. Raises CityLabError where something is missing or does not fit together."""
    now = now or timezone.now()
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"no field of a material: {unknown}")
    if material is None:
        made = Material(batch=batch, changed_at=now, tz=batch.tz)
        made.order = (Material.objects.filter(batch=batch).aggregate(most=Max("order"))["most"] or 0) + 1
    else:
        made = Material.objects.select_for_update().get(pk=material.pk)
    before = {name: getattr(made, name) for name in (*CONTENT, "name", "media", "size")}
    for name, value in fields.items():
        setattr(made, name, value)
    if upload is not None:
        with files.received(upload, max_mb=files.MATERIAL_MB) as here:
            kept = files.store(here, f"materials/{batch.pk}", name=upload.name or "file", types=FILE_TYPES)
        made.file, made.name, made.media = kept.file, kept.name, kept.media
        made.size, made.sha256 = kept.size, kept.sha256
    _check(made)
    made.set_instant()
    changed = material is not None and any(before[name] != getattr(made, name) for name in CONTENT)
    if changed:
        MaterialVersion.objects.create(
            material=made, number=made.version, at=made.changed_at, by=by, note=note.strip()[:300], **before
        )
        made.version += 1
        made.changed_at = now
    made.save()
    verb = "material written" if material is None else "material changed"
    record(verb, subject(made), by=by, reason=note.strip(), batch=batch.slug, version=made.version)
    return made


def _check(made: Material) -> None:
    if not made.title.strip():
        raise CityLabError("The material needs a title.", where="title")
    if made.kind == Material.Kind.PAGE and not made.body.strip():
        raise CityLabError("The page has no text.", where="body", mend="Write what there is to read.")
    if made.kind == Material.Kind.FILE and not made.file:
        raise CityLabError("No file was chosen.", where="upload", mend="Choose the file once more.")
    if made.kind in (Material.Kind.LINK, Material.Kind.RECORDING) and not (made.address or made.file):
        raise CityLabError("The address is missing.", where="address", mend="Paste the link.")
    if made.kind == Material.Kind.RECORDING and not made.body.strip():
        raise CityLabError(
            "A recording needs its transcript.",
            where="body",
            mend="Paste what is said: it is what people on a bad line read.",
        )
    if made.address and not made.address.startswith(("https://", "http://")):
        raise CityLabError("The address is none of the web.", where="address", mend="Begin with https://")
    for name in ("activity", "session"):
        tied = getattr(made, name)
        if tied is None:
            continue
        theirs = tied.batch_id if name == "activity" else tied.activity.batch_id
        if theirs != made.batch_id:
            raise CityLabError("This belongs to another batch.", where=name)


@transaction.atomic
def move(material: Material, *, up: bool, by: User | None) -> None:
    """One place up or down in the list of its batch."""
    rows = list(Material.objects.select_for_update().filter(batch=material.batch_id).order_by("order", "id"))
    at = next(i for i, row in enumerate(rows) if row.pk == material.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for number, row in enumerate(rows, 1):
        row.order = number
    Material.objects.bulk_update(rows, ["order"])
    record("material moved", subject(material), by=by, place=to + 1)


@transaction.atomic
def remove_material(material: Material, *, reason: str, by: User | None) -> None:
    """Take a material away, with a reason. Its files go too."""
    if not reason.strip():
        raise CityLabError("A reason is missing.", where="reason", mend="Say why it goes.")
    kept = {material.file, *material.versions.values_list("file", flat=True)} - {""}
    paths = [Path(settings.UPLOADS) / file for file in kept]
    record("material removed", subject(material), by=by, reason=reason.strip(), title=material.title)
    material.delete()
    transaction.on_commit(lambda: _unlink(paths))


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


@transaction.atomic
def note_opened(material: Material, *, user: User, now: datetime) -> None:
    """A person opens a material: when first, when last, which version."""
    made, new = MaterialOpened.objects.get_or_create(
        material=material,
        user=user,
        defaults={"version": material.version, "first_at": now, "last_at": now},
    )
    if not new and (made.version != material.version or now - made.last_at > SAME_VISIT):
        made.version, made.last_at = material.version, now
        made.save(update_fields=["version", "last_at"])


@transaction.atomic
def note_visit(batch: Batch, *, user: User, now: datetime) -> datetime | None:
    """A person looks at the list of materials. Returns when the visit before this one was; looks within half
    an hour are one visit."""
    made, new = Visit.objects.get_or_create(batch=batch, user=user, defaults={"at": now})
    if not new and now - made.at > SAME_VISIT:
        made.before, made.at = made.at, now
        made.save(update_fields=["at", "before"])
    return made.before
