"""What people took part in before this site was used."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class PastParticipation(models.Model):
    """One person in one earlier batch, from a table that the office brought."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past")
    programme_title = models.CharField(max_length=200)
    batch_title = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    city_text = models.CharField("city as written", max_length=160, blank=True)
    city_slug = models.SlugField("member city", blank=True)  # text: the room of cities stands above this one
    certificate_number = models.CharField(max_length=80, blank=True)
    certificate_kind = models.CharField(max_length=80, blank=True)
    source = models.CharField("file it came from", max_length=200, blank=True)
    source_row = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-year", "batch_title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "batch_title", "year"], name="people_past_once"),
            models.UniqueConstraint(
                fields=["certificate_number"],
                condition=~models.Q(certificate_number=""),
                name="people_past_certificate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_title} {self.year}"


class PeopleImport(models.Model):
    """A table of people that the office brought: read, shown, then taken whole or not at all."""

    class State(models.TextChoices):
        EXAMINED = "examined", "Read, waiting for a yes"
        TAKEN = "taken", "Taken"
        DROPPED = "dropped", "Not taken"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField("file", max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.EXAMINED)
    rows = models.JSONField(default=list)  # emptied once it is taken or dropped: they are personal data
    findings = models.JSONField(default=list)
    said = models.JSONField(default=dict)  # what became of it, in numbers

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
