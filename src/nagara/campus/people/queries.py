"""Questions about people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from nagara.campus.people import roles
from nagara.campus.people.models import OfficeMember, User
from nagara.campus.people.names import searchable


def now_valid(day: date | None = None) -> Q:
    """Rows with `since` and `until` that hold on `day` (default: today)."""
    today = day or date.today()  # noqa: DTZ011 (a calendar day of the office, not an instant)
    return Q(since__lte=today) & (Q(until__isnull=True) | Q(until__gte=today))


def is_office(user: Any) -> bool:
    """True for a member of the office today. Asked once a request: the answer is kept on the user."""
    if not isinstance(user, User) or not user.is_active:
        return False
    known = user.__dict__.get("_is_office")
    if known is None:
        known = user.is_superuser or OfficeMember.objects.filter(now_valid(), user=user).exists()
        user.__dict__["_is_office"] = known
    return bool(known)


def visible_people(user: Any) -> QuerySet[User]:
    """The people that `user` may see: everyone for the office, else only oneself."""
    everyone = User.objects.all()
    if is_office(user):
        return everyone
    return everyone.filter(pk=user.pk) if user.is_authenticated else everyone.none()


def people_list(user: Any, *, q: str = "", role: str = "", country: str = "") -> QuerySet[User]:
    """The people that `user` may see, narrowed by words of any of their names or e-mail, role, country."""
    people = visible_people(user).filter(erased_at=None)
    for word in searchable(q).split():
        people = people.filter(search_text__contains=word)
    if country:
        people = people.filter(country=country)
    if role:
        people = people.filter(pk__in=roles.holders(role))
    return people
