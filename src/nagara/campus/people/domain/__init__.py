"""Verbs about people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import OfficeMember, User


@transaction.atomic
def add_person(
    email: str, *, passport_name: str, password: str | None, office: str = "", by: User | None = None
) -> User:
    """A new person who may sign in; `office` is "", "manager" or "coordinator".

    Raises ValueError where the e-mail is taken or the role unknown.
    """
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise ValueError(f"{email} is already known")
    user = User.objects.create_user(email, password, passport_name=passport_name)
    if office:
        give_office(user, role=office, by=by)
    record("person added", f"person/{user.pk}", by=by)
    return user


@transaction.atomic
def give_office(user: User, *, role: str, by: User | None) -> OfficeMember:
    """Give a person a post in the office from today. Managers may also use the admin pages."""
    if role not in OfficeMember.Role.values:
        raise ValueError(f"{role!r} is no role of the office: {', '.join(OfficeMember.Role.values)}")
    post = OfficeMember.objects.create(user=user, role=role, since=date.today())  # noqa: DTZ011
    if role == OfficeMember.Role.MANAGER:
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
    record("office post given", f"person/{user.pk}", by=by, role=role)
    return post


@transaction.atomic
def change_names(user: User, *, by: User, **names: Any) -> User:
    """Change a person's names; fields are those of the `Names` form."""
    for field, value in names.items():
        setattr(user, field, value)
    user.save(update_fields=list(names))
    record("names changed", f"person/{user.pk}", by=by, fields=sorted(names))
    return user
