"""What a batch's days look like: hours, meals, prayers, travel. Data that those who run the batch edit."""

from __future__ import annotations

from typing import Any

from django.db import models

from nagara.campus.programmes.models import Batch


def usual_prayers() -> list[dict[str, Any]]:
    """Friday noon, and breaking the fast in Ramadan, where people of these states take part."""
    states = ["BN", "ID", "MY"]
    return [
        {
            "name": "Friday prayer",
            "days": [4],
            "from": "12:00",
            "to": "13:30",
            "season": "",
            "states": states,
        },
        {
            "name": "Breaking the fast",
            "days": [],
            "from": "17:30",
            "to": "19:30",
            "season": "Ramadan",
            "states": states,
        },
    ]


def usual_meals() -> list[dict[str, Any]]:
    return [{"name": "Lunch", "from": "11:30", "to": "14:00", "minutes": 45}]


class Frame(models.Model):
    """Hours in which a batch works, and what has to stay free. Times are wall times where people are.

    `prayers`: [{"name", "days": [0-6; empty: every day], "from", "to", "season": "" or the first word of a
    season such as "Ramadan", "states": [ISO codes; empty: for everyone]}]; `meals`: [{"name", "from", "to",
    "minutes": that have to be free between them}]; `travel_days`: [{"day": ISO date, "note"}].
    """

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="frame")
    work_from = models.CharField("working hours from", max_length=5, default="09:00")
    work_to = models.CharField("to", max_length=5, default="18:00")
    live_from = models.CharField("usual live slot from", max_length=5, default="15:00")
    live_minutes = models.PositiveSmallIntegerField("minutes of the live slot", default=90)
    prayers = models.JSONField(default=usual_prayers, blank=True)
    meals = models.JSONField(default=usual_meals, blank=True)
    travel_days = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"Days of {self.batch}"
