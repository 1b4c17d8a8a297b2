"""What the planner has released: the only thing that participants, feeds and other rooms read."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models.activities import Group
from nagara.campus.timetable.models.sessions import Session


class Release(models.Model):
    """A version of a batch's timetable. `changes` lists what became different from the one before:
    [{"session": id, "uid": ..., "title": ..., "day": ..., "what": "added" | "moved" | "changed" | "cancelled"
    | "restored", "said": [words]}]. `told` is how many people got a letter."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="timetable_releases")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)
    changes = models.JSONField(default=list)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["batch", "-number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="timetable_release_once")]

    def __str__(self) -> str:
        return f"{self.batch}, timetable version {self.number}"


class PublicSessionQuerySet(models.QuerySet["PublicSession"]):
    """Questions about released sessions."""

    def visible_to(self, user: Any) -> Self:
        """All for the office; else those of one's batches and those at which one speaks."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        speaking = PublicSession.speakers.through.objects.filter(user=user).values("publicsession")
        return self.filter(Q(batch__in=Batch.objects.visible_to(user)) | Q(pk__in=speaking))


class PublicSession(models.Model):
    """A session as released. `starts` and `ends` are instants (UTC) of `day`, `at`, `minutes` in `tz`.

    `sequence` counts released changes (RFC 5545, 3.8.7.4). `people` are names in order, with their roles;
    `speakers` are those of them who have an account. `group`: whom it is for; none: the whole batch.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="public")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="public_sessions")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=80)
    day = models.DateField()
    at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    tz = models.CharField(max_length=60)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    place = models.CharField(max_length=260, blank=True, help_text="room and venue")
    online = models.BooleanField(default=False)
    join_link = models.URLField(max_length=500, blank=True)
    note = models.TextField(blank=True)
    people = models.JSONField(default=list, help_text='[{"name": ..., "role": ...}]')
    speakers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="public_sessions")
    group = models.ForeignKey(Group, null=True, on_delete=models.RESTRICT, related_name="public_sessions")
    cancelled = models.BooleanField(default=False)
    cancel_reason = models.CharField(max_length=300, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    first_released = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = PublicSessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts", "id"]
        indexes = [models.Index(fields=["batch", "starts"], name="timetable_public_by_batch")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.session_id])  # without asking for the session
