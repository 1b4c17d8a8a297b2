"""Attempts, their answers, and regradings."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.quizzes.models.banks import Item, ItemVersion
from nagara.campus.quizzes.models.quizzes import Quiz


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Questions about attempts."""

    def visible_to(self, user: Any) -> Self:
        """One's own; all of the quizzes that one may look into by a role."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        seen = Quiz.objects.visible_to(user)
        taken = Quiz.objects.taken_by(user)
        return self.filter(Q(user=user) | Q(quiz__in=seen.exclude(pk__in=taken.values("pk"))))

    def done(self) -> Self:
        return self.filter(submitted_at__isnull=False)


class Attempt(models.Model):
    """A person's go at a quiz. `seed` fixes which items, which numbers, in which order. `due_at` is the
    instant at which its time is over (by the time limit or by the end of the quiz)."""

    class How(models.TextChoices):
        PERSON = "person", "handed in"
        TIME = "time", "time was over"

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="taken")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiz_attempts")
    number = models.PositiveSmallIntegerField(default=1)
    seed = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=8, choices=How.choices, blank=True)
    marks = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    most = models.DecimalField(max_digits=8, decimal_places=3, default=Decimal(0))
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["quiz", "user", "number"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "user", "number"], name="quizzes_attempt_once"),
            models.UniqueConstraint(
                fields=["quiz", "user"],
                condition=Q(submitted_at__isnull=True),
                name="quizzes_one_open_attempt",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(marks__isnull=False, percent__isnull=False),
                name="quizzes_submitted_is_marked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(submitted_at__isnull=True), name="quizzes_overdue"
            )  # taking.submit_due
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.quiz}, attempt {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("quiz-attempt", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None

    def over(self, now: datetime) -> bool:
        """True where the time and its grace are over."""
        return now > self.due_at + timedelta(seconds=self.quiz.grace)


class Answer(models.Model):
    """One question of an attempt. `drawn` fixes what was asked (variant, numbers, order of the choices),
    `given` is what the person answered; both in the words of the item, so that a regrade needs no more."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    place = models.PositiveSmallIntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="answers")
    marked_by = models.ForeignKey(
        ItemVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="the version whose key gave the marks",
    )  # fmt: skip
    drawn = models.JSONField(default=dict)
    given = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    marks = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    most = models.DecimalField(max_digits=7, decimal_places=3, default=Decimal(1))
    mistake = models.CharField(max_length=80, blank=True, help_text="key of the named mistake")
    remark = models.CharField(max_length=300, blank=True, help_text="why marks are missing, in words")

    class Meta:
        ordering = ["attempt", "place"]
        constraints = [models.UniqueConstraint(fields=["attempt", "place"], name="quizzes_answer_once")]

    def __str__(self) -> str:
        return f"{self.attempt}, question {self.place}"


class Regrade(models.Model):
    """Answers marked anew by a corrected key. `changes` says of each attempt: marks before and after."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="regrades")
    key = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    changes = models.JSONField(default=list, help_text="[{attempt, place, was, now}]")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.item}: {len(self.changes)} answers"
