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
)

__all__ = [
    "change_enrolment",
    "change_state",
    "create_batch",
    "end_role",
    "enrol",
    "give_role",
    "waive",
]
