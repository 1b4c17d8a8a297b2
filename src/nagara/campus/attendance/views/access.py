"""Finding what a page is about, for those who may open it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.timetable.models import PublicSession
from nagara.citylab.errors import CityLabError


def released(pk: int) -> PublicSession:
    """A released session by its number. Raises Http404."""
    found = (
        PublicSession.objects.select_related("session__activity", "batch__version", "group")
        .filter(session=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such session, or it is not released yet.")
    return found


def kept_session(request: SignedIn, pk: int) -> PublicSession:
    """A released session, for who keeps its attendance: its lecturers and who runs the batch."""
    public = released(pk)
    if not may(request.user, "timetable.teach", public):
        if not PublicSession.objects.visible_to(request.user).filter(pk=public.pk).exists():
            raise Http404("There is no such session, or it is not for you.")
        raise PermissionDenied("Attendance is kept by the lecturers of the session and who runs the batch.")
    if request.method == "POST" and public.cancelled:
        raise CityLabError(f"{public} is cancelled: nobody's attendance is kept.")
    return public


def address(request: HttpRequest, path: str) -> str:
    return request.build_absolute_uri(path)
