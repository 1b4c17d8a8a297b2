"""Verbs about selection."""

from __future__ import annotations

from nagara.campus.selection.domain.drafting import (
    Moved,
    change,
    change_terms,
    compute_anew,
    difference,
    new_draft,
)
from nagara.campus.selection.domain.reading import Stale, recuse, save_review, share_out, submit_review
from nagara.campus.selection.domain.releasing import confirm, decline, prepare_letters, promote, release
from nagara.campus.selection.domain.rounds import (
    add_reviewer,
    change_round,
    create_round,
    declare,
    end_reviewer,
    seat,
    unseat,
)

__all__ = [
    "Moved",
    "Stale",
    "add_reviewer",
    "change",
    "change_round",
    "change_terms",
    "compute_anew",
    "confirm",
    "create_round",
    "declare",
    "decline",
    "difference",
    "end_reviewer",
    "new_draft",
    "prepare_letters",
    "promote",
    "recuse",
    "release",
    "save_review",
    "seat",
    "share_out",
    "submit_review",
    "unseat",
]
