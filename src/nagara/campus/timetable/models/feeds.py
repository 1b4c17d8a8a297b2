"""Calendar feeds: secret addresses from which a calendar program reads."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from nagara.campus.programmes.models import Batch


class CalendarFeed(models.Model):
    """A person's address of a calendar: of all that is theirs, or (`batch`) of a whole batch.

    The address holds a token and nothing else. The token is made from `seed` and the site's key; only its
    digest is kept, so who reads the database cannot read calendars. A new address is a new seed.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    seed = models.CharField(max_length=32, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("address made", auto_now_add=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField("last read", null=True, blank=True, help_text="to the hour")

    class Meta:
        ordering = ["user", "batch"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(batch__isnull=True), name="timetable_own_feed_once"
            ),
            models.UniqueConstraint(
                fields=["user", "batch"], condition=Q(batch__isnull=False), name="timetable_batch_feed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.batch or self.user}"
