"""Finding what a page is about, and saying no."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404

from nagara.campus.degrees.domain.semesters import is_degree
from nagara.campus.degrees.models import Advising, Offering, Semester
from nagara.campus.people.queries import now_valid
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch, Enrolment

PAGE = ["GET", "HEAD", "POST"]


def record_for(request: SignedIn, pk: int) -> Enrolment:
    """A student's degree. 404 for everyone who must not know of it."""
    found = (
        Enrolment.objects.select_related("user", "city__state", "batch__version__programme")
        .prefetch_related("waivers")
        .filter(pk=pk)
        .first()
    )
    if found is None or not is_degree(found.batch) or not may(request.user, "degrees.see_record", found):
        raise Http404("There is no such student, or the record is not yours to see.")
    return found


def need(request: SignedIn, permission: str, thing: object) -> None:
    """403 where one may see a thing and may not do this."""
    if not may(request.user, permission, thing):
        raise PermissionDenied("This is for others to do: the office, or those who run the batch.")


def batch_for(request: SignedIn, slug: str, permission: str) -> Batch:
    """A batch that gives a degree: 404 where one may not see the batch, 403 where one may not do this."""
    found = (
        Batch.objects.visible_to(request.user)
        .select_related("version__programme", "host_state")
        .filter(slug=slug)
        .first()
    )
    if found is None and may(request.user, permission, Batch.objects.filter(slug=slug).first()):
        found = Batch.objects.select_related("version__programme", "host_state").get(slug=slug)
    if found is None or not is_degree(found):
        raise Http404("There is no such batch that gives a degree.")
    need(request, permission, found)
    return found


def students_for(request: SignedIn, batch: Batch) -> Sequence[Enrolment]:
    """The students that one may see: all for those who run the batch, one's advisees for an advisor."""
    rows = (
        Enrolment.objects.filter(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("user", "city__state", "batch__version")
        .order_by("user__sort_key", "pk")
    )
    if not may(request.user, "degrees.run", batch):
        advised = Advising.objects.filter(now_valid(), user=request.user, enrolment__batch=batch)
        rows = rows.filter(pk__in=advised.values("enrolment"))
    return list(rows)


def class_for(request: SignedIn, pk: int) -> Offering:
    """A class that one teaches or runs; 404 for all others."""
    found = (
        Offering.objects.select_related("course", "lecturer", "semester__batch__version", "activity")
        .filter(pk=pk)
        .first()
    )
    if found is None or not may(request.user, "degrees.grade", found):
        raise Http404("There is no such class, or it is not yours.")
    return found


def semester_for(request: SignedIn, pk: int) -> Semester:
    found = Semester.objects.select_related("batch__version__programme").filter(pk=pk).first()
    if found is None or not Batch.objects.visible_to(request.user).filter(pk=found.batch_id).exists():
        raise Http404("There is no such semester.")
    need(request, "degrees.run", found.batch)
    return found
