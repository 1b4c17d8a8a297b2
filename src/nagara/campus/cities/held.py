"""Roles in cities and states, for the ports of the room of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from nagara.campus.audit import subjects
from nagara.campus.cities.domain import join_team
from nagara.campus.cities.models import City, CityMember, Representative
from nagara.campus.people import data_port, roles
from nagara.campus.people.models import User
from nagara.campus.people.queries import is_office
from nagara.campus.people.roles import Held

REPRESENTATIVE = "National Representative"


def register() -> None:
    """Tell the room of people what this room knows about a person."""
    kinds = dict(CityMember.Role.choices) | {"nr": REPRESENTATIVE}
    roles.register("cities", roles_of, many=roles_of_many, kinds=kinds, holders=holders)
    roles.offer("cities", "City teams", choices=may_give, give=give)
    data_port.register("cities", export=export, erase=erase)
    subjects.register("city", lambda slug: f"/cities/{slug}/")


def roles_of(user: User) -> list[Held]:
    """Places in teams and as National Representative, past ones too."""
    posts = CityMember.objects.filter(user=user).select_related("city").order_by("city__name", "since")
    states = Representative.objects.filter(user=user).select_related("state").order_by("since")
    return [*map(_in_team, posts), *map(_for_state, states)]


def roles_of_many(ids: Collection[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for pk, held in _current(ids):
        found.setdefault(pk, []).append(held)
    return found


def _current(ids: Collection[int]) -> Iterator[tuple[int, Held]]:
    for post in CityMember.objects.current().filter(user__in=ids).select_related("city"):
        yield post.user_id, _in_team(post)
    for named in Representative.objects.current().filter(user__in=ids).select_related("state"):
        yield named.user_id, _for_state(named)


def holders(role: str) -> Iterable[int]:
    if role == "nr":
        return Representative.objects.current().values_list("user", flat=True)
    return CityMember.objects.current().filter(role=role).values_list("user", flat=True)


def may_give(by: User) -> list[tuple[str, str]]:
    """The office gives every place in a team of a member city."""
    if not is_office(by):
        return []
    cities = City.objects.members().order_by("name").values_list("slug", "name")
    return [
        (f"{slug}.{role}", f"{name}: {words}")
        for slug, name in cities
        for role, words in CityMember.Role.choices
    ]


def give(user: User, value: str, *, by: User, reason: str = "") -> None:
    slug, _, role = value.partition(".")
    join_team(City.objects.get(slug=slug), user, role=role, by=by)


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    posts = CityMember.objects.filter(user=user).values("city__name", "role", "since", "until")
    states = Representative.objects.filter(user=user).values("state__name", "since", "until")
    return {"city_teams": [dict(row) for row in posts], "represents": [dict(row) for row in states]}


def erase(user: User) -> None:
    """A place in a team is nothing but the person."""
    CityMember.objects.filter(user=user).delete()
    Representative.objects.filter(user=user).delete()


def _in_team(post: CityMember) -> Held:
    return Held(
        post.get_role_display(), "city", post.city.name, post.city.get_absolute_url(), post.since, post.until
    )


def _for_state(post: Representative) -> Held:
    return Held(REPRESENTATIVE, "state", post.state.name, "", post.since, post.until)
