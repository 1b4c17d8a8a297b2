"""Sessions as the planner works on them. What others see of them is in `releases.py`."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.models.calls import batches_run_by
from nagara.campus.cities.clocks import instant
from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Batch, BatchActivity
from nagara.campus.timetable.models.activities import Activity
from nagara.campus.timetable.models.places import Room

LONGEST = 24 * 60


def new_uid() -> str:
    """A name for a session that never changes and is used nowhere else (RFC 7986, 5.3)."""
    return str(uuid.uuid4())


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about sessions."""

    def visible_to(self, user: Any) -> Self:
        """Released sessions of one's batches; drafts too for the office, who runs the batch and speakers."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(
            Q(activity__batch__in=Batch.objects.visible_to(user), public__isnull=False)
            | Q(activity__batch__in=batches_run_by(user))
            | Q(people__user=user)
        ).distinct()


class Session(models.Model):
    """One meeting: wall time and zone id, place, people. This is the draft; `public` is what is released.

    `version` counts edits: a form that was opened before the last edit is refused.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="sessions")
    uid = models.CharField(max_length=36, unique=True, default=new_uid, editable=False)
    title = models.CharField(max_length=200, blank=True, help_text="empty: the activity's title")
    day = models.DateField()
    at = models.TimeField("begins at", help_text="wall time in the zone of the session")
    minutes = models.PositiveSmallIntegerField(
        default=90, validators=[MinValueValidator(5), MaxValueValidator(LONGEST)]
    )
    tz = models.CharField("time zone", max_length=60, default="Asia/Seoul")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    online = models.BooleanField("can be joined online", default=False)
    join_link = models.URLField(
        max_length=500, blank=True, help_text="shown only to those who take part, from a day before"
    )
    note = models.TextField(blank=True, help_text="for those who take part")
    plan_line = models.OneToOneField(
        BatchActivity,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="session",
        help_text="the line of the batch's plan that it was made from",
    )
    cancelled = models.BooleanField(default=False)
    cancel_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["day", "at", "id"]

    def __str__(self) -> str:
        return self.title or self.activity.title

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.pk])

    @property
    def starts(self) -> datetime:
        """The instant (UTC) at which it begins."""
        return instant(datetime.combine(self.day, self.at), self.tz)

    @property
    def ends(self) -> datetime:
        """The instant (UTC) at which it ends."""
        return self.starts + timedelta(minutes=self.minutes)


class SessionPerson(models.Model):
    """Who speaks, moderates, interprets: a person with an account, or a name."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="speaking"
    )
    name = models.CharField(max_length=200, blank=True, help_text="for people without an account")
    role = models.CharField(max_length=40, default="lecturer", help_text="lecturer, speaker, moderator ...")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"], condition=Q(user__isnull=False), name="timetable_speaker_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(name=""), name="timetable_speaker_is_somebody"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else self.name


class Unavailable(models.Model):
    """When a person who speaks cannot come: two instants."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="unavailable")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=120, blank=True, help_text="typed, or the calendar it came from")

    class Meta:
        ordering = ["starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=models.F("starts")), name="timetable_unavailable_span"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts:%d %b %H:%M} to {self.ends:%d %b %H:%M}"
