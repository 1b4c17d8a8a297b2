"""Documents: what the call asks, what is here, what the office says of it."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from nagara.campus.admissions.domain.content import KINDS, look
from nagara.campus.admissions.models import Application, Call, Document
from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError

MEGABYTE = 1024 * 1024


def check(documents: Any) -> list[dict[str, Any]]:
    """What a call asks for, in good order: `kind`, `title`, `help`, `required`, `types`, `max_mb`.

    Raises CityLabError where an entry says nothing sensible.
    """
    if not isinstance(documents, list):
        raise CityLabError("Documents are a list.", where="documents")
    checked = [_asked(number, asked) for number, asked in enumerate(documents, start=1)]
    kinds = [asked["kind"] for asked in checked]
    if len(set(kinds)) != len(kinds):
        raise CityLabError("Two documents have the same short name.", where="documents")
    return checked


def _asked(number: int, asked: Any) -> dict[str, Any]:
    where = f"document {number}"
    if not isinstance(asked, dict) or not asked.get("kind") or not asked.get("title"):
        raise CityLabError("A document needs a short name and a title.", where=where)
    kind = str(asked["kind"])
    if not all(c.isascii() and (c.isalnum() or c in "-_") for c in kind) or len(kind) > 40:
        raise CityLabError(
            f"{kind!r} is no short name.", where=where, mend="Use letters a-z, numbers and hyphens."
        )
    types = list(asked.get("types") or ["pdf"])
    unknown = [key for key in types if key not in KINDS]
    if unknown:
        raise CityLabError(f"Unknown types: {unknown}.", where=where, mend=f"Known are {', '.join(KINDS)}.")
    most = asked.get("max_mb", 5)
    if not isinstance(most, int | float) or not 0 < most <= settings.NAGARA_UPLOAD_MB:
        raise CityLabError("The size is a number of megabytes.", where=where)
    return {
        "kind": kind,
        "title": str(asked["title"]),
        "help": str(asked.get("help", "")),
        "required": bool(asked.get("required", True)),
        "types": types,
        "max_mb": most,
    }


def lay_out(application: Application) -> None:
    """A row for every document that the call asks, so that what is missing can be listed and counted."""
    have = {document.kind for document in application.documents.all()}
    Document.objects.bulk_create(
        [
            Document(application=application, kind=asked["kind"], required=asked["required"])
            for asked in application.call.documents
            if asked["kind"] not in have
        ],
        ignore_conflicts=True,
    )


def lay_out_all(call: Call) -> None:
    """After the call's list has changed: rows for what is new; rows without a file of what is gone go."""
    kinds = {asked["kind"]: asked["required"] for asked in call.documents}
    rows = Document.objects.filter(application__call=call)
    rows.exclude(kind__in=kinds).filter(file="").delete()
    for kind, required in kinds.items():
        rows.filter(kind=kind).exclude(required=required).update(required=required)
        have = rows.filter(kind=kind).values("application")
        Document.objects.bulk_create(
            [
                Document(application=application, kind=kind, required=required)
                for application in call.applications.exclude(pk__in=have)
            ],
            ignore_conflicts=True,
        )


def most_bytes(document: Document) -> int:
    """How large the file may be."""
    asked = document.application.call.document(document.kind)
    megabytes = asked["max_mb"] if asked else 5
    return int(min(megabytes, settings.NAGARA_UPLOAD_MB) * MEGABYTE)


def may_hand_in(document: Document, at: datetime | None = None) -> str:
    """ "" where a file may be handed in now, else why not."""
    application = document.application
    if application.call.document(document.kind) is None:
        return "The call does not ask for this document."
    if document.state == Document.State.ACCEPTED:
        return "The document is accepted already."
    if application.state == Application.State.WITHDRAWN:
        return "The application was withdrawn."
    asked_for = document.state in {Document.State.RETURNED, Document.State.MISSING}
    if application.state == Application.State.RETURNED and asked_for:
        return ""
    return "" if application.in_time(at) else "The time for this call is over."


@transaction.atomic
def keep(document: Document, source: Path, *, name: str, by: User) -> Document:
    """Take the file at `source` (it is moved) as the document. Raises CityLabError where it is too large,
    not of an allowed kind, or too late."""
    document = (
        Document.objects.select_for_update(of=("self",))
        .select_related("application__call")
        .get(pk=document.pk)
    )
    refusal = may_hand_in(document)
    if refusal:
        raise CityLabError(refusal, where=name)
    size, most = source.stat().st_size, most_bytes(document)
    if size > most:
        raise CityLabError(
            f"The file has {size / MEGABYTE:.1f} MB; at most {most / MEGABYTE:g} MB are taken.", where=name
        )
    asked = document.application.call.document(document.kind) or {}
    found = look(source, asked.get("types", ["pdf"]), name=name)
    before = document.file
    document.file = (
        f"applications/{document.application_id}/{document.kind}-{secrets.token_hex(8)}{found.ending}"
    )
    document.name, document.type, document.size = name[:200], found.media, size
    with source.open("rb") as file:
        document.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    document.state, document.remark = Document.State.RECEIVED, ""
    document.received_at = datetime.now(UTC)
    document.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, document.path)
    document.path.chmod(0o600)
    document.save()
    record("document received", f"application/{document.application_id}", by=by, kind=document.kind)
    if before:
        transaction.on_commit(lambda: (Path(settings.UPLOADS) / before).unlink(missing_ok=True))
    settle(document.application)
    return document


@transaction.atomic
def judge(documents: Sequence[Document], *, accept: bool, remark: str = "", by: User) -> int:
    """Accept documents that are here, or return them with a remark. Returns how many were changed."""
    if not accept and not remark.strip():
        raise CityLabError("A document is returned with a remark.", mend="Say what is to be mended.")
    state = Document.State.ACCEPTED if accept else Document.State.RETURNED
    here = [Document.State.RECEIVED, Document.State.RETURNED, Document.State.ACCEPTED]
    rows = list(
        Document.objects.select_for_update(of=("self",))
        .filter(pk__in=[document.pk for document in documents], state__in=here)
        .exclude(state=state, remark=remark.strip())
        .select_related("application__call", "application__user")
    )
    for document in rows:
        document.state, document.remark = state, "" if accept else remark.strip()
        document.save(update_fields=["state", "remark"])
        subject = f"application/{document.application_id}"
        verb = "document accepted" if accept else "document returned"
        record(verb, subject, by=by, reason=remark.strip(), kind=document.kind)
    for application in {document.application_id: document.application for document in rows}.values():
        settle(application)
    return len(rows)


def settle(application: Application, *, asked: bool = False) -> None:
    """The state of an application that was handed in follows its documents. `asked`: the office has asked
    for what is missing, so that it may still come."""
    if not application.is_handed_in:
        return
    rows = list(application.documents.values_list("state", "required"))
    states = {state for state, required in rows if required}
    returned = any(state == Document.State.RETURNED for state, _ in rows)
    missing = Document.State.MISSING in states
    if returned or (missing and (asked or application.state == Application.State.RETURNED)):
        new = Application.State.RETURNED
    elif states <= {Document.State.ACCEPTED}:
        new = Application.State.COMPLETE
    else:
        new = Application.State.SUBMITTED
    if new != application.state:
        application.state = new
        application.save(update_fields=["state"])
