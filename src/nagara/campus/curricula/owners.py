"""City or batch: whose curriculum a page is about, and what a person may do there."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from nagara.campus.cities.models import City, CityMember
from nagara.campus.curricula.domain.making import Owner
from nagara.campus.curricula.models import SkillsCheck
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch


@dataclass(frozen=True)
class Page:
    """Whose curriculum, and rights: make a new one, override modules."""

    owner: Owner
    may_make: bool
    may_override: bool

    @property
    def is_city(self) -> bool:
        return isinstance(self.owner, City)

    @property
    def kind(self) -> str:
        return "city" if self.is_city else "batch"

    @property
    def url(self) -> str:
        return reverse(f"{self.kind}-curriculum", args=[self.owner.slug])

    @property
    def pdf(self) -> str:
        return reverse(f"{self.kind}-curriculum-pdf", args=[self.owner.slug])


def page_for(request: SignedIn, kind: str, slug: str) -> Page:
    """Raises Http404 or PermissionDenied: a city is known to all, a batch only to its people."""
    user = request.user
    if kind == "city":
        city = City.objects.select_related("state").filter(slug=slug).first()
        if city is None:
            raise Http404("There is no city of that name.")
        if not may(user, "curricula.view_city", city):
            raise PermissionDenied("A city's curriculum is seen by its team, its state and its experts.")
        make, force = may(user, "curricula.make_city", city), may(user, "curricula.override_city", city)
        return Page(city, make, force)
    batch = Batch.objects.visible_to(user).select_related("version__programme").filter(slug=slug).first()
    if batch is None:
        raise Http404("There is no such batch, or you are not in it.")
    make = may(user, "curricula.make_batch", batch)
    return Page(batch, make, make)


def checks_of(owner: Owner) -> list[SkillsCheck]:
    """Skills of the people of a batch, or of a city's team."""
    if isinstance(owner, City):
        team = CityMember.objects.current().filter(city=owner).values("user")
        return list(SkillsCheck.objects.filter(user__in=team))
    people = owner.enrolments.exclude(state="withdrawn").values("user")
    return list(SkillsCheck.objects.filter(user__in=people))
