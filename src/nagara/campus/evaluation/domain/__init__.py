"""What can be done with evaluation: one function a verb."""

from __future__ import annotations

from nagara.campus.evaluation.domain.answering import AlreadyAnswered, answer, publish
from nagara.campus.evaluation.domain.asking import ask_all_batches, ask_by_hand, ask_due, change_plan
from nagara.campus.evaluation.domain.replying import remove_text, reply
from nagara.campus.evaluation.domain.telling import remind_due, report_due

__all__ = [
    "AlreadyAnswered",
    "answer",
    "ask_all_batches",
    "ask_by_hand",
    "ask_due",
    "change_plan",
    "publish",
    "remind_due",
    "remove_text",
    "reply",
    "report_due",
]
