"""The learner's first screen: what next, by when, in my clock."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from nagara.campus.learning.progress import bars, unread
from nagara.campus.learning.queries import teaching_posts
from nagara.campus.learning.stepping import came_back, learning_in
from nagara.campus.learning.steps import next_steps
from nagara.campus.people.requests import SignedIn
from nagara.campus.timetable.queries import sessions_for

SOON = timedelta(days=2)
MOST_SESSIONS = 4


@login_required
@require_safe
def learn(request: SignedIn) -> HttpResponse:
    """What next, by when; sessions; progress; what came back."""
    now = timezone.now()
    mine = learning_in(request.user)
    batches = [e.batch for e in mine]
    new = unread(request.user, batches, now) if batches else {}
    sessions = list(sessions_for(request.user, batches=batches, now=now)[:MOST_SESSIONS]) if mine else []
    context = {
        "now": now,
        "places": [
            {"enrolment": e, "batch": e.batch, "bars": bars(e, now), "unread": new.get(e.batch_id, 0)}
            for e in mine
        ],
        "steps": [
            {"step": step, "pressing": step.due is not None and step.due - now < SOON}
            for step in (next_steps(request.user, now) if mine else [])
        ],
        "sessions": sessions,
        "back": came_back(request.user, now)[:6] if mine else [],
        "teaches": [] if mine else list(teaching_posts(request.user)[:12]),
    }
    return render(request, "learning/learn.html", context)
