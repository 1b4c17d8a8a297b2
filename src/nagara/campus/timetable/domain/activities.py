"""Verbs about activities and groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.programmes.models import ActivityKind, Batch, Course, Enrolment, Module
from nagara.campus.timetable.models import Activity, Group, GroupMember
from nagara.citylab.errors import CityLabError


def subject(batch: Batch) -> str:
    """The batch's name in the audit log."""
    return f"batch/{batch.slug}"


def kind_of(kind: ActivityKind | str) -> ActivityKind:
    """A kind by its short name. Raises CityLabError where there is none."""
    if isinstance(kind, ActivityKind):
        return kind
    found = ActivityKind.objects.filter(slug=kind).first()
    if found is None:
        known = ", ".join(ActivityKind.objects.values_list("slug", flat=True))
        raise CityLabError(f"There is no kind of activity {kind!r}.", where="kind", mend=f"One of: {known}.")
    return found


def _fits(batch: Batch, group: Group | None) -> None:
    if group is not None and group.batch_id != batch.pk:
        raise CityLabError(f"{group} is a group of another batch.", where="group")


@transaction.atomic
def add_activity(
    batch: Batch,
    *,
    kind: ActivityKind | str,
    title: str,
    by: User | None,
    group: Group | None = None,
    module: Module | None = None,
    course: Course | None = None,
    counts: bool = True,
    summary: str = "",
) -> Activity:
    """A new activity of the batch, for all or for one group. `kind` may be a short name."""
    if not title.strip():
        raise CityLabError("An activity needs a title.", where="title")
    _fits(batch, group)
    made = Activity.objects.create(
        batch=batch,
        kind=kind_of(kind),
        title=title.strip(),
        group=group,
        module=module,
        course=course,
        counts=counts,
        summary=summary.strip(),
    )
    record("timetable activity added", subject(batch), by=by, activity=made.pk, title=made.title)
    return made


@transaction.atomic
def change_activity(activity: Activity, *, by: User | None, **changes: Any) -> Activity:
    """Change fields of an activity; what is released of its sessions changes with the next release."""
    held = Activity.objects.select_for_update(of=("self",)).select_related("batch").get(pk=activity.pk)
    if "kind" in changes:
        changes["kind"] = kind_of(changes["kind"])
    if not str(changes.get("title", held.title)).strip():
        raise CityLabError("An activity needs a title.", where="title")
    _fits(held.batch, changes.get("group"))
    changed = sorted(name for name, value in changes.items() if getattr(held, name) != value)
    for name in changed:
        setattr(held, name, changes[name])
    if changed:
        held.save(update_fields=changed)
        record("timetable activity changed", subject(held.batch), by=by, activity=held.pk, fields=changed)
    return held


@transaction.atomic
def remove_activity(activity: Activity, *, by: User | None) -> None:
    """Take out an activity of which nothing was ever released, with its drafted sessions."""
    held = Activity.objects.select_for_update(of=("self",)).select_related("batch").get(pk=activity.pk)
    if held.sessions.filter(public__isnull=False).exists():
        raise CityLabError(
            f"Sessions of {held} are released: they cannot be deleted.", mend="Cancel them, with a reason."
        )
    record("timetable activity removed", subject(held.batch), by=by, title=held.title)
    held.delete()


@transaction.atomic
def make_group(batch: Batch, name: str, members: Iterable[Enrolment | User], *, by: User | None) -> Group:
    """A group of the batch with these people (enrolments, or persons who are enrolled)."""
    name = " ".join(name.split())
    if not name:
        raise CityLabError("A group needs a name.", where="name")
    Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if Group.objects.filter(batch=batch, name=name).exists():
        raise CityLabError(f"There is a group {name} already.", where="name", mend="Choose another name.")
    group = Group.objects.create(batch=batch, name=name)
    count = _fill(group, members)
    record("group made", subject(batch), by=by, group=group.pk, members=count)
    return group


@transaction.atomic
def set_members(group: Group, members: Iterable[Enrolment | User], *, by: User | None) -> Group:
    """Exactly these people are in the group from now on."""
    held = Group.objects.select_for_update(of=("self",)).select_related("batch").get(pk=group.pk)
    was = set(held.memberships.values_list("enrolment", flat=True))
    held.memberships.all().delete()
    count = _fill(held, members)
    now = set(held.memberships.values_list("enrolment", flat=True))
    if was != now:
        record(
            "group changed",
            subject(held.batch),
            by=by,
            group=held.pk,
            members=count,
            came=sorted(now - was),
            left=sorted(was - now),
        )
    return held


def _fill(group: Group, members: Iterable[Enrolment | User]) -> int:
    there = dict(
        Enrolment.objects.filter(batch=group.batch_id)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .values_list("user", "pk")
    )
    known = set(there.values())
    chosen: dict[int, None] = {}
    for member in members:
        pk = member.pk if isinstance(member, Enrolment) else there.get(member.pk)
        if pk not in known or pk is None:
            raise CityLabError(f"{member} is not in this batch.", where="members")
        chosen[pk] = None
    GroupMember.objects.bulk_create(GroupMember(group=group, enrolment_id=pk) for pk in chosen)
    return len(chosen)


@transaction.atomic
def split(batch: Batch, names: list[str], *, by: User | None, mix: str = "state") -> list[Group]:
    """Split the people of the batch evenly into new groups with these names. `mix` "state" or "city" spreads
    the people of a state or city over the groups; else they go by name."""
    people = (
        Enrolment.objects.filter(batch=batch)
        .exclude(state=Enrolment.State.WITHDRAWN)
        .select_related("user", "city__state")
        .order_by("user__sort_key", "pk")
    )

    def place(one: Enrolment) -> str:
        if one.city is None:
            return ""
        return one.city.state.iso2 if mix == "state" else one.city.slug

    in_turn = sorted(people, key=place) if mix in ("state", "city") else list(people)
    shares: list[list[Enrolment]] = [[] for _ in names]
    for number, one in enumerate(in_turn):
        if mix in ("state", "city"):
            shares[number % len(names)].append(one)
        else:
            shares[number * len(names) // len(in_turn)].append(one)
    return [make_group(batch, name, share, by=by) for name, share in zip(names, shares, strict=True)]


@transaction.atomic
def rename_group(group: Group, name: str, *, by: User | None) -> Group:
    """Give the group another name."""
    name = " ".join(name.split())
    if not name:
        raise CityLabError("A group needs a name.", where="name")
    Batch.objects.select_for_update(of=("self",)).get(pk=group.batch_id)
    if Group.objects.filter(batch=group.batch_id, name=name).exclude(pk=group.pk).exists():
        raise CityLabError(f"There is a group {name} already.", where="name", mend="Choose another name.")
    held = Group.objects.select_related("batch").get(pk=group.pk)
    if held.name != name:
        held.name = name
        held.save(update_fields=["name"])
        record("group renamed", subject(held.batch), by=by, group=held.pk)
    return held


@transaction.atomic
def remove_group(group: Group, *, by: User | None) -> None:
    """Take a group away that no activity is for."""
    held = Group.objects.select_for_update(of=("self",)).select_related("batch").get(pk=group.pk)
    if held.activities.exists() or held.public_sessions.exists():
        raise CityLabError(
            f"There are activities for {held}.",
            mend="Make them for another group or for the whole batch first.",
        )
    record("group removed", subject(held.batch), by=by, group=held.pk)
    held.delete()
