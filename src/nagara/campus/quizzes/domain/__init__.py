"""The verbs of the room."""

from nagara.campus.quizzes.domain.banks import change_bank, create_bank, retire_item, save_item
from nagara.campus.quizzes.domain.making import (
    Part,
    change_quiz,
    close,
    create_quiz,
    extend,
    publish,
    set_parts,
)
from nagara.campus.quizzes.domain.regrading import regrade
from nagara.campus.quizzes.domain.taking import save, start, submit, submit_due

__all__ = [
    "Part",
    "change_bank",
    "change_quiz",
    "close",
    "create_bank",
    "create_quiz",
    "extend",
    "publish",
    "regrade",
    "retire_item",
    "save",
    "save_item",
    "set_parts",
    "start",
    "submit",
    "submit_due",
]
