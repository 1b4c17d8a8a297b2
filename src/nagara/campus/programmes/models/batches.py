"""A batch: one run of a programme, with its roles, people, dates and planned costs."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.cities.models import City, State
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models.programmes import ActivityKind, BudgetLine, Module, ProgrammeVersion


class RoleKind(models.Model):
    """A role in a batch. A row, so that the office may add one; `runs` gives the right to run the batch."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    runs = models.BooleanField("runs the batch", default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class BatchQuerySet(models.QuerySet["Batch"]):
    """Questions about batches."""

    def visible_to(self, user: Any) -> Self:
        """All for the office; else those in which one has a role today or is enrolled."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        with_role = BatchRole.objects.filter(now_valid(), user=user).values("batch")
        enrolled = Enrolment.objects.filter(user=user).exclude(state="withdrawn").values("batch")
        return self.filter(Q(pk__in=with_role) | Q(pk__in=enrolled))


class Batch(models.Model):
    """One run of a programme version. Days are days at the host; `tz` is the host's zone."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CALL = "call", "Call open"
        SELECTION = "selection", "In selection"
        PREPARING = "preparing", "Preparing"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"

    class Mode(models.TextChoices):
        ON_SITE = "on-site", "On site"
        ONLINE = "online", "Online"
        MIXED = "mixed", "Mixed"

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="batches")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=160)
    starts = models.DateField("first day")
    ends = models.DateField("last day")
    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.ON_SITE)
    host_name = models.CharField("host", max_length=160, blank=True)
    host_state = models.ForeignKey(
        "cities.State", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tz = models.CharField("time zone of the host", max_length=60, default="Asia/Seoul")
    language = models.CharField(max_length=40, default="English")
    seats = models.PositiveSmallIntegerField(default=48)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    budget_currency = models.CharField(max_length=3, default="USD")
    cities = models.ManyToManyField(City, blank=True, related_name="batches")
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    copy_key = models.CharField(  # one copy for each form that was sent, however often it was sent
        max_length=64, null=True, blank=True, unique=True, editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-starts", "name"]
        verbose_name_plural = "batches"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=models.F("starts")), name="programmes_batch_days")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.slug])


class BatchActivity(models.Model):
    """A dated line of a batch's plan, from the version's week plan or added."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="activities")
    kind = models.ForeignKey(ActivityKind, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    day = models.DateField()
    at = models.TimeField(null=True, blank=True, help_text="wall time of the host")
    hours = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["day", "at", "id"]
        verbose_name_plural = "batch activities"

    def __str__(self) -> str:
        return self.title


class BatchBudgetLine(BudgetLine):
    """A planned cost of a batch."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="budget_lines")


class BatchRole(models.Model):
    """A person's role in a batch, dated. `role` is the slug of a RoleKind."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batch_roles")
    role = models.SlugField()
    since = models.DateField(default=date.today)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["role", "user"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "user", "role", "since"], name="programmes_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role}, {self.batch}"


class RolePlace(models.Model):
    """How many people a batch needs in a role: what a copy keeps of last year's roles."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="role_places")
    role = models.SlugField(help_text="slug of a role kind")
    places = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["batch", "role"], name="programmes_role_place_once")]

    def __str__(self) -> str:
        return f"{self.places} {self.role}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Questions about enrolments."""

    def visible_to(self, user: Any) -> Self:
        """All for the office; those of the batches one runs or teaches in; one's own."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        batches = BatchRole.objects.filter(now_valid(), user=user).values("batch")
        return self.filter(Q(batch__in=batches) | Q(user=user))


class Enrolment(models.Model):
    """A person in a batch, for a city. One row for each person and batch."""

    class State(models.TextChoices):
        ENROLLED = "enrolled", "Enrolled"
        WITHDRAWN = "withdrawn", "Withdrawn"
        FINISHED = "finished", "Finished"

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments")
    application_ref = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ENROLLED)
    since = models.DateField(default=date.today)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "user__sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "user"], name="programmes_enrolment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.batch}"


class Waiver(models.Model):
    """One rule waived for one person, with the reason and the name of who signed."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="waivers")
    rule = models.CharField(max_length=60, help_text="id of the rule in the programme version")
    reason = models.TextField()
    signature = models.CharField("signed, name in full", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "rule"], name="programmes_waiver_once")]

    def __str__(self) -> str:
        return f"{self.rule} waived for {self.enrolment}"


class ExtraHoliday(models.Model):
    """What the office knows better than the library: a day added, confirmed or taken away."""

    class What(models.TextChoices):
        ADD = "add", "Is a holiday"
        REMOVE = "remove", "Is no holiday"

    state = models.ForeignKey(State, on_delete=models.CASCADE, related_name="extra_holidays")
    region = models.CharField(max_length=80, blank=True, help_text="empty: the whole state")
    day = models.DateField()
    name = models.CharField(max_length=120)
    what = models.CharField(max_length=8, choices=What.choices, default=What.ADD)
    source = models.CharField(max_length=200, blank=True, help_text="where it is announced")

    class Meta:
        ordering = ["day", "state"]
        constraints = [
            models.UniqueConstraint(fields=["state", "region", "day"], name="programmes_holiday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}, {self.state}"
