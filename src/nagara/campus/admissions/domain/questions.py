"""A call's own questions and eligibility rules, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nagara.campus.programmes.rule_schema import problems
from nagara.citylab.errors import CityLabError

KINDS = ("line", "text", "yes-no", "number", "choice")


def check(sections: Any) -> list[dict[str, Any]]:
    """Short pages of questions: [{key, title, questions: [{key, label, help, kind, required, most,
    choices}]}]. Raises CityLabError."""
    if not isinstance(sections, list):
        raise CityLabError("Questions are a list of pages.", where="questions")
    checked = []
    seen: set[str] = set()
    for number, page in enumerate(sections, start=1):
        where = f"page {number} of questions"
        if not isinstance(page, Mapping) or not page.get("key") or not page.get("title"):
            raise CityLabError("A page needs a short name and a title.", where=where)
        if str(page["key"]) in TAKEN:
            raise CityLabError(f"{page['key']!r} is a page of its own already.", where=where)
        asked = [_question(where, question) for question in page.get("questions", [])]
        keys = [question["key"] for question in asked]
        if seen & set(keys) or len(set(keys)) != len(keys):
            raise CityLabError("Two questions have the same short name.", where=where)
        seen |= set(keys)
        checked.append({"key": str(page["key"]), "title": str(page["title"]), "questions": asked})
    return checked


TAKEN = {"you", "work", "citizenship", "documents", "submit", "withdraw", "judge", "grace"}


def _question(where: str, question: Any) -> dict[str, Any]:
    if not isinstance(question, Mapping) or not question.get("key") or not question.get("label"):
        raise CityLabError("A question needs a short name and words.", where=where)
    kind = question.get("kind", "text")
    if kind not in KINDS:
        raise CityLabError(
            f"{kind!r} is no kind of question.", where=where, mend=f"One of {', '.join(KINDS)}."
        )
    choices = [str(choice) for choice in question.get("choices", [])]
    if kind == "choice" and len(choices) < 2:
        raise CityLabError("A choice needs two answers or more.", where=where)
    most = question.get("most", 2000 if kind == "text" else 200)
    if not isinstance(most, int) or not 0 < most <= 20_000:
        raise CityLabError("The length is a number of characters up to 20,000.", where=where)
    return {
        "key": str(question["key"]),
        "label": str(question["label"]),
        "help": str(question.get("help", "")),
        "kind": kind,
        "required": bool(question.get("required", True)),
        "most": most,
        "choices": choices,
    }


def check_rules(rules: Any) -> list[dict[str, Any]]:
    """Eligibility rules for programmes.rules_engine. Raises CityLabError where one cannot be checked."""
    wrong = problems({"eligibility": rules})
    if wrong:
        raise CityLabError(" ".join(wrong[:3]))
    return [dict(rule) for rule in rules]
