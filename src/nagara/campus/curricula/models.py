"""Curricula: the modules that a city or a batch should take, chosen exactly and explained."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models

from nagara.campus.cities.models import City
from nagara.campus.programmes.models import Batch

PERSON = settings.AUTH_USER_MODEL


class Curriculum(models.Model):
    """A choice of modules, kept with everything that it was made from. A new choice is a new version."""

    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.CASCADE, related_name="curricula")
    batch = models.ForeignKey(
        Batch, null=True, blank=True, on_delete=models.CASCADE, related_name="curricula"
    )
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    budget_hours = models.DecimalField(max_digits=6, decimal_places=2)
    mode = models.CharField(max_length=12, blank=True, help_text="online, onsite, or empty for either")
    inputs = models.JSONField(help_text="needs and modules as they were")
    choices = models.JSONField(help_text="modules in and out with the reasons")
    overrides = models.JSONField(default=list, help_text="modules forced in or out, by whom, why")

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "curricula"
        constraints = [
            models.UniqueConstraint(
                fields=["city", "version"],
                condition=models.Q(city__isnull=False),
                name="curricula_city_version_once",
            ),
            models.UniqueConstraint(
                fields=["batch", "version"],
                condition=models.Q(batch__isnull=False),
                name="curricula_batch_version_once",
            ),
            models.CheckConstraint(
                condition=models.Q(city__isnull=False) ^ models.Q(batch__isnull=False),
                name="curricula_city_or_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"Curriculum of {self.city or self.batch}, version {self.version}"


class SkillsCheckQuerySet(models.QuerySet["SkillsCheck"]):
    """Questions about skills."""

    def visible_to(self, user: Any) -> Self:
        """One's own. Those of a batch are shown as sums and teams to who runs it."""
        return self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()


class SkillsCheck(models.Model):
    """A person's own rating of seven skills, 0-3 each. `answers`: {skill id: level}."""

    user = models.OneToOneField(PERSON, on_delete=models.CASCADE, related_name="skills_check")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    objects = SkillsCheckQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Skills of {self.user}"
