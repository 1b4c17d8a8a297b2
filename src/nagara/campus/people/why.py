"""Why a person may or may not do something: the rule as a tree, each part with its answer in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import rules
from django.apps import apps
from django.db.models import Model
from rules.permissions import permissions
from rules.predicates import Predicate

from nagara.campus.people.queries import is_office

_WORDS = {
    "AND": "All of these",
    "OR": "At least one of these",
    "XOR": "Exactly one of these",
    "INVERT": "Not",
}


@dataclass(frozen=True)
class Part:
    """A part of a rule: `holds` is its answer for this person and thing; a leaf has no `parts`."""

    words: str
    holds: bool
    parts: tuple[Part, ...] = field(default=())


def all_permissions() -> list[str]:
    """Every permission of the site."""
    return sorted(permissions)


def explain(user: Any, permission: str, thing: Any = None) -> Part:
    """The rule of a permission, answered. Raises KeyError for an unknown one."""
    return _part(permissions[permission], user, thing)


def lines(part: Part, depth: int = 0) -> Iterator[tuple[int, Part]]:
    """The tree from the top, with the depth of each part."""
    yield depth, part
    for piece in part.parts:
        yield from lines(piece, depth + 1)


def answer(user: Any, permission: str, thing: Any = None) -> bool:
    """What the site answers, as `people.rules.may`."""
    return bool(user.is_active and user.is_superuser) or bool(rules.has_perm(permission, user, thing))


def find(said: str, asker: Any) -> Model | None:
    """The thing named "city/jakarta" or "batch/7", for those who may see it: the office any, others what
    `.visible_to` gives them."""
    kind, _, key = said.strip().partition("/")
    for model in apps.get_models():
        if model._meta.model_name != kind.lower() or not model.__module__.startswith("nagara."):
            continue
        rows = model._default_manager.all()
        if not is_office(asker):
            visible = getattr(rows, "visible_to", None)
            rows = visible(asker) if visible is not None else rows.none()
        names = {f.name for f in model._meta.get_fields()}
        if not key.isdigit():
            return rows.filter(slug=key).first() if "slug" in names else None
        return rows.filter(pk=int(key)).first()
    return None


def kinds() -> list[str]:
    """The kinds of things that can be asked about."""
    found = {m._meta.model_name for m in apps.get_models() if m.__module__.startswith("nagara.")}
    return sorted(str(name) for name in found)


def _part(predicate: Predicate, user: Any, thing: Any) -> Part:
    holds = _holds(predicate, user, thing)
    kind = getattr(predicate.fn, "__name__", "")
    pieces = _pieces(predicate)
    if not pieces or kind not in _WORDS:
        return Part(_words(predicate), holds)
    return Part(_WORDS[kind], holds, tuple(_part(piece, user, thing) for piece in pieces))


def _holds(predicate: Predicate, user: Any, thing: Any) -> bool:
    try:
        return bool(predicate.test(user, thing))
    except (AttributeError, TypeError, ValueError):
        return False  # a rule about one kind of thing, asked about another or none


def _pieces(predicate: Predicate) -> list[Predicate]:
    """The predicates that were joined: `rules` keeps them in the closure of the joining function."""
    cells = dict(
        zip(
            getattr(predicate.fn, "__code__", _NO_CODE).co_freevars,
            getattr(predicate.fn, "__closure__", None) or (),
            strict=False,
        )
    )
    found = [cells[name].cell_contents for name in ("self", "other") if name in cells]
    return [piece for piece in found if isinstance(piece, Predicate)]


def _words(predicate: Predicate) -> str:
    text = (getattr(predicate.fn, "__doc__", None) or "").strip()
    if predicate is rules.always_allow:
        return "Everybody may."
    if predicate is rules.always_deny:
        return "Nobody may."
    return " ".join(text.split("\n\n")[0].split()) or predicate.name.replace("_", " ")


class _NoCode:
    co_freevars: tuple[str, ...] = ()


_NO_CODE = _NoCode()
