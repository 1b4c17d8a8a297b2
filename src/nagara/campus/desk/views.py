"""The first screen after signing in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.desk.queries import desk_of
from nagara.campus.desk.todo import Todo, left
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.roles import held_by


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
        "now": now,
    }
    return render(request, "desk/desk.html", context)
