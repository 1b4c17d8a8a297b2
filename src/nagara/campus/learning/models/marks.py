"""Marks: sheets of lecturers and of peers, the mark of each person, and how it was changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from nagara.campus.learning.models.assignments import Assignment
from nagara.campus.learning.models.submissions import Submission
from nagara.campus.programmes.models import Enrolment


class Sheet(models.Model):
    """Marks by rubric: `marks` {criterion: mark}, `said` {criterion: words}. `percent` once it is done, in
    points of 100. `version` counts saves: a window that is behind does not overwrite."""

    marks = models.JSONField(default=dict)
    said = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class Marking(Sheet):
    """A lecturer's sheet. `place` 1 and 2 mark blind of each other, 3 is the third where they differ.
    `history` keeps what another person's save replaced. `hand_in` is the version that was marked."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="markings")
    place = models.PositiveSmallIntegerField(default=1)
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    hand_in = models.PositiveSmallIntegerField("version that was marked", default=1)
    history = models.JSONField(default=list)

    class Meta:
        ordering = ["submission", "place"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "place"], name="learning_marking_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.submission}, marker {self.place}"


class PeerReview(Sheet):
    """A peer's sheet. The reviewer sees a number, never a name; so does the author."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="peer_reviews")
    reviewer = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="peer_reviews")
    number = models.PositiveSmallIntegerField(help_text="the reviewer's number of this paper")
    calibration = models.BooleanField(default=False)

    class Meta:
        ordering = ["reviewer", "number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "reviewer"], name="learning_peer_review_once")
        ]

    def __str__(self) -> str:
        return f"Paper {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("peer-review", args=[self.pk])


class Grade(models.Model):
    """A person's mark for an assignment. `percent` None with `excused`: it does not count. `how` explains
    it: {"expert": "78.00", "peer": "81.50", "peer_share": 30, "late": "10", "agreed": true}."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="grades")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="grades")
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    excused = models.BooleanField(default=False)
    by_hand = models.BooleanField("agreed or set by hand", default=False)
    how = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["assignment", "enrolment"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "enrolment"], name="learning_grade_once")
        ]

    def __str__(self) -> str:
        return "excused" if self.excused else f"{self.percent}"


class GradeChange(models.Model):
    """A mark that was changed, with the reason: the old one stays visible."""

    grade = models.ForeignKey(Grade, on_delete=models.CASCADE, related_name="changes")
    old = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    old_excused = models.BooleanField(default=False)
    new = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    new_excused = models.BooleanField(default=False)
    reason = models.TextField()
    after_release = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"
