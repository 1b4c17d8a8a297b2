"""Facts that this room gives to the rules: asked for one person or for a whole batch, in four queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nagara.campus.attendance.models import Presence
from nagara.campus.attendance.queries import Share, shares
from nagara.campus.cities.clocks import day_text
from nagara.campus.programmes.facts import Fact, provides_many, unknown
from nagara.campus.programmes.models import Batch

NONE_ENDED = "no session that counts has ended yet"


def said_ways(share: Share) -> str:
    """By which ways: 12 by code, 2 by roster."""
    names = {"code": "code", "roster": "roster", "online": "presence online", "import": "import"}
    return ", ".join(
        f"{count} by {names.get(way, 'correction')}" for way, count in sorted(share.ways.items())
    )


def _fact(name: str, share: Share, value: Any) -> Fact:
    if not share.sessions or share.first is None or share.last is None:
        return unknown(name, NONE_ENDED)
    evidence = f"{share.sessions} session{'s' if share.sessions != 1 else ''} ended"
    ways = said_ways(share)
    return Fact(
        name,
        value,
        period=f"{day_text(share.first)} to {day_text(share.last)}",
        evidence=f"{evidence}: {ways}" if ways else f"{evidence}, no presence recorded",
    )


def _many(name: str, value: Callable[[Share], Any]) -> Callable[[Batch, Sequence[Any]], Mapping[int, Fact]]:
    def ask(batch: Batch, users: Sequence[Any]) -> Mapping[int, Fact]:
        return {pk: _fact(name, share, value(share)) for pk, share in shares(batch, users).items()}

    return ask


PROVIDED: dict[str, tuple[str, str, Callable[[Share], Any]]] = {
    "attendance.minutes_share": (
        "1",
        "minutes present / minutes planned, of released sessions that count and have ended",
        lambda share: share.share,
    ),
    "attendance.minutes": ("min", "minutes present", lambda share: share.minutes),
    "attendance.minutes_planned": (
        "min",
        "minutes of the released sessions for this person that count and have ended",
        lambda share: share.planned,
    ),
    "attendance.sessions_missed": (
        "1",
        "ended sessions that count with no minute present",
        lambda share: share.missed,
    ),
}


def register() -> None:
    """Make the facts known to the rules."""
    for name, (unit, meaning, value) in PROVIDED.items():
        provides_many(name, unit=unit, meaning=meaning)(_many(name, value))


WAYS = dict(Presence.Way.choices)
