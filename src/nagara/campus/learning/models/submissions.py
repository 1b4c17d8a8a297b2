"""What learners hand in: a draft that saves itself, versions that stay as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.learning.models.assignments import Assignment
from nagara.campus.programmes.models import Enrolment
from nagara.campus.timetable.models import Group


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Questions about submissions."""

    def of(self, user: Any) -> Self:
        """One's own: by oneself, or by a team one is in."""
        mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN)
        return self.filter(
            Q(enrolment__in=mine) | Q(group__memberships__enrolment__in=mine.values("pk"))
        ).distinct()

    def visible_to(self, user: Any) -> Self:
        """One's own, and those of the batches in which one grades."""
        from nagara.campus.learning.queries import graded_batches

        own = self.of(user).values("pk")
        return self.filter(Q(pk__in=own) | Q(assignment__batch__in=graded_batches(user)))


class Submission(models.Model):
    """One person's or one team's work for an assignment. `text` is the draft; what was handed in stands in
    its HandIns. `draft_version` counts saves: a window that is behind does not overwrite."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        HANDED_IN = "handed-in", "Handed in"
        RETURNED = "returned", "Returned for revision"
        ACCEPTED = "accepted", "Accepted"

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="submissions")
    enrolment = models.ForeignKey(
        Enrolment, null=True, blank=True, on_delete=models.CASCADE, related_name="submissions"
    )
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.PROTECT, related_name="submissions"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    text = models.TextField(blank=True)
    draft_version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)
    handed_in_at = models.DateTimeField("last handed in", null=True, blank=True)
    late_days = models.PositiveSmallIntegerField("days late, begun", default=0)
    number = models.PositiveSmallIntegerField("how often handed in", default=0)
    remark = models.TextField(blank=True, help_text="to the learner, when it is accepted or returned")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    calibration = models.BooleanField("piece by which peers are compared with the lecturers", default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["handed_in_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "enrolment"],
                condition=Q(enrolment__isnull=False),
                name="learning_submission_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["assignment", "group"],
                condition=Q(group__isnull=False),
                name="learning_submission_of_team_once",
            ),
            models.CheckConstraint(
                condition=Q(enrolment__isnull=False, group__isnull=True)
                | Q(enrolment__isnull=True, group__isnull=False),
                name="learning_submission_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner}: {self.assignment}"

    def get_absolute_url(self) -> str:
        return reverse("grading-sheet", args=[self.pk])

    @property
    def owner(self) -> str:
        """Whose it is, in words."""
        return str(self.group) if self.enrolment is None else str(self.enrolment.user)


class HandIn(models.Model):
    """A version as it was handed in. `key` names the form that was sent: sent twice it counts once."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="hand_ins")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    files: models.ManyToManyField[SubmissionFile, models.Model] = models.ManyToManyField(
        "SubmissionFile", related_name="hand_ins"
    )
    at = models.DateTimeField()
    late_days = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=64)

    class Meta:
        ordering = ["submission", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="learning_hand_in_number_once"),
            models.UniqueConstraint(fields=["submission", "key"], name="learning_hand_in_once"),
        ]

    def __str__(self) -> str:
        return f"{self.submission}, version {self.number}"


class SubmissionFile(models.Model):
    """A file of a submission. `in_draft`: it goes with the next version."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    file = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    media = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    in_draft = models.BooleanField(default=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return Path(settings.UPLOADS) / self.file
