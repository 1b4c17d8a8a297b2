"""Verbs of the room."""

from nagara.campus.labwork.domain.answering import save_draft, submit, take_hint
from nagara.campus.labwork.domain.opening import open_lab
from nagara.campus.labwork.domain.regrading import regrade
from nagara.campus.labwork.domain.setting import change_lab, publish, set_example_city, set_lab, withdraw

__all__ = [
    "change_lab",
    "open_lab",
    "publish",
    "regrade",
    "save_draft",
    "set_example_city",
    "set_lab",
    "submit",
    "take_hint",
    "withdraw",
]
