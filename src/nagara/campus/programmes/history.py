"""Facts that this room itself knows about a person: earlier participation."""

from __future__ import annotations

from datetime import date
from typing import Any

from nagara.campus.programmes.facts import Fact, provides
from nagara.campus.programmes.models import Batch, Enrolment, Programme

NEVER = 99
"""Years since the same programme for someone who was never in it: more than any rule asks."""


def years_since_programme(user: Any, programme: Programme, day: date, *, but: Batch | None = None) -> Fact:
    """Whole years from the last day of the person's last batch of `programme` to `day`; 99 for never.
    A batch that has not ended counts as 0 years ago. `but` leaves one batch out."""
    batches = Batch.objects.filter(
        version__programme=programme,
        enrolments__in=Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN),
    )
    if but is not None:
        batches = batches.exclude(pk=but.pk)
    last = batches.order_by("-ends").first()
    name = "history.years_since_same_programme"
    if last is None:
        return Fact(name, NEVER, "years", evidence="never in this programme")
    years = day.year - last.ends.year - ((day.month, day.day) < (last.ends.month, last.ends.day))
    return Fact(name, max(years, 0), "years", period=f"since {last.ends:%d %b %Y}", evidence=last.name)


@provides(
    "history.years_since_same_programme",
    unit="years",
    meaning="whole years from the end of the last batch of the same programme to the start of this one",
)
def _same_programme(batch: Batch, user: Any) -> Fact:
    return years_since_programme(user, batch.version.programme, batch.starts, but=batch)


@provides(
    "history.batches", unit="{batches}", meaning="batches of any programme that the person was in before"
)
def _batches(batch: Batch, user: Any) -> int:
    earlier = Enrolment.objects.filter(user=user, batch__starts__lt=batch.starts)
    return earlier.exclude(state=Enrolment.State.WITHDRAWN).count()
