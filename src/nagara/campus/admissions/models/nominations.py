"""Nominations, the heads of department who were asked for them, and co-signatures."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nagara.campus.admissions.models.calls import Call, batches_run_by
from nagara.campus.cities.models import City, CityMember, Representative
from nagara.campus.people.queries import is_office, now_valid


class Head(models.Model):
    """A head of department who may nominate through a personal link: no account, no mail domain."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="heads")
    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    home_state = models.ForeignKey("cities.State", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    position = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=200)
    most = models.PositiveSmallIntegerField("nominations at most", default=2)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["department", "name"]
        constraints = [
            models.UniqueConstraint(fields=["call", "email", "department"], name="admissions_head_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.department}"


class NominationQuerySet(models.QuerySet["Nomination"]):
    """Questions about nominations."""

    def standing(self) -> Self:
        """Those that take a place of the quota."""
        return self.filter(state__in=Nomination.TAKES_A_PLACE)

    def visible_to(self, user: Any) -> Self:
        """All for the office and those who run the batch; a representative sees the state's, a CSCO the
        city's, anyone the ones made or received."""
        if is_office(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        states = Representative.objects.filter(now_valid(), user=user).values("state")
        posts = CityMember.objects.filter(
            now_valid(), user=user, role__in=[CityMember.Role.CSCO, CityMember.Role.ALTERNATE]
        )
        return self.filter(
            Q(home_state__in=states)
            | Q(city__in=posts.values("city"))
            | Q(nominator=user)
            | Q(call__batch__in=batches_run_by(user))
        )


class Nomination(models.Model):
    """One person put forward for a call. Priority 1 is the first choice of a state, city or department."""

    class Kind(models.TextChoices):
        NR = "nr", "National Representative"
        CSCO = "csco", "Chief Smart City Officer"
        HEAD = "head", "Head of department"

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        COSIGNED = "cosigned", "co-signed"
        DECLINED = "declined", "declined by the supervisor"
        WITHDRAWN = "withdrawn", "withdrawn"
        REPLACED = "replaced", "replaced"

    TAKES_A_PLACE = (State.PROPOSED, State.COSIGNED)

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="nominations")
    city = models.ForeignKey(
        City, null=True, blank=True, on_delete=models.PROTECT, related_name="nominations"
    )
    home_state = models.ForeignKey("cities.State", on_delete=models.PROTECT, related_name="nominations")
    email = models.EmailField("e-mail", max_length=254)
    name = models.CharField(max_length=200)
    position = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    nominator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="nominations"
    )
    head = models.ForeignKey(
        Head, null=True, blank=True, on_delete=models.PROTECT, related_name="nominations"
    )
    priority = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces"
    )
    reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering = ["home_state__name", "city__name", "priority", "id"]
        constraints = [
            models.UniqueConstraint(  # one standing nomination a person and call
                fields=["call", "email"],
                condition=Q(state__in=["proposed", "cosigned"]),
                name="admissions_nominated_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.call}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("nomination", args=[self.pk])

    @property
    def place(self) -> str:
        """City and state, or the state alone."""
        return f"{self.city.name}, {self.home_state.name}" if self.city else self.home_state.name

    @property
    def nominated_by(self) -> str:
        return str(self.head or self.nominator or "")


class Cosignature(models.Model):
    """The supervisor's word on a nomination, asked for by a personal link."""

    nomination = models.OneToOneField(Nomination, on_delete=models.CASCADE, related_name="cosignature")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    position = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=3, blank=True, choices=[("yes", "yes"), ("no", "no")])
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.answer or 'not answered'}"
