"""What calls, nominations and applications ask of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from nagara.campus.admissions.models import Application, Call, Nomination
from nagara.campus.cities.models import CityMember, Representative
from nagara.campus.desk.todo import Kind, Todo, counted
from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid


def todos(user: User, now: datetime) -> Iterator[Todo]:
    yield from _own_applications(user, now)
    yield from _nominating(user, now)
    yield from _running(user, now)


def _own_applications(user: User, now: datetime) -> Iterator[Todo]:
    own = (
        Application.objects.filter(user=user)
        .exclude(state=Application.State.WITHDRAWN)
        .select_related("call")
        .annotate(returned=Count("documents", filter=Q(documents__state="returned")))
    )
    for application in own:
        call, url = application.call, application.get_absolute_url()
        if application.state == Application.State.DRAFT and application.in_time(now):
            yield Todo(
                f"Finish your application to {call.title}",
                url,
                why="It is saved, but not handed in.",
                due=application.last_instant,
                zone=call.tz,
            )
        elif application.state == Application.State.RETURNED:
            yield Todo(
                f"Mend your application to {call.title}",
                url,
                why=f"{counted(application.returned, 'document')} came back with a remark.",
                due=application.last_instant if application.in_time(now) else None,
                zone=call.tz,
            )
        elif application.is_handed_in:
            yield Todo(
                f"Your application {application} to {call.title}",
                url,
                why="It is handed in. You will get a letter when the selection is released.",
                kind=Kind.WAIT,
            )


def _nominating(user: User, now: datetime) -> Iterator[Todo]:
    states = list(Representative.objects.filter(now_valid(), user=user).select_related("state"))
    posts = list(
        CityMember.objects.current()
        .filter(user=user, role__in=[CityMember.Role.CSCO, CityMember.Role.ALTERNATE])
        .select_related("city")
    )
    if not states and not posts:
        return
    names = ", ".join([r.state.name for r in states] + [p.city.name for p in posts])
    waiting = dict(
        Nomination.objects.filter(nominator=user, state=Nomination.State.PROPOSED)
        .values_list("call")
        .annotate(n=Count("id"))
    )
    for call in Call.objects.published():
        if call.standing(now) != "open" or not call.needs_nomination:
            continue
        asked = waiting.get(call.pk, 0)
        yield Todo(
            f"Nominate for {call.title}",
            reverse("nominations", args=[call.slug]),
            why=f"Without the supervisor's signature so far: {counted(asked, 'nomination')}."
            if asked
            else "",
            place=names,
            due=call.closes_at,
            zone=call.tz,
        )


def _running(user: User, now: datetime) -> Iterator[Todo]:
    calls = Call.objects.run_by(user).annotate(
        received=Count("applications", filter=Q(applications__state="submitted"), distinct=True),
        drafts=Count("applications", filter=Q(applications__state="draft"), distinct=True),
    )
    for call in calls.exclude(state=Call.State.CLOSED).select_related("batch"):
        if call.state == Call.State.DRAFT:
            yield Todo(
                f"Publish the call {call.title}",
                call.get_absolute_url(),
                why="It is a draft: nobody outside sees it.",
                due=call.opens_at,
                zone=call.tz,
            )
        elif call.received:
            yield Todo(
                f"Check {counted(call.received, 'application')} to {call.title}",
                reverse("applications", args=[call.slug]),
                why="Handed in, with documents that are not all accepted.",
                due=None,
            )
        elif call.standing(now) == "open":
            yield Todo(
                f"{call.title} is open",
                call.get_absolute_url(),
                why=f"Under way: {counted(call.drafts, 'application')}.",
                due=call.closes_at,
                zone=call.tz,
                kind=Kind.WAIT,
            )
