"""Webinars, those who registered, and the words to which they agreed."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.people.queries import is_office
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models import Session


def new_token() -> str:
    """What a personal link carries."""
    return secrets.token_urlsafe(24)


class WebinarQuerySet(models.QuerySet["Webinar"]):
    """Questions about webinars."""

    def released(self) -> Self:
        """Those whose session is in a released timetable, the next ones to come last in time first."""
        return self.filter(session__public__isnull=False)

    def visible_to(self, user: Any) -> Self:
        """Public ones that are announced; those for members to those of the batch; all to who sees the
        draft timetable of the batch (the office)."""
        if is_office(user):
            return self
        open_ones = Q(open_to=Webinar.OpenTo.PUBLIC)
        if getattr(user, "is_authenticated", False):
            open_ones |= Q(session__activity__batch__in=Batch.objects.visible_to(user))
            open_ones |= Q(session__people__user=user)
        return self.filter(open_ones, announced=True, session__public__isnull=False).distinct()


class Webinar(models.Model):
    """A session with a page of its own, for which people register. Title, time, speakers and join link are
    the session's; the public sees what of them is released."""

    class OpenTo(models.TextChoices):
        PUBLIC = "public", "Everyone"
        MEMBERS = "members", "People of the batch"

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="webinar")
    slug = models.SlugField("word in the address", max_length=80, unique=True)
    summary = models.TextField(
        blank=True, help_text="Markdown: what it is about, for whom, what one can do afterwards"
    )
    open_to = models.CharField(max_length=12, choices=OpenTo.choices, default=OpenTo.PUBLIC)
    seats = models.PositiveIntegerField(null=True, blank=True, help_text="empty: as many as come")
    announced = models.BooleanField(default=True, help_text="shown once the timetable is released")
    registering = models.BooleanField("registration is open", default=True)
    recording = models.URLField("link to the recording", max_length=500, blank=True)
    transcript = models.TextField(blank=True, editable=False)
    transcript_form = models.CharField(max_length=8, blank=True, editable=False, help_text="md or vtt")
    transcript_language = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = WebinarQuerySet.as_manager()

    class Meta:
        ordering = ["session__day", "session__at", "id"]

    def __str__(self) -> str:
        return str(self.session)

    def get_absolute_url(self) -> str:
        return reverse("webinar", args=[self.slug])


class Terms(models.Model):
    """What registrants are told and asked. A change of words is a new version: nothing is overwritten."""

    version = models.PositiveSmallIntegerField(unique=True)
    text = models.TextField(help_text="what is kept of a registrant, why, for how long: needed to register")
    news = models.TextField(help_text="the free choice: to hear of further webinars")
    at = models.DateTimeField("published", auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return f"version {self.version}"


class Registration(models.Model):
    """A person at a webinar: with an account (`user`), or by e-mail address. One for each address.

    ASKED: the letter with the link is out, nobody has confirmed. WAITING: confirmed, no seat was free;
    those who wait move up in the order of `confirmed_at`.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Not confirmed"
        SEATED = "seated", "Registered"
        WAITING = "waiting", "On the waiting list"
        WITHDRAWN = "withdrawn", "Withdrawn"

    HOLDS = (State.SEATED, State.WAITING)

    webinar = models.ForeignKey(Webinar, on_delete=models.CASCADE, related_name="registrations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="webinar_registrations",
    )
    email = models.EmailField("e-mail", max_length=254, help_text="in lower case")
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="two-letter code, such as ID")
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    token = models.CharField(max_length=48, unique=True, default=new_token, editable=False)
    terms = models.ForeignKey(Terms, null=True, on_delete=models.PROTECT, related_name="+")
    news = models.BooleanField("tell me of further webinars", default=False)
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField("opened the join link", null=True, blank=True)
    told_day = models.DateTimeField("reminded a day before", null=True, blank=True)
    told_hour = models.DateTimeField("reminded an hour before", null=True, blank=True)

    class Meta:
        ordering = ["webinar", "confirmed_at", "id"]
        constraints = [models.UniqueConstraint(fields=["webinar", "email"], name="webinars_address_once")]
        indexes = [
            models.Index(fields=["webinar", "state", "confirmed_at"], name="webinars_by_state")
        ]  # seats taken, who moves up, whom to remind

    def __str__(self) -> str:
        return self.name
