"""What the room tells the others: doors of a batch, roles, own data, and how it forgets someone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse

from nagara.campus.people.data_port import erased_name
from nagara.campus.people.models import User
from nagara.campus.people.roles import Held
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.campus.timetable.models import (
    CalendarFeed,
    GroupMember,
    PublicSession,
    Release,
    SessionPerson,
    Unavailable,
)

SPEAKER = "speaker"


def tabs_of(batch: Batch, user: Any) -> Iterator[Tab]:
    """The timetable for everyone of the batch, the planner for who runs it."""
    count = PublicSession.objects.filter(batch=batch, cancelled=False).count()
    note = f"{count} sessions" if count != 1 else "1 session"
    yield Tab("Timetable", reverse("timetable", args=[batch.slug]), note if count else "not out yet")
    if may(user, "timetable.plan", batch):
        yield Tab("Planner", reverse("planner", args=[batch.slug]))


def kinds() -> dict[str, str]:
    """Roles as a filter of the list of people."""
    return {SPEAKER: "Speaker of a session"}


def held(user: User) -> list[Held]:
    """The batches in which one speaks."""
    return list(held_by_many([user.pk]).get(user.pk, []))


def held_by_many(ids: Collection[int]) -> Mapping[int, Iterable[Held]]:
    """The same for many people, in one query."""
    rows = (
        SessionPerson.objects.filter(user__in=ids)
        .values_list("user", "role", "session__activity__batch__name", "session__activity__batch__slug")
        .distinct()
        .order_by("session__activity__batch__name", "role")
    )
    found: dict[int, list[Held]] = defaultdict(list)
    for user, role, name, slug in rows:
        words = f"{role[:1].upper()}{role[1:]} of a session"
        found[user].append(Held(words, "session", name, reverse("timetable", args=[slug])))
    return found


def holders(key: str) -> Any:
    """Ids of those who speak."""
    return SessionPerson.objects.exclude(user=None).values_list("user", flat=True)


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything that the room holds about a person."""
    speaking = SessionPerson.objects.filter(user=user).select_related("session__activity__batch")
    groups = GroupMember.objects.filter(enrolment__user=user).select_related("group__batch")
    return {
        "speaking": [
            {
                "batch": row.session.activity.batch.name,
                "session": str(row.session),
                "day": row.session.day.isoformat(),
                "at": f"{row.session.at:%H:%M}",
                "zone": row.session.tz,
                "role": row.role,
            }
            for row in speaking
        ],
        "groups": [{"batch": row.group.batch.name, "group": row.group.name} for row in groups],
        "unavailable": [
            {
                "starts": row.starts.isoformat(),
                "ends": row.ends.isoformat(),
                "reason": row.reason,
                "source": row.source,
            }
            for row in Unavailable.objects.filter(user=user)
        ],
    }


def erase(user: User) -> None:
    """That someone spoke at a session stays, without the name; when they could not come goes."""
    Unavailable.objects.filter(user=user).delete()
    CalendarFeed.objects.filter(user=user).delete()
    names = {str(user), user.passport_name, user.preferred_name} - {""}
    public = list(PublicSession.objects.filter(speakers=user))
    for row in public:
        row.people = [
            {**one, "name": erased_name if one.get("name") in names else one.get("name")}
            for one in row.people
        ]
    PublicSession.objects.bulk_update(public, ["people"], batch_size=200)
    _forget_in_releases({row.batch_id for row in public}, names)
    PublicSession.speakers.through.objects.filter(user=user).delete()
    SessionPerson.objects.filter(user=user).update(user=None, name=erased_name)


def _forget_in_releases(batches: set[int], names: set[str]) -> None:
    """Versions say who came and went as a speaker: without the name."""
    for release in Release.objects.filter(batch__in=batches):
        changes = [{**c, "said": [_without(words, names) for words in c["said"]]} for c in release.changes]
        if changes != release.changes:
            release.changes = changes
            release.save(update_fields=["changes"])


def _without(words: str, names: set[str]) -> str:
    """Only sentences about speakers ("With ...") hold names."""
    if not words.startswith("With "):
        return words
    for name in sorted(names, key=len, reverse=True):
        words = words.replace(name, erased_name)
    return words
