# ruff: noqa: ARG002  (every kind has the same signatures)
"""What every kind of task can do: make its key, pose itself, read an answer and grade it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from nagara.citylab.labs.bench import Rows
from nagara.citylab.labs.dice import Dice
from nagara.citylab.labs.model import BadAnswer, Grade, Key, Mistake, Posed, Task

if TYPE_CHECKING:
    import pyarrow as pa

Body = Mapping[str, Any]


class Unfit(Exception):
    """This draw gives no well-defined task: another is taken."""


@dataclass(frozen=True)
class Ask:
    """How a kind asks the city: rows of a query at a place of the file, its zone, texts with numbers."""

    rows: Callable[[str, str], Rows]
    table: Callable[[str, str], pa.Table]
    fill: Callable[[str], str]
    value: Callable[[str, str], Any]
    tz: str
    offset_s: Callable[[str], int]


@dataclass(frozen=True)
class Made:
    """A task on one draw, before chance has shuffled it: what it may show, the key, the mistakes' keys."""

    show: Body
    body: Body
    mistakes: tuple[tuple[str, str, Body], ...] = ()
    problem: str = ""


class Kind:
    """One kind of task. Bodies are plain JSON; their form is the kind's own affair."""

    name = ""

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        """(what it shows, the key's body) from the reference. Raises Unfit, BadLab."""
        raise NotImplementedError

    def mistaken(self, task: Task, mistake: Mistake, ask: Ask, show: Body, body: Body) -> Body:
        """Body of a named mistake: as `make`, from the mistake's own reference. Raises Unfit."""
        _, wrong = self.make(replace(task, reference=mistake.reference), ask)
        return wrong

    def mistakes(self, task: Task, ask: Ask, show: Body, body: Body) -> list[tuple[str, str, Body]]:
        """(key, explanation, body) of each named mistake that this draw can show."""
        found = []
        for mistake in task.mistakes:
            try:
                wrong = self.mistaken(task, mistake, ask, show, body)
            except Unfit:
                continue
            found.append((mistake.key, ask.fill(mistake.because), wrong))
        return found

    def pose(self, task: Task, show: Body, body: Body, dice: Dice) -> tuple[Body, Body]:
        """(what the page shows, the key) for one learner: shuffled, broken, as the seed says."""
        return show, body

    def pose_mistake(self, task: Task, wrong: Body, posed: Body) -> Body:
        """A mistake's body after posing."""
        return wrong

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        """Points for an answer, named mistakes aside. Raises BadAnswer."""
        raise NotImplementedError

    def meets(self, task: Task, posed: Posed, body: Body, answer: Mapping[str, Any]) -> bool:
        """Whether an answer is that of `body`: of the key, or of a named mistake."""
        key = Key(posed.task_id, posed.kind, body)
        try:
            return self.grade(task, posed, key, answer).right
        except BadAnswer:
            return False

    def named(
        self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any], graded: Grade
    ) -> tuple[str, str]:
        """(key, explanation) of the named mistake that a wrong answer shows, or two empty texts."""
        for mistake in key.mistakes:
            if mistake.on and self.meets(task, posed, mistake.body, answer):
                return mistake.key, mistake.because
        return "", ""

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        """The answer of who had `body` in mind."""
        raise NotImplementedError

    def told(self, task: Task, posed: Body, body: Body) -> str:
        """The key in words, for {answer} in the explanation."""
        return ""


def share(task: Task, part: float | Fraction) -> Fraction:
    """A part (0 to 1) of the task's points, in hundredths, rounded down: nobody gets a point by rounding."""
    exact = max(Fraction(0), min(Fraction(1), Fraction(part)))
    return Fraction(int(exact * task.points * 100 + Fraction(1, 10**6)), 100)


def right(task: Task, **facts: Any) -> Grade:
    return Grade(Fraction(task.points), task.points, True, facts=facts)


def wrong(task: Task, part: float | Fraction = 0, remark: str = "", **facts: Any) -> Grade:
    return Grade(share(task, part), task.points, False, remark=remark, facts=facts)


def needed(answer: Mapping[str, Any], name: str, kind: type | tuple[type, ...], what: str) -> Any:
    """A field of an answer in its type. Raises BadAnswer in the learner's words."""
    value = answer.get(name)
    if not isinstance(value, kind):
        raise BadAnswer(f"{what} is missing.", mend="Answer it, then check again.")
    return value
