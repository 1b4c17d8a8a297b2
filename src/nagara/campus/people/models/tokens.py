"""Personal access tokens: keys with which a person's own programs sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models

SCOPES = {
    "read": "read my labs and their tables",
    "answer": "hand in answers to my labs",
}
"""What a token may do, in the person's own words."""


class ProgramTokenQuerySet(models.QuerySet["ProgramToken"]):
    """Questions about tokens."""

    def visible_to(self, user: Any) -> Self:
        """One's own; nobody else sees that they are there."""
        return self.filter(user=user) if getattr(user, "is_authenticated", False) else self.none()

    def live(self, now: datetime) -> Self:
        """Those that open something at an instant."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class ProgramToken(models.Model):
    """A token. Only the digest is kept; the text is shown once. `ends` are its last letters."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="program_tokens"
    )
    name = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    ends = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ProgramTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} (...{self.ends})"

    def standing(self, now: datetime) -> str:
        """ "live", "expired" or "revoked" at an instant."""
        if self.revoked_at is not None:
            return "revoked"
        return "live" if now < self.expires_at else "expired"

    @property
    def may(self) -> list[str]:
        """What it may do, in words."""
        return [SCOPES[scope] for scope in self.scopes if scope in SCOPES]
