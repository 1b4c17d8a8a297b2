"""A selection round: its reviewers, its committee, who may not read what, the readings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.models import Application, Call
from nagara.campus.admissions.models.calls import batches_run_by
from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.cities.clocks import instant
from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Rubric


class RoundQuerySet(models.QuerySet["Round"]):
    """Questions about rounds."""

    def visible_to(self, user: Any) -> Self:
        """All for the office; else those of batches that one runs, reads for, or decides on."""
        return self._of(user, Q(pk__in=Reviewer.objects.filter(user=user.pk, active=True).values("round")))

    def decided_by(self, user: Any) -> Self:
        """All for the office; else those of batches that one runs, and those that one decides on."""
        return self._of(user, Q())

    def _of(self, user: Any, more: Q) -> Self:
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = Q(call__batch__in=batches_run_by(user))
        mine |= Q(pk__in=Committee.objects.filter(user=user).values("round"))
        return self.filter(mine | more)


class Round(models.Model):
    """One selection from one call. Constraints and seats here are what a new draft begins with."""

    class State(models.TextChoices):
        SETTING_UP = "setting_up", "setting up"
        REVIEWING = "reviewing", "being read"
        DECIDING = "deciding", "being decided"
        RELEASED = "released", "released"

    class Combine(models.TextChoices):
        MEAN = "mean", "the mean of all readings"
        MEDIAN = "median", "the median of all readings"
        NEAREST = "nearest", "the mean of the two readings nearest to each other"

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="rounds")
    name = models.CharField(max_length=160)
    state = models.CharField(max_length=12, choices=State.choices, default=State.SETTING_UP)
    blind = models.BooleanField("reviewers see no names, sex, e-mail or city", default=True)
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="+")
    readers = models.PositiveSmallIntegerField(
        "readers of each application",
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    differ_by = models.PositiveSmallIntegerField(
        "call one more reader where two differ by more than",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="points of 100",
    )
    combine = models.CharField("the score is", max_length=8, choices=Combine.choices, default=Combine.MEAN)
    due = WallTimeField("readings are due", null=True, blank=True)
    seats = models.PositiveSmallIntegerField(default=48)
    reserve = models.PositiveSmallIntegerField("places on the waiting list", default=12)
    constraints = models.JSONField(default=list, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["call", "name"], name="selection_round_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("selection-round", args=[self.pk])

    @property
    def due_at(self) -> datetime | None:
        """The instant, in UTC; needs the call at hand."""
        due: Any = self.due
        return instant(due, self.call.tz) if due else None

    @property
    def is_released(self) -> bool:
        return self.state == self.State.RELEASED


class Reviewer(models.Model):
    """A person who reads for a round. Own cities and states come from the person's posts and country."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reviewers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviewing")
    most = models.PositiveSmallIntegerField("readings at most", null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["user__sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="selection_reviewer_once")]

    def __str__(self) -> str:
        return str(self.user)


class Committee(models.Model):
    """A member of the committee that decides a round."""

    class Role(models.TextChoices):
        CHAIR = "chair", "Chair"
        MEMBER = "member", "Member"
        SECRETARY = "secretary", "Secretary"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="committee")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="committees")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        ordering = ["role", "user__sort_key"]
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="selection_committee_once")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class Conflict(models.Model):
    """Why a person may not read or decide on an application: declared before, or recused while reading."""

    class Kind(models.TextChoices):
        DECLARED = "declared", "declared"
        RECUSED = "recused", "recused"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="conflicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="conflicts")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="conflicts")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DECLARED)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "user", "application"], name="selection_conflict_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} and {self.application}: {self.reason}"


class ReadingQuerySet(models.QuerySet["Assignment"]):
    """Questions about readings."""

    def live(self) -> Self:
        """To be read or read; not those taken back."""
        return self.filter(state__in=[Assignment.State.OPEN, Assignment.State.DONE])

    def read_by(self, user: Any) -> Self:
        """A reviewer's own readings, while the reviewer reads for the round."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(reviewer__user=user, reviewer__active=True).live()


class Assignment(models.Model):
    """One application for one reviewer. `place` 1 and 2 are first readers; 3 is called where two differ."""

    class State(models.TextChoices):
        OPEN = "open", "to be read"
        DONE = "done", "read"
        RECUSED = "recused", "recused"
        TAKEN_BACK = "taken_back", "taken back"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="assignments")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="readings")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="assignments")
    place = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    given_at = models.DateTimeField(auto_now_add=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["application__reference", "place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "application"], name="selection_reading_once"),
        ]
        indexes = [models.Index(fields=["round", "state"], name="selection_readings")]  # the review board

    def __str__(self) -> str:
        return f"{self.application}, {self.reviewer}"

    def get_absolute_url(self) -> str:
        return reverse("selection-sheet", args=[self.pk])


class Review(models.Model):
    """A scoring sheet. `points` in thousandths of a point of 100, once it is handed in."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="review")
    scores = models.JSONField(default=dict, help_text="criterion -> mark")
    comment = models.TextField(blank=True)
    points = models.PositiveIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.assignment}: {self.points}"
