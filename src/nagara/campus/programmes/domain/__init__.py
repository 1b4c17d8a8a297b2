"""Verbs about programmes and batches."""

from __future__ import annotations

from nagara.campus.programmes.domain.batches import (
    change_enrolment,
    change_state,
    create_batch,
    end_role,
    enrol,
    give_role,
    waive,
    withdraw_waiver,
)
from nagara.campus.programmes.domain.copying import copy_batch
from nagara.campus.programmes.domain.versions import change_rules, drop_draft, new_draft, publish

__all__ = [
    "change_enrolment",
    "change_rules",
    "change_state",
    "copy_batch",
    "create_batch",
    "drop_draft",
    "end_role",
    "enrol",
    "give_role",
    "new_draft",
    "publish",
    "waive",
    "withdraw_waiver",
]
