"""Drafts of a selection, their decisions and changes; the release, and what follows it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from nagara.campus.admissions.models import Application
from nagara.campus.selection.models.rounds import Round


class Outcome(models.TextChoices):
    """What a committee may decide. Fixed: each has its letter and its consequence in code."""

    ACCEPT = "accept", "accepted"
    RESERVE = "reserve", "waiting list"
    REVISE = "revise", "revise and apply again"
    REJECT = "reject", "not accepted"
    DEFER = "defer", "deferred to a later batch"


class Draft(models.Model):
    """A proposal that the committee works on. `version` counts its changes: who changes it says which version
    was on the screen. Only the newest draft of a round changes; the others are kept as they were."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="drafts")
    number = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    seats = models.PositiveSmallIntegerField()
    reserve = models.PositiveSmallIntegerField()
    constraints = models.JSONField(default=list)
    objective = models.JSONField(default=dict, help_text="filled, total, plain: thousandths of a point")
    costs = models.JSONField(default=list)
    ties = models.JSONField(default=list)
    conflict = models.JSONField(default=list, help_text="constraints that cannot hold together")
    letters_of = models.PositiveIntegerField("version that the letters were written for", null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["round", "-number"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="selection_draft_once")]

    def __str__(self) -> str:
        return f"Draft {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("selection-draft", args=[self.pk])


class Change(models.Model):
    """One manual change to a draft, with its reason. The latest about an application holds. A change without
    application is one of the constraints or seats: `data` says what they were and are."""

    class Kind(models.TextChoices):
        PIN_IN = "in", "in, whatever the score"
        PIN_OUT = "out", "out, whatever the score"
        OUTCOME = "outcome", "another outcome"
        CLEAR = "clear", "as computed"
        TERMS = "terms", "seats and constraints"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="changes")
    application = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    reason = models.TextField()
    letter = models.TextField("words for the letter", blank=True)
    data = models.JSONField(default=dict, blank=True)
    from_draft = models.PositiveSmallIntegerField("made in draft", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.application or 'terms'}: {self.get_kind_display()}"


class Decision(models.Model):
    """What a draft says about one application. Scores in thousandths; None where nobody has read it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="decisions")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    place = models.PositiveSmallIntegerField("place on the waiting list", null=True, blank=True)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    score = models.PositiveIntegerField("score with bonus", null=True, blank=True)
    plain = models.PositiveIntegerField("score of the readings", null=True, blank=True)
    reason = models.TextField(blank=True)
    letter = models.TextField("words for the letter", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["rank", "application__reference"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "application"], name="selection_decision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.outcome}"


class Release(models.Model):
    """The one release of a round."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="release")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    letters = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Release of {self.round}"


class Result(models.Model):
    """What became of an application, from the release on: the applicant sees this."""

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", "will come"
        DECLINED = "declined", "declined"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="results")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="result")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    place = models.PositiveSmallIntegerField("place on the waiting list", null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answer_reason = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    promoted_at = models.DateTimeField(null=True, blank=True)
    promoted_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["outcome", "place", "application__reference"]

    def __str__(self) -> str:
        return f"{self.application}: {self.outcome}"
