"""Applications, their documents, and uploads under way."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.models.calls import Call, batches_run_by
from nagara.campus.admissions.models.nominations import Nomination
from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.cities.clocks import instant
from nagara.campus.cities.models import City
from nagara.campus.people.queries import is_office
from nagara.campus.people.secrets import EncryptedTextField


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Questions about applications."""

    def run_by(self, user: Any) -> Self:
        """Applications to the batches that `user` runs."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(call__batch__in=batches_run_by(user))

    def visible_to(self, user: Any) -> Self:
        """Those who run the batch see what was handed in and drafts; anyone the own."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(Q(user=user) | Q(call__batch__in=batches_run_by(user)))

    def handed_in(self) -> Self:
        """Submitted, returned with remarks, or complete: what a selection round looks at."""
        return self.filter(state__in=Application.HANDED_IN)


class Application(models.Model):
    """One person's application to one call. Facts about work are as the person gave them for this call."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        SUBMITTED = "submitted", "submitted"
        RETURNED = "returned", "returned with remarks"
        COMPLETE = "complete", "complete"
        WITHDRAWN = "withdrawn", "withdrawn"

    class Sex(models.TextChoices):
        WOMAN = "woman", "woman"
        MAN = "man", "man"
        OTHER = "other", "other"

    HANDED_IN = (State.SUBMITTED, State.RETURNED, State.COMPLETE)

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="applications")
    nomination = models.OneToOneField(
        Nomination, null=True, blank=True, on_delete=models.SET_NULL, related_name="application"
    )
    city = models.ForeignKey(
        City, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    home_state = models.ForeignKey(
        "cities.State", null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    sex = models.CharField(max_length=8, choices=Sex.choices, blank=True)
    position = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=200, blank=True)
    years_in_field = models.PositiveSmallIntegerField(null=True, blank=True)
    secondary_city = models.BooleanField(default=False)
    returning = models.BooleanField("city took part before", default=False)
    answers = models.JSONField(default=dict, blank=True)
    eligibility = models.JSONField("eligibility as told at submission", default=list, blank=True)
    reference = models.CharField(max_length=40, unique=True, null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    grace_until = WallTimeField("grace until", null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["call", "reference", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "user"], name="admissions_one_application_each")
        ]
        indexes = [models.Index(fields=["call", "state"], name="admissions_by_state")]  # the office's list

    def __str__(self) -> str:
        return self.reference or f"draft {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("application", args=[self.pk])

    @property
    def is_handed_in(self) -> bool:
        return self.state in self.HANDED_IN

    @property
    def place(self) -> str:
        if self.city_id and self.city:
            return str(self.city.name)
        return str(self.home_state.name) if self.home_state else ""

    @property
    def last_instant(self) -> datetime:
        """Until when this application may be handed in: the call's time, or the grace given."""
        closes = self.call.closes_at
        return max(closes, instant(self.grace_until, self.call.tz)) if self.grace_until else closes

    def in_time(self, at: datetime | None = None) -> bool:
        """True while the application may be changed and handed in."""
        now = at or datetime.now(UTC)
        if self.grace_until and now < self.last_instant:
            return self.call.state != Call.State.DRAFT
        return self.call.standing(now) == "open"


class Document(models.Model):
    """One document of an application's checklist: `kind` is a key of the call's list of documents."""

    class State(models.TextChoices):
        MISSING = "missing", "missing"
        RECEIVED = "received", "received"
        RETURNED = "returned", "returned with a remark"
        ACCEPTED = "accepted", "accepted"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    kind = models.SlugField(max_length=40)
    state = models.CharField(max_length=12, choices=State.choices, default=State.MISSING)
    required = models.BooleanField(default=True)
    remark = models.TextField(blank=True)
    file = models.CharField("path below the uploads", max_length=200, blank=True)
    name = models.CharField("name as given", max_length=200, blank=True)
    type = models.CharField("media type by content", max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="admissions_document_once")
        ]
        indexes = [models.Index(fields=["state", "application"], name="admissions_document_state")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"

    @property
    def path(self) -> Path:
        return Path(settings.UPLOADS) / self.file


class Upload(models.Model):
    """A file on its way in pieces; `offset` bytes are here. Swept when nobody goes on with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    begun_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True, db_index=True)
    done = models.BooleanField(default=False)
    refused = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.offset} of {self.length}"

    def get_absolute_url(self) -> str:
        return reverse("upload", args=[self.pk])

    @property
    def path(self) -> Path:
        return Path(settings.UPLOADS) / "under-way" / str(self.pk)


class Citizenship(models.Model):
    """Three yes/no answers that a scholarship asks for, encrypted: JSON of domain.citizenship.QUESTIONS."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="citizenship")
    answers = EncryptedTextField()
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"citizenship of application {self.application_id}"
