"""Finding the visit of a page, for those who may open it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Enrolment
from nagara.campus.visits.models import Seat, Visit


def visit_for(request: SignedIn, pk: int, permission: str = "") -> Visit:
    """A visit with its session and batch. Raises Http404 where the person knows nothing of it, and
    PermissionDenied where this is not for them."""
    found = (
        Visit.objects.select_related("session__activity__batch", "session__public", "session__activity__kind")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such visit.")
    if permission and may(request.user, permission, found):
        return found
    knows = may(request.user, "visits.see_roster", found) or (
        Visit.objects.visible_to(request.user).filter(pk=pk).exists()
    )
    if not knows:
        raise Http404("There is no such visit, or it is not yours.")
    if permission:
        raise PermissionDenied("This is for those who run the batch and for the leader of the visit.")
    return found


def seat_of(request: SignedIn, visit: Visit) -> Seat | None:
    return visit.places.filter(enrolment__user=request.user).select_related("enrolment__user").first()


def own_enrolment(request: SignedIn, visit: Visit) -> Enrolment | None:
    """The person's place in the batch."""
    enrolled = Enrolment.objects.filter(batch=visit.batch, user=request.user)
    return enrolled.exclude(state=Enrolment.State.WITHDRAWN).first()
