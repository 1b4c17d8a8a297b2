"""Verbs about certificates."""

from __future__ import annotations

from nagara.campus.credentials.domain.earlier import record_earlier
from nagara.campus.credentials.domain.issuing import Issued, issue, reissue, revoke
from nagara.campus.credentials.domain.waiving import take_back, waive_rule
from nagara.campus.credentials.domain.wording import add_signatory, change_wording, remove_signatory

__all__ = [
    "Issued",
    "add_signatory",
    "change_wording",
    "issue",
    "record_earlier",
    "reissue",
    "remove_signatory",
    "revoke",
    "take_back",
    "waive_rule",
]
