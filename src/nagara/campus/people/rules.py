"""Who may do what, in small predicates."""

from __future__ import annotations

from typing import Any

import rules

from nagara.campus.people.queries import is_office


@rules.predicate
def in_office(user: Any) -> bool:
    """A member of the office today."""
    return is_office(user)


@rules.predicate
def signed_in(user: Any) -> bool:
    """Anyone who has signed in and may do so."""
    return bool(user.is_authenticated and user.is_active)


@rules.predicate
def is_self(user: Any, person: Any) -> bool:
    """The person that it is about."""
    return bool(person is not None and user.pk is not None and person == user)


@rules.predicate
def is_no_manager(user: Any, person: Any) -> bool:
    """The person that it is about is no programme manager (only managers change managers)."""
    return person is None or not person.is_superuser


rules.add_perm("people.use_desk", in_office)
rules.add_perm("people.change_self", signed_in)
rules.add_perm("people.see_people", in_office)
rules.add_perm("people.see_person", in_office | (signed_in & is_self))
rules.add_perm("people.invite", in_office)
rules.add_perm("people.change_person", in_office & is_no_manager)
rules.add_perm("people.take_data", in_office | (signed_in & is_self))
rules.add_perm("people.erase", (in_office & is_no_manager) | (signed_in & is_self))
rules.add_perm("people.import_past", in_office)
rules.add_perm("people.write_consents", in_office)
# the rooms below have no people: their rules stand here
rules.add_perm("notices.manage", in_office)
rules.add_perm("audit.see", in_office)


def may(user: Any, permission: str, thing: Any = None) -> bool:
    """True where the rules let `user` do this to `thing`; a superuser may everything."""
    return bool(user.is_active and user.is_superuser) or bool(rules.has_perm(permission, user, thing))
