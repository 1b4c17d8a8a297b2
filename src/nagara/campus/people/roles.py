"""The port of roles: each room says which roles a person holds there.

A room calls `register` in its AppConfig.ready(). People stands below the rooms and imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from nagara.campus.people.models import User


@dataclass(frozen=True)
class Held:
    """A role that a person holds: `role` in words ("Coordinator"), `scope` is what kind of thing it holds
    for ("office", "batch", "city"), `label` names the thing, `url` leads to it."""

    role: str
    scope: str
    label: str
    url: str = ""
    since: date | None = None
    until: date | None = None


Provider = Callable[[User], Iterable[Held]]
Many = Callable[[Collection[int]], Mapping[int, Iterable[Held]]]
Holders = Callable[[str], Iterable[int]]


@dataclass(frozen=True)
class _Source:
    provider: Provider
    many: Many | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    holders: Holders | None = None


_sources: dict[str, _Source] = {}


def register(
    name: str,
    provider: Provider,
    *,
    many: Many | None = None,
    kinds: Mapping[str, str] | None = None,
    holders: Holders | None = None,
) -> None:
    """Add a room's answer to "which roles does this person hold?".

    `many(user ids)` answers for a page of people in a fixed number of queries: without it the room's roles
    are left out of the list of people (they still stand on the page of each person). `kinds` (key -> words)
    and `holders(key)` (ids of those who hold it; a values_list queryset is best) make the roles a filter of
    that list.
    """
    _sources[name] = _Source(provider, many, kinds or {}, holders)


def held_by(user: User) -> list[Held]:
    """All roles of a person, in the order in which the rooms registered."""
    return [held for source in _sources.values() for held in source.provider(user)]


def held_by_many(ids: Collection[int]) -> dict[int, list[Held]]:
    """Roles of a page of people."""
    found: dict[int, list[Held]] = {pk: [] for pk in ids}
    for source in _sources.values():
        if source.many is not None and ids:
            for pk, roles in source.many(ids).items():
                found[pk].extend(roles)
    return found


def kinds() -> dict[str, str]:
    """What the list of people can be filtered by: "room.key" -> words."""
    return {
        f"{name}.{key}": words
        for name, source in _sources.items()
        if source.holders is not None
        for key, words in source.kinds.items()
    }


def holders(kind: str) -> Iterable[int]:
    """Ids of those who hold a role, named as in `kinds`. Nobody where the name is unknown."""
    name, _, key = kind.partition(".")
    source = _sources.get(name)
    if source is None or source.holders is None or key not in source.kinds:
        return []
    return source.holders(key)


Choices = Callable[[User], Iterable[tuple[str, str]]]
Give = Callable[..., None]


@dataclass(frozen=True)
class _Offer:
    title: str
    choices: Choices
    give: Give


_offers: dict[str, _Offer] = {}


def offer(name: str, title: str, *, choices: Choices, give: Give) -> None:
    """Let the office give a room's roles when it invites a person. `choices(by)` lists (value, words) that
    `by` may give; `give(user, value, by=, reason=)` gives one of them."""
    _offers[name] = _Offer(title, choices, give)


def offered(by: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of choices for a form: (title, [(value, words)]); values name the room too."""
    groups = []
    for name, made in _offers.items():
        found = [(f"{name}.{value}", words) for value, words in made.choices(by)]
        if found:
            groups.append((made.title, found))
    return groups


def give(user: User, value: str, *, by: User, reason: str = "") -> None:
    """Give a role that `offered` named."""
    name, _, key = value.partition(".")
    _offers[name].give(user, key, by=by, reason=reason)
