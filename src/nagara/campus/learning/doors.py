"""Doors of the room: on the page of a batch, on the page of a session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from nagara.campus.learning.models import Material
from nagara.campus.learning.queries import enrolment_of
from nagara.campus.people.rules import may
from nagara.campus.programmes import tabs
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.campus.timetable import session_doors
from nagara.campus.timetable.models import PublicSession


def register() -> None:
    """Called once, when the site starts."""
    tabs.register("learning", 40, of_batch)
    session_doors.register("learning", 30, of_session)


def of_batch(batch: Batch, user: Any) -> Iterator[Tab]:
    yield Tab("Materials", reverse("materials", args=[batch.slug]))
    yield Tab("Assignments", reverse("assignments", args=[batch.slug]))
    if may(user, "learning.grade", batch):
        yield Tab("To grade", reverse("grading-queue", args=[batch.slug]))
        yield Tab("Grade book", reverse("grade-book", args=[batch.slug]))
        yield Tab("Where the class is stuck", reverse("stuck", args=[batch.slug]))
    elif (own := enrolment_of(user, batch)) is not None:
        yield Tab("Your grades", reverse("grade-report", args=[batch.slug, own.pk]))


def of_session(public: PublicSession, user: Any) -> Iterator[Tab]:
    """Materials of the session, and of its activity."""
    session = public.session
    found = Material.objects.filter(batch=public.batch_id, session=session) | Material.objects.filter(
        batch=public.batch_id, session=None, activity=session.activity_id
    )
    for material in found.visible_to(user, timezone.now()):
        yield Tab(material.title, material.get_absolute_url(), material.get_kind_display().lower())
