"""Jobs that people start on the site: imports by upload, and runs of recipes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from nagara.campus.cities.models import CityMember
from nagara.campus.people.queries import is_office


class JobQuerySet(models.QuerySet[Any]):
    """Questions about jobs."""

    def visible_to(self, user: Any) -> Self:
        """A job is seen by who started it, by the city's team, and by the office."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        teams = CityMember.objects.current().filter(user=user).values("city__slug")
        return self.filter(models.Q(by=user) | models.Q(city__in=teams))

    def unfinished(self) -> Self:
        return self.exclude(state__in=ENDED)


class State(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", "waiting for its turn"
    WORKING = "working", "working"
    EXAMINED = "examined", "examined: nothing is kept yet"
    DONE = "done", "done"
    REFUSED = "refused", "refused"
    FAILED = "failed", "failed"
    DROPPED = "dropped", "dropped"


ENDED = (State.EXAMINED, State.DONE, State.REFUSED, State.FAILED, State.DROPPED)


class Job(models.Model):
    """What both kinds of job share. `city` is the short name in the lake."""

    city = models.SlugField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    doing = models.CharField(max_length=200, blank=True)
    rows = models.PositiveBigIntegerField(default=0, help_text="rows read so far")
    made = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    mend = models.TextField(blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-made"]

    @property
    def is_moving(self) -> bool:
        """True while the page should be looked at again."""
        return self.state not in ENDED


class ImportJob(Job):
    """Files that someone brought: first examined (the clinic), kept only after a person said so."""

    kind = models.CharField(max_length=30, blank=True)
    source = models.SlugField(max_length=80, blank=True)
    title = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    attribution = models.CharField(max_length=300, blank=True)
    nature = models.CharField(max_length=20, blank=True)
    mapping = models.TextField(blank=True)
    matches = models.JSONField(default=dict, blank=True)
    personal_reason = models.CharField(max_length=300, blank=True)
    keep = models.BooleanField(default=False, help_text="false: examine only")
    files = models.JSONField(default=list)
    report = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return f"import {self.pk} of {self.city}: {', '.join(self.files)}"

    def get_absolute_url(self) -> str:
        return reverse("import-job", args=[self.pk])

    @property
    def folder(self) -> Path:
        """Where the uploaded files wait; removed when the job ends for good."""
        return Path(settings.UPLOADS) / "imports" / str(self.pk)

    @property
    def paths(self) -> list[Path]:
        return [self.folder / name for name in self.files]


class RunJob(Job):
    """A recipe that someone asked to run. The Run itself is kept in the lake.

    With `repeats`, a kept run is computed once more on the very rows it read, and `report` says whether the
    results were the same (see citylab.runs.Repeat); no new Run is kept.
    """

    recipe = models.SlugField(max_length=60)
    params = models.JSONField(default=dict)
    run_id = models.CharField(max_length=120, blank=True)
    repeats = models.CharField(max_length=120, blank=True, db_index=True)
    report = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.recipe} on {self.city}"

    def get_absolute_url(self) -> str:
        return reverse("run-job", args=[self.pk])
