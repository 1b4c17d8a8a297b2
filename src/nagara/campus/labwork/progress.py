"""A learner's own progress: tasks of each lab, mistakes that were met and mended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nagara.campus.labwork.models import LabWork, TaskState, TaskTry


@dataclass(frozen=True)
class Progress:
    """A work with its tasks; `met` the explanations of named mistakes, and whether they were mended."""

    work: LabWork
    tasks: Sequence[TaskState]
    met: Sequence[tuple[TaskState, str, bool]]
    now_is: str

    @property
    def answered(self) -> int:
        return sum(bool(t.tries) for t in self.tasks)

    @property
    def right(self) -> int:
        return sum(t.right for t in self.tasks)


def progress_of(works: Sequence[LabWork], *, now: datetime) -> list[Progress]:
    """Two questions, however many works."""
    tasks: dict[int, list[TaskState]] = defaultdict(list)
    for state in TaskState.objects.filter(work__in=works).defer("draft"):
        tasks[state.work_id].append(state)
    met: dict[int, dict[tuple[int, str], str]] = defaultdict(dict)
    named = TaskTry.objects.filter(state__work__in=works).exclude(mistake="").order_by("number")
    for pk, state_pk, mistake, because in named.values_list("state__work", "state", "mistake", "because"):
        met[pk][state_pk, mistake] = because
    found = []
    for work in works:
        states = {t.pk: t for t in tasks[work.pk]}
        mistakes = [(states[pk], because, states[pk].right) for (pk, _), because in met[work.pk].items()]
        standing = work.assignment.standing(now) if work.assignment is not None else "open"
        found.append(Progress(work, tasks[work.pk], mistakes, standing))
    return found
