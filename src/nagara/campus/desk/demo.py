"""The last steps of the demonstration: those that need the facts of every room."""

from __future__ import annotations

from nagara.campus.credentials.demo import issue_last_batch


def load() -> None:
    """The certificates of last year's batch."""
    issue_last_batch()
