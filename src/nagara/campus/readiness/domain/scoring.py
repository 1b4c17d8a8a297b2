"""Scores of an assessment: pure, from answers to profile.

A question's self score is the middle (median) of what the people of the city answered. Its verified score is
the expert's; a score that needs evidence and has none counts less (rules of the instrument). A dimension's
score is the mean of its answered questions where enough are answered; the city's the plain mean of all
dimensions. Nothing here compares cities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, median

from nagara.campus.readiness.instruments import Dimension, Questionnaire


@dataclass(frozen=True)
class Given:
    """One answer as plain data; `side` is self or verified."""

    question: str
    side: str
    score: int | None
    by: str = ""
    note: str = ""
    person: int | None = None


@dataclass(frozen=True)
class QuestionScore:
    """A question: the city's score, the same as far as evidence carries it, the expert's, and how far
    apart people are. All None where nobody answered."""

    id: str
    own: float | None
    evidenced: float | None
    verified: float | None
    capped: bool
    spread: int
    given: tuple[Given, ...]
    verdict: Given | None

    @property
    def difference(self) -> float:
        """Between the city and the expert, 0 where one is missing."""
        return 0.0 if self.own is None or self.verified is None else abs(self.own - self.verified)


@dataclass(frozen=True)
class DimensionScore:
    """A dimension: scores 0-5 or None where too few questions are answered; `gap` to the target."""

    id: str
    name: str
    own: float | None
    evidenced: float | None
    verified: float | None
    target: float | None
    target_is_default: bool
    answered: int
    verdicts: int
    asked: int
    questions: tuple[QuestionScore, ...]

    @property
    def current(self) -> float | None:
        """The verified score; before there is one, the city's own as far as evidence carries it."""
        return self.verified if self.verified is not None else self.evidenced

    @property
    def gap(self) -> float | None:
        """target - current, never below 0."""
        if self.target is None or self.current is None:
            return None
        return max(0.0, round(self.target - self.current, 4))


@dataclass(frozen=True)
class Profile:
    """All dimensions of one assessment."""

    dimensions: tuple[DimensionScore, ...]

    @property
    def own(self) -> float | None:
        return _all([d.own for d in self.dimensions])

    @property
    def verified(self) -> float | None:
        return _all([d.verified for d in self.dimensions])

    @property
    def missing(self) -> tuple[DimensionScore, ...]:
        """Dimensions in which the city has answered too few questions."""
        return tuple(d for d in self.dimensions if d.own is None)

    @property
    def unverified(self) -> tuple[DimensionScore, ...]:
        """Dimensions in which the expert has answered too few questions."""
        return tuple(d for d in self.dimensions if d.verified is None)

    def dimension(self, key: str) -> DimensionScore:
        return next(d for d in self.dimensions if d.id == key)


def profile_of(
    form: Questionnaire,
    answers: Iterable[Given],
    evidence: Iterable[str],
    targets: Mapping[str, float],
) -> Profile:
    """Scores of all dimensions. `evidence`: ids of questions with at least one item; `targets`: dimension id
    -> value where one was set."""
    of_question: dict[str, list[Given]] = {}
    for given in answers:
        if given.score is not None:
            of_question.setdefault(given.question, []).append(given)
    shown = set(evidence)
    return Profile(
        tuple(_dimension(form, dimension, of_question, shown, targets) for dimension in form.dimensions)
    )


def _dimension(
    form: Questionnaire,
    dimension: Dimension,
    answers: Mapping[str, list[Given]],
    shown: set[str],
    targets: Mapping[str, float],
) -> DimensionScore:
    scored = tuple(_question(form, q.id, answers.get(q.id, []), q.id in shown) for q in dimension.questions)
    least = int(form.rules["least_answers"])
    verified = _mean([q.verified for q in scored], least)
    evidenced = _mean([q.evidenced for q in scored], least)
    current = verified if verified is not None else evidenced
    target = targets.get(dimension.id)
    if target is None and current is not None:
        target = min(5.0, current + form.rules["target_step"])
        is_default = True
    else:
        is_default = False
    return DimensionScore(
        id=dimension.id,
        name=dimension.name,
        own=_mean([q.own for q in scored], least),
        evidenced=evidenced,
        verified=verified,
        target=target,
        target_is_default=is_default,
        answered=sum(q.own is not None for q in scored),
        verdicts=sum(q.verified is not None for q in scored),
        asked=len(scored),
        questions=scored,
    )


def _question(form: Questionnaire, key: str, answers: list[Given], shown: bool) -> QuestionScore:
    own = tuple(a for a in answers if a.side == "self")
    verdict = next((a for a in answers if a.side == "verified"), None)
    scores = [a.score for a in own if a.score is not None]
    middle = float(median(scores)) if scores else None
    said = None if verdict is None or verdict.score is None else float(verdict.score)
    evidenced, verified = _carried(form, middle, shown), _carried(form, said, shown)
    return QuestionScore(
        id=key,
        own=middle,
        evidenced=evidenced,
        verified=verified,
        capped=evidenced != middle or verified != said,
        spread=max(scores) - min(scores) if scores else 0,
        given=own,
        verdict=verdict,
    )


def _carried(form: Questionnaire, score: float | None, shown: bool) -> float | None:
    if score is None or shown or score < form.rules["evidence_from"]:
        return score
    return min(score, float(form.rules["without_evidence"]))


def _mean(scores: Iterable[float | None], least: int) -> float | None:
    known = [score for score in scores if score is not None]
    return round(fmean(known), 4) if len(known) >= least else None


def _all(scores: list[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return round(fmean(known), 4) if known and len(known) == len(scores) else None


def agenda(form: Questionnaire, profile: Profile) -> tuple[list[QuestionScore], list[QuestionScore]]:
    """Questions for the kick-off interview: where city and expert differ by more than the rule, and where
    the people of the city differ among themselves."""
    limit = form.rules["disagreement"]
    questions = [question for dimension in profile.dimensions for question in dimension.questions]
    return [q for q in questions if q.difference > limit], [q for q in questions if q.spread > limit]
