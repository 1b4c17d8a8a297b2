"""The people of a demonstration, with roles of the office."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from nagara.campus.people.demo_accounts import ACCOUNTS, PASSWORD
from nagara.campus.people.domain import NewPerson, add_people, give_office
from nagara.campus.people.models import User


def load() -> None:
    """Add those who are missing."""
    known = set(User.objects.values_list("email", flat=True))
    missing = [account for account in ACCOUNTS if account.email not in known]
    if not missing:
        return
    people = add_people(
        [
            NewPerson(
                account.email,
                account.name,
                **{
                    name: getattr(account, name)
                    for name in ("preferred_name", "native_name", "country", "sex", "tz")
                },
            )
            for account in missing
        ],
        by=None,
    )
    User.objects.filter(pk__in=[user.pk for user in people]).update(password=make_password(PASSWORD))
    for account, user in zip(missing, people, strict=True):
        if account.office:
            user.refresh_from_db()
            give_office(user, role=account.office, by=None)
