"""The lecturer's roster: works without a line, and sends what was said when there is one."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.attendance.domain import AttendanceError
from nagara.campus.attendance.domain.findings import findings
from nagara.campus.attendance.domain.recording import expected
from nagara.campus.attendance.domain.rostering import Mark, last_words, merge, read_marks
from nagara.campus.attendance.models import Presence, Who
from nagara.campus.attendance.views.access import kept_session
from nagara.campus.people.lists import paged
from nagara.campus.people.requests import SignedIn
from nagara.campus.timetable.models import PublicSession

PER_PAGE = 120
CHOICES = (("present", "Present"), ("late", "Late"), ("left", "Left early"), ("absent", "Absent"))

WORKER = Path(__file__).resolve().parents[1] / "static/attendance/roster-worker.js"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: SignedIn, pk: int) -> HttpResponse:
    """Everyone of the session with what this lecturer has said. As a plain form it sends the page at once."""
    public = kept_session(request, pk)
    page = paged(
        request, expected(public).select_related("user", "city").order_by("user__sort_key", "id"), PER_PAGE
    )
    words = last_words(public, request.user)
    if request.method == "POST":
        return _form(request, public, [row.user_id for row in page.object_list], words)
    others = _others(public, request.user)
    rows = [
        {
            "key": Who(row.user_id).key,
            "user": row.user,
            "passport": row.user.passport_name if row.user.passport_name != str(row.user) else "",
            "city": row.city,
            "others": others.get(row.user_id, []),
            **_word(public, words.get(Who(row.user_id))),
        }
        for row in page.object_list
    ]
    context = {"public": public, "rows": rows, "page": page, "choices": CHOICES}
    return render(request, "attendance/roster.html", context)


def _word(public: PublicSession, word: Presence | None) -> dict[str, str]:
    if word is None or word.ended is None:
        return {"said": "", "came": "", "went": ""}
    zone = ZoneInfo(public.tz)
    timed = word.said in {"late", "left"}
    came = f"{word.began.astimezone(zone):%H:%M}" if timed and word.began > public.starts else ""
    went = f"{word.ended.astimezone(zone):%H:%M}" if timed and word.ended < public.ends else ""
    return {"said": word.said, "came": came, "went": went}


def _others(public: PublicSession, me: Any) -> dict[int | None, list[Presence]]:
    """What is recorded by others and by other ways, by user."""
    found: dict[int | None, list[Presence]] = {}
    held = Presence.objects.filter(session=public.session_id, dropped=False).select_related("by")
    for presence in held:
        if presence.way != Presence.Way.ROSTER or presence.by_id != me.pk:
            found.setdefault(presence.user_id, []).append(presence)
    return found


def _form(
    request: SignedIn, public: PublicSession, users: list[int], words: dict[Who, Presence]
) -> HttpResponse:
    """Without a script: every name on the page that says something else than before is a mark."""
    now = timezone.now()
    marks = []
    for pk in users:
        who = Who(pk)
        said = request.POST.get(f"said-{who.key}", "")
        came, went = request.POST.get(f"came-{who.key}", ""), request.POST.get(f"went-{who.key}", "")
        if said not in {"late", "left"}:
            came = went = ""
        mine = {"said": said, "came": came.strip(), "went": went.strip()}
        if said and mine != _word(public, words.get(who)):
            marks.append(Mark(uuid.uuid4().hex, who.key, said, came, went, now.timestamp()))
    answers = merge(public, marks=marks, by=request.user, now=now)
    refused = {a.id: a.why for a in answers if not a.taken}
    names = {m.id: m.who for m in marks}
    people = {Who(row.user_id).key: row.user for row in expected(public).select_related("user")}
    for mark, why in refused.items():
        messages.error(request, f"{people.get(names[mark], 'Somebody')}: {why}")
    taken = len(answers) - len(refused)
    messages.success(request, f"Taken: {taken} change{'' if taken == 1 else 's'}.")
    return redirect(request.get_full_path())


@login_required
@never_cache
@require_POST
def marks(request: SignedIn, pk: int) -> HttpResponse:
    """Marks from a phone as JSON {"sent": clock of the device, "marks": [...]}: each is answered."""
    public = kept_session(request, pk)
    now = timezone.now()
    try:
        said = json.loads(request.body)
    except ValueError:
        return JsonResponse({"problem": "This is no roster."}, status=400)
    sent = said.get("sent") if isinstance(said, dict) else None
    try:
        answers = merge(
            public,
            marks=read_marks(said.get("marks") if isinstance(said, dict) else None),
            by=request.user,
            now=now,
            sent_at=float(sent) if isinstance(sent, int | float) else None,
        )
    except AttendanceError as error:
        return JsonResponse({"problem": error.what}, status=400)
    held = Presence.objects.filter(session=pk).select_related("by", "registration")
    return JsonResponse(
        {
            "answers": [{"id": a.id, "taken": a.taken, "why": a.why} for a in answers],
            "to_decide": len(findings(public, held)),
        }
    )


@login_required
@require_safe
def worker(request: SignedIn, pk: int) -> HttpResponse:
    """The service worker, under the roster's own address: it can touch no other page."""
    kept_session(request, pk)
    text = WORKER.read_text("utf-8")
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")
