"""What follows from the rules: early warnings and what was agreed, weekly letters, recommendations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from nagara.campus.programmes.models import Batch, Enrolment


class EarlyWarning(models.Model):
    """A warning rule that a student does not meet, from the day it was first seen until it was met again."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="early_warnings")
    rule = models.CharField(max_length=60, help_text="id of the rule in the programme version")
    said = models.TextField()
    mend = models.TextField(blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["enrolment", "-first_seen", "rule"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "rule"],
                condition=Q(ended_at__isnull=True),
                name="degrees_one_open_warning_of_a_rule",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.user}: {self.rule}"


class WarningNote(models.Model):
    """What was agreed about a warning."""

    warning = models.ForeignKey(EarlyWarning, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:80]


class WeeklyLetter(models.Model):
    """That an advisor has had the letter of a week: one for each week, however often it is asked for."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="+")
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    week = models.CharField(max_length=8, help_text="ISO week at the host, such as 2026-W47")
    warnings = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-week"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "advisor", "week"], name="degrees_letter_once_a_week")
        ]

    def __str__(self) -> str:
        return f"{self.week}: {self.advisor}"


class Recommendation(models.Model):
    """That people were recommended for the degree: who said so, when, why."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="recommendations")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"Recommendation of {self.at:%d %b %Y}"


class Recommended(models.Model):
    """A student recommended for the degree, with every verdict as it stood:
    [{"rule", "said", "met", "waived"}]."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="people")
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="recommended")
    award = models.CharField(max_length=120)
    verdicts = models.JSONField(default=list)
    gpa = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    credits = models.DecimalField(max_digits=5, decimal_places=1)

    class Meta:
        ordering = ["enrolment__user__sort_key", "id"]

    def __str__(self) -> str:
        return f"{self.enrolment.user}: {self.award}"
