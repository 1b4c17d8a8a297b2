"""Verbs about cities."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.cities.models import City, CityMember, Representative, State
from nagara.campus.notices.domain import queue
from nagara.campus.people.domain import add_person, inviting
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError


def _today() -> date:
    return date.today()  # noqa: DTZ011 (a calendar day)


@transaction.atomic
def join_team(city: City, user: User, *, role: str, by: User | None, reason: str = "") -> CityMember:
    """Make `user` a member of the city's team from today; who holds that role already keeps it.
    Raises ValueError for an unknown role."""
    if role not in CityMember.Role.values:
        raise ValueError(f"{role!r} is no role in a city team: {', '.join(CityMember.Role.values)}")
    City.objects.select_for_update().get(pk=city.pk)
    there = CityMember.objects.current().filter(city=city, user=user, role=role).first()
    if there is not None:
        return there
    member, _ = CityMember.objects.update_or_create(
        city=city, user=user, role=role, since=_today(), defaults={"until": None}
    )
    record("joined city team", f"city/{city.slug}", by=by, reason=reason, person=user.pk, role=role)
    return member


def person_by_email(email: str, *, passport_name: str, by: User) -> tuple[User, bool]:
    """The person of that address; a new one gets an account without a password."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is not None:
        return user, False
    return add_person(email, passport_name=passport_name, password=None, by=by), True


@transaction.atomic
def invite_to_team(
    city: City, *, email: str, passport_name: str, role: str, by: User, reason: str = ""
) -> tuple[CityMember, bool]:
    """Bring a person into the team by e-mail address: one who is known joins, another gets an account
    and an invitation. Returns the place and whether the person is new here."""
    user, new = person_by_email(email, passport_name=passport_name, by=by)
    there = CityMember.objects.current().filter(city=city, user=user, role=role).exists()
    member = join_team(city, user, role=role, by=by, reason=reason)
    if new:
        inviting.send(user, by=by)
    elif not there:
        _tell("joined", user, f"city/{city.slug}", by=by, city=city, role=member.get_role_display())
    return member, new


def _tell(letter: str, user: User, about: str, *, by: User | None, **context: Any) -> None:
    queue(to=user, template=f"cities/{letter}", context={"by": by, **context}, about=about, by=by)


@transaction.atomic
def leave_team(member: CityMember, *, by: User | None, reason: str) -> CityMember:
    """End a membership: yesterday was the last day, so that the person is out at once."""
    found = CityMember.objects.select_for_update().get(pk=member.pk)
    _end(found)
    about = f"city/{found.city.slug}"
    record("left city team", about, by=by, reason=reason, person=found.user_id)
    if by is not None and by.pk != found.user_id:
        words = found.get_role_display()
        _tell("left", found.user, about, by=by, city=found.city, role=words, reason=reason)
    return found


def _end(post: CityMember | Representative) -> None:
    post.until = _today() - timedelta(days=1)
    post.save(update_fields=["until"])


@transaction.atomic
def name_representative(state: State, user: User, *, by: User | None, reason: str = "") -> Representative:
    """Make a person National Representative of a state from today. Harmless when repeated."""
    State.objects.select_for_update().get(pk=state.pk)
    there = Representative.objects.current().filter(state=state, user=user).first()
    if there is not None:
        return there
    made, _ = Representative.objects.update_or_create(
        state=state, user=user, since=_today(), defaults={"until": None}
    )
    record("representative named", f"state/{state.iso2}", by=by, reason=reason, person=user.pk)
    return made


@transaction.atomic
def invite_representative(
    *, state: State, email: str, passport_name: str, by: User, reason: str = ""
) -> Representative:
    """Name a National Representative by e-mail address; a new person gets an account and an invitation."""
    user, new = person_by_email(email, passport_name=passport_name, by=by)
    post = name_representative(state, user, by=by, reason=reason)
    if new:
        inviting.send(user, by=by)
    else:
        _tell("speaks", user, f"state/{state.iso2}", by=by, state=state)
    return post


@transaction.atomic
def end_representative(post: Representative, *, by: User, reason: str) -> None:
    """The person speaks for the state no more, from today on. Raises CityLabError without a reason."""
    if not reason.strip():
        raise CityLabError("Please say why.")
    found = Representative.objects.select_for_update().get(pk=post.pk)
    _end(found)
    record("representative ended", f"state/{found.state.iso2}", by=by, reason=reason, person=found.user_id)
