"""Labs that a batch does: when, for whom which variant, what counts; and regrades."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.cities.clocks import instant
from nagara.campus.learning.queries import graded_batches
from nagara.campus.programmes.models import Batch

VARIANTS = [
    ("", "each one's own: as the city's readiness says"),
    ("foundation", "Foundation for all"),
    ("standard", "Standard for all"),
    ("advanced", "Advanced for all"),
]


class BatchLabs(models.Model):
    """What holds for all labs of a batch."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="lab_settings")
    example_city = models.SlugField(
        "example city",
        blank=True,
        help_text="Where a learner's own city lacks the tables. Empty: the simulated city.",
    )

    class Meta:
        verbose_name_plural = "labs of batches"

    def __str__(self) -> str:
        return f"Labs of {self.batch}"


class LabAssignmentQuerySet(models.QuerySet["LabAssignment"]):
    """Questions about labs of batches."""

    def published(self) -> Self:
        return self.filter(state=LabAssignment.State.PUBLISHED)

    def visible_to(self, user: Any) -> Self:
        """Published ones of one's batches; drafts too where one teaches."""
        seen = self.filter(batch__in=Batch.objects.visible_to(user))
        return seen.filter(Q(state=LabAssignment.State.PUBLISHED) | Q(batch__in=graded_batches(user)))


class LabAssignment(models.Model):
    """A module's lab in a batch. Opens, is due and closes by wall time in its zone. Work that comes after it
    was due counts, and is marked as late; after it closed nothing counts."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lab_assignments")
    module = models.CharField(max_length=12, help_text="code of the module: M05")
    variant = models.CharField(max_length=12, blank=True, choices=VARIANTS, default="")
    title = models.CharField(max_length=160, blank=True, help_text="Empty: the title of the lab.")
    intro = models.TextField("introduction", blank=True, help_text="Markdown: what it is for, what to bring")
    opens = WallTimeField("opens")
    due = WallTimeField("due", help_text="What comes later counts, and is marked as late.")
    closes = WallTimeField("closes", help_text="What comes later does not count.")
    tz = models.CharField("time zone", max_length=60)
    opens_at = models.DateTimeField(editable=False)
    due_at = models.DateTimeField(editable=False)
    closes_at = models.DateTimeField(editable=False)
    tries = models.PositiveSmallIntegerField(
        "tries a task", null=True, blank=True, help_text="Empty: as the lab says, else as many as one likes."
    )
    counts = models.BooleanField("stands in the grade book", default=True)
    hints_cost = models.DecimalField(
        "a hint costs, in per cent of a task",
        max_digits=4,
        decimal_places=1,
        default=Decimal(0),
        validators=[MaxValueValidator(Decimal(50))],
        help_text="The first hint of a task is always free.",
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = LabAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["opens_at", "id"]

    def __str__(self) -> str:
        return self.title or f"Lab {self.module}"

    def get_absolute_url(self) -> str:
        return reverse("labwork-assignment", args=[self.pk])

    def set_instants(self) -> None:
        """Keep the instants in step with wall times and zone."""
        self.opens_at = instant(self.opens, self.tz)
        self.due_at = instant(self.due, self.tz)
        self.closes_at = instant(self.closes, self.tz)

    def standing(self, now: datetime) -> str:
        """ "draft", "upcoming", "open", "late" (due, not closed) or "closed" at an instant."""
        if self.state == self.State.DRAFT:
            return "draft"
        if now < self.opens_at:
            return "upcoming"
        if now >= self.closes_at:
            return "closed"
        return "open" if now <= self.due_at else "late"


class LabRegrade(models.Model):
    """Points of a lab that were worked out anew: why, by whom, and whose changed."""

    assignment = models.ForeignKey(LabAssignment, on_delete=models.CASCADE, related_name="regrades")
    reason = models.TextField()
    changes = models.JSONField(default=list, help_text="[{work, user, task, was, now}]")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.assignment}, {self.at:%d %b %Y}"
