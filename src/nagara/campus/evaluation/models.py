"""What is kept: which forms were asked when, who has filled them in, and, apart from that, the answers.

Answers are kept only as sums: how often each mark was given, and the texts in an order drawn by lot. There is
no row of one person's answers, so nothing of it (number, time, order) can lead back to a person.
"""

from __future__ import annotations

from datetime import time
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, EvaluationForm
from nagara.campus.timetable.models import Activity, Session

DAILY, AT_END, LATER, BY_HAND = "daily", "last day", "later", "by hand"


class Plan(models.Model):
    """When a batch's forms open, remind, report and close, on the host's clock. No row: the defaults."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="evaluation_plan")
    opens = models.TimeField(
        "daily form opens", default=time(15), help_text="or when the last session ends, if that is earlier"
    )
    reminds = models.TimeField("reminder to those who have not answered", default=time(19))
    reports = models.TimeField("results go to the team", default=time(20, 30))
    late_until = models.TimeField("late answers until, the next day", default=time(12))
    end_days = models.PositiveSmallIntegerField("end form stays open, days after the last day", default=14)
    least = models.PositiveSmallIntegerField(
        "results from so many answers", default=5, help_text="with fewer, nothing is shown; never below 5"
    )

    def __str__(self) -> str:
        return f"Evaluation of {self.batch}"


class OccasionQuerySet(models.QuerySet["Occasion"]):
    """Questions about occasions."""

    def results_for(self, user: Any) -> Self:
        """Those whose results one may see: of batches in which one has a role or speaks."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        roles = BatchRole.objects.filter(now_valid(), user=user).values("batch")
        speaks = Session.objects.filter(people__user=user).values("activity__batch")
        return self.filter(Q(batch__in=roles) | Q(batch__in=speaks))

    def asked_of(self, user: Any) -> Self:
        """Those that one may answer, or might have."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN)
        group = Q(activity__group__memberships__enrolment__in=mine.values("pk"))
        whole = Q(activity__isnull=True) | Q(activity__group__isnull=True)
        return self.filter(whole | group, batch__in=mine.values("batch")).distinct()

    def open_at(self, now: Any) -> Self:
        return self.filter(opens__lte=now, closes__gt=now)


class Occasion(models.Model):
    """A form asked of a batch once: for one day, at the end, for one course.

    `counts` is {question: {mark: how often}}, `texts` {question: [texts by lot]}, `n` how many answered.
    Only `shown` is shown: a portion of answers is added to it when it is large enough that nobody's own
    stands out by comparing before and after.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="occasions")
    form = models.ForeignKey(EvaluationForm, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, default=BY_HAND)
    day = models.DateField(help_text="at the host")
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="occasions"
    )
    title = models.CharField(max_length=200)
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    texts = models.JSONField(default=dict)
    shown = models.JSONField(null=True, help_text="n, counts and texts as shown: it grows by five at least")
    reminded_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    objects = OccasionQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "form", "day"],
                condition=Q(activity__isnull=True) & ~Q(kind="by hand"),
                name="evaluation_day_once",
            ),
            models.UniqueConstraint(
                fields=["batch", "form", "activity"],
                condition=Q(activity__isnull=False),
                name="evaluation_course_once",
            ),
        ]
        indexes = [models.Index(fields=["batch", "kind", "day"], name="evaluation_by_day")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluation-results", args=[self.pk])


class Answered(models.Model):
    """That a person has filled in a form. Not what was answered, and not when."""

    occasion = models.ForeignKey(Occasion, on_delete=models.CASCADE, related_name="answered")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answered")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occasion", "user"], name="evaluation_once")]

    def __str__(self) -> str:
        return f"{self.user} has answered {self.occasion}"


class Reply(models.Model):
    """What the team changed because of what people said."""

    occasion = models.OneToOneField(Occasion, on_delete=models.CASCADE, related_name="reply")
    said = models.TextField("what you said", help_text="in a few words, without names")
    changed = models.TextField("what we changed", help_text="or why it stays as it is")
    shown_from = models.DateField(help_text="day at the host")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-shown_from", "-id"]
        verbose_name_plural = "replies"

    def __str__(self) -> str:
        return f"Reply to {self.occasion}"
