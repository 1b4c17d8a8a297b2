"""What is kept: a person's own questions to a city, with their newest answers."""

from __future__ import annotations

import json
import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from nagara.campus.workbench.queries import SavedQueries


class SavedQuery(models.Model):
    """A question that a person put to a city's tables."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    city = models.SlugField(max_length=64)
    sql = models.TextField(max_length=20_000)
    title = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    status = models.CharField(max_length=8)
    rows = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    snapshot = models.PositiveIntegerField(default=0)
    all_rows = models.BooleanField(default=False)
    """Were rows of closed sources among those asked? Then only the city's team may see the answer again."""
    answer = models.BinaryField(blank=True, default=b"")
    """The answer, compressed; emptied when it is no longer one of the newest."""
    share = models.CharField(max_length=32, blank=True, db_index=True)
    """The secret part of the link under which others may open the question (never its answer)."""

    objects = SavedQueries.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "city", "-at"], name="workbench_own_newest")]

    def __str__(self) -> str:
        return self.title or " ".join(self.sql.split())[:80]

    def get_absolute_url(self) -> str:
        return reverse("sql-query", args=[self.city, self.pk])

    def keep(self, answer: dict[str, Any]) -> None:
        self.answer = zlib.compress(json.dumps(answer).encode())

    def told(self) -> dict[str, Any] | None:
        """The answer as it was kept; None where it is no longer there."""
        return json.loads(zlib.decompress(bytes(self.answer))) if self.answer else None
