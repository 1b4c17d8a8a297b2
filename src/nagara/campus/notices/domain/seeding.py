"""What a site starts with: the round of regular work."""

from __future__ import annotations

from nagara.campus.notices.tasks import plan_round


def seed() -> None:
    """Begin the rounds, unless one is planned already."""
    plan_round()
