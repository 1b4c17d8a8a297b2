"""One table: events."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Event(models.Model):
    """Something that was changed, or a sensitive field that was read.

    Written by the verbs of this room only, never changed afterwards."""

    CHANGE, READ = "change", "read"

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    kind = models.CharField(max_length=10, default=CHANGE)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-at"], name="audit_subject"),  # history of one thing
            models.Index(fields=["-at"], name="audit_newest"),  # the list of the office
            models.Index(fields=["by", "-at"], name="audit_by"),  # what one person did
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject}"
