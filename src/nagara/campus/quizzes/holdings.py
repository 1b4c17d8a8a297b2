"""What the room tells the others: doors of a batch, personal data, what a copied batch takes along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse

from nagara.campus.people.models import User
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.taking import posed
from nagara.campus.quizzes.models import Answer, Attempt, Extension, Quiz, QuizPart

COPIED = (
    *("title", "intro", "purpose_id", "module_id", "tz", "minutes", "grace", "attempts", "counts", "shuffle"),
    *("layout", "feedback", "pass_percent", "weight"),
)


def doors(batch: Batch, user: Any) -> Iterable[Tab]:
    """The page of quizzes, where there is something for this person."""
    count = Quiz.objects.visible_to(user).filter(batch=batch).count()
    if count or may(user, "quizzes.edit", batch):
        yield Tab("Quizzes", reverse("batch-quizzes", args=[batch.slug]), str(count) if count else "")


def copy(source: Batch, new: Batch, *, days: int, by: object) -> Iterable[str]:
    """Quizzes as drafts with their questions; times moved. Attempts and extensions stay behind."""
    count = 0
    for quiz in Quiz.objects.filter(batch=source).prefetch_related("parts"):
        made = Quiz.objects.create(
            batch=new,
            opens=quiz.opens + timedelta(days=days),
            closes=quiz.closes + timedelta(days=days),
            made_by=by if isinstance(by, User) else None,
            **{name: getattr(quiz, name) for name in COPIED},
        )
        QuizPart.objects.bulk_create(
            QuizPart(
                quiz=made,
                bank_id=p.bank_id,
                item_id=p.item_id,
                draw=p.draw,
                tag=p.tag,
                level=p.level,
                order=p.order,
            )
            for p in quiz.parts.all()
        )
        count += 1
    return [f"{count} quiz{'' if count == 1 else 'zes'} as drafts"] if count else []


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Attempts, answers and extensions of a person. Answers of an open attempt come without marks."""
    attempts = Attempt.objects.filter(user=user).select_related("quiz__batch")
    answers = Answer.objects.filter(attempt__user=user).select_related("version", "attempt__quiz")
    extensions = Extension.objects.filter(user=user).select_related("quiz")
    return {
        "quiz_attempts": [
            {
                "quiz": a.quiz.title,
                "batch": a.quiz.batch.name,
                "attempt": a.number,
                "started": a.started_at.isoformat(),
                "handed_in": a.submitted_at.isoformat() if a.submitted_at else "",
                "percent": str(a.percent) if a.percent is not None else "",
            }
            for a in attempts
        ],
        "quiz_answers": [
            {
                "quiz": a.attempt.quiz.title,
                "attempt": a.attempt.number,
                "question": a.place,
                "answer": _words(a),
                "saved": a.saved_at.isoformat() if a.saved_at else "",
            }
            for a in answers
        ],
        "quiz_extensions": [
            {
                "quiz": e.quiz.title,
                "minutes": e.minutes,
                "days": e.days,
                "attempts": e.attempts,
                "reason": e.reason,
            }
            for e in extensions
        ],
    }


def _words(answer: Answer) -> str:
    one = posed(answer)
    return KINDS[str(one.body["kind"])].words(one, answer.given) if answer.given else ""


def erase(user: User) -> None:
    """Marks and which choice was taken stay as results; free text and reasons go."""
    for answer in Answer.objects.filter(attempt__user=user, item__kind="text").exclude(given={}):
        answer.given = {"text": "erased"}
        answer.save(update_fields=["given"])
    Extension.objects.filter(user=user).update(reason="erased")
