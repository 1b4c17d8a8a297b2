"""Work that is done again and again: reminders, summaries, deletions.

A room registers a verb in its AppConfig.ready():

    regular.register("visits: forget travel facts", forget_old)

`verb(now)` is called by the worker every ten minutes and says how much it did. It does what is due at `now`
and nothing else: called twice, or an hour late, it does each thing once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

Verb = Callable[[datetime], int]
EVERY = timedelta(minutes=10)

_verbs: dict[str, Verb] = {}
_log = logging.getLogger(__name__)


def register(name: str, verb: Verb) -> None:
    """Add or replace work: `name` begins with the room."""
    _verbs[name] = verb


def registered() -> list[str]:
    return list(_verbs)


def do_all(now: datetime) -> dict[str, int]:
    """Do what is due. Work that fails is written to the log and does not keep the others from theirs."""
    done = {}
    for name, verb in _verbs.items():
        try:
            done[name] = verb(now)
        except Exception:  # any failure of a room is its own
            _log.exception("Regular work failed: %s", name)
    return done
