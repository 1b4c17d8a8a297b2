"""Verbs of tokens: make one, revoke it, find whose it is."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import SCOPES, ProgramToken, User
from nagara.citylab.errors import CityLabError

MARK = "ngr_"
"""Every token begins so: a text that was pasted by mistake can be told."""
MOST = 10
DAYS = (7, 30, 90, 365)
_USED = timedelta(minutes=10)


class BadToken(CityLabError):
    """A token that opens nothing, or not this."""


def digest_of(text: str) -> str:
    """What is kept of a token. It has 256 bits of chance, so a plain digest gives nothing away."""
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def make_token(
    user: User, *, name: str, scopes: Iterable[str], days: int, now: datetime
) -> tuple[ProgramToken, str]:
    """A new token and its text, which is not kept. Raises CityLabError."""
    wanted = [scope for scope in SCOPES if scope in set(scopes)]
    if not wanted:
        raise CityLabError("A token must be allowed something.", where="scopes", mend="Tick at least one.")
    if days not in DAYS:
        raise CityLabError("Choose how long it is good for.", where="days")
    User.objects.select_for_update().get(pk=user.pk)
    if ProgramToken.objects.filter(user=user).live(now).count() >= MOST:
        raise CityLabError(f"You have {MOST} tokens already.", mend="Revoke one that you do not use.")
    text = MARK + secrets.token_urlsafe(32)
    made = ProgramToken.objects.create(
        user=user,
        name=name.strip()[:80] or "Token",
        scopes=wanted,
        digest=digest_of(text),
        ends=text[-4:],
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    record("token made", f"person/{user.pk}", by=user, token=made.pk, scopes=wanted, days=days)
    return made, text


@transaction.atomic
def revoke_token(token: ProgramToken, *, by: User, now: datetime) -> ProgramToken:
    """From now on it opens nothing. Twice is the same as once."""
    held = ProgramToken.objects.select_for_update().get(pk=token.pk)
    if held.revoked_at is None:
        held.revoked_at = now
        held.save(update_fields=["revoked_at"])
        record("token revoked", f"person/{held.user_id}", by=by, token=held.pk)
    return held


def person_of(text: str, *, scope: str, now: datetime) -> User:
    """Whose token it is. Raises BadToken: unknown, revoked, expired, not allowed this, or an account that
    may not sign in."""
    again = "Make a new one on your account page, under Tokens."
    found = ProgramToken.objects.select_related("user").filter(digest=digest_of(text)).first()
    if found is None or not text.startswith(MARK):
        raise BadToken("This token is not known here.", mend=again)
    standing = found.standing(now)
    if standing != "live":
        raise BadToken(f"This token is {standing}.", mend=again)
    if not found.user.is_active:
        raise BadToken("This account is closed.")
    if scope not in found.scopes:
        raise BadToken(f"This token may not {SCOPES.get(scope, scope)}.", where="scope", mend=again)
    if found.used_at is None or now - found.used_at > _USED:
        ProgramToken.objects.filter(pk=found.pk).update(used_at=now)
    return found.user
