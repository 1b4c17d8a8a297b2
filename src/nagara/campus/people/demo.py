"""The people of a demonstration, with roles of the office."""

from __future__ import annotations

from nagara.campus.people.demo_accounts import ACCOUNTS, PASSWORD
from nagara.campus.people.domain import add_person
from nagara.campus.people.models import User


def load() -> None:
    """Add those who are missing."""
    for account in ACCOUNTS:
        if not User.objects.filter(email=account.email).exists():
            add_person(account.email, passport_name=account.name, password=PASSWORD, office=account.office)
