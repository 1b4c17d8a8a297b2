"""Questions of the room: where one teaches, grades and learns."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, RoleKind

TEACHING = ("lecturer",)
GRADING = ("lecturer", "mentor")


def _batches(user: Any, roles: tuple[str, ...]) -> QuerySet[Batch]:
    if is_office(user):
        return Batch.objects.all()
    if not getattr(user, "is_authenticated", False):
        return Batch.objects.none()
    running = RoleKind.objects.filter(runs=True).values("slug")
    held = BatchRole.objects.filter(Q(role__in=roles) | Q(role__in=running), now_valid(), user=user)
    return Batch.objects.filter(pk__in=held.values("batch"))


def taught_batches(user: Any) -> QuerySet[Batch]:
    """Batches whose materials and assignments one writes: the office, who runs them, lecturers."""
    return _batches(user, TEACHING)


def graded_batches(user: Any) -> QuerySet[Batch]:
    """Batches in which one grades: the same and mentors."""
    return _batches(user, GRADING)


def teaching_posts(user: Any) -> QuerySet[Batch]:
    """Batches in which one has a grading role of one's own, not by being of the office."""
    if not getattr(user, "is_authenticated", False):
        return Batch.objects.none()
    held = BatchRole.objects.filter(now_valid(), user=user, role__in=GRADING)
    return Batch.objects.filter(pk__in=held.values("batch"))


def enrolment_of(user: Any, batch: Batch) -> Enrolment | None:
    """The person's own place in a batch, unless withdrawn."""
    if not getattr(user, "is_authenticated", False):
        return None
    return (
        Enrolment.objects.filter(user=user, batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("city")
        .first()
    )


def learners(batch: Batch) -> QuerySet[Enrolment]:
    """Those of a batch who learn in it, by name."""
    return (
        Enrolment.objects.filter(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("user", "city__state")
        .order_by("user__sort_key", "id")
    )
