"""The questions of a form, as its data say, and the check of an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nagara.campus.programmes.models import EvaluationForm
from nagara.citylab.errors import CityLabError

SCALE, TEXT = "scale", "text"
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?:\+|\b)\d[\d ()/-]{7,}\d")


@dataclass(frozen=True)
class Question:
    """One question: a scale from 1 to `most`, or a text of at most `most` characters."""

    key: str
    asks: str
    kind: str
    most: int

    @property
    def marks(self) -> range:
        return range(1, self.most + 1)


def questions_of(form: EvaluationForm) -> list[Question]:
    """The questions in order. One of an unknown kind is left out: nobody could answer it."""
    return [
        Question(
            str(q["id"]),
            str(q["asks"]),
            str(q["kind"]),
            int(q.get("most") or (5 if q["kind"] == SCALE else 400)),
        )
        for q in form.questions
        if q.get("kind") in (SCALE, TEXT)
    ]


def checked(questions: list[Question], given: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, str]]:
    """Marks and texts of an answer. A question may be passed over, not all of them. Raises CityLabError."""
    marks: dict[str, int] = {}
    texts: dict[str, str] = {}
    for question in questions:
        value = str(given.get(question.key) or "").strip()
        if not value:
            continue
        if question.kind == SCALE:
            if not value.isdecimal() or int(value) not in question.marks:
                raise CityLabError(f"{value} is no mark from 1 to {question.most}.", where=question.key)
            marks[question.key] = int(value)
            continue
        if len(value) > question.most:
            raise CityLabError(
                f"The text has {len(value)} characters.", where=question.key, mend=f"At most {question.most}."
            )
        if _CONTACT.search(value):
            raise CityLabError(
                "The text seems to hold an e-mail address or a telephone number.",
                where=question.key,
                mend="Take it out: nobody shall know who wrote this.",
            )
        texts[question.key] = value
    if not marks and not texts:
        raise CityLabError("Nothing is answered.", mend="Answer at least one question.")
    return marks, texts
