"""Finding what a page is about, for those who may open it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.domain.plans import CLOSED
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.views.batches import find_batch
from nagara.campus.timetable.models import PublicSession, Session
from nagara.citylab.errors import CityLabError


def planned_batch(request: SignedIn, slug: str) -> Batch:
    """The batch, for who plans it. A form that is sent to a finished or cancelled batch is refused."""
    batch = find_batch(request, slug)
    if not may(request.user, "timetable.plan", batch):
        raise PermissionDenied("Only the office, the manager and the coordinators of the batch plan it.")
    if request.method == "POST" and batch.state in CLOSED:
        raise CityLabError(
            f"{batch} is {batch.get_state_display().lower()}: its timetable stays as it was.",
            mend="Take the state of the batch back first.",
        )
    return batch


def session_for(request: SignedIn, pk: int) -> tuple[Session, PublicSession | None]:
    """A session and what is released of it. Raises Http404 for those whom it does not concern."""
    found = (
        Session.objects.select_related(
            "activity__batch",
            "activity__kind",
            "activity__group",
            "activity__module",
            "activity__course",
            "room__venue",
            "public__group",
            "public__batch",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such session.")
    public = getattr(found, "public", None)
    if public is not None and may(request.user, "timetable.see_session", public):
        return found, public
    if may(request.user, "timetable.see_session", found):
        return found, public
    raise Http404("There is no such session, or it is not for you.")
