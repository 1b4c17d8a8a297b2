"""What a person agreed to, and when."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ConsentText(models.Model):
    """What people are asked to agree to. A change of words is a new version: nothing is overwritten."""

    purpose = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120)
    text = models.TextField()
    order = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField("published", auto_now_add=True)

    class Meta:
        ordering = ["order", "purpose", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version"], name="people_consent_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class Consent(models.Model):
    """One answer about one purpose, to one version of its text. Never changed: the newest row counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    purpose = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(help_text="of the text that the person read")
    given = models.BooleanField(help_text="given, or withdrawn")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["user", "purpose", "-at"], name="people_consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}: {'given' if self.given else 'withdrawn'}"
