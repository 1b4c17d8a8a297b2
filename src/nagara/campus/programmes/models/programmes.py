"""A programme, its versions, and what a version holds."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

from nagara.campus.cities.models import FocusArea, Framework
from nagara.campus.people.queries import is_office

HOUR_KINDS = ("lecture", "lab", "studio", "visit", "seminar")


class Track(models.Model):
    """A track: short-term, master's, single event. A row, so that the office may add one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, default="hours", help_text="what it counts in: hours or credits")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class ActivityKind(models.Model):
    """A kind of activity: course, seminar, workshop, webinar, conference, technical visit ..."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Module(models.Model):
    """A module: what one can do afterwards, its lab, how it is assessed, its hours in each variant."""

    code = models.CharField(max_length=12, unique=True)
    title = models.CharField(max_length=160)
    can = models.TextField("can ... afterwards")
    lab = models.TextField("lab on city data", blank=True)
    assessed_by = models.CharField(max_length=200, blank=True)
    dimensions = models.JSONField(default=list, blank=True, help_text="readiness dimensions that it raises")
    hours = models.JSONField(
        default=dict, help_text='hours of each kind in each variant: {"standard": {"lecture": 2, ...}}'
    )
    prerequisites = models.JSONField(default=list, blank=True, help_text="codes of modules to take before")
    modes = models.JSONField(default=list, blank=True, help_text="on site, online, mixed")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def total_hours(self, variant: str = "standard") -> float:
        """Hours of all kinds in a variant; 0 where the module has no such variant."""
        return float(sum(self.hours.get(variant, {}).values()))


class Programme(models.Model):
    """A programme of a track. What it holds stands in its versions."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=160)
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="programmes")
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ["track__order", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programme", args=[self.slug])


class VersionQuerySet(models.QuerySet["ProgrammeVersion"]):
    """Questions about versions."""

    def visible_to(self, user: Any) -> Self:
        """Published versions for everyone, drafts for the office."""
        return self if is_office(user) else self.filter(status=ProgrammeVersion.Status.PUBLISHED)


class ProgrammeVersion(models.Model):
    """A version of a programme. A draft may be edited; a published one is frozen for ever.

    `rules` holds rules and lists as data, in the schema of `rule_schema.py`: certificate, degree,
    eligibility, warnings, documents, quotas.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    note = models.TextField(blank=True, help_text="what is new in this version")
    hours = models.DecimalField("hours in all", max_digits=6, decimal_places=1, default=0)
    weeks = models.PositiveSmallIntegerField(default=3)
    rules = models.JSONField(default=dict, blank=True)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    modules = models.ManyToManyField(Module, through="VersionModule", related_name="versions")
    rubrics: models.ManyToManyField[Rubric, VersionRubric] = models.ManyToManyField(
        "Rubric", through="VersionRubric", related_name="versions"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="programmes_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("programme-version", args=[self.programme.slug, self.number])

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT


class VersionModule(models.Model):
    """A module's place in a version. `hours` overrides the module's own hours of the variant."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="version_modules")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="in_versions")
    order = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=False)
    variant = models.CharField(max_length=20, default="standard")
    hours = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["order", "module__code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "module"], name="programmes_version_module_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.module}"

    @property
    def planned_hours(self) -> dict[str, float]:
        """Hours of each kind in this version."""
        return dict(self.hours or self.module.hours.get(self.variant, {}))

    @property
    def total(self) -> float:
        return float(sum(self.planned_hours.values()))


class Course(models.Model):
    """A course that gives credits in a version of a degree programme."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="courses")
    code = models.CharField(max_length=20)
    title = models.CharField(max_length=160)
    category = models.CharField(max_length=20, help_text="core, elective, practicum, studio, thesis")
    credits = models.DecimalField(max_digits=4, decimal_places=1)
    modules = models.JSONField(default=list, blank=True, help_text="codes of its hands-on modules")
    outside_home_unit = models.BooleanField("given by another unit", default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="programmes_course_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class PlannedActivity(models.Model):
    """One line of a version's week plan: `day_offset` counts days from the first day of a batch."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="activities")
    kind = models.ForeignKey(ActivityKind, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    day_offset = models.IntegerField(help_text="days after the first day; negative: before arrival")
    at = models.TimeField(null=True, blank=True, help_text="wall time of the host")
    hours = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    module = models.ForeignKey(Module, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["day_offset", "at", "id"]
        verbose_name_plural = "planned activities"

    def __str__(self) -> str:
        return self.title


class Rubric(models.Model):
    """A rubric in one of its versions: criteria with weight, highest mark and anchors."""

    key = models.SlugField()
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=160)
    criteria = models.JSONField(default=list, help_text="[{id, title, weight, max, anchors: {mark: words}}]")

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="programmes_rubric_once")]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class VersionRubric(models.Model):
    """What a version uses a rubric for."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="version_rubrics")
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=60, help_text="selection, city report, action plan ...")

    class Meta:
        ordering = ["purpose"]
        constraints = [
            models.UniqueConstraint(fields=["version", "purpose"], name="programmes_rubric_for_one_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.rubric}"


class EvaluationForm(models.Model):
    """A form that participants fill in: every day, at the end, months later."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="evaluation_forms")
    key = models.SlugField()
    title = models.CharField(max_length=160)
    when = models.CharField(max_length=60, help_text="daily, end, 3 months later ...")
    questions = models.JSONField(default=list, help_text="[{id, asks, kind: scale or text, most}]")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="programmes_form_once")]

    def __str__(self) -> str:
        return self.title


class FrameworkTag(models.Model):
    """A framework, or one focus area of it, that a version serves."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="framework_tags")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="+")
    focus_area = models.ForeignKey(
        FocusArea, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["framework__key", "focus_area__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "focus_area"],
                condition=models.Q(focus_area__isnull=False),
                name="programmes_area_tag_once",
            ),
            models.UniqueConstraint(
                fields=["version", "framework"],
                condition=models.Q(focus_area__isnull=True),
                name="programmes_framework_tag_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework}: {self.focus_area}" if self.focus_area else str(self.framework)


class VersionRole(models.Model):
    """How many people a batch of a version needs in a role."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="role_places")
    role = models.SlugField(help_text="slug of a role kind")
    places = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "role"], name="programmes_version_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.places} {self.role}"


class BudgetLine(models.Model):
    """An amount for something, in its own currency, with the rate to the budget's currency and its date."""

    line = models.CharField(max_length=120, help_text="a budget line such as International travel")
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, validators=[MinValueValidator(0)], help_text="for one unit"
    )
    currency = models.CharField(max_length=3)
    quantity = models.DecimalField(max_digits=8, decimal_places=2, default=1)
    per = models.CharField("counted in", max_length=30, default="batch", help_text="batch, person, day ...")
    rate = models.DecimalField(
        max_digits=16,
        decimal_places=8,
        null=True,
        blank=True,
        help_text="1 unit of the currency in the currency of the budget",
    )
    rate_on = models.DateField("exchange date", null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return f"{self.line}: {self.amount} {self.currency}"


class VersionBudgetLine(BudgetLine):
    """A budget line of a version: what a batch of it usually costs."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="budget_lines")
