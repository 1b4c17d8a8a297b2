"""What can be done with visits: one function a verb."""

from __future__ import annotations

from nagara.campus.visits.domain.facts import keep_facts, read_fact, read_passports
from nagara.campus.visits.domain.forgetting import forget_old
from nagara.campus.visits.domain.seats import (
    add_person,
    give_back,
    join_waiting,
    seat_group,
    take_seat,
)
from nagara.campus.visits.domain.setting_up import change_visit, save_leg, set_up, take_out_leg
from nagara.campus.visits.domain.telling import remind, tell
from nagara.campus.visits.domain.transport import assign, share_out, take_off

__all__ = [
    "add_person",
    "assign",
    "change_visit",
    "forget_old",
    "give_back",
    "join_waiting",
    "keep_facts",
    "read_fact",
    "read_passports",
    "remind",
    "save_leg",
    "seat_group",
    "set_up",
    "share_out",
    "take_off",
    "take_out_leg",
    "take_seat",
    "tell",
]
