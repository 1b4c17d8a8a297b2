"""What is kept: visits with host, transport and seats; what a person needs on the way."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.people.queries import is_office
from nagara.campus.people.secrets import EncryptedTextField
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.timetable.models import Session

ASKS = {
    "diet": "dietary needs",
    "access": "access needs",
    "emergency": "emergency contact",
    "passport": "passport number",
    "medical": "medical note",
}
"""What a visit may ask of a person, in words. The last two are kept encrypted."""
SECRETS = ("passport", "medical")


def usual_asks() -> list[str]:
    return ["diet", "access", "emergency"]


class Need(models.Model):
    """A dietary or access need that people can tick. A row, so that the office may add one."""

    class Kind(models.TextChoices):
        DIET = "diet", "Dietary need"
        ACCESS = "access", "Access need"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    slug = models.SlugField()
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)
    offered = models.BooleanField(default=True, help_text="untick what nobody shall choose any more")

    class Meta:
        ordering = ["kind", "order", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="visits_need_once")]

    def __str__(self) -> str:
        return self.name


class VisitQuerySet(models.QuerySet["Visit"]):
    """Questions about visits."""

    def visible_to(self, user: Any) -> Self:
        """Those whose session one may see, and those that one leads."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        sessions = Session.objects.visible_to(user).values("pk")
        led = Visit.leaders.through.objects.filter(user_id=user.pk).values("visit_id")
        return self.filter(Q(session__in=sessions) | Q(pk__in=led))


class Visit(models.Model):
    """The logistics of a technical visit. Day, time and zone are its session's; times here are on its clock.

    `told` is what those with a seat were last told (see domain/telling.py); None before the first time.
    """

    class Whom(models.TextChoices):
        EVERYONE = "everyone", "Everyone of the group has a seat"
        SIGN_UP = "sign-up", "People sign up for a seat"

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="visit")
    host = models.CharField("host organisation", max_length=200, blank=True)
    address = models.CharField(max_length=300, blank=True)
    contact_name = models.CharField("contact person", max_length=200, blank=True)
    contact_phone = models.CharField("phone", max_length=40, blank=True)
    contact_email = models.EmailField("e-mail", blank=True)
    briefing = models.TextField(blank=True, help_text="Markdown: where you go, and why")
    to_see = models.TextField("what to see and what to ask", blank=True, help_text="Markdown")
    dress = models.TextField(
        "dress and safety", blank=True, help_text="Markdown: shoes, helmet, covered arms"
    )
    rules = models.TextField("rules of the place", blank=True, help_text="Markdown: photos, telephones, bags")
    bring = models.JSONField(
        "to bring", default=list, blank=True, help_text="documents and things, one a line"
    )
    stops = models.JSONField(
        "programme", default=list, blank=True, help_text='[{"at": "10:00", "what": ...}]'
    )
    meeting_point = models.CharField(max_length=200, blank=True)
    meeting_at = models.TimeField("meet at", null=True, blank=True)
    emergency = models.JSONField("emergency numbers", default=list, blank=True, help_text="one a line")
    asks = models.JSONField("what people are asked", default=usual_asks, blank=True)
    whom = models.CharField("seats", max_length=10, choices=Whom.choices, default=Whom.EVERYONE)
    seats = models.PositiveSmallIntegerField(
        "number of seats", null=True, blank=True, help_text="empty: no limit"
    )
    opens = WallTimeField("sign-up opens", null=True, blank=True)
    closes = WallTimeField("sign-up closes", null=True, blank=True)
    leaders = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="visits_led")
    told = models.JSONField(null=True, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["session__day", "session__at", "id"]

    def __str__(self) -> str:
        return str(self.session)

    def get_absolute_url(self) -> str:
        return reverse("visit", args=[self.pk])

    @property
    def batch(self) -> Batch:
        return self.session.activity.batch


class Leg(models.Model):
    """One ride or walk of the day. Two buses at the same time are two legs: people are given one of them.
    Arriving earlier than departing means the next day."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="legs")
    order = models.PositiveSmallIntegerField(default=0)
    start = models.CharField("from", max_length=160)
    goal = models.CharField("to", max_length=160)
    mode = models.CharField(max_length=40, default="bus", help_text="bus, train, boat, on foot ...")
    operator = models.CharField("operator, plate, number", max_length=120, blank=True)
    departs = models.TimeField()
    arrives = models.TimeField(null=True, blank=True)
    seats = models.PositiveSmallIntegerField(null=True, blank=True, help_text="empty: no limit")
    note = models.CharField(max_length=200, blank=True, help_text="driver's phone, where it waits")

    class Meta:
        ordering = ["order", "departs", "id"]

    def __str__(self) -> str:
        return f"{self.departs:%H:%M} {self.start} to {self.goal}, {self.mode}"


class Seat(models.Model):
    """A person's place on a visit. `place` orders those who wait."""

    class State(models.TextChoices):
        SEATED = "seated", "Has a seat"
        WAITING = "waiting", "Waiting"
        GIVEN_BACK = "given-back", "Given back"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="places")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="visit_seats")
    state = models.CharField(max_length=10, choices=State.choices)
    place = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was given back")
    reminded_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField(auto_now=True)
    legs = models.ManyToManyField(Leg, blank=True, related_name="people")

    class Meta:
        ordering = ["visit", "enrolment__user__sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["visit", "enrolment"], name="visits_seat_once")]
        indexes = [models.Index(fields=["visit", "state", "place"], name="visits_queue")]

    def __str__(self) -> str:
        return f"{self.enrolment.user}, {self.visit}"


class TravelFacts(models.Model):
    """What a person needs on the visits of a batch: asked once. None is "not said", an empty list "nothing".

    Deleted whole 90 days after the last day of travel (domain/forgetting.py).
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="travel_facts")
    diet = models.JSONField(null=True, blank=True)
    diet_note = models.CharField(max_length=200, blank=True)
    access = models.JSONField(null=True, blank=True)
    access_note = models.CharField(max_length=200, blank=True)
    emergency_name = models.CharField(max_length=200, blank=True)
    emergency_relation = models.CharField(max_length=60, blank=True)
    emergency_phone = models.CharField(max_length=40, blank=True)
    passport_number = EncryptedTextField(blank=True)
    medical_note = EncryptedTextField(blank=True)
    medical_said = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "travel facts"

    def __str__(self) -> str:
        return f"Travel facts of {self.enrolment.user}"
