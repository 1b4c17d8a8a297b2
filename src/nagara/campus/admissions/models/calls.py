"""The call: Course Information of a batch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

from django.db import models
from django.urls import reverse

from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.cities.clocks import instant
from nagara.campus.people.queries import is_office, now_valid
from nagara.campus.programmes.models import Batch, BatchRole, RoleKind


def batches_run_by(user: Any) -> models.QuerySet[Any, Any]:
    """Ids of the batches that `user` runs by a role in them (the office runs every batch besides)."""
    running = RoleKind.objects.filter(runs=True).values("slug")
    return BatchRole.objects.filter(now_valid(), user=user, role__in=running).values("batch")


class CallQuerySet(models.QuerySet["Call"]):
    """Questions about calls."""

    def run_by(self, user: Any) -> Self:
        """Calls of the batches that `user` runs."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(batch__in=batches_run_by(user))

    def visible_to(self, user: Any) -> Self:
        """Published and closed calls for everyone; drafts for those who run the batch."""
        if is_office(user):
            return self
        public = self.exclude(state=Call.State.DRAFT)
        if not getattr(user, "is_authenticated", False):
            return public
        return public | self.filter(pk__in=Call.objects.run_by(user).values("pk"))

    def published(self) -> Self:
        return self.filter(state=Call.State.PUBLISHED)


class Call(models.Model):
    """What is offered, to whom, how to apply, until when. Opens and closes by the host's clock."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        PUBLISHED = "published", "published"
        CLOSED = "closed", "closed"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="calls")
    slug = models.SlugField(max_length=80, unique=True)
    prefix = models.CharField("letters before the number of an application", max_length=20, unique=True)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    opens = WallTimeField("opens")
    closes = WallTimeField("closes")
    tz = models.CharField("time zone of the host", max_length=60)
    sections = models.JSONField(default=list, blank=True)
    documents = models.JSONField(default=list, blank=True)
    questions = models.JSONField(default=list, blank=True)
    eligibility = models.JSONField(default=list, blank=True)
    quotas = models.JSONField(default=list, blank=True)
    needs_nomination = models.BooleanField("only nominated people may apply", default=True)
    needs_cosign = models.BooleanField("the supervisor signs as well", default=True)
    asks_citizenship = models.BooleanField(
        "asks whether both parents are citizens of the country of the scholarship", default=False
    )
    published_at = models.DateTimeField(null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["closes", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("call", args=[self.slug])

    @property
    def opens_at(self) -> datetime:
        """The instant, in UTC."""
        return instant(self.opens, self.tz)

    @property
    def closes_at(self) -> datetime:
        """The instant, in UTC: from it on nothing is taken."""
        return instant(self.closes, self.tz)

    def standing(self, at: datetime | None = None) -> str:
        """ "draft", "upcoming", "open" or "closed" at an instant (default: now). A published call closes by
        itself at its time."""
        if self.state != self.State.PUBLISHED:
            return str(self.state)
        now = at or datetime.now(UTC)
        if now < self.opens_at:
            return "upcoming"
        return "open" if now < self.closes_at else "closed"

    @property
    def is_open(self) -> bool:
        return self.standing() == "open"

    @property
    def has_closed(self) -> bool:
        return self.standing() == "closed"

    def document(self, kind: str) -> dict[str, Any] | None:
        """What the call says about one document."""
        return next((asked for asked in self.documents if asked["kind"] == kind), None)
