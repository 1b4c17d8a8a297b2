"""What the room tells the rooms below: roles, personal data, what is copied with a batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nagara.campus.admissions.domain import citizenship, uploading
from nagara.campus.admissions.domain.calls import copy_calls
from nagara.campus.admissions.domain.erasing import erase
from nagara.campus.admissions.models import Application, Nomination
from nagara.campus.notices import regular
from nagara.campus.people import data_port, roles
from nagara.campus.people.models import User
from nagara.campus.people.roles import Held
from nagara.campus.programmes import copying


def register() -> None:
    """Called once, when the site starts."""
    roles.register("admissions", held)
    data_port.register(
        "admissions",
        export=export,
        erase=erase,
        stays="Applications without name, answers and documents: number, state, city, sex, what was decided.",
    )
    regular.register("admissions: forget abandoned uploads", lambda now: uploading.sweep(at=now))
    copying.register(
        "admissions",
        copy_calls,
        what="The call as a draft: texts, documents, questions, eligibility, quotas; its times moved",
        leaves="Nominations, applications and documents",
    )


def held(user: User) -> Iterable[Held]:
    """Nominator of a call, applicant to a call."""
    calls: dict[int, Nomination] = {}
    for nomination in Nomination.objects.filter(nominator=user).select_related("call"):
        calls.setdefault(nomination.call_id, nomination)
    for nomination in calls.values():
        yield Held(
            f"Nominator ({nomination.get_kind_display()})",
            "call",
            nomination.call.title,
            nomination.call.get_absolute_url(),
            since=nomination.at.date(),
        )
    for application in user.applications.select_related("call"):
        yield Held(
            "Applicant",
            "call",
            application.call.title,
            application.get_absolute_url(),
            since=application.started_at.date(),
        )


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything the room holds about a person."""
    applications = Application.objects.filter(user=user).select_related("call", "city", "home_state")
    rows = list(applications.prefetch_related("documents"))
    return {
        "applications": [_application(one, user) for one in rows],
        "application_documents": [
            {
                "application": str(one),
                "document": document.kind,
                "state": document.state,
                "remark": document.remark,
                "file": document.name,
                "sha256": document.sha256,
                "received_at": _when(document.received_at),
            }
            for one in rows
            for document in one.documents.all()
        ],
        "nominations_of_me": [
            {**_nomination(one), "nominated_by": one.nominated_by}
            for one in Nomination.objects.filter(email=user.email).select_related(
                "call", "city", "home_state", "head", "nominator"
            )
        ],
        "nominations_by_me": [
            _nomination(one)
            for one in Nomination.objects.filter(nominator=user).select_related("call", "city", "home_state")
        ],
    }


def _application(one: Application, user: User) -> dict[str, Any]:
    opened = citizenship.read(one, by=user, reason="export of one's own data")
    return {
        "call": one.call.title,
        "number": one.reference or "",
        "state": one.state,
        "sex": one.sex,
        "home_state": one.home_state.name if one.home_state else "",
        "city": one.city.name if one.city else "",
        "position": one.position,
        "department": one.department,
        "years_in_field": one.years_in_field,
        "secondary_city": one.secondary_city,
        "answers": one.answers,
        "citizenship": opened,
        "submitted_at": _when(one.submitted_at),
    }


def _nomination(one: Nomination) -> dict[str, Any]:
    return {
        "call": one.call.title,
        "name": one.name,
        "place": one.place,
        "kind": one.kind,
        "priority": one.priority,
        "state": one.state,
        "reason": one.reason,
        "at": _when(one.at),
    }


def _when(at: Any) -> str:
    return at.isoformat() if at else ""
