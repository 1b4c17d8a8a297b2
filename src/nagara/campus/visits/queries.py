"""Questions about visits, for pages and other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.visits.models import Seat, Visit


@dataclass(frozen=True)
class Listed:
    """A visit in the list of a batch; `state` is the person's own seat, in words."""

    visit: Visit
    seated: int
    waiting: int
    state: str


def listed(batch: Batch, user: Any, enrolment: Enrolment | None) -> list[Listed]:
    """The visits of a batch that one may see, in the order of days, with counts. Two queries."""
    seated = Count("places", filter=Q(places__state=Seat.State.SEATED), distinct=True)
    waiting = Count("places", filter=Q(places__state=Seat.State.WAITING), distinct=True)
    visits = (
        Visit.objects.filter(session__activity__batch=batch)
        .filter(pk__in=Visit.objects.visible_to(user).values("pk"))
        .select_related("session__activity", "session__public")
        .annotate(seated=seated, waiting=waiting)
    )
    if not _organises(user, batch):
        visits = visits.filter(session__public__isnull=False)
    own = dict(Seat.objects.filter(enrolment=enrolment).values_list("visit", "state")) if enrolment else {}
    words = dict(Seat.State.choices)
    return [Listed(v, v.seated, v.waiting, str(words.get(own.get(v.pk, ""), ""))) for v in visits]


def _organises(user: Any, batch: Batch) -> bool:
    from nagara.campus.people.rules import may

    return may(user, "programmes.run_batch", batch)
