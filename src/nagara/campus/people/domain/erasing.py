"""Erasing a person: results stay without a name, signing in is over, the e-mail address is free again."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.people.data_port import all_holders, erased_name
from nagara.campus.people.domain import traces
from nagara.campus.people.domain.exporting import gather
from nagara.campus.people.models import OfficeMember, User
from nagara.campus.people.queries import now_valid
from nagara.citylab.errors import CityLabError


@dataclass(frozen=True)
class Preview:
    """What erasing does in one room: how many rows of which table, and what stays without a name."""

    room: str
    tables: tuple[tuple[str, int], ...]
    stays: str


def preview(user: User) -> list[Preview]:
    """What a person is shown before the erasing."""
    held = gather(user)
    rooms = []
    for holder in all_holders():
        tables = tuple((name, len(rows)) for name, rows in held[holder.room].items() if rows)
        if tables or holder.stays:
            rooms.append(Preview(holder.room, tables, holder.stays))
    return rooms


@transaction.atomic
def erase(user: User, *, by: User, reason: str) -> None:
    """Erase a person in every room. It cannot be undone. Raises CityLabError for the last manager, and where
    it was done before."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.erased_at:
        raise CityLabError("This person is erased already.", mend="Nothing is left to do.")
    managers = OfficeMember.objects.filter(now_valid(), role=OfficeMember.Role.MANAGER)
    if managers.filter(user=user).exists() and not managers.exclude(user=user).exists():
        raise CityLabError(
            "This is the only programme manager.", mend="Make someone else a programme manager first."
        )
    for holder in all_holders():
        holder.erase(user)
    reason = traces.marks_of(user, short=True).scrubbed(reason)
    traces.scrub(user)
    _forget_sign_in(user)
    _forget_person(user)
    record("person erased", f"person/{user.pk}", by=by, reason=reason)


def _forget_sign_in(user: User) -> None:
    """Passwords, passkeys, second factors, other providers, confirmed addresses, open sessions."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount

    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=user).delete()
    mine = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()


def _forget_person(user: User) -> None:
    user.email = f"erased-{user.pk}@erased.invalid"
    user.passport_name = erased_name
    user.preferred_name = user.native_name = user.certificate_name = user.sort_key = ""
    user.phone = user.tz = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()
