"""The short pages of an application: which there are, which are done, what stands on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from nagara.campus.admissions.domain.applying import Missing
from nagara.campus.admissions.domain.content import KINDS
from nagara.campus.admissions.domain.documents import may_hand_in
from nagara.campus.admissions.models import Application, Call, Document
from nagara.campus.programmes.rules_engine import show


def pages(call: Call) -> list[tuple[str, str]]:
    """Short names and titles, in order; documents and handing in follow on pages of their own."""
    asked = [(page["key"], page["title"]) for page in call.questions]
    scholarship = [("citizenship", "Scholarship")] if call.asks_citizenship else []
    return [("you", "About you"), ("work", "Your work"), *asked, *scholarship]


def after(call: Call, section: str) -> str:
    """The page after this one: "documents", or "submit" where the call asks for none."""
    keys = [key for key, _ in pages(call)]
    at = keys.index(section) + 1 if section in keys else len(keys)
    return keys[at] if at < len(keys) else "documents" if call.documents else "submit"


def address(application: Application, page: str) -> str:
    if page == "documents":
        return f"{application.get_absolute_url()}#documents"
    if page == "submit":
        return reverse("application-submit", args=[application.pk])
    return reverse("application-section", args=[application.pk, page])


def place(call: Call, section: str) -> tuple[int, int]:
    """Which page it is, of how many."""
    keys = [key for key, _ in pages(call)]
    return (keys.index(section) + 1 if section in keys else len(keys)), len(keys)


@dataclass(frozen=True)
class Step:
    """One line of the checklist."""

    title: str
    url: str
    missing: list[str]


def checklist(application: Application, missing: Sequence[Missing]) -> list[Step]:
    """The short pages, each with what is still missing there."""
    return [
        Step(title, address(application, key), [one.what for one in missing if one.page == key])
        for key, title in pages(application.call)
    ]


@dataclass(frozen=True)
class Paper:
    """One document of the checklist, with what the call says of it."""

    document: Document
    title: str
    help: str
    required: bool
    kinds: str
    endings: str
    max_mb: float
    open: bool

    @property
    def tag(self) -> str:
        return {"missing": "warn", "received": "examined", "returned": "refused", "accepted": "done"}[
            self.document.state
        ]


def paper(document: Document, asked: dict[str, Any]) -> Paper:
    kinds = [KINDS[key] for key in asked["types"]]
    endings = [ending for kind in kinds for ending in (kind.ending, ".jpeg" if kind.key == "jpeg" else "")]
    return Paper(
        document,
        asked["title"],
        asked["help"],
        asked["required"],
        ", ".join(kind.title for kind in kinds),
        ",".join(ending for ending in endings if ending),
        asked["max_mb"],
        not may_hand_in(document),
    )


def documents(application: Application) -> list[Paper]:
    """The documents that the call asks, in its order."""
    rows = {document.kind: document for document in application.documents.all()}
    for document in rows.values():
        document.application = application  # known: no question to the database for each
    return [
        paper(rows[asked["kind"]], asked) for asked in application.call.documents if asked["kind"] in rows
    ]


def summary(application: Application) -> list[tuple[str, str, str]]:
    """Every answer once more: words, answer, address of its page."""
    user = application.user
    you, work = address(application, "you"), address(application, "work")
    years = application.years_in_field
    rows = [
        ("Name as in passport", user.passport_name, you),
        ("Name in own script", user.native_name, you),
        ("Sex", application.get_sex_display(), you),
        ("Phone", user.phone, you),
        ("State", application.home_state.name if application.home_state else "", work),
        ("City", application.city.name if application.city else "", work),
        ("Position", application.position, work),
        ("Department or office", application.department, work),
        ("Years in the field", "" if years is None else str(years), work),
    ]
    for page in application.call.questions:
        for question in page["questions"]:
            value = application.answers.get(question["key"])
            said = "" if value is None else show(value)
            rows.append((question["label"], said, address(application, page["key"])))
    return rows
