"""Assignments: the list, one assignment for its learners and for those who teach, setting it, more time."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.design.markdown import html
from nagara.campus.learning.domain import assigning, handing_in
from nagara.campus.learning.domain.marking import criteria_of
from nagara.campus.learning.forms import AssignmentForm, ExtensionForm
from nagara.campus.learning.models import (
    Assignment,
    BookEntry,
    Grade,
    HandIn,
    Marking,
    PeerReview,
    Submission,
)
from nagara.campus.learning.queries import enrolment_of
from nagara.campus.learning.roster import Row, roster
from nagara.campus.learning.views.access import GRADE, TEACH, assignment_for, batch_for
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.citylab.errors import CityLabError


@login_required
@require_safe
def assignment_list(request: SignedIn, slug: str) -> HttpResponse:
    """Assignments of a batch, what is due first on top."""
    batch = batch_for(request, slug)
    now = timezone.now()
    teaches = may(request.user, TEACH, batch)
    rows = Assignment.objects.filter(batch=batch).select_related("module", "course", "rubric")
    if not teaches:
        rows = rows.published(now)
    counts = {
        row["pk"]: row
        for row in rows.values("pk").annotate(
            came=Count("submissions", filter=Q(submissions__number__gt=0), distinct=True),
            accepted=Count(
                "submissions", filter=Q(submissions__state=Submission.State.ACCEPTED), distinct=True
            ),
        )
    }
    learner = enrolment_of(request.user, batch)
    own = (
        {s.assignment_id: s for s in Submission.objects.of(request.user).filter(assignment__batch=batch)}
        if learner
        else {}
    )
    weights = dict(BookEntry.objects.filter(batch=batch).values_list("source", "weight"))
    lines = [
        {
            "assignment": a,
            "own": own.get(a.pk),
            "came": counts[a.pk]["came"],
            "accepted": counts[a.pk]["accepted"],
            "weight": weights.get(f"assignment/{a.pk}"),
            "draft": not a.is_shown(now),
            "over": a.due_at < now,
        }
        for a in rows.order_by("due_at", "id")
    ]
    context = {
        "batch": batch,
        "lines": lines,
        "teaches": teaches,
        "grades": may(request.user, GRADE, batch),
        "learner": learner,
    }
    return render(request, "learning/assignments.html", context)


@login_required
@require_safe
def assignment(request: SignedIn, pk: int) -> HttpResponse:
    """An assignment: for a learner with the own work, for those who grade with everybody's."""
    found = assignment_for(request, pk)
    learner = enrolment_of(request.user, found.batch)
    if may(request.user, GRADE, found.batch) and learner is None:
        return _for_graders(request, found)
    return own_page(request, found, learner)


def rubric_of(found: Assignment) -> list[dict[str, Any]]:
    """The criteria with their anchors in the order of marks."""
    return [
        {
            **c,
            "anchors": sorted(
                ((int(mark), words) for mark, words in (c.get("anchors") or {}).items()), reverse=True
            ),
        }
        for c in (criteria_of(found) if found.rubric else [])
    ]


def own_page(
    request: SignedIn,
    found: Assignment,
    learner: Enrolment | None,
    *,
    problem: str = "",
    text: str | None = None,
) -> HttpResponse:
    """A learner's page; also what an observer sees, without any work."""
    now = timezone.now()
    work = handing_in.find(found, learner) if learner else None
    members = handing_in.member_ids(work) if work else [learner.pk] if learner else []
    clockwork = handing_in.times(found, members) if learner else handing_in.times_with(found, None)
    versions = (
        list(HandIn.objects.filter(submission=work).select_related("by").prefetch_related("files"))
        if work
        else []
    )
    context: dict[str, Any] = {
        "assignment": found,
        "batch": found.batch,
        "instructions": html(found.instructions),
        "criteria": rubric_of(found),
        "learner": learner,
        "work": work,
        "team": handing_in.team_of(found, learner) if learner else None,
        "times": clockwork,
        "late_now": clockwork.late_days(now),
        "refusal": handing_in.may_hand_in(found, work, clockwork, now) if learner else "observer",
        "files": list(work.files.filter(in_draft=True)) if work else [],
        "room_for_files": found.files_most - (work.files.filter(in_draft=True).count() if work else 0),
        "versions": versions,
        "text": (work.text if work else "") if text is None else text,
        "key": secrets.token_urlsafe(18),
        "problem": problem,
        "papers": _papers(found, learner),
        **(_result(found, learner, work) if learner else {}),
    }
    return render(request, "learning/assignment.html", context, status=422 if problem else 200)


def _papers(found: Assignment, learner: Enrolment | None) -> list[PeerReview]:
    """The papers of others that this person reads."""
    if learner is None or found.peers_at is None:
        return []
    return list(PeerReview.objects.filter(submission__assignment=found, reviewer=learner).order_by("number"))


def _result(found: Assignment, learner: Enrolment, work: Submission | None) -> dict[str, Any]:
    """What the learner may read of the marking: nothing before the release. Readers have no names here."""
    if found.released_at is None:
        return {}
    grade = Grade.objects.filter(assignment=found, enrolment=learner).prefetch_related("changes").first()
    if grade is None:
        return {}
    sheets: list[tuple[str, Marking | PeerReview]] = []
    if work is not None:
        experts = [m for m in Marking.objects.filter(submission=work) if m.is_done]
        sheets += [(f"Reader {i}" if len(experts) > 1 else "Marks", m) for i, m in enumerate(experts, 1)]
        written = PeerReview.objects.filter(submission=work, calibration=False, done_at__isnull=False)
        sheets += [(f"Peer {i}", r) for i, r in enumerate(written.order_by("pk"), 1)]
    criteria = criteria_of(found)
    return {
        "grade": grade,
        "changes": [c for c in grade.changes.all() if c.after_release],
        "sheets": [
            (
                title,
                sheet,
                [(c, sheet.marks.get(str(c["id"])), sheet.said.get(str(c["id"]), "")) for c in criteria],
            )
            for title, sheet in sheets
        ],
    }


COLUMNS = [
    Column("name", "Name", lambda r: str(r.enrolment.user)),
    Column("native_name", "Name in own script", lambda r: r.enrolment.user.native_name),
    Column("city", "City", lambda r: str(r.enrolment.city or "")),
    Column("state", "State", lambda r: r.says),
    Column("handed_in", "Last handed in", lambda r: r.work.handed_in_at if r.work else None, "time"),
    Column("days_late", "Days late", lambda r: r.work.late_days if r.work else None, "whole"),
    Column(
        "points", "Points of 100", lambda r: float(r.percent) if r.percent is not None else None, "number"
    ),
]
STATES = {
    "to-grade": "to grade",
    "marked": "marked",
    "accepted": "accepted",
    "returned": "returned",
    "late": "late",
    "missing": "not handed in",
}


def _keeps(row: Row, state: str) -> bool:
    """Whether a row belongs to a filter of STATES."""
    came = row.work is not None and bool(row.work.number)
    work = row.work
    return {
        "to-grade": came and row.percent is None,
        "marked": row.percent is not None,
        "accepted": work is not None and work.state == Submission.State.ACCEPTED,
        "returned": work is not None and work.state == Submission.State.RETURNED,
        "late": came and work is not None and work.late_days > 0,
        "missing": not came,
    }.get(state, True)


def _for_graders(request: SignedIn, found: Assignment) -> HttpResponse:
    """Everybody and where their work stands."""
    rows = roster(found)
    state = request.GET.get("state", "")
    kept = [row for row in rows if _keeps(row, state)]
    name = f"assignment-{found.pk}"
    if (file := lists.export(request, COLUMNS, kept, name, f"{found} of {found.batch}")) is not None:
        return file
    page = lists.paged(request, kept, 60)
    context = {
        "assignment": found,
        "batch": found.batch,
        "instructions": html(found.instructions),
        "criteria": rubric_of(found),
        "page": page,
        "total": len(rows),
        "kept": len(kept),
        "states": STATES,
        "state": state,
        "came": sum(_keeps(r, "late") or (r.work is not None and r.work.number > 0) for r in rows),
        "marked": sum(r.percent is not None for r in rows),
        "accepted": sum(_keeps(r, "accepted") for r in rows),
        "teaches": may(request.user, TEACH, found.batch),
        "now": timezone.now(),
        "extensions": found.extensions.count(),
    }
    return render(request, "learning/assignment_graders.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_new(request: SignedIn, slug: str) -> HttpResponse:
    """Set an assignment."""
    return _edit(request, batch_for(request, slug, TEACH), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change an assignment."""
    found = assignment_for(request, pk, TEACH)
    return _edit(request, found.batch, found)


def _edit(request: SignedIn, batch: Batch, found: Assignment | None) -> HttpResponse:
    post = request.method == "POST"
    instance = Assignment.objects.get(pk=found.pk) if found else Assignment(batch=batch, tz=batch.tz)
    form = AssignmentForm(request.POST if post else None, batch=batch, instance=instance)
    if found:
        entry = BookEntry.objects.filter(batch=batch, source=assigning.source_of(found)).first()
        form.fields["weight"].initial = f"{entry.weight:f}" if entry else ""
    if post and form.is_valid():
        try:
            made = assigning.save_assignment(
                batch,
                assignment=found,
                teams=form.cleaned_data.get("teams"),
                weight=assigning.read_weight(form.cleaned_data["weight"]),
                reason=form.cleaned_data.get("reason", ""),
                by=request.user,
                **form.given(),
            )
        except CityLabError as error:
            where = {"late": "late_rule", "peer": "peer_count"}.get(error.where, error.where)
            form.add_error(where if where in form.fields else None, str(error))
        else:
            messages.success(request, f"{made.title} is saved.")
            return redirect(made)
    context = {"batch": batch, "assignment": found, "form": form}
    return render(request, "learning/assignment_edit.html", context, status=422 if post else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def extensions(request: SignedIn, pk: int) -> HttpResponse:
    """Who has more time, and giving it."""
    found = assignment_for(request, pk, GRADE)
    post = request.method == "POST"
    initial = {"person": request.GET.get("person")}
    form = ExtensionForm(request.POST if post else None, batch=found.batch, initial=initial)
    if post and form.is_valid():
        data = form.cleaned_data
        try:
            assigning.extend(
                found, data["person"], until=data["until"], reason=data["reason"], by=request.user
            )
        except CityLabError as error:
            form.add_error(error.where if error.where in form.fields else None, str(error))
        else:
            messages.success(request, f"{data['person'].user} has more time, and is told.")
            return redirect("extensions", found.pk)
    rows = found.extensions.select_related("enrolment__user", "by")
    context = {"assignment": found, "batch": found.batch, "form": form, "rows": rows}
    return render(request, "learning/extensions.html", context, status=422 if post else 200)
