"""Invitations, and personal links that were used up."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SpentLink(models.Model):
    """A single-use link that was used. Only the digest of the link is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    purpose = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.at:%Y-%m-%d}"


class Invitation(models.Model):
    """The office asks a person to sign in for the first time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"invitation of {self.user}"
