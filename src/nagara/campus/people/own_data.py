"""What this room holds about a person, and how it is erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.people.data_port import register as register_data
from nagara.campus.people.models import User


def register() -> None:
    register_data(
        "people",
        export=export,
        erase=erase,
        stays="country, sex and the years of past programmes, for counts without names",
    )
    register_data(
        "letters",
        export=export_letters,
        erase=erase_letters,
        stays="that a letter of a kind was sent, and when",
    )
    register_data(
        "audit", export=export_audit, erase=erase_audit, stays="what was done, by a person without a name"
    )


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    names = ("email", "passport_name", "preferred_name", "native_name", "certificate_name", "sort_key")
    facts = ("country", "tz", "sex", "phone", "date_joined", "last_login")
    past = ("programme_title", "batch_title", "year", "city_text", "certificate_number", "certificate_kind")
    return {
        "person": [{name: getattr(user, name) for name in (*names, *facts)}],
        "office_posts": _rows(user.office_posts.values("role", "since", "until")),
        "consents": _rows(user.consents.values("purpose", "version", "given", "at")),
        "past_programmes": _rows(user.past.values(*past)),
        "tokens": _rows(user.program_tokens.values("name", "scopes", "made_at", "expires_at", "used_at")),
        "invitations": _rows(user.invitations.values("at", "expires", "accepted_at")),
    }


def erase(user: User) -> None:
    """Consents, invitations, tokens and posts go; past programmes stay, without the city in own words."""
    user.consents.all().delete()
    user.invitations.all().delete()
    user.program_tokens.all().delete()
    user.office_posts.all().delete()
    user.past.update(source="", source_row=0)


def export_letters(user: User) -> dict[str, list[dict[str, Any]]]:
    fields = ("subject", "body", "address", "state", "about", "at", "sent_at")
    return {"letters": _rows(Notice.objects.filter(to=user).values(*fields))}


def erase_letters(user: User) -> None:
    """Letters to the person lose address and text; those not sent yet are not sent."""
    mine = Notice.objects.filter(to=user)
    mine.filter(state__in=[Notice.State.QUEUED, Notice.State.HELD]).update(state=Notice.State.CANCELLED)
    mine.update(address="", subject="(erased)", body="", error="")


def export_audit(user: User) -> dict[str, list[dict[str, Any]]]:
    fields = ("at", "verb", "subject", "reason", "data", "kind")
    return {
        "done": _rows(Event.objects.filter(by=user).values(*fields)),
        "about_you": _rows(Event.objects.filter(subject=f"person/{user.pk}").values(*fields)),
    }


def erase_audit(user: User) -> None:
    """Events hold no personal data but what people wrote as a reason about this person."""
    Event.objects.filter(subject=f"person/{user.pk}").update(reason="")


def _rows(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(row) for row in found]
