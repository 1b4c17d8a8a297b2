"""The office's desk: judge documents of many applications, remind of what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse

from nagara.campus.admissions.domain import documents
from nagara.campus.admissions.domain.applying import lock, missing
from nagara.campus.admissions.models import Application, Document
from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import letter, queue
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError

ACTIONS = {
    "accept": "Accept documents that are here",
    "return": "Return documents with a remark",
    "remind": "Remind of what is missing",
}


@dataclass(frozen=True)
class Planned:
    """What an action would do to one application: the documents it touches, and the letter that goes out."""

    application: Application
    documents: list[Document]
    subject: str = ""
    body: str = ""

    @property
    def titles(self) -> list[str]:
        return [title_of(self.application, document.kind) for document in self.documents]


def title_of(application: Application, kind: str) -> str:
    asked = application.call.document(kind)
    return str(asked["title"]) if asked else kind


def plan(
    applications: Sequence[Application], action: str, *, kind: str = "", remark: str = ""
) -> list[Planned]:
    """What `action` would do, for those to whom it does something. `kind` narrows to one document."""
    if action not in ACTIONS:
        raise CityLabError(f"{action!r} is no action.")
    if action == "return" and not remark.strip():
        raise CityLabError("A document is returned with a remark.", mend="Say what is to be mended.")
    wanted = {
        "accept": {Document.State.RECEIVED, Document.State.RETURNED},
        "return": {Document.State.RECEIVED, Document.State.ACCEPTED},
        "remind": {Document.State.MISSING},
    }[action]
    planned = []
    for application in applications:
        if application.state == Application.State.WITHDRAWN:
            continue
        rows = [
            document
            for document in application.documents.all()
            if document.state in wanted
            and (not kind or document.kind == kind)
            and (action != "remind" or document.required)
        ]
        if not rows and not (action == "remind" and application.state == Application.State.DRAFT):
            continue
        said = letter(*_letter(application, action, rows, remark)) if action != "accept" else ("", "")
        planned.append(Planned(application, rows, *said))
    return planned


def _letter(
    application: Application, action: str, rows: Sequence[Document], remark: str
) -> tuple[str, dict[str, Any]]:
    template = {"return": "admissions/returned", "remind": "admissions/missing"}[action]
    titles = [title_of(application, document.kind) for document in rows]
    draft = application.state == Application.State.DRAFT
    return template, {
        "to": application.user,
        "application": application,
        "call": application.call,
        "titles": titles,
        "others": [one.what for one in missing(application) if not one.later] if draft else [],
        "remark": remark.strip(),
        "link": reverse("application", args=[application.pk]),
    }


@transaction.atomic
def carry_out(
    applications: Sequence[Application], action: str, *, kind: str = "", remark: str = "", by: User
) -> int:
    """Do what `plan` says, with letters queued. Returns how many applications it touched."""
    planned = plan(applications, action, kind=kind, remark=remark)
    for one in planned:
        if action == "remind":
            _remind(one, by=by)
            continue
        changed = documents.judge(one.documents, accept=action == "accept", remark=remark, by=by)
        if action == "return" and changed:
            _send(one, action, remark, by=by)
    return len(planned)


def _remind(one: Planned, *, by: User) -> None:
    application = lock(one.application)
    documents.settle(application, asked=True)
    _send(one, "remind", "", by=by)
    record("reminded", f"application/{application.pk}", by=by, documents=[d.kind for d in one.documents])


def _send(one: Planned, action: str, remark: str, *, by: User) -> None:
    template, context = _letter(one.application, action, one.documents, remark)
    about = f"application/{one.application.pk}"
    queue(to=one.application.user, template=template, context=context, about=about, by=by)
