"""How far a learner is: for each batch and module, what is done of what there is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from nagara.campus.learning.models import Assignment, Material, MaterialOpened
from nagara.campus.learning.sources import handed_in
from nagara.campus.programmes.models import Batch, Enrolment, Module


@dataclass(frozen=True)
class Bar:
    """Done of all, with its parts in words."""

    title: str
    done: int
    all: int
    says: str

    @property
    def width(self) -> int:
        """Of 100 units of the drawing."""
        return round(100 * self.done / self.all) if self.all else 0


@dataclass
class _Count:
    read: int = 0
    to_read: int = 0
    work: int = 0
    to_work: int = 0


def bars(enrolment: Enrolment, now: datetime) -> list[Bar]:
    """A bar for the whole batch, then one for each module: materials opened and assignments handed in, of
    those that are published."""
    batch = enrolment.batch
    opened = set(
        MaterialOpened.objects.filter(user=enrolment.user_id, material__batch=batch).values_list(
            "material", flat=True
        )
    )
    counts: dict[int | None, _Count] = defaultdict(_Count)
    whole = _Count()
    for pk, module in Material.objects.filter(batch=batch).published(now).values_list("pk", "module"):
        for count in (counts[module], whole):
            count.to_read += 1
            count.read += pk in opened
    in_hand = handed_in(batch)
    for pk, module in Assignment.objects.filter(batch=batch).published(now).values_list("pk", "module"):
        for count in (counts[module], whole):
            count.to_work += 1
            count.work += enrolment.pk in in_hand.get(pk, ())
    modules = Module.objects.filter(pk__in=[pk for pk in counts if pk]).order_by("code")
    found = [_bar(str(module), counts[module.pk]) for module in modules]
    return [_bar("All together", whole), *found] if whole.to_read or whole.to_work else []


def _bar(title: str, count: _Count) -> Bar:
    parts = []
    if count.to_read:
        parts.append(f"{count.read} of {count.to_read} materials opened")
    if count.to_work:
        parts.append(f"{count.work} of {count.to_work} handed in")
    return Bar(title, count.read + count.work, count.to_read + count.to_work, ", ".join(parts))


def unread(user: Any, batches: list[Batch], now: datetime) -> dict[int, int]:
    """{batch: how many published materials this person has not opened}: one question."""
    rows = (
        Material.objects.filter(batch__in=batches)
        .published(now)
        .exclude(opened__user=user)
        .values("batch")
        .annotate(count=Count("pk", filter=Q()))
    )
    return {row["batch"]: row["count"] for row in rows}
