"""The profile as a drawing: one row a dimension, drawn on the server, colours by the page's stylesheet."""

from __future__ import annotations

from dataclasses import dataclass

from nagara.campus.readiness.domain.scoring import Profile

WIDTH, LEFT, RIGHT, TOP, ROW = 640, 16, 28, 22, 44
SCALE = (WIDTH - LEFT - RIGHT) / 5


@dataclass(frozen=True)
class Bar:
    """A row of the drawing in its coordinates; None where there is no score."""

    id: str
    name: str
    y: int
    own: str | None
    verified: str | None
    gap_x: str | None
    gap: str | None
    target: str | None
    before: str | None


def _x(score: float) -> str:
    return f"{LEFT + score * SCALE:.1f}"


def _long(score: float) -> str:
    return f"{max(score * SCALE, 1.5):.1f}"


def bars(profile: Profile, before: Profile | None = None) -> dict[str, object]:
    """What the template `_profile.svg.html` draws. `before` marks the scores of an earlier cycle."""
    earlier = {d.id: d.current for d in before.dimensions} if before else {}
    rows = []
    for i, d in enumerate(profile.dimensions):
        past = earlier.get(d.id)
        rows.append(
            Bar(
                id=d.id,
                name=d.name,
                y=TOP + i * ROW,
                own=None if d.own is None else _long(d.own),
                verified=None if d.verified is None else _long(d.verified),
                gap_x=None if d.current is None else _x(d.current),
                gap=f"{d.gap * SCALE:.1f}" if d.gap else None,
                target=None if d.target is None else _x(d.target),
                before=None if past is None else _x(past),
            )
        )
    return {
        "rows": rows,
        "width": WIDTH,
        "height": TOP + len(rows) * ROW + 6,
        "left": LEFT,
        "ticks": [(n, _x(n)) for n in range(6)],
    }
