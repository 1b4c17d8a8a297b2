"""Verbs about people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
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


@dataclass(frozen=True)
class NewPerson:
    """Someone to add, without a password yet."""

    email: str
    passport_name: str
    preferred_name: str = ""
    native_name: str = ""
    certificate_name: str = ""
    country: str = ""
    tz: str = ""
    sex: str = ""
    phone: str = ""


@transaction.atomic
def add_people(rows: Sequence[NewPerson], *, by: User | None, reason: str = "") -> list[User]:
    """Many new people in a few queries, in the order given; they have no password until they are invited.

    Raises ValueError where an e-mail stands twice or is taken.
    """
    people = [User(**asdict(row), password=make_password(None)) for row in rows]
    for person in people:
        person.settle()
    emails = [person.email for person in people]
    taken = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    if taken or len(set(emails)) < len(emails):
        raise ValueError(f"known already: {', '.join(sorted(taken)) or 'an e-mail stands twice'}")
    User.objects.bulk_create(people, batch_size=500)
    if people:
        first, last = people[0].pk, people[-1].pk
        record("people added", "people", by=by, reason=reason, count=len(people), first=first, last=last)
    return people


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
def change_person(user: User, *, by: User, reason: str, **facts: Any) -> User:
    """Change what the office knows about a person; fields are those of the `Facts` form. With the e-mail,
    confirmations of the old address go."""
    from allauth.account.models import EmailAddress

    before = User.objects.select_for_update().get(pk=user.pk)
    changed = sorted(name for name, value in facts.items() if getattr(before, name) != value)
    for field, value in facts.items():
        setattr(user, field, value)
    user.save(update_fields=list(facts))
    if "email" in changed:
        EmailAddress.objects.filter(user=user).delete()
    if changed:
        record("person changed", f"person/{user.pk}", by=by, reason=reason, fields=changed)
    return user


@transaction.atomic
def change_names(user: User, *, by: User, **names: Any) -> User:
    """Change a person's names; fields are those of the `Names` form."""
    for field, value in names.items():
        setattr(user, field, value)
    user.save(update_fields=list(names))
    record("names changed", f"person/{user.pk}", by=by, fields=sorted(names))
    return user
