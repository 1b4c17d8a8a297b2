"""Readiness: a city's assessment, its evidence, profile and gap."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from nagara.campus.cities.models import City, CityMember, Representative
from nagara.campus.people.queries import is_office, now_valid

PERSON = settings.AUTH_USER_MODEL


class Instrument(models.Model):
    """Questions, levels and rules of an assessment. `data` is what a seed file holds; a changed
    instrument is a new version, so that an old answer keeps the words it was given to."""

    key = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=160)
    data = models.JSONField()

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="readiness_instrument_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.key}, version {self.version})"

    def clean(self) -> None:
        """Say what is wrong with edited data; refuse a change of a version that answers were given to."""
        from nagara.campus.readiness.instruments import Questionnaire

        try:
            Questionnaire(self.data)
        except ValueError as error:
            raise ValidationError({"data": str(error)}) from error
        before = Instrument.objects.filter(pk=self.pk).first()
        if before and before.data != self.data and Assessment.objects.filter(instrument=before).exists():
            text = "Answers were given to this version. Add a new row with a higher version instead."
            raise ValidationError({"data": text})


class ExpertQuerySet(models.QuerySet["Expert"]):
    """Questions about programme experts."""

    def current(self) -> Self:
        return self.filter(now_valid())


class Expert(models.Model):
    """A programme expert who verifies assessments: of one city, or of any where `city` is empty."""

    user = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="expert_posts")
    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.CASCADE, related_name="experts")
    since = models.DateField(default=date.today)
    until = models.DateField(null=True, blank=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ["user", "since"]

    def __str__(self) -> str:
        return f"{self.user}, expert of {self.city or 'any city'}"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Questions about assessments."""

    def visible_to(self, user: Any) -> Self:
        """The office all; a city's team, its state's National Representative and its experts that city's."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        posts = list(Expert.objects.current().filter(user=user).values_list("city", flat=True))
        if None in posts:
            return self
        teams = CityMember.objects.current().filter(user=user).values("city")
        states = Representative.objects.current().filter(user=user).values("state")
        return self.filter(
            models.Q(city__in=teams) | models.Q(city__state__in=states) | models.Q(city__in=posts)
        )


class Assessment(models.Model):
    """A city's readiness in one cycle (a year)."""

    class State(models.TextChoices):
        SELF = "self", "self assessment"
        VERIFYING = "verifying", "being verified"
        AGREED = "agreed", "agreed"

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="assessments")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    cycle = models.PositiveSmallIntegerField(help_text="year")
    state = models.CharField(max_length=12, choices=State.choices, default=State.SELF)
    opened_by = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    city_yes = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expert_yes = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["city__name", "-cycle"]
        constraints = [models.UniqueConstraint(fields=["city", "cycle"], name="readiness_once_a_cycle")]

    def __str__(self) -> str:
        return f"{self.city}, {self.cycle}"

    def get_absolute_url(self) -> str:
        return reverse("assessment", args=[self.pk])

    @property
    def subject(self) -> str:
        """How the audit log calls it."""
        return f"assessment/{self.pk}"


class Seat(models.Model):
    """One of the people of the city who answer: the CSCO and two colleagues."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="seats")
    user = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "user"], name="readiness_seat_once")]

    def __str__(self) -> str:
        return str(self.user)


class Answer(models.Model):
    """One person's answer to one question. `version` grows with every change: who saves an older one is
    shown both."""

    class Side(models.TextChoices):
        SELF = "self", "the city"
        VERIFIED = "verified", "the expert"

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=12)
    side = models.CharField(max_length=10, choices=Side.choices)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["question", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question", "by"],
                condition=models.Q(side="self"),
                name="readiness_self_answer_once",
            ),
            models.UniqueConstraint(
                fields=["assessment", "question"],
                condition=models.Q(side="verified"),
                name="readiness_verified_answer_once",
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__lte=5), name="readiness_score_0_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.score}"


class EvidenceItem(models.Model):
    """What shows that an answer is right: a link or a file."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="evidence")
    question = models.CharField(max_length=12)
    title = models.CharField(max_length=200)
    url = models.URLField("link", max_length=600, blank=True)
    file = models.FileField(upload_to="readiness/%Y/", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["question", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def file_name(self) -> str:
        return str(self.file.name).rsplit("/", 1)[-1] if self.file else ""


class Target(models.Model):
    """Where a city wants to be in a dimension. Without a row the default holds: current + 1, at most 5."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="targets")
    dimension = models.CharField(max_length=8)
    value = models.DecimalField(max_digits=3, decimal_places=2)
    reason = models.TextField(blank=True)
    set_by = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["dimension"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "dimension"], name="readiness_target_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=0) & models.Q(value__lte=5), name="readiness_target_0_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dimension}: {self.value}"
