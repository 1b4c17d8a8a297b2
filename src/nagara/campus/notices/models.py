"""Notices: what goes out to people, seen by the office before it does."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions about notices."""

    def visible_to(self, user: Any) -> Self:
        """A person's own notices, once they are queued or sent. (The office's page asks for all.)"""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(to=user, state__in=[Notice.State.QUEUED, Notice.State.SENDING, Notice.State.SENT])

    def due(self) -> Self:
        """Those to send now."""
        return self.filter(state=Notice.State.QUEUED, send_after__lte=timezone.now())


class Notice(models.Model):
    """One letter to one person, whole as it goes out."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        HELD = "held", "Held back"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    address = models.CharField("e-mail", max_length=254)
    template = models.CharField(max_length=100)
    about = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)
    send_after = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["send_after"], name="notices_due", condition=Q(state="queued")
            ),  # Notice.objects.due()
            models.Index(fields=["state", "-id"], name="notices_state"),  # the office's page
            models.Index(fields=["about"], name="notices_about"),  # letters about one thing
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.address}"
