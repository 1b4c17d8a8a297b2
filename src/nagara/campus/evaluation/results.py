"""What is shown of answers: means, how often each mark, texts; by day and by session. Never of few people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nagara.campus.evaluation.domain.replying import name_of
from nagara.campus.evaluation.models import DAILY, Occasion
from nagara.campus.evaluation.questions import SCALE, Question, questions_of
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.models import PublicSession

LEAST = 5


@dataclass(frozen=True)
class Bar:
    """How often a mark was given; `width` in per cent of the most frequent one."""

    mark: int
    count: int
    width: int


@dataclass(frozen=True)
class Scale:
    """The marks of a question. `mean` is None where fewer than five answered it."""

    question: Question
    n: int
    mean: float | None
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True)
class Texts:
    question: Question
    texts: list[tuple[str, str]]
    """Name and text, in an order drawn by lot."""


@dataclass(frozen=True)
class Results:
    """One form as the team sees it. `n` is how many are in the results, `late` those who are not in yet."""

    n: int
    late: int
    scales: list[Scale]
    texts: list[Texts]


def asked_count(occasion: Occasion) -> int:
    """How many people were asked."""
    enrolled = Enrolment.objects.filter(batch=occasion.batch_id).exclude(state=Enrolment.State.WITHDRAWN)
    activity = occasion.activity if occasion.activity_id else None
    return (enrolled.filter(groups=activity.group_id) if activity and activity.group_id else enrolled).count()


def scale_of(question: Question, counts: dict[str, int]) -> Scale:
    n = sum(counts.values())
    if n < LEAST:
        return Scale(question, n, None)
    most = max(counts.values())
    bars = [
        Bar(mark, count, round(100 * count / most))
        for mark in reversed(question.marks)
        for count in [counts.get(str(mark), 0)]
    ]
    mean = sum(int(mark) * count for mark, count in counts.items()) / n
    return Scale(question, n, mean, bars)


def results_of(occasion: Occasion) -> Results:
    """What is shown of a form; nothing while too few have answered."""
    shown = occasion.shown or {"n": 0, "counts": {}, "texts": {}}
    scales, texts = [], []
    for question in questions_of(occasion.form):
        if question.kind == SCALE:
            scales.append(scale_of(question, shown["counts"].get(question.key, {})))
        else:
            pile = shown["texts"].get(question.key, [])
            texts.append(Texts(question, [(name_of(text), text) for text in pile]))
    return Results(shown["n"], occasion.n - shown["n"], scales, texts)


def summary(occasion: Occasion) -> list[str]:
    """The marks as lines of a letter; texts never travel by e-mail."""
    found = results_of(occasion)
    return [
        f"{scale.question.asks}: {scale.mean:.1f} of {scale.question.most} ({scale.n} answers)"
        for scale in found.scales
        if scale.mean is not None
    ]


@dataclass
class Lesson:
    """What was held on a day, once where two groups had it. `speakers`: ids of those who held it."""

    title: str
    url: str
    speakers: set[int]


@dataclass(frozen=True)
class Day:
    """One day in the comparison. `means` in the order of the questions."""

    occasion: Occasion
    n: int
    means: list[float | None]
    sessions: list[Lesson]

    @property
    def mean(self) -> float | None:
        known = [m for m in self.means if m is not None]
        return sum(known) / len(known) if known else None


def days_of(batch: Batch) -> tuple[list[Question], list[Day]]:
    """The daily forms of a batch in order, with what was held on each day. Three queries."""
    occasions = list(
        Occasion.objects.filter(batch=batch, kind=DAILY).select_related("form", "reply").order_by("day")
    )
    if not occasions:
        return [], []
    questions = [q for q in questions_of(occasions[-1].form) if q.kind == SCALE]
    held: dict[Any, dict[str, Lesson]] = defaultdict(dict)
    sessions = PublicSession.objects.filter(batch=batch, cancelled=False, day__in=[o.day for o in occasions])
    for session in sessions.select_related("session").prefetch_related("speakers"):
        lesson = Lesson(session.title, session.get_absolute_url(), set())
        lesson = held[session.day].setdefault(session.title, lesson)
        lesson.speakers.update(user.pk for user in session.speakers.all())
    found = []
    for occasion in occasions:
        scales = {s.question.key: s.mean for s in results_of(occasion).scales}
        found.append(
            Day(
                occasion,
                occasion.n,
                [scales.get(q.key) for q in questions],
                list(held.get(occasion.day, {}).values()),
            )
        )
    return questions, found


def trend(questions: Sequence[Question], days: Sequence[Day]) -> dict[str, Any] | None:
    """The means over the days as points of a drawing 600 by 180; None for fewer than two days."""
    known = [day for day in days if day.mean is not None]
    if len(known) < 2 or not questions:
        return None
    most = max(q.most for q in questions)
    step = 540 / (len(known) - 1)

    def y(mean: float) -> float:
        return round(160 - (mean - 1) / (most - 1) * 140, 1)

    lines = []
    for number, question in enumerate(questions):
        points = [
            (round(40 + n * step, 1), y(mean), mean, day.occasion.day)
            for n, day in enumerate(known)
            if (mean := day.means[number]) is not None
        ]
        lines.append(
            {"question": question, "points": points, "path": " ".join(f"{p[0]},{p[1]}" for p in points)}
        )
    axis = [(mark, y(mark)) for mark in range(1, most + 1)]
    return {
        "lines": lines,
        "axis": axis,
        "days": [(round(40 + n * step, 1), d.occasion.day) for n, d in enumerate(known)],
    }


def export_rows(occasions: Iterable[Occasion]) -> list[dict[str, Any]]:
    """Anonymous rows: one for each mark of each question and one for each text, of what is shown."""
    rows = []
    for occasion in occasions:
        found = results_of(occasion)
        about = {"form": occasion.title, "day": occasion.day, "n": found.n}
        for scale in found.scales:
            rows += [
                {**about, "question": scale.question.asks, "mark": bar.mark, "count": bar.count, "text": ""}
                for bar in reversed(scale.bars)
            ]
        for pile in found.texts:
            rows += [
                {**about, "question": pile.question.asks, "mark": None, "count": None, "text": text}
                for _, text in pile.texts
            ]
    return rows
