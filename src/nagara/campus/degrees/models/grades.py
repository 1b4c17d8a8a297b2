"""What grades there are, and how a batch counts them: data that the office edits."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from nagara.campus.programmes.models import Batch


class GradeScale(models.Model):
    """One version of a grade scale. Fixed for ever once a course was graded by it."""

    name = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField(default=1)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="degrees_scale_once")]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("degree-scale", args=[self.pk])


class Grade(models.Model):
    """A grade of a scale. `points` None: it does not count in the grade average (P, NP)."""

    scale = models.ForeignKey(GradeScale, on_delete=models.CASCADE, related_name="grades")
    letter = models.CharField(max_length=6)
    points = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    passes = models.BooleanField("gives the credits", default=True)
    meaning = models.CharField(max_length=80, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["scale", "order"]
        constraints = [models.UniqueConstraint(fields=["scale", "letter"], name="degrees_letter_once")]

    def __str__(self) -> str:
        return self.letter


class DegreePolicy(models.Model):
    """How a batch counts: its scale, which attempt of a repeated course counts, how long a practicum is.

    The most credits in a semester, the milestones and all limits stand in the degree rules of the version.
    """

    class Repeats(models.TextChoices):
        BEST = "best", "The best attempt counts"
        LAST = "last", "The last attempt counts"

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="degree_policy")
    scale = models.ForeignKey(GradeScale, on_delete=models.PROTECT, related_name="+")
    repeats = models.CharField(
        "repeated courses", max_length=8, choices=Repeats.choices, default=Repeats.BEST
    )
    practicum_days = models.PositiveSmallIntegerField("shortest practicum in days", default=60)
    semesters_most = models.PositiveSmallIntegerField(
        "semesters that the office may plan", default=8, help_text="how many semesters a batch can have"
    )

    class Meta:
        verbose_name_plural = "degree policies"

    def __str__(self) -> str:
        return f"{self.batch}: {self.scale}, {self.get_repeats_display().lower()}"
