"""What a reviewer sees of an application: where the round is blind, nothing that names the person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nagara.campus.admissions.models import Application

HIDDEN = "[hidden]"
SHORTEST = 3


@dataclass(frozen=True)
class Shown:
    """A question with its answer, as the reviewer reads it."""

    label: str
    answer: str


def hidden_terms(application: Application) -> list[str]:
    """Words that would tell who applies: names and their parts, e-mail, city, department; longest first."""
    user = application.user
    names = [user.passport_name, user.preferred_name, user.native_name, user.certificate_name]
    terms = {*names, user.email, application.department}
    if application.city:
        terms |= {application.city.name}
    terms |= {part for name in names for part in re.split(r"[\s@/]+", name)}
    kept = {t.strip() for t in terms if len(t.strip()) >= SHORTEST or (t.strip() and not t.isascii())}
    return sorted(kept, key=lambda t: (-len(t), t))


def veiled(text: str, terms: Iterable[str]) -> str:
    """The text with the terms, and every e-mail address, hidden. Whole words where a script has them."""
    text = re.sub(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", HIDDEN, text)
    for term in terms:
        found = re.escape(term)
        if term[0].isascii() and term[-1].isascii():
            found = rf"(?<!\w){found}(?!\w)"
        text = re.sub(found, HIDDEN, text, flags=re.IGNORECASE)
    return text


def answers_of(application: Application, *, blind: bool) -> list[tuple[str, list[Shown]]]:
    """The sections of the application form with the answers."""
    terms = hidden_terms(application) if blind else []
    return [
        (
            str(section["title"]),
            [
                Shown(str(q["label"]), veiled(_text(application.answers.get(q["key"], "")), terms))
                for q in section.get("questions", [])
            ],
        )
        for section in application.call.questions
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return "" if value is None else str(value)
