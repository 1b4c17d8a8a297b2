"""A participant list of a meeting tool: the file as read, row by row, and what became of each row."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from nagara.campus.attendance.models.presences import Presence
from nagara.campus.timetable.models import Session
from nagara.campus.webinars.models import Registration


class Sheet(models.Model):
    """A file of participants, read and matched. It counts when it is taken.

    `digest` (SHA-256 of the bytes): the same file again is the same sheet. `problems` are findings about the
    file: [{"row": 3, "severity": "error", "what": ..., "mend": ...}].
    """

    class State(models.TextChoices):
        READ = "read", "Read, not taken yet"
        TAKEN = "taken", "Taken"
        DROPPED = "dropped", "Taken back"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="sheets")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    tool = models.CharField(max_length=40)
    tz = models.CharField("time zone", max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READ)
    problems = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["session", "digest"], name="attendance_sheet_once")]

    def __str__(self) -> str:
        return self.name


class SheetRow(models.Model):
    """One stay of one person as the file has it. `how`: by e-mail, by name, by hand; empty: nobody found."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="line in the file")
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    joined = models.DateTimeField()
    left = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    registration = models.ForeignKey(
        Registration, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    how = models.CharField(max_length=12, blank=True)
    ignored = models.CharField("left aside because", max_length=200, blank=True)
    presence = models.ForeignKey(
        Presence, null=True, blank=True, on_delete=models.SET_NULL, related_name="sheet_rows"
    )

    class Meta:
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return f"row {self.number}: {self.name}"
