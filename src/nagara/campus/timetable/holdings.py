"""What the room tells the others: doors of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab


def tabs_of(batch: Batch, user: Any) -> Iterator[Tab]:
    """The timetable for everyone of the batch."""
    yield Tab("Timetable", reverse("timetable", args=[batch.slug]))
