"""What the room keeps: worked examples of lessons on cities, and what people have read."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models


class Example(models.Model):
    """The examples of one lesson, computed on one city. `stamp` names the snapshot, `lesson_sha256` the text
    that asked; a newer one takes the place of an older."""

    module = models.CharField(max_length=12)
    lesson = models.CharField(max_length=80)
    city = models.CharField(max_length=63, help_text="the city's name in the lake")
    stamp = models.CharField(max_length=300)
    lesson_sha256 = models.CharField(max_length=64)
    snapshot = models.PositiveIntegerField()
    data = models.JSONField(help_text="rows, numbers, figures, sources; or what the city lacks")
    made_at = models.DateTimeField(auto_now=True)
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="when the worker was asked to compute it"
    )

    class Meta:
        ordering = ["module", "lesson", "city"]
        constraints = [
            models.UniqueConstraint(fields=["module", "lesson", "city"], name="lessons_example_once"),
        ]

    def __str__(self) -> str:
        return f"{self.module}/{self.lesson} on {self.city}"


class ReadingQuerySet(models.QuerySet["Reading"]):
    """Questions about what was read."""

    def visible_to(self, user: Any) -> Self:
        """One's own. Those of a batch are shown to who teaches in it, by the batch's page."""
        return self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()


class Reading(models.Model):
    """A lesson that a person marked as read, in which variant, on which city."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="readings")
    module = models.CharField(max_length=12)
    lesson = models.CharField(max_length=80)
    variant = models.CharField(max_length=12)
    city = models.CharField(max_length=63, blank=True)
    at = models.DateTimeField()

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["user", "module", "lesson"]
        constraints = [
            models.UniqueConstraint(fields=["user", "module", "lesson"], name="lessons_reading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} read {self.module}/{self.lesson}"
