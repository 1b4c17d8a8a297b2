"""Peer review: for those who teach, who reads what; for a peer, a paper without a name."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.design import lists
from nagara.campus.design.lists import Column
from nagara.campus.design.markdown import html
from nagara.campus.learning import serving
from nagara.campus.learning.domain import marking, peering, scoring
from nagara.campus.learning.domain.handing_in import Stale
from nagara.campus.learning.models import HandIn, PeerReview, Submission, SubmissionFile
from nagara.campus.learning.veil import veiled_text
from nagara.campus.learning.views.access import GRADE, TEACH, assignment_for, review_for
from nagara.campus.learning.views.grading import criteria_rows, given_of, version_of
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

COLUMNS = [
    Column("reader", "Reader", lambda r: str(r["reviewer"].user)),
    Column("papers", "Papers", lambda r: r["all"], "whole"),
    Column("done", "Done", lambda r: r["done"], "whole"),
    Column("mean", "Mean, points of 100", lambda r: r["mean"], "number"),
    Column("apart", "Apart from the lecturers on calibration papers", lambda r: r["error"], "number"),
    Column("weight", "Weight", lambda r: r["weight"], "number"),
    Column("flagged", "Flagged", lambda r: r["flagged"], "yes"),
]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def peers(request: SignedIn, pk: int) -> HttpResponse:
    """Who reads how much, how near to the lecturers. POST: give out the papers."""
    found = assignment_for(request, pk, GRADE)
    if not found.peer:
        raise Http404("This assignment has no peer review.")
    if request.method == "POST":
        count = peering.assign_peers(assignment_for(request, pk, TEACH), by=request.user)
        messages.success(request, f"{count} papers are given out, and their readers are told.")
        return redirect("peers", found.pk)
    rows = _readers(found)
    name = f"peers-{found.pk}"
    if (file := lists.export(request, COLUMNS, rows, name, f"Peer readers of {found}")) is not None:
        return file
    pieces = Submission.objects.filter(assignment=found, number__gt=0).select_related(
        "enrolment__user", "group"
    )
    context = {
        "assignment": found,
        "batch": found.batch,
        "page": lists.paged(request, rows, 60),
        "count": len(rows),
        "done": sum(r["done"] for r in rows),
        "all": sum(r["all"] for r in rows),
        "teaches": may(request.user, TEACH, found.batch),
        "may_assign": found.peers_at is None and timezone.now() > found.due_at,
        "papers": pieces.count(),
        "pieces": pieces.filter(calibration=True),
        "marked": list(pieces.filter(markings__done_at__isnull=False, calibration=False).distinct()[:40])
        if found.peers_at is None
        else [],
    }
    return render(request, "learning/peers.html", context)


def _readers(found: Any) -> list[dict[str, Any]]:
    """A row for each reader: three questions to the database."""
    by_reader: dict[int, list[PeerReview]] = defaultdict(list)
    people = {}
    for row in PeerReview.objects.filter(submission__assignment=found).select_related("reviewer__user"):
        by_reader[row.reviewer_id].append(row)
        people[row.reviewer_id] = row.reviewer
    errors = marking.calibration_errors(found)
    flag = int(found.peer.get("flag_above", 20))
    rows = []
    for pk, reviews in by_reader.items():
        done = [r for r in reviews if r.is_done and r.percent is not None]
        error = errors.get(pk)
        rows.append(
            {
                "reviewer": people[pk],
                "all": len(reviews),
                "done": len(done),
                "mean": float(scoring.mean([r.percent or Decimal(0) for r in done])) if done else None,
                "error": float(error) if error is not None else None,
                "weight": round(float(scoring.peer_weight(error, flag)), 2),
                "flagged": error is not None and error > flag,
            }
        )
    return sorted(rows, key=lambda r: (not r["flagged"], r["reviewer"].user.sort_key))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SignedIn, pk: int) -> HttpResponse:
    """A paper to read, without a name. POST `say`: keep, done."""
    found = review_for(request, pk)
    if request.method == "POST":
        return _said(request, found)
    return _page(request, found)


def _said(request: SignedIn, found: PeerReview) -> HttpResponse:
    by_script = request.headers.get("X-Requested-With") == "autosave"
    assignment = found.submission.assignment
    given = given_of(request, assignment)
    done = request.POST.get("say") == "done" and not by_script
    try:
        row = peering.save_peer(found, given, version=version_of(request), done=done, by=request.user)
    except CityLabError as error:
        if by_script:
            status = 409 if isinstance(error, Stale) else 422
            return JsonResponse({"problem": str(error)}, status=status)
        return _page(request, found, problem=str(error), given=given)
    if by_script:
        return JsonResponse({"version": row.version})
    if not done:
        messages.success(request, "Saved. Say that it is done when it is.")
        return redirect(found)
    messages.success(request, f"Paper {found.number} is done. Thank you.")
    after = _others(found).filter(done_at=None).first()
    return redirect(after) if after else redirect(assignment)


def _others(found: PeerReview) -> Any:
    return PeerReview.objects.filter(
        submission__assignment=found.submission.assignment_id, reviewer=found.reviewer_id
    ).order_by("number")


def handed(found: PeerReview) -> HandIn | None:
    """The version that is read: the last that was handed in."""
    return HandIn.objects.filter(submission=found.submission).prefetch_related("files").first()


def _page(
    request: SignedIn, found: PeerReview, *, problem: str = "", given: marking.Given | None = None
) -> HttpResponse:
    made = handed(found)
    assignment = found.submission.assignment
    marks = (
        {k: int(v) for k, v in given.marks.items() if str(v).isascii() and str(v).isdigit()}
        if given
        else found.marks
    )
    context = {
        "review": found,
        "assignment": assignment,
        "batch": assignment.batch,
        "text": html(veiled_text(found.submission, made.text), 3) if made else "",
        "files": [(i, f) for i, f in enumerate(made.files.all(), 1)] if made else [],
        "criteria": criteria_rows(assignment, marks, given.said if given else found.said),
        "comment": given.comment if given else found.comment,
        "seen": found.version,
        "problem": problem,
        "refusal": peering.may_review(found, timezone.now()),
        "papers": list(_others(found)),
    }
    return render(request, "learning/review.html", context, status=422 if problem else 200)


@login_required
@require_safe
def review_file(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """A file of a paper, under a name that tells nothing."""
    found = review_for(request, pk)
    made = handed(found)
    files: list[SubmissionFile] = list(made.files.all()) if made else []
    if not 1 <= number <= len(files):
        raise Http404("There is no such file.")
    one = files[number - 1]
    name = f"paper-{found.number}-file-{number}{one.path.suffix}"
    return serving.send(request, one.path, name=name, media=one.media, sha256=one.sha256)
