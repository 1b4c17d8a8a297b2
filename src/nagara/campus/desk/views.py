"""The first screen after signing in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.admissions.models import Call
from nagara.campus.cities.lakes import holdings
from nagara.campus.cities.models import Project
from nagara.campus.cities.queries import member_list
from nagara.campus.desk.doors import doors
from nagara.campus.desk.queries import desk_of
from nagara.campus.desk.todo import Todo, left
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.roles import held_by
from nagara.campus.webinars.models import Webinar
from nagara.campus.webinars.queries import shown

MOST_WEBINARS = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: what one can apply for, where the member cities are, who has data."""
    from nagara.campus.cities.atlas import member_map
    from nagara.campus.lessons.content import open_modules
    from nagara.citylab.recipes import catalogue

    now = datetime.now(UTC)
    cities = list(member_list())
    held = holdings()
    with_data = {row.slug for row in held if row.sources}
    slugs = {city.slug for city in cities}
    others = [row for row in held if row.slug not in slugs]
    context = {
        "map": member_map(cities, None, with_data),
        "cities": cities,
        "states": len({city.state_id for city in cities}),
        "projects": Project.objects.filter(city__in=[city.pk for city in cities]).count(),
        "with_data": [city for city in cities if city.slug in with_data],
        "others": others,
        "data_count": len(with_data & slugs) + len(others),
        "recipes": list(catalogue().values()),
        "webinars": _next_webinars(now),
        "modules": list(open_modules().values()),
        "calls": [c for c in Call.objects.published().select_related("batch") if c.standing(now) == "open"],
    }
    return render(request, "desk/home.html", context)


def _next_webinars(now: datetime) -> list[Webinar]:
    """The open webinars that come next."""
    coming = shown(Webinar.objects.visible_to(AnonymousUser()))
    return list(
        coming.filter(session__public__ends__gt=now, session__public__cancelled=False)[:MOST_WEBINARS]
    )


@login_required
@require_safe
def desk(request: SignedIn) -> HttpResponse:
    """What to do next, by when, in one's own clock."""
    now = datetime.now(UTC)
    found = desk_of(request.user, now)

    def lines(todos: list[Todo]) -> list[dict[str, object]]:
        return [
            {"todo": t, "pressing": t.pressing(now), "left": left(t.due, now) if t.due else ""} for t in todos
        ]

    context = {
        "do": lines(found.do),
        "wait": lines(found.wait),
        "look": lines(found.look),
        "roles": held_by(request.user),
        "doors": doors(request.user),
        "now": now,
    }
    return render(request, "desk/desk.html", context)
