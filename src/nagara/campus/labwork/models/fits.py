"""Where a lab fits: worked out once for each state of a city's tables."""

from __future__ import annotations

from django.db import models


class LabFit(models.Model):
    """Whether a lab runs on a city. `stamp` names the tables of the city and the lab file it was worked out
    from. `lacks`: [{name, why, bring, has, wants, tasks}]; `tasks` of the lab that run."""

    city_slug = models.SlugField()
    lab = models.CharField(max_length=80)
    stamp = models.CharField(max_length=64)
    ok = models.BooleanField()
    tasks = models.JSONField(default=list)
    lacks = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["lab", "city_slug"]
        constraints = [models.UniqueConstraint(fields=["city_slug", "lab"], name="labwork_fit_once")]

    def __str__(self) -> str:
        return f"{self.lab} on {self.city_slug}: {'fits' if self.ok else 'does not fit'}"
