"""Materials of a batch: pages, files, links, recordings; their versions, and who has opened them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.cities.clocks import instant
from nagara.campus.programmes.models import Batch, Module
from nagara.campus.timetable.models import Activity, Session

WORDS_A_MINUTE = 180
"""Reading in a second language."""


class MaterialQuerySet(models.QuerySet["Material"]):
    """Questions about materials."""

    def published(self, now: datetime) -> Self:
        """Those that learners see at `now`."""
        return self.filter(shown_at__lte=now)

    def visible_to(self, user: Any, now: datetime) -> Self:
        """Published ones of one's batches; drafts too where one teaches."""
        from nagara.campus.learning.queries import taught_batches

        seen = self.filter(batch__in=Batch.objects.visible_to(user))
        return seen.filter(models.Q(shown_at__lte=now) | models.Q(batch__in=taught_batches(user)))


class Material(models.Model):
    """Something to read, open or watch. `body` is Markdown: the page itself, the transcript of a recording,
    or words beside a file or a link. `shown_at` is the instant of `shown_from` in `tz`; without it the
    material is a draft."""

    class Kind(models.TextChoices):
        PAGE = "page", "Page"
        FILE = "file", "File"
        LINK = "link", "Link"
        RECORDING = "recording", "Recording with transcript"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="materials")
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="materials"
    )
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.SET_NULL, related_name="materials"
    )
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PAGE)
    title = models.CharField(max_length=200)
    body = models.TextField(
        "text", blank=True, help_text="Markdown: **bold**, lists with hyphens, ## headings"
    )
    address = models.URLField(max_length=500, blank=True, help_text="of a link or a recording")
    file = models.CharField(max_length=200, blank=True, editable=False)
    name = models.CharField(max_length=200, blank=True, editable=False)
    media = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    order = models.PositiveIntegerField(default=0)
    shown_from = WallTimeField(
        null=True, blank=True, help_text="By the clock of the host. Empty: a draft that learners do not see."
    )
    tz = models.CharField("time zone", max_length=60, default="Asia/Seoul")
    shown_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(editable=False)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["batch", "shown_at"], name="learning_material_shown")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("material", args=[self.pk])

    @property
    def path(self) -> Path:
        return Path(settings.UPLOADS) / self.file

    @property
    def reading_minutes(self) -> int:
        """How long the text takes to read."""
        return max(1, round(len(self.body.split()) / WORDS_A_MINUTE)) if self.body else 0

    def is_shown(self, now: datetime) -> bool:
        return self.shown_at is not None and self.shown_at <= now

    def set_instant(self) -> None:
        """Keep `shown_at` in step with wall time and zone."""
        self.shown_at = instant(self.shown_from, self.tz) if self.shown_from else None


class MaterialVersion(models.Model):
    """What a material was before a change."""

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    address = models.URLField(max_length=500, blank=True)
    file = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    media = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["material", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["material", "number"], name="learning_material_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class MaterialOpened(models.Model):
    """A person has opened a material: the last version seen."""

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="opened")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["material", "user"], name="learning_opened_once")]

    def __str__(self) -> str:
        return f"{self.user} opened {self.material}"


class Visit(models.Model):
    """When a person looked at the materials of a batch, and the visit before: what is new since then."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "user"], name="learning_visit_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.at}"
