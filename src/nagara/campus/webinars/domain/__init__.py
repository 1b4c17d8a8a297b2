"""Verbs of the room."""

from __future__ import annotations

from nagara.campus.webinars.domain.registering import (
    ask,
    confirm,
    forget,
    move_up,
    register,
    terms,
    why_closed,
    withdraw,
)
from nagara.campus.webinars.domain.reminding import remind
from nagara.campus.webinars.domain.running import (
    change_webinar,
    give_recording,
    make_webinar,
    publish_terms,
    take_transcript_away,
)

__all__ = [
    "ask",
    "change_webinar",
    "confirm",
    "forget",
    "give_recording",
    "make_webinar",
    "move_up",
    "publish_terms",
    "register",
    "remind",
    "take_transcript_away",
    "terms",
    "why_closed",
    "withdraw",
]
