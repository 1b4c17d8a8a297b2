"""Questions about member cities."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from nagara.campus.cities.models import City, FocusArea, Membership, Project, State
from nagara.campus.people.queries import now_valid


def member_list(state: str = "", focus: str = "") -> QuerySet[City]:
    """Member cities today with their state and `project_count`; narrowed by ISO code and focus area."""
    cities = City.objects.members().select_related("state")
    if state:
        cities = cities.filter(state__iso2=state)
    if focus:
        cities = cities.filter(projects__focus_area__slug=focus)
    return cities.annotate(project_count=Count("projects", distinct=True)).order_by("name")


def city_in_full(slug: str) -> City | None:
    """A city with memberships and projects at hand."""
    projects = Project.objects.select_related("focus_area")
    return (
        City.objects.select_related("state")
        .prefetch_related(
            Prefetch("projects", queryset=projects),
            Prefetch("memberships", queryset=Membership.objects.filter(now_valid())),
        )
        .filter(slug=slug)
        .first()
    )


@dataclass(frozen=True)
class Choice:
    """A filter: its value, its words, how many member cities it leaves."""

    value: str
    name: str
    count: int


def state_choices() -> list[Choice]:
    """States that have member cities today."""
    members = City.objects.members().values("pk")
    states = State.objects.annotate(n=Count("cities", filter=Q(cities__in=members), distinct=True))
    return [Choice(state.iso2, state.name, state.n) for state in states if state.n]


def focus_choices() -> list[Choice]:
    """Focus areas with the number of member cities that have a project there."""
    members = City.objects.members().values("pk")
    in_members = Q(projects__city__in=members)
    areas = FocusArea.objects.annotate(n=Count("projects__city", filter=in_members, distinct=True))
    return [Choice(area.slug, area.name, area.n) for area in areas if area.n]
