"""Running numbers and check codes."""

from __future__ import annotations

import secrets

from django.db import transaction

from nagara.campus.credentials.models import Series

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 O 1 I L U: nothing that is misread on paper."""


@transaction.atomic
def take(key: str, count: int = 1) -> int:
    """The first of `count` numbers that nobody else gets; the row is locked until the transaction ends."""
    Series.objects.get_or_create(key=key)
    series = Series.objects.select_for_update().get(key=key)
    first = series.last + 1
    series.last += count
    series.save(update_fields=["last"])
    return first


def new_code() -> str:
    """A check code such as 7KQ4-M2XP-9TRA: 12 letters of 30, 59 bits; nobody guesses one."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(letters[i : i + 4] for i in range(0, 12, 4))


def read_code(text: str) -> str:
    """A code as people type it (small letters, blanks, no hyphens), as it is kept; else empty."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    if len(letters) != 12 or any(c not in ALPHABET for c in letters):
        return ""
    return "-".join(letters[i : i + 4] for i in range(0, 12, 4))
