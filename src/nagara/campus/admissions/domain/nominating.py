"""Verbs about nominations: nominate, withdraw, replace, reorder; ask a head of department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.urls import reverse

from nagara.campus.admissions.domain.cosigning import ask_supervisor
from nagara.campus.admissions.domain.deadlines import need_open
from nagara.campus.admissions.domain.quotas import need_a_place
from nagara.campus.admissions.models import Call, Head, Nomination
from nagara.campus.audit.domain import record
from nagara.campus.cities.models import City, State
from nagara.campus.notices.domain import queue
from nagara.campus.people import links
from nagara.campus.people.models import User
from nagara.citylab.errors import CityLabError

DAYS_AFTER_CLOSING = 30


@dataclass(frozen=True)
class Nominee:
    """Who is put forward, and the supervisor who is to sign as well."""

    name: str
    email: str
    position: str = ""
    department: str = ""
    supervisor_name: str = ""
    supervisor_email: str = ""
    supervisor_position: str = ""


@dataclass(frozen=True)
class Nominator:
    """For whom one nominates: a National Representative for the state, a CSCO for the city, a head of
    department (no account) for both of that department."""

    kind: str
    home_state: State
    city: City | None = None
    user: User | None = None
    head: Head | None = None

    @property
    def email(self) -> str:
        return self.head.email if self.head else self.user.email if self.user else ""


def link_days(call: Call) -> int:
    """How long personal links of a call work: until a month after it closes."""
    return max(1, (call.closes_at - datetime.now(UTC)).days + DAYS_AFTER_CLOSING)


@transaction.atomic
def nominate(call: Call, nominee: Nominee, *, nominator: Nominator, city: City | None = None) -> Nomination:
    """Put a person forward; invite the person, ask the supervisor. `city` narrows a representative's state.

    Raises CityLabError: closed, no place left in the quota, nominated already.
    """
    call = Call.objects.select_for_update().get(pk=call.pk)
    need_open(call, viewer=nominator.user)
    city = nominator.city or city
    if city is not None and city.state_id != nominator.home_state.pk:
        raise CityLabError(f"{city} is not in {nominator.home_state}.", where="city")
    need_a_place(call, nominator.home_state, city)
    made = _make(call, nominee, nominator, city)
    made.priority = (_group(made).aggregate(last=Max("priority"))["last"] or 0) + 1
    made.save()
    _tell(made, nominee, by=nominator.user)
    record("nominated", f"nomination/{made.pk}", by=nominator.user, call=call.slug, kind=made.kind)
    return made


def _make(call: Call, nominee: Nominee, nominator: Nominator, city: City | None) -> Nomination:
    email = nominee.email.strip().lower()
    if Nomination.objects.standing().filter(call=call, email=email).exists():
        raise CityLabError(
            f"{email} is nominated for this call already.",
            where="e-mail",
            mend="Each person is nominated once, whoever does it.",
        )
    if nominator.head is not None:
        used = Nomination.objects.standing().filter(head=nominator.head).count()
        if used >= nominator.head.most:
            raise CityLabError(f"Your link is for {nominator.head.most} nominations, and all are used.")
    if call.needs_cosign and not (nominee.supervisor_email and nominee.supervisor_name):
        raise CityLabError("The supervisor's name and e-mail are missing.", where="supervisor")
    if call.needs_cosign and nominee.supervisor_email.strip().lower() == email:
        raise CityLabError("Nobody can be the own supervisor.", where="supervisor's e-mail")
    return Nomination(
        call=call,
        city=city,
        home_state=nominator.home_state,
        email=email,
        name=nominee.name.strip(),
        position=nominee.position.strip(),
        department=nominee.department.strip() or (nominator.head.department if nominator.head else ""),
        kind=nominator.kind,
        nominator=nominator.user,
        head=nominator.head,
        state=Nomination.State.PROPOSED if call.needs_cosign else Nomination.State.COSIGNED,
    )


def _tell(made: Nomination, nominee: Nominee, *, by: User | None) -> None:
    invite(made, by=by)
    if made.call.needs_cosign:
        ask_supervisor(
            made,
            name=nominee.supervisor_name,
            email=nominee.supervisor_email,
            position=nominee.supervisor_position,
            by=by,
        )


def invite(nomination: Nomination, *, by: User | None) -> None:
    """Send the nominee the personal link (once more)."""
    token = links.make("nominee", str(nomination.pk), days=link_days(nomination.call))
    queue(
        to=nomination.email,
        template="admissions/nominated",
        context={"nomination": nomination, "call": nomination.call, "link": reverse("nominee", args=[token])},
        about=f"nomination/{nomination.pk}",
        by=by,
    )


@transaction.atomic
def withdraw(nomination: Nomination, *, by: User | None, reason: str, head: Head | None = None) -> Nomination:
    """Take a nomination back; its place of the quota is free again."""
    nomination = _standing(nomination, reason)
    nomination.state, nomination.reason = Nomination.State.WITHDRAWN, reason.strip()
    nomination.save(update_fields=["state", "reason"])
    _close_ranks(nomination)
    _told(nomination, "admissions/nomination-withdrawn", by=by)
    record(
        "nomination withdrawn", f"nomination/{nomination.pk}", by=by, reason=reason.strip(), head=bool(head)
    )
    return nomination


@transaction.atomic
def replace(nomination: Nomination, nominee: Nominee, *, by: User | None, reason: str) -> Nomination:
    """Put another person in the place and order of a nomination. The new one is co-signed anew."""
    call = Call.objects.select_for_update().get(pk=nomination.call_id)
    need_open(call, viewer=by)
    old = _standing(nomination, reason)
    need_a_place(call, old.home_state, old.city, besides=old)
    old.state, old.reason = Nomination.State.REPLACED, reason.strip()
    old.save(update_fields=["state", "reason"])
    nominator = Nominator(old.kind, old.home_state, old.city, by if old.head is None else None, old.head)
    made = _make(call, nominee, nominator, old.city)
    made.priority = old.priority
    made.save()
    old.replaced_by = made
    old.save(update_fields=["replaced_by"])
    _told(old, "admissions/nomination-withdrawn", by=by)
    _tell(made, nominee, by=by)
    subject = f"nomination/{old.pk}"
    record("nomination replaced", subject, by=by, reason=reason.strip(), new=made.pk)
    return made


@transaction.atomic
def reorder(nomination: Nomination, *, up: bool, by: User | None) -> None:
    """Move a nomination one place up or down in its order; at the end nothing happens."""
    Call.objects.select_for_update().get(pk=nomination.call_id)
    ranked = list(_group(nomination).order_by("priority", "pk"))
    at = next((i for i, one in enumerate(ranked) if one.pk == nomination.pk), None)
    if at is None:
        raise CityLabError("This nomination stands no more.")
    to = at - 1 if up else at + 1
    if not 0 <= to < len(ranked):
        return
    ranked[at], ranked[to] = ranked[to], ranked[at]
    _number(ranked)
    record("nominations reordered", f"nomination/{nomination.pk}", by=by, up=up)


def _group(nomination: Nomination) -> QuerySet[Nomination]:
    """The standing nominations among which one is ordered: of a state by its NR, of a city, of a head."""
    same: dict[str, Any] = {"call": nomination.call_id, "kind": nomination.kind}
    if nomination.head_id:
        same["head"] = nomination.head_id
    elif nomination.kind == Nomination.Kind.NR:
        same["home_state"] = nomination.home_state_id
    else:
        same["city"] = nomination.city_id
    return Nomination.objects.standing().filter(**same)


def _number(ranked: Sequence[Nomination]) -> None:
    changed = [one for place, one in enumerate(ranked, start=1) if one.priority != place]
    for place, one in enumerate(ranked, start=1):
        one.priority = place
    Nomination.objects.bulk_update(changed, ["priority"])


def _close_ranks(gone: Nomination) -> None:
    _group(gone).filter(priority__gt=gone.priority).update(priority=F("priority") - 1)


def _standing(nomination: Nomination, reason: str) -> Nomination:
    if not reason.strip():
        raise CityLabError("Say why.", where="reason")
    locked = (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("call", "home_state", "city", "head", "nominator")
        .get(pk=nomination.pk)
    )
    if locked.state not in Nomination.TAKES_A_PLACE:
        raise CityLabError(f"This nomination is {locked.get_state_display()} already.")
    return locked


def _told(nomination: Nomination, template: str, *, by: User | None) -> None:
    queue(
        to=nomination.email,
        template=template,
        context={"nomination": nomination, "call": nomination.call},
        about=f"nomination/{nomination.pk}",
        by=by,
    )


@transaction.atomic
def ask_head(
    call: Call,
    *,
    name: str,
    email: str,
    department: str,
    position: str = "",
    home_state: State,
    city: City | None = None,
    most: int = 2,
    by: User,
) -> Head:
    """Send a head of department a personal link to nominate, or send it once more."""
    if city is not None and city.state_id != home_state.pk:
        raise CityLabError(f"{city} is not in {home_state}.", where="city")
    head, _ = Head.objects.update_or_create(
        call=call,
        email=email.strip().lower(),
        department=department.strip(),
        defaults={
            "name": name.strip(),
            "position": position.strip(),
            "home_state": home_state,
            "city": city,
            "most": most,
            "asked_by": by,
        },
    )
    token = links.make("nominate", str(head.pk), days=link_days(call))
    queue(
        to=head.email,
        template="admissions/head-asked",
        context={"head": head, "call": call, "link": reverse("nominate-by-link", args=[token]), "by": by},
        about=f"call/{call.slug}",
        by=by,
    )
    record("head of department asked", f"call/{call.slug}", by=by, head=head.pk)
    return head
