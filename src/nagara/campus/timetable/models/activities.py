"""Activities of a batch and the groups that take part in them."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.urls import reverse

from nagara.campus.programmes.models import ActivityKind, Batch, Course, Enrolment, Module


class Group(models.Model):
    """Some of a batch: group A and B of a workshop, the students of a course in one semester."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=120)
    members = models.ManyToManyField(Enrolment, through="GroupMember", related_name="groups")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["batch", "name"], name="timetable_group_once")]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """A person of a batch in a group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="group_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "enrolment"], name="timetable_group_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.user} in {self.group}"


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Questions about activities."""

    def visible_to(self, user: Any) -> Self:
        """Those of the batches that one may see."""
        return self.filter(batch__in=Batch.objects.visible_to(user))


class Activity(models.Model):
    """A course, seminar, workshop, webinar, technical visit ...: one or more sessions of a batch.

    It is for the whole batch, or for one group. `counts`: its minutes count towards attendance.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="timetable")
    kind = models.ForeignKey(ActivityKind, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True, help_text="Markdown: what it is about, what to bring")
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    course = models.ForeignKey(
        Course, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities"
    )
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.RESTRICT, related_name="activities"
    )
    counts = models.BooleanField("counts towards attendance", default=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("timetable-activity", args=[self.pk])
