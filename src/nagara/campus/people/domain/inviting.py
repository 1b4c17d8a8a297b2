"""Invitations: the office asks a person in, the link sets a password or leads to a passkey, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import queue
from nagara.campus.people import links, roles
from nagara.campus.people.domain import add_person
from nagara.campus.people.models import Invitation, User
from nagara.citylab.errors import CityLabError

DAYS = 14
PURPOSE = "invitation"


@transaction.atomic
def invite(
    email: str,
    *,
    passport_name: str,
    by: User,
    places: Iterable[str] = (),
    country: str = "",
    reason: str = "",
) -> User:
    """Add a person (or take the one with this e-mail), give the roles that `places` names (values of
    `roles.offered`), and queue the letter: with the link, or, to someone who has signed in before, without
    one (a link would go past the second factor)."""
    offered = {value for _, choices in roles.offered(by) for value, _ in choices}
    if unknown := set(places) - offered:
        raise CityLabError(
            f"You may not give this role: {', '.join(sorted(unknown))}.", mend="Choose from the list."
        )
    user = User.objects.filter(email=User.objects.normalize_email(email)).first()
    if user is None:
        user = add_person(email, passport_name=passport_name, password=None, by=by)
        if country:
            user.country = country
            user.save(update_fields=["country"])
    for place in places:
        roles.give(user, place, by=by, reason=reason)
    if user.last_login is None:
        send(user, by=by)
    else:
        queue(to=user, template="people/places", context=_said(user, by), about=f"person/{user.pk}", by=by)
    return user


def can_invite(user: User) -> bool:
    """True for someone with an address who may sign in and never did."""
    away = user.email.endswith(".invalid") or user.erased_at is not None
    return user.is_active and user.last_login is None and not away


@transaction.atomic
def send_many(users: Iterable[User], *, by: User) -> int:
    """Invite several; their letters are held until someone releases them."""
    return len([send(user, by=by, hold=True) for user in users])


@transaction.atomic
def send(user: User, *, by: User, hold: bool = False) -> Invitation:
    """Queue an invitation; earlier ones of the person stop working."""
    if not can_invite(user):
        raise CityLabError(
            "This person cannot be invited: there is no e-mail address, signing in is switched off, or the "
            "person has signed in before.",
            mend="Add an address; or let the person have a code sent by mail on the page Sign in.",
        )
    now = timezone.now()
    user.invitations.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    invitation = Invitation.objects.create(user=user, by=by, expires=now + timedelta(days=DAYS))
    context = {
        "link": settings.NAGARA_ADDRESS + reverse("invitation", args=[token_of(invitation)]),
        "until": invitation.expires,
    } | _said(user, by)
    queue(to=user, template="people/invitation", context=context, about=f"person/{user.pk}", by=by, hold=hold)
    record("person invited", f"person/{user.pk}", by=by, invitation=invitation.pk)
    return invitation


def _said(user: User, by: User) -> dict[str, object]:
    return {"places": [f"{held.role}, {held.label}" for held in roles.held_by(user)], "office": by}


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User, reason: str = "") -> None:
    """The link stops working."""
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record("invitation withdrawn", f"person/{invitation.user_id}", by=by, reason=reason)


def token_of(invitation: Invitation) -> str:
    return links.make(PURPOSE, str(invitation.pk), days=DAYS)


def open_link(token: str) -> Invitation | None:
    """The invitation of a link that still works."""
    key = links.read(token, PURPOSE)
    found = Invitation.objects.select_related("user").filter(
        pk=key or 0,
        accepted_at=None,
        withdrawn_at=None,
        expires__gt=timezone.now(),
        user__is_active=True,
        user__last_login=None,
    )
    return found.first()


@transaction.atomic
def accept(token: str, *, password: str | None) -> User:
    """Use the link up: set the password (None: a passkey comes next), mark the e-mail as confirmed.
    Raises CityLabError where the link works no more."""
    from allauth.account.models import EmailAddress

    invitation = open_link(token)
    if invitation is None or links.spend(token, PURPOSE) is None:
        raise CityLabError("This invitation works no more.", mend="Ask the office for a new one.")
    user = invitation.user
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    record("invitation accepted", f"person/{user.pk}", by=user)
    return user
