"""Member cities, their states, projects and teams; policy frameworks as data."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from nagara.campus.people.queries import is_office, now_valid


class Framework(models.Model):
    """A policy framework, dated and replaceable: its outcomes and areas are rows, never code."""

    key = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    adopted = models.DateField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=120, blank=True, help_text="how sure these words are")
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class FocusArea(models.Model):
    """A focus area of a framework, with its sub-areas."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="focus_areas")
    slug = models.SlugField()
    name = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)
    sub_areas = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["framework", "slug"], name="cities_focus_area_once")]

    def __str__(self) -> str:
        return self.name


class State(models.Model):
    """A state, named as ASEAN writes it."""

    iso2 = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=80)
    is_host = models.BooleanField(default=False)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CityQuerySet(models.QuerySet["City"]):
    """Questions about cities."""

    def members(self, day: date | None = None) -> Self:
        """Member cities on `day` (default today)."""
        return self.filter(
            pk__in=Membership.objects.filter(now_valid(day)).values("city"),
        )

    def visible_to(self, user: Any) -> Self:
        """All: cities are public."""
        return self

    def writable_by(self, user: Any) -> Self:
        """The cities whose data `user` may change."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(pk__in=CityMember.objects.current().filter(user=user).values("city"))


class City(models.Model):
    """A city. `slug` is also its name in the lake and on the command line."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="cities")
    lat = models.FloatField(help_text="degrees north, WGS 84")
    lon = models.FloatField(help_text="degrees east, WGS 84")
    tz = models.CharField("time zone", max_length=60)
    is_pilot = models.BooleanField("pilot city of 2018", default=False)

    objects = CityQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "cities"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("city", args=[self.slug])


class Membership(models.Model):
    """A city's dated membership of the network."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="memberships")
    network = models.CharField(max_length=60, default="ASEAN Smart Cities Network")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(fields=["city", "network", "since"], name="cities_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.city}: {self.network} since {self.since:%Y}"


class Project(models.Model):
    """A public project of a city."""

    class Status(models.TextChoices):
        OPEN = "ongoing_or_planning", "under way or planned"
        DONE = "completed", "completed"

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="projects")
    title = models.CharField(max_length=240)
    focus_area = models.ForeignKey(FocusArea, on_delete=models.PROTECT, related_name="projects")
    status = models.CharField(max_length=30, choices=Status.choices)
    as_of = models.PositiveSmallIntegerField(help_text="year of the list that says so")

    class Meta:
        ordering = ["focus_area__order", "title"]
        constraints = [models.UniqueConstraint(fields=["city", "title"], name="cities_project_once")]

    def __str__(self) -> str:
        return self.title


class CityMemberQuerySet(models.QuerySet["CityMember"]):
    """Questions about city teams."""

    def current(self) -> Self:
        return self.filter(now_valid())

    def visible_to(self, user: Any) -> Self:
        """The office sees every team, a National Representative those of the state, a member the own teams,
        others none: names are personal data."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = CityMember.objects.current().filter(user=user).values("city")
        states = Representative.objects.current().filter(user=user).values("state")
        return self.filter(models.Q(city__in=mine) | models.Q(city__state__in=states))


class CityMember(models.Model):
    """A person's place in a city's team, dated."""

    class Role(models.TextChoices):
        CSCO = "csco", "Chief Smart City Officer"
        ALTERNATE = "alternate", "Alternate"
        STAFF = "staff", "Staff"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="city_posts")
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="team")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.STAFF)
    since = models.DateField(default=date.today)
    until = models.DateField(null=True, blank=True)

    objects = CityMemberQuerySet.as_manager()

    class Meta:
        ordering = ["role", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "city", "role", "since"], name="cities_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.city}"


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    """Questions about National Representatives."""

    def current(self) -> Self:
        return self.filter(now_valid())


class Representative(models.Model):
    """A National Representative: speaks for a state in the network, dated."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="represents")
    state = models.ForeignKey(State, on_delete=models.CASCADE, related_name="representatives")
    since = models.DateField(default=date.today)
    until = models.DateField(null=True, blank=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        ordering = ["state", "since"]
        constraints = [
            models.UniqueConstraint(fields=["user", "state", "since"], name="cities_representative_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, National Representative of {self.state}"


class Holding(models.Model):
    """What the newest snapshot of a city in the lake holds, in the few words that lists need.

    `stamp` names the snapshot (lake, city, number, when written). A snapshot never changes, so a row cannot
    go stale: another stamp makes another row, and the old one goes.
    """

    stamp = models.CharField(max_length=500, unique=True)
    slug = models.SlugField(max_length=63)
    name = models.CharField(max_length=200)
    tz = models.CharField(max_length=60)
    country = models.CharField(max_length=2, blank=True)
    sources = models.PositiveIntegerField(default=0)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return f"{self.name}: {self.sources} sources"
