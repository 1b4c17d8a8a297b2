"""What else belongs to a degree: milestones, advisors and their meetings, practicum, leave."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from nagara.campus.degrees.models.semesters import Semester
from nagara.campus.programmes.models import Enrolment


class Milestone(models.Model):
    """One attempt at a milestone that the degree rules name: ethics course, comprehensive exam ..."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=80)
    attempt = models.PositiveSmallIntegerField(default=1)
    passed = models.BooleanField(default=True)
    on = models.DateField("day")
    evidence = models.CharField(max_length=300, blank=True, help_text="minutes, certificate, report")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["enrolment", "on", "attempt"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "name", "attempt"], name="degrees_milestone_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {'passed' if self.passed else 'not passed'}"


class Advising(models.Model):
    """Who advises a student, dated."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="advising")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="advising")
    since = models.DateField(default=date.today)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["enrolment", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(until__isnull=True), name="degrees_one_advisor_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} advises {self.enrolment.user}"


class AdvisorMeeting(models.Model):
    """A meeting of advisor and student: what it was about, what was agreed."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="advisor_meetings")
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    on = models.DateField("day")
    about = models.TextField("what it was about")
    agreed = models.TextField("what was agreed", blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["enrolment", "-on", "-id"]

    def __str__(self) -> str:
        return f"{self.enrolment.user}, {self.on}"


class Practicum(models.Model):
    """A practicum at a place, with a mentor."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="practica")
    place = models.CharField("where", max_length=200)
    mentor = models.CharField("mentor, name in full", max_length=200)
    starts = models.DateField("first day")
    ends = models.DateField("last day")
    task = models.TextField("what is done there", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["enrolment", "starts"]
        verbose_name_plural = "practica"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="degrees_practicum_days")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.user} at {self.place}"

    @property
    def days(self) -> int:
        """Days from the first to the last, both counted."""
        return (self.ends - self.starts).days + 1


class PracticumEntry(models.Model):
    """A line of the mentor's log."""

    practicum = models.ForeignKey(Practicum, on_delete=models.CASCADE, related_name="entries")
    on = models.DateField("day")
    text = models.TextField("what was done")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["practicum", "on", "id"]

    def __str__(self) -> str:
        return f"{self.practicum}, {self.on}"


class Leave(models.Model):
    """A semester of leave: it does not count as a semester of study."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="leaves")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, related_name="leaves")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["enrolment", "semester__number"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "semester"], name="degrees_leave_once")]

    def __str__(self) -> str:
        return f"{self.enrolment.user} on leave in {self.semester}"
