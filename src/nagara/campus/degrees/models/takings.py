"""Courses as a student took them."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from nagara.campus.degrees.models.grades import Grade
from nagara.campus.degrees.models.progress import Advising
from nagara.campus.degrees.models.semesters import Offering, Semester
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import BatchRole, Course, Enrolment, RoleKind


class TakingQuerySet(models.QuerySet["CourseTaking"]):
    """Questions about courses taken."""

    def visible_to(self, user: Any) -> Self:
        """All for the office and who runs the batch; else one's own, one's advisees', one's class."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        running = RoleKind.objects.filter(runs=True).values("slug")
        runs = BatchRole.objects.filter(now_valid(), user=user, role__in=running).values("batch")
        advisees = Advising.objects.filter(now_valid(), user=user).values("enrolment")
        return self.filter(
            Q(enrolment__user=user)
            | Q(enrolment__batch__in=runs)
            | Q(enrolment__in=advisees)
            | Q(offering__lecturer=user)
        )


class CourseTaking(models.Model):
    """A course that a student takes or took, or credit that was transferred.

    Code, title, category, credits and `outside` are what they were when it was taken. `draft` is a grade
    that the lecturer has entered and not released; only `grade` counts.
    """

    class State(models.TextChoices):
        REGISTERED = "registered", "Registered"
        DROPPED = "dropped", "Dropped"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        WITHDRAWN = "withdrawn", "Withdrawn"
        TRANSFERRED = "transferred", "Transferred"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="takings")
    course = models.ForeignKey(
        Course, null=True, blank=True, on_delete=models.PROTECT, related_name="takings"
    )
    semester = models.ForeignKey(
        Semester, null=True, blank=True, on_delete=models.PROTECT, related_name="takings"
    )
    offering = models.ForeignKey(
        Offering, null=True, blank=True, on_delete=models.PROTECT, related_name="takings"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.REGISTERED)
    code = models.CharField(max_length=20)
    title = models.CharField(max_length=160)
    category = models.CharField(max_length=20)
    credits = models.DecimalField(max_digits=4, decimal_places=1, validators=[MinValueValidator(0)])
    outside = models.BooleanField("given by another unit", default=False)
    grade = models.ForeignKey(Grade, null=True, blank=True, on_delete=models.PROTECT, related_name="takings")
    draft = models.ForeignKey(Grade, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    other_degree = models.CharField(
        "counted for another degree too", max_length=160, blank=True, help_text="which degree"
    )
    transferred_from = models.CharField(max_length=200, blank=True, help_text="which university")
    document = models.CharField(
        "document seen", max_length=300, blank=True, help_text="what proves it, and where it is kept"
    )
    registered_at = models.DateTimeField(auto_now_add=True)
    graded_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = TakingQuerySet.as_manager()

    class Meta:
        ordering = ["enrolment", "semester__number", "code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "course", "semester"],
                condition=~Q(state="dropped"),
                name="degrees_taking_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["completed", "failed"]) | Q(grade__isnull=False),
                name="degrees_ended_courses_have_a_grade",
            ),
        ]
        indexes = [models.Index(fields=["offering", "state"], name="degrees_seats_taken")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class GradeChange(models.Model):
    """A grade that was changed after its release: from what to what, and why."""

    taking = models.ForeignKey(CourseTaking, on_delete=models.CASCADE, related_name="changes")
    was = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="+")
    now = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.taking}: {self.was} to {self.now}"
