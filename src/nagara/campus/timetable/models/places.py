"""Where sessions are held."""

from __future__ import annotations

from django.db import models


class Venue(models.Model):
    """A building, a campus, a hotel: rooms are in it. `tz` is the zone of its clocks."""

    name = models.CharField(max_length=160, unique=True)
    address = models.CharField(max_length=300, blank=True)
    tz = models.CharField("time zone", max_length=60, default="Asia/Seoul")
    lat = models.FloatField("latitude", null=True, blank=True, help_text="WGS 84, degrees")
    lon = models.FloatField("longitude", null=True, blank=True, help_text="WGS 84, degrees")
    note = models.TextField(blank=True, help_text="how to get there, steps or lift, prayer room, canteen")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A room of a venue."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=80)
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="screen, computers, wheelchair access")

    class Meta:
        ordering = ["venue__name", "name"]
        constraints = [models.UniqueConstraint(fields=["venue", "name"], name="timetable_room_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.venue.name}"
