"""The class in a lab, for who teaches it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nagara.campus.labwork import classroom
from nagara.campus.labwork.views.access import assignment_for
from nagara.campus.people.lists import export, paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may

MOST = 12


@login_required
@require_safe
def the_class(request: SignedIn, pk: int) -> HttpResponse:
    """What to teach tomorrow, who is stuck, learner x task."""
    row = assignment_for(request, pk, "labwork.see_class")
    room = classroom.room_of(row)
    heats = classroom.heats(room)
    sent = export(
        request,
        classroom.EXPORT,
        classroom.export_rows(heats),
        f"lab-{pk}-class",
        f"A learner at a task of {row}.",
    )
    if sent is not None:
        return sent
    stuck = classroom.stuck(room, timezone.now())
    context = {
        "row": row,
        "batch": row.batch,
        "mistakes": classroom.mistakes(room)[:MOST],
        "stuck": stuck[:MOST],
        "more_stuck": max(0, len(stuck) - MOST),
        "heats": heats,
        "people": len(room.people),
        "begun": len(room.works),
        "done": sum(w.done_at is not None for w in room.works.values()),
        "sets": may(request.user, "labwork.set", row),
        "here": "The class",
    }
    return render(request, "labwork/class.html", context)


@login_required
@require_safe
def alike(request: SignedIn, pk: int) -> HttpResponse:
    """Answers that look alike, side by side: for the lecturer alone."""
    row = assignment_for(request, pk, "labwork.set")
    found = classroom.lookalikes(row)
    context = {
        "row": row,
        "batch": row.batch,
        "page": paged(request, found, 20),
        "here": "Answers that look alike",
    }
    return render(request, "labwork/alike.html", context)
