"""What the room tells the others about a person: roles, own data, and how it forgets someone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.people.roles import Held
from nagara.campus.programmes.models import BatchRole, Enrolment, RoleKind, Waiver

PARTICIPANT = "participant"


def kinds() -> dict[str, str]:
    """Roles as a filter of the list of people."""
    return {PARTICIPANT: "Participant of a batch", "role": "Role in a batch"}


def held(user: User) -> list[Held]:
    """Roles in batches today, and the batches one is or was in."""
    return list(held_by_many([user.pk]).get(user.pk, []))


def held_by_many(ids: Collection[int]) -> Mapping[int, Iterable[Held]]:
    """The same for many people, in three queries."""
    names = dict(RoleKind.objects.values_list("slug", "name"))
    found: dict[int, list[Held]] = defaultdict(list)
    for role in BatchRole.objects.filter(now_valid(), user__in=ids).select_related("batch"):
        batch = role.batch
        found[role.user_id].append(
            Held(
                names.get(role.role, role.role),
                "batch",
                batch.name,
                batch.get_absolute_url(),
                role.since,
                role.until,
            )
        )
    inside = Enrolment.objects.filter(user__in=ids).exclude(state=Enrolment.State.WITHDRAWN)
    for enrolment in inside.select_related("batch"):
        batch = enrolment.batch
        word = "Alumni" if enrolment.state == Enrolment.State.FINISHED else "Participant"
        until = batch.ends if enrolment.state == Enrolment.State.FINISHED else None
        found[enrolment.user_id].append(
            Held(word, "batch", batch.name, batch.get_absolute_url(), enrolment.since, until)
        )
    return found


def holders(key: str) -> Any:
    """Ids of those who hold a role, named as in `kinds`."""
    if key == PARTICIPANT:
        return Enrolment.objects.exclude(state=Enrolment.State.WITHDRAWN).values_list("user", flat=True)
    return BatchRole.objects.filter(now_valid()).values_list("user", flat=True)


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything that the room holds about a person."""
    enrolments = Enrolment.objects.filter(user=user).select_related("batch", "city")
    roles = BatchRole.objects.filter(user=user).select_related("batch")
    waivers = Waiver.objects.filter(enrolment__user=user).select_related("enrolment__batch")
    return {
        "enrolments": [
            {
                "batch": row.batch.name,
                "city": row.city.name if row.city else "",
                "application": row.application_ref,
                "state": row.state,
                "since": row.since.isoformat(),
            }
            for row in enrolments
        ],
        "roles": [
            {
                "batch": row.batch.name,
                "role": row.role,
                "since": row.since.isoformat(),
                "until": row.until.isoformat() if row.until else "",
            }
            for row in roles
        ],
        "waivers": [
            {
                "batch": row.enrolment.batch.name,
                "rule": row.rule,
                "reason": row.reason,
                "signed": row.signature,
            }
            for row in waivers
        ],
    }


def erase(user: User) -> None:
    """Results stay: batch, city and state of an enrolment. Words about the person go."""
    Waiver.objects.filter(enrolment__user=user).update(reason="erased")
    Waiver.objects.filter(by=user).update(signature="Erased person")
    Enrolment.objects.filter(user=user).update(application_ref="")
