"""What the room knows about a person, for the rules of certificate and degree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from nagara.campus.labwork.marks import percents
from nagara.campus.programmes.facts import Fact, provides_together
from nagara.campus.programmes.models import Batch


@provides_together(
    {
        "labs.percent": ("%", "mean of the labs that count: points / full points, times 100"),
        "labs.done": ("", "modules of the labs in which every task was answered"),
    }
)
def labs(batch: Batch, users: Sequence[Any]) -> Mapping[int, Mapping[str, Fact]]:
    """Labs that are over or finished; one that closed without the person counts 0."""
    known = percents(batch, users, timezone.now())
    found: dict[int, Mapping[str, Fact]] = {}
    for user in users:
        rows = known[user.pk]
        if not rows:
            why = "no lab of this batch is finished or closed yet"
            found[user.pk] = {
                "labs.percent": Fact("labs.percent", None, reason=why),
                "labs.done": Fact("labs.done", None, reason=why),
            }
            continue
        mean = sum((percent for _, percent, _ in rows), Decimal(0)) / len(rows)
        said = "; ".join(f"{row} {percent:g} %" for row, percent, _ in rows)
        found[user.pk] = {
            "labs.percent": Fact("labs.percent", round(float(mean), 2), evidence=said),
            "labs.done": Fact(
                "labs.done", sorted({row.module for row, _, done in rows if done}), evidence=said
            ),
        }
    return found
