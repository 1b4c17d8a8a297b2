"""Grades an answer against its key: points, named mistake, what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nagara.citylab.labs.kinds import kinds
from nagara.citylab.labs.model import Grade, Prepared, UnknownLab


def grade(prepared: Prepared, task_id: str, answer: Mapping[str, Any]) -> Grade:
    """What an answer is worth. Forms of answers by kind stand in docs/labs.md.

    Raises BadAnswer where the answer cannot be read (no try should be counted then), UnknownLab where the
    learner's lab has no such task.
    """
    if task_id not in prepared.keys:
        why = prepared.left_out.get(task_id, f"It has: {', '.join(prepared.keys)}.")
        raise UnknownLab(f"this lab has no task {task_id!r} for you.", mend=why)
    task, key, posed = prepared.lab.task(task_id), prepared.keys[task_id], prepared.posed[task_id]
    kind = kinds()[task.kind]
    graded = kind.grade(task, posed, key, answer)
    if graded.right or graded.by_people:
        return graded
    mistake, because = kind.named(task, posed, key, answer, graded)
    return replace(graded, mistake=mistake, because=because) if mistake else graded


def right_answer(prepared: Prepared, task_id: str) -> dict[str, Any]:
    """An answer that is right: for tests, checks and demonstrations."""
    task = prepared.lab.task(task_id)
    return kinds()[task.kind].answer_from(task, prepared.posed[task_id], prepared.keys[task_id].body)


def mistaken_answer(prepared: Prepared, task_id: str, mistake: str) -> dict[str, Any] | None:
    """The answer of who makes a named mistake; None where this draw does not show it."""
    task, key = prepared.lab.task(task_id), prepared.keys[task_id]
    for known in key.mistakes:
        if known.key == mistake and known.on:
            return kinds()[task.kind].answer_from(task, prepared.posed[task_id], known.body)
    return None
