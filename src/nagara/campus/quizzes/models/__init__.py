"""What is kept: question banks with variants, quizzes, attempts, pre- and post-test."""

from __future__ import annotations

from nagara.campus.quizzes.models.attempts import Answer, Attempt, Regrade
from nagara.campus.quizzes.models.banks import Bank, Item, ItemVersion
from nagara.campus.quizzes.models.quizzes import Extension, Purpose, Quiz, QuizPart

__all__ = [
    "Answer",
    "Attempt",
    "Bank",
    "Extension",
    "Item",
    "ItemVersion",
    "Purpose",
    "Quiz",
    "QuizPart",
    "Regrade",
]
