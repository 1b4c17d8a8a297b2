"""The roles of the office, as the port of roles wants them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nagara.campus.people.domain import give_office
from nagara.campus.people.models import OfficeMember, User
from nagara.campus.people.queries import now_valid
from nagara.campus.people.roles import Held
from nagara.campus.people.roles import offer as offer_roles
from nagara.campus.people.roles import register as register_roles


def register() -> None:
    register_roles(
        "office", roles_of, many=roles_of_many, kinds=dict(OfficeMember.Role.choices), holders=holders
    )
    offer_roles("office", "The office", choices=may_give, give=give)


def may_give(by: User) -> list[tuple[str, str]]:
    """A manager gives every post; others none."""
    return list(OfficeMember.Role.choices) if by.is_superuser else []


def give(user: User, role: str, *, by: User, reason: str = "") -> None:
    give_office(user, role=role, by=by)


def roles_of(user: User) -> list[Held]:
    """The posts of one person, past ones too."""
    return [_held(post) for post in user.office_posts.order_by("-since")]


def roles_of_many(ids: Collection[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for post in OfficeMember.objects.filter(now_valid(), user__in=ids).order_by("-since"):
        found.setdefault(post.user_id, []).append(_held(post))
    return found


def holders(role: str) -> Iterable[int]:
    return OfficeMember.objects.filter(now_valid(), role=role).values_list("user", flat=True)


def _held(post: OfficeMember) -> Held:
    return Held(post.get_role_display(), "office", "The office", since=post.since, until=post.until)
