"""A quiz of a batch: what it asks, when, how often, what counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.cities.clocks import instant
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch, BatchRole, Enrolment, Module
from nagara.campus.quizzes.models.banks import Bank, Item


class Purpose(models.Model):
    """What a quiz is for. A row, so that the office may add one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    graded = models.BooleanField("stands in the grade book", default=False)
    side = models.CharField(
        "side of the pre- and post-test",
        max_length=4,
        blank=True,
        choices=[("", "neither"), ("pre", "before the course"), ("post", "after the course")],
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class QuizQuerySet(models.QuerySet["Quiz"]):
    """Questions about quizzes."""

    def visible_to(self, user: Any) -> Self:
        """All for the office and for roles in the batch; those that are published for its participants."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        with_role = BatchRole.objects.filter(now_valid(), user=user).values("batch")
        return self.filter(Q(batch__in=with_role) | Q(pk__in=self.model.objects.taken_by(user).values("pk")))

    def taken_by(self, user: Any) -> Self:
        """Published and closed quizzes of the batches that `user` is in."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = Enrolment.objects.filter(user=user).exclude(state=Enrolment.State.WITHDRAWN).values("batch")
        return self.exclude(state=Quiz.State.DRAFT).filter(batch__in=mine)


class Quiz(models.Model):
    """A quiz of a batch. Opens and closes by wall time in its zone; the time limit runs by the server's
    clock from the start of an attempt, with `grace` seconds more for answers that a bad line held up."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        CLOSED = "closed", "Closed"

    class Counts(models.TextChoices):
        BEST = "best", "the best attempt"
        LAST = "last", "the last attempt"

    class Feedback(models.TextChoices):
        AT_ONCE = "at-once", "at once after handing in"
        AFTER_CLOSE = "after-close", "when the quiz has closed for everyone"
        NEVER = "never", "never: only the marks"

    class Layout(models.TextChoices):
        ONE = "one", "one question a page"
        ALL = "all", "all questions on one page"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="quizzes")
    title = models.CharField(max_length=160)
    intro = models.TextField(
        "introduction", blank=True, help_text="Markdown: what it is about, what one may use"
    )
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="quizzes")
    module = models.ForeignKey(
        Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="quizzes"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    opens = WallTimeField("opens")
    closes = WallTimeField("closes")
    tz = models.CharField("time zone", max_length=60)
    minutes = models.PositiveSmallIntegerField(
        "time limit in minutes", null=True, blank=True, help_text="empty: until the quiz closes"
    )
    grace = models.PositiveSmallIntegerField(
        "seconds of grace", default=120, help_text="for answers that a bad line held up"
    )
    attempts = models.PositiveSmallIntegerField(
        "attempts", null=True, blank=True, default=1, help_text="empty: as many as one likes"
    )
    counts = models.CharField("what counts", max_length=8, choices=Counts.choices, default=Counts.BEST)
    shuffle = models.BooleanField("questions and choices in another order for each person", default=True)
    layout = models.CharField("on the page", max_length=8, choices=Layout.choices, default=Layout.ALL)
    feedback = models.CharField(
        "explanations", max_length=12, choices=Feedback.choices, default=Feedback.AFTER_CLOSE
    )
    pass_percent = models.DecimalField(
        "pass mark in per cent",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    weight = models.DecimalField(
        "weight in the grade book", max_digits=5, decimal_places=2, default=Decimal(1)
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = QuizQuerySet.as_manager()

    class Meta:
        ordering = ["opens", "id"]
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz", args=[self.pk])

    @property
    def opens_at(self) -> datetime:
        """The instant, in UTC."""
        return instant(self.opens, self.tz)

    @property
    def closes_at(self) -> datetime:
        """The instant, in UTC. Extensions of persons come on top."""
        return instant(self.closes, self.tz)

    def standing(self, now: datetime) -> str:
        """ "draft", "upcoming", "open" or "closed" at an instant, for a person without extension."""
        if self.state != self.State.PUBLISHED:
            return str(self.state)
        if now < self.opens_at:
            return "upcoming"
        return "open" if now < self.closes_at else "closed"


class QuizPart(models.Model):
    """What a quiz asks: one item, or `draw` items of a bank (empty: all), of those with a tag or level."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="parts")
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    draw = models.PositiveSmallIntegerField("how many", null=True, blank=True)
    tag = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=20, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["quiz", "order", "id"]

    def __str__(self) -> str:
        if self.item_id:
            return str(self.item)
        which = " ".join(word for word in (self.level, f"({self.tag})" if self.tag else "") if word)
        return f"{self.draw or 'all'} of {self.bank}{' ' + which if which else ''}"


class Extension(models.Model):
    """More for one person: minutes of time, days until it closes, attempts. With the reason."""

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="extensions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    minutes = models.PositiveSmallIntegerField("more minutes", default=0)
    days = models.PositiveSmallIntegerField("more days", default=0)
    attempts = models.PositiveSmallIntegerField("more attempts", default=0)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["quiz", "user"], name="quizzes_extension_once")]

    def __str__(self) -> str:
        more = ((self.minutes, "minute"), (self.days, "day"), (self.attempts, "attempt"))
        said = [f"{count} more {word}{'' if count == 1 else 's'}" for count, word in more if count]
        return f"{self.user}: {', '.join(said)}"

    @property
    def more(self) -> timedelta:
        """What comes on top of the closing time."""
        return timedelta(days=self.days)
