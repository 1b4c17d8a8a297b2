"""Assignments and the extensions of their time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.cities.clocks import instant
from nagara.campus.programmes.models import Batch, Course, Enrolment, Module, Rubric
from nagara.campus.timetable.models import Activity, Group


def default_types() -> list[str]:
    return ["pdf", "docx", "jpeg", "png"]


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions about assignments."""

    def published(self, now: datetime) -> Self:
        return self.filter(shown_at__lte=now)

    def visible_to(self, user: Any, now: datetime) -> Self:
        """Published ones of one's batches; drafts too where one teaches."""
        from nagara.campus.learning.queries import taught_batches

        seen = self.filter(batch__in=Batch.objects.visible_to(user))
        return seen.filter(Q(shown_at__lte=now) | Q(batch__in=taught_batches(user)))


class Assignment(models.Model):
    """Work that learners hand in. `due_at` is the instant of `due` in `tz`; `rubric` is one version and
    stays that once the assignment is published. With `teams`, those groups hand in together.

    `late`: {"rule": "refused" | "minus" | "accepted", "percent_a_day": 10, "days": 3 or null}.
    `peer`: {} or {"count": 3, "share": 30, "calibration": 1, "flag_above": 20}.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="assignments")
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="assignments"
    )
    course = models.ForeignKey(
        Course, null=True, blank=True, on_delete=models.SET_NULL, related_name="assignments"
    )
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=120, help_text="As rules name it: City Report, Decision brief ...")
    instructions = models.TextField(blank=True, help_text="Markdown: **bold**, lists with hyphens")
    rubric = models.ForeignKey(
        Rubric, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    teams = models.ManyToManyField(Group, blank=True, related_name="assignments")
    due = WallTimeField(help_text="by the clock of the host")
    tz = models.CharField("time zone", max_length=60, default="Asia/Seoul")
    due_at = models.DateTimeField(editable=False)
    shown_from = WallTimeField(
        null=True, blank=True, help_text="By the clock of the host. Empty: a draft that learners do not see."
    )
    shown_at = models.DateTimeField(null=True, editable=False)
    late = models.JSONField(default=dict)
    takes_text = models.BooleanField("takes text typed in the page", default=True)
    files_most = models.PositiveSmallIntegerField("files at most", default=3)
    types = models.JSONField(default=default_types)
    max_mb = models.PositiveSmallIntegerField("megabytes a file at most", default=10)
    needs_acceptance = models.BooleanField("is accepted or returned for revision", default=False)
    second_marker = models.BooleanField("two lecturers mark it, blind", default=False)
    differ_by = models.DecimalField(
        "a third reader where they differ by more than",
        max_digits=5,
        decimal_places=2,
        default=Decimal(15),
        help_text="points of 100",
    )
    peer = models.JSONField(default=dict, blank=True)
    peer_due = WallTimeField(null=True, blank=True)
    peer_due_at = models.DateTimeField(null=True, editable=False)
    peers_at = models.DateTimeField("peers were assigned", null=True, editable=False)
    released_at = models.DateTimeField("marks were released", null=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "course", "title"],
                condition=Q(course__isnull=False),
                name="learning_assignment_of_course_once",
            ),
            models.UniqueConstraint(
                fields=["batch", "title"], condition=Q(course__isnull=True), name="learning_assignment_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assignment", args=[self.pk])

    def is_shown(self, now: datetime) -> bool:
        return self.shown_at is not None and self.shown_at <= now

    def set_instants(self) -> None:
        """Keep the instants in step with wall times and zone."""
        self.due_at = instant(self.due, self.tz)
        self.shown_at = instant(self.shown_from, self.tz) if self.shown_from else None
        self.peer_due_at = instant(self.peer_due, self.tz) if self.peer_due else None

    @property
    def late_words(self) -> str:
        """The rule for late work in words."""
        rule = self.late.get("rule", "refused")
        days = self.late.get("days")
        until = f", up to {days} days" if days else ""
        if rule == "minus":
            off = self.late.get("percent_a_day", 10)
            return f"Late work loses {off} points of 100 for each day begun{until}."
        if rule == "accepted":
            return f"Late work is accepted{until}, and marked as late."
        return "Nothing is accepted after this time."


class Extension(models.Model):
    """More time for one person (or that person's team), with the reason."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="extensions")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="extensions")
    until = WallTimeField()
    until_at = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-until_at"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "enrolment"], name="learning_extension_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.user}: until {self.until}"
