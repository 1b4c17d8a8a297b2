"""The instrument as objects: dimensions, questions and rules out of the stored data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SCORES = (0, 1, 2, 3, 4, 5)
RULES = (
    *("answerers", "evidence_from", "without_evidence", "least_answers"),
    *("disagreement", "target_step", "focus_weight"),
)


@dataclass(frozen=True)
class Question:
    """A question with its anchors (score -> words, at 1, 3 and 5) and the names of the computed evidence
    that is shown beside it."""

    id: str
    text: str
    anchors: Mapping[int, str]
    computed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dimension:
    """A dimension: its questions, the modules that train it, where it comes from."""

    id: str
    name: str
    questions: tuple[Question, ...]
    modules: tuple[str, ...]
    traces: tuple[str, ...]


class Questionnaire:
    """`Instrument.data`, read. Raises ValueError with what is missing for data that is no instrument."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        try:
            self.dimensions = tuple(_dimension(row) for row in data["dimensions"])
            self.rules: Mapping[str, float] = data["rules"]
            self.levels = {int(score): str(words) for score, words in data["levels"].items()}
            self.focus: Mapping[str, list[str]] = data.get("focus_area_weights", {})
            for row in data.get("skills", {"items": []})["items"]:
                _ = row["id"], row["title"], row["bridge"], row["hours"], row["before"]
            missing = [name for name in RULES if name not in self.rules]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"This is no instrument: {error} is missing or not of the right kind."
            ) from error
        if missing:
            raise ValueError(f"This is no instrument: rules lack {', '.join(missing)}.")
        ids = [question.id for dimension in self.dimensions for question in dimension.questions]
        if len(ids) != len(set(ids)):
            raise ValueError("This is no instrument: a question's id stands twice.")

    @cached_property
    def dimension(self) -> Mapping[str, Dimension]:
        """By id."""
        return {dimension.id: dimension for dimension in self.dimensions}

    @cached_property
    def home_of(self) -> Mapping[str, Dimension]:
        """Question id -> its dimension."""
        return {question.id: dimension for dimension in self.dimensions for question in dimension.questions}

    def weights(self, focus_areas: set[str]) -> dict[str, float]:
        """Dimension id -> weight: doubled where a focus area of the city needs it."""
        needed = {dimension for area in focus_areas for dimension in self.focus.get(area, ())}
        return {d.id: float(self.rules["focus_weight"]) if d.id in needed else 1.0 for d in self.dimensions}


def _dimension(row: Mapping[str, Any]) -> Dimension:
    questions = tuple(
        Question(q["id"], q["q"], {1: q["l1"], 3: q["l3"], 5: q["l5"]}, tuple(q.get("computed", ())))
        for q in row["questions"]
    )
    return Dimension(
        row["id"],
        row["name"],
        questions,
        tuple(row.get("modules", ())),
        tuple(row.get("traces", ())),
    )
