"""Semesters of a batch and the courses offered in them."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Batch, Course
from nagara.campus.timetable.models import Activity, Group


class Semester(models.Model):
    """A semester: days at the host. Registration is open between two days (both count); courses may be
    added and dropped until `change_until`, and withdrawn from (shown as W) until `withdraw_until`."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="semesters")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    starts = models.DateField("first day")
    ends = models.DateField("last day")
    registration_from = models.DateField("registration opens")
    registration_until = models.DateField("registration closes")
    change_until = models.DateField("courses may be changed until")
    withdraw_until = models.DateField("withdrawal is possible until")

    class Meta:
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="degrees_semester_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="degrees_semester_days"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("degree-semester", args=[self.pk])

    def open_on(self, day: date) -> bool:
        """Registration or the change period is open on a day at the host."""
        return self.registration_from <= day <= max(self.registration_until, self.change_until)

    def begun_by(self, day: date) -> bool:
        return self.starts <= day


class OfferingQuerySet(models.QuerySet["Offering"]):
    """Questions about offerings."""

    def visible_to(self, user: Any) -> Self:
        """All for the office; those of one's batches; those that one teaches."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(Q(semester__batch__in=Batch.objects.visible_to(user)) | Q(lecturer=user))


class Offering(models.Model):
    """A course in a semester, one section of it. Its students are the timetable's `group`."""

    semester = models.ForeignKey(Semester, on_delete=models.CASCADE, related_name="offerings")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="offerings")
    section = models.CharField(max_length=12, default="A")
    lecturer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="offerings"
    )
    seats = models.PositiveSmallIntegerField(default=40)
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="offerings"
    )
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="offerings"
    )

    objects = OfferingQuerySet.as_manager()

    class Meta:
        ordering = ["semester", "course__order", "course__code", "section"]
        constraints = [
            models.UniqueConstraint(fields=["semester", "course", "section"], name="degrees_offering_once")
        ]

    def __str__(self) -> str:
        return f"{self.course} ({self.section})"

    def get_absolute_url(self) -> str:
        return reverse("degree-sheet", args=[self.pk])


class Prerequisite(models.Model):
    """A course that asks for another one to be passed before."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="prerequisites")
    needs = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["course__code", "needs__code"]
        constraints = [
            models.UniqueConstraint(fields=["course", "needs"], name="degrees_prerequisite_once"),
            models.CheckConstraint(condition=~Q(course=F("needs")), name="degrees_not_its_own_prerequisite"),
        ]

    def __str__(self) -> str:
        return f"{self.course.code} needs {self.needs.code}"
