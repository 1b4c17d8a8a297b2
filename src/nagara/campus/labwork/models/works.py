"""A person's work on a lab: its tasks with drafts and points, and every try."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.labwork.models.setting import LabAssignment
from nagara.campus.learning.queries import graded_batches


class LabWorkQuerySet(models.QuerySet["LabWork"]):
    """Questions about work."""

    def visible_to(self, user: Any) -> Self:
        """One's own; that of others in batches where one grades."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(Q(user=user) | Q(assignment__batch__in=graded_batches(user)))


class LabWork(models.Model):
    """One person's copy of a lab: on which city and why, its numbers, and the Run that holds the key.
    Without `assignment` it is practice of one's own, and `number` counts how often it was begun."""

    assignment = models.ForeignKey(
        LabAssignment, null=True, blank=True, on_delete=models.CASCADE, related_name="works"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lab_works")
    number = models.PositiveSmallIntegerField(default=1)
    lab = models.CharField(max_length=80, help_text="such as m05-standard")
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    variant_why = models.CharField(max_length=400, blank=True)
    city_slug = models.SlugField()
    city_why = models.CharField(max_length=400)
    lacks = models.JSONField(default=list, blank=True, help_text="what the own city would have to bring")
    snapshot = models.PositiveIntegerField()
    run_id = models.CharField(max_length=120)
    seed = models.CharField(max_length=64)
    prepared = models.JSONField(default=dict, help_text="the lab as it was posed, with the key")
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    points = models.DecimalField(max_digits=7, decimal_places=3, default=Decimal(0))
    most = models.DecimalField(max_digits=7, decimal_places=3, default=Decimal(0))

    objects = LabWorkQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "user"],
                condition=Q(assignment__isnull=False),
                name="labwork_work_of_assignment_once",
            ),
            models.UniqueConstraint(
                fields=["user", "lab", "number"],
                condition=Q(assignment__isnull=True),
                name="labwork_own_work_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lab}: {self.user}"

    def get_absolute_url(self) -> str:
        return reverse("labwork-work", args=[self.pk])

    @property
    def percent(self) -> Decimal:
        """Points in per cent of the most, two decimals."""
        if not self.most:
            return Decimal(0)
        return (100 * self.points / self.most).quantize(Decimal("0.01"))


class TaskState(models.Model):
    """A task of a work: the draft, what it has reached, hints and tries. `points` is None until something was
    graded. `marks` is the sheet of a text: {criterion: {"points": "2", "said": "..."}}."""

    work = models.ForeignKey(LabWork, on_delete=models.CASCADE, related_name="tasks")
    task = models.SlugField()
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=160)
    place = models.PositiveSmallIntegerField()
    draft = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField("last try", null=True, blank=True)
    most = models.DecimalField(max_digits=7, decimal_places=3)
    points = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    right = models.BooleanField(default=False)
    hints = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    mistake = models.CharField(max_length=80, blank=True, help_text="named mistake of the last try")
    marks = models.JSONField(default=dict, blank=True)
    comment = models.TextField(blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["work", "place"]
        constraints = [models.UniqueConstraint(fields=["work", "task"], name="labwork_task_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("labwork-task", args=[self.work_id, self.task])

    @property
    def waiting(self) -> bool:
        """A text that was handed in and is not marked yet."""
        return self.kind == "text" and self.tries > 0 and self.points is None

    @property
    def words(self) -> str:
        """Where it stands, in a word or two."""
        if self.waiting:
            return "with your lecturer"
        if self.right:
            return "right"
        if self.points:
            return "partly right"
        if self.tries:
            return "not right yet"
        return "begun" if self.saved_at or self.hints else "open"


class TaskTry(models.Model):
    """One answer that was handed in and what became of it. `key` makes sending it twice count once; `rows`
    keeps what a query gave (zlib of JSON). `result_sign` and `text_sign` name the result and the form of the
    text, to find answers that look alike."""

    class Via(models.TextChoices):
        PAGE = "page", "page"
        NOTEBOOK = "notebook", "notebook"
        PACK = "pack", "offline pack"

    state = models.ForeignKey(TaskState, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    rows = models.BinaryField(null=True, blank=True)
    run_id = models.CharField(max_length=120)
    lab_sha256 = models.CharField(max_length=64)
    points = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    right = models.BooleanField(default=False)
    mistake = models.CharField(max_length=80, blank=True)
    because = models.TextField(blank=True)
    remark = models.TextField(blank=True)
    differs = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    result_sign = models.CharField(max_length=16, blank=True)
    text_sign = models.CharField(max_length=16, blank=True)
    hints = models.PositiveSmallIntegerField("hints taken by then", default=0)
    at = models.DateTimeField()
    via = models.CharField(max_length=10, choices=Via.choices, default=Via.PAGE)

    class Meta:
        ordering = ["state", "number"]
        constraints = [
            models.UniqueConstraint(fields=["state", "number"], name="labwork_try_number_once"),
            models.UniqueConstraint(fields=["state", "key"], name="labwork_try_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.state}, try {self.number}"
