"""Verbs about registering: ask, confirm, take a seat or wait, withdraw, move up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from nagara.campus.audit.domain import record
from nagara.campus.notices.domain import queue
from nagara.campus.webinars.models import Registration, Terms, Webinar, new_token
from nagara.campus.webinars.queries import seats_left
from nagara.campus.webinars.telling import DAY, HOUR, facts_of
from nagara.citylab.errors import CityLabError

State = Registration.State


def subject(webinar: Webinar) -> str:
    """The webinar's name in the audit log."""
    return f"webinar/{webinar.slug}"


def terms() -> Terms:
    """The words in force. Raises CityLabError where the office has written none."""
    found = Terms.objects.order_by("-version").first()
    if found is None:
        raise CityLabError(
            "Registration has no terms yet.", mend="The office writes them: Webinars, Terms of registration."
        )
    return found


def why_closed(webinar: Webinar, now: datetime) -> str:
    """In words why nobody can register; "" where one can. The waiting list is no reason."""
    public = getattr(webinar.session, "public", None)
    if public is None:
        return "This webinar is not announced yet."
    if public.cancelled:
        return "This webinar is cancelled."
    if public.ends <= now:
        return "This webinar is over."
    if not webinar.registering:
        return "Registration is closed."
    return ""


def _held(webinar: Webinar) -> Webinar:
    """The webinar, locked: seats are counted and given under this lock."""
    return (
        Webinar.objects.select_for_update(of=("self",)).select_related("session__public").get(pk=webinar.pk)
    )


def _open(webinar: Webinar, now: datetime) -> Webinar:
    held = _held(webinar)
    if reason := why_closed(held, now):
        raise CityLabError(reason, mend="See the other webinars.")
    return held


@transaction.atomic
def ask(
    webinar: Webinar,
    *,
    email: str,
    name: str,
    organisation: str = "",
    country: str = "",
    news: bool = False,
    now: datetime,
    tell: bool = True,
) -> Registration:
    """A guest asks to register: a letter goes out with the link that confirms. A seat is taken only then.

    An address that is registered already gets a letter with its own link; what was typed changes nothing.
    So the page can answer everyone alike. `tell` False: no letter (the address had enough of them).
    """
    held = _open(webinar, now)
    address = email.strip().lower()
    found = Registration.objects.filter(webinar=held, email=address).first()
    words = {"name": name.strip(), "organisation": organisation.strip(), "country": country, "news": news}
    if found is None:
        found = Registration.objects.create(webinar=held, email=address, terms=terms(), **words)
        record("webinar asked for", subject(held), by=None, registration=found.pk)
    elif found.state in (State.ASKED, State.WITHDRAWN):
        for field, value in {**words, "terms": terms(), "state": State.ASKED}.items():
            setattr(found, field, value)
        found.save()
    if tell:
        _tell(found, "already" if found.state in Registration.HOLDS else "confirm", by=None)
    return found


@transaction.atomic
def confirm(registration: Registration, *, now: datetime) -> Registration:
    """The guest opened the letter and confirms: a seat, or a place on the waiting list. Once is enough."""
    held = _open(registration.webinar, now)
    found = Registration.objects.select_for_update().get(pk=registration.pk)
    if found.state == State.ASKED:
        _settle(held, found, now=now, by=None)
    found.webinar = held
    return found


@transaction.atomic
def register(webinar: Webinar, user: Any, *, news: bool = False, now: datetime) -> Registration:
    """A person with an account registers in one click. What the address asked for before is taken over."""
    held = _open(webinar, now)
    found = Registration.objects.filter(webinar=held, email=user.email).first()
    if found is None:
        found = Registration(webinar=held, email=user.email)
    found.user, found.name, found.terms = user, user.passport_name, terms()
    found.country = found.country or user.country
    found.news = news or found.news
    found.save()
    if found.state not in Registration.HOLDS:
        _settle(held, found, now=now, by=user)
    return found


def _settle(webinar: Webinar, found: Registration, *, now: datetime, by: Any) -> None:
    """Seat or waiting list. The webinar is locked by the caller."""
    free = seats_left(webinar)
    found.state = State.WAITING if free == 0 else State.SEATED
    found.confirmed_at, found.withdrawn_at = now, None
    _told(found, webinar, now)
    found.save()
    record("webinar registered", subject(webinar), by=by, registration=found.pk, state=str(found.state))
    _tell(found, "waiting" if found.state == State.WAITING else "registered", by=by)


def _told(found: Registration, webinar: Webinar, now: datetime) -> None:
    """The letter that goes out now says all that a reminder within the same day or hour would."""
    left = webinar.session.public.starts - now
    found.told_day = now if left <= DAY else None
    found.told_hour = now if left <= HOUR else None


@transaction.atomic
def withdraw(registration: Registration, *, by: Any, reason: str = "", now: datetime) -> Registration:
    """Give up the seat or the place on the list; who waited longest moves up."""
    held = _held(registration.webinar)
    found = Registration.objects.select_for_update().get(pk=registration.pk)
    if found.state == State.WITHDRAWN:
        return found
    found.state, found.withdrawn_at, found.news = State.WITHDRAWN, now, False
    found.save()
    record("webinar withdrawn", subject(held), by=by, reason=reason, registration=found.pk)
    if reason:
        _tell(found, "withdrawn", by=by, reason=reason)
    move_up(held, now=now)
    return found


@transaction.atomic
def move_up(webinar: Webinar, *, now: datetime) -> int:
    """Give free seats to those who wait, in their order; says how many moved up."""
    held = _held(webinar)
    if why_closed(held, now) not in ("", "Registration is closed."):
        return 0
    free = seats_left(held)
    waiting = Registration.objects.select_for_update().filter(webinar=held, state=State.WAITING)
    moving = list(waiting.order_by("confirmed_at", "pk")[:free])
    for found in moving:
        found.state = State.SEATED
        _told(found, held, now)
        found.save(update_fields=["state", "told_day", "told_hour"])
        found.webinar = held
        record("webinar moved up", subject(held), by=None, registration=found.pk)
        _tell(found, "moved-up", by=None)
    return len(moving)


@transaction.atomic
def forget(registration: Registration, *, now: datetime) -> None:
    """Erase a guest: the row stays for the numbers, without anything that names the person. The seat is
    free again where the webinar is still to come."""
    found = withdraw(registration, by=None, now=now) if _to_come(registration, now) else registration
    found.email = f"erased-{found.pk}@erased.invalid"
    found.name, found.organisation, found.news, found.token = "Erased person", "", False, new_token()
    found.user = None
    found.save()
    record("webinar registrant erased", subject(found.webinar), by=None, registration=found.pk)


def _to_come(registration: Registration, now: datetime) -> bool:
    public = getattr(registration.webinar.session, "public", None)
    return public is None or public.ends > now


def _tell(registration: Registration, letter: str, *, by: Any, **more: Any) -> None:
    facts = facts_of(registration.webinar)
    queue(
        to=registration.user or registration.email,
        template=f"webinars/{letter}",
        context={
            **facts.context(registration.user),
            "name": registration.name,
            "place": reverse("webinar-place", args=[registration.token]),
            "join": reverse("webinar-join", args=[registration.token]),
            **more,
        },
        about=subject(registration.webinar),
        by=by,
    )
