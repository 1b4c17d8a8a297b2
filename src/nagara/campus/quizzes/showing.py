"""What pages show of questions and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nagara.campus.quizzes.domain import items
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.kinds.shape import Posed, Question
from nagara.campus.quizzes.domain.taking import posed, seen_mark
from nagara.campus.quizzes.models import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the page of who takes the quiz: nothing of the key."""

    place: int
    question: Question
    answered: bool
    asks_back: str
    seen: str

    @property
    def template(self) -> str:
        return f"quizzes/kinds/{self.question.kind}.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with what was answered; `key`, `explains`, `because` only where they may be shown."""

    place: int
    asks: str
    given: str
    marks: Any
    most: Any
    key: str = ""
    explains: str = ""
    because: str = ""
    remark: str = ""
    drawing: Any = None
    answer: Answer | None = None

    @property
    def full(self) -> bool:
        return self.marks is not None and self.marks == self.most


def asked(answer: Answer) -> Asked:
    """An answer as its form. Needs answer.version."""
    question = items.question(posed(answer), answer.given)
    back = str(question.parts.get("problem") or "")
    if question.parts.get("either") and not question.parts.get("read"):
        back = "This number can be read in two ways: choose one."
    if question.parts.get("twice"):
        back = "Two have the same place."
    return Asked(
        answer.place, question, bool(answer.given), back if answer.given else "", seen_mark(answer.given)
    )


def shown(answer: Answer, *, key: bool) -> Shown:
    """An answer as a result; with the key and the explanations where they are due."""
    one = posed(answer)
    kind = KINDS[str(one.body["kind"])]
    words = kind.words(one, answer.given) if answer.given else ""
    if not key:
        return Shown(answer.place, str(one.body["asks"]), words, None, answer.most, answer=answer)
    right = one
    if answer.marked_by_id and answer.marked_by_id != answer.version_id and answer.marked_by:
        right = items.pose(answer.marked_by.body, answer.drawn)
    return Shown(
        answer.place,
        str(one.body["asks"]),
        words,
        answer.marks,
        answer.most,
        key=kind.words(right, kind.key(right)),
        explains=str(right.body.get("explains", "")),
        because=items.because(right, answer.mistake) if answer.mistake else "",
        remark=answer.remark,
        answer=answer,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """An item as one seed gives it: the form, the key, and what named mistakes would say."""

    seed: str
    question: Question
    key: str
    explains: str
    mistakes: list[tuple[str, str]]

    @property
    def placed(self) -> dict[str, Any]:
        """As the templates of kinds take a question; its fields are named by the seed."""
        return {"place": f"-preview-{self.seed}", "question": self.question}

    @property
    def template(self) -> str:
        return f"quizzes/kinds/{self.question.kind}.html"


def previews(body: dict[str, Any], seeds: Sequence[str]) -> list[Preview]:
    """An item as several seeds give it. The item must be a good one."""
    found = []
    for seed in seeds:
        one = items.pose(body, items.draw(body, seed))
        kind = KINDS[str(one.body["kind"])]
        found.append(
            Preview(
                seed,
                items.question(one, {}),
                kind.words(one, kind.key(one)),
                str(one.body.get("explains", "")),
                _mistakes(one),
            )
        )
    return found


def _mistakes(one: Posed) -> list[tuple[str, str]]:
    named = [(_plain(m.get("answer")), str(m.get("because", ""))) for m in one.body.get("mistakes") or []]
    options = [(str(o["text"]), str(o["because"])) for o in one.body.get("options") or [] if o.get("because")]
    return named + options


def _plain(value: Any) -> str:
    from decimal import Decimal

    from nagara.campus.quizzes.domain.expressions import plain

    return plain(value) if isinstance(value, Decimal) else str(value)


def varies(body: dict[str, Any]) -> bool:
    """True where neighbours get different texts or numbers."""
    return bool(body.get("parameters") or body.get("variants"))
