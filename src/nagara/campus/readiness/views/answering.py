"""One dimension a page: questions, anchors, evidence; saved at every step."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.cities.lakes import find_place
from nagara.campus.design.limits import limited
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.readiness.domain.answering import Saved, Typed, add_evidence, answer, take_evidence_away
from nagara.campus.readiness.domain.deciding import NotNow
from nagara.campus.readiness.domain.scoring import QuestionScore
from nagara.campus.readiness.forms import new_evidence, typed
from nagara.campus.readiness.instruments import SCORES, Dimension
from nagara.campus.readiness.models import Answer, Assessment, EvidenceItem
from nagara.campus.readiness.questions import profile, questionnaire
from nagara.campus.readiness.views.finding import assessment_for

SIDES: dict[str, str] = {
    Assessment.State.SELF: Answer.Side.SELF,
    Assessment.State.VERIFYING: Answer.Side.VERIFIED,
}


def side_of(request: SignedIn, found: Assessment) -> str:
    """The side on which this person may answer now, or ""."""
    side = SIDES.get(found.state, "")
    rights: dict[str, str] = {Answer.Side.SELF: "readiness.answer", Answer.Side.VERIFIED: "readiness.verify"}
    return side if side and may(request.user, rights[side], found) else ""


def _may_add(request: SignedIn, found: Assessment) -> bool:
    return found.state in SIDES and may(request.user, "readiness.add_evidence", found)


@login_required
@limited("readiness", most=600, methods=("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
def dimension(request: SignedIn, pk: int, key: str) -> HttpResponse:
    """Questions of one dimension, to answer, to verify or to read."""
    found = assessment_for(request, pk)
    form = questionnaire(found)
    if key not in form.dimension:
        raise Http404(f"There is no dimension {key}.")
    chosen, side = form.dimension[key], side_of(request, found)
    saved, errors = Saved(), {}
    if request.method == "POST":
        if not side and not _may_add(request, found):
            raise PermissionDenied("Those with a seat answer, an expert verifies, while it is open for them.")
        if side:
            saved = answer(found, typed(request.POST, chosen.questions), side=side, by=request.user)
        if request.headers.get("X-Autosave"):
            conflicts = [one.question for one, _ in saved.conflicts]
            state = 409 if conflicts else 200
            return JsonResponse({"versions": saved.versions, "conflicts": conflicts}, status=state)
        errors = _evidence(request, found, chosen)
        if not saved.conflicts and not errors:
            messages.success(request, f"{chosen.id} is saved.")
            return redirect(_next(request, found, chosen))
    context = _context(request, found, chosen, side, saved, errors)
    status = 409 if saved.conflicts else 422 if errors else 200
    return render(request, "readiness/dimension.html", context, status=status)


def _evidence(request: SignedIn, found: Assessment, chosen: Dimension) -> dict[str, str]:
    """Keep the evidence of a posted page; returns what is wrong by question."""
    items, errors = new_evidence(request.POST, request.FILES, chosen.questions)
    if items and not _may_add(request, found):
        raise PermissionDenied("The city's team and its expert add evidence.")
    for item in items:
        try:
            add_evidence(
                found, item.question, title=item.title, url=item.url, file=item.file, by=request.user
            )
        except NotNow as error:
            errors[item.question] = f"{error.what} {error.mend}"
    return errors


def _next(request: SignedIn, found: Assessment, chosen: Dimension) -> str:
    from django.urls import reverse

    keys = list(questionnaire(found).dimension)
    at = keys.index(chosen.id)
    go = request.POST.get("go", "next")
    if go == "next" and at + 1 < len(keys):
        return reverse("assessment-dimension", args=[found.pk, keys[at + 1]])
    return reverse("assessment", args=[found.pk]) if go != "stay" else request.path


def _context(
    request: SignedIn, found: Assessment, chosen: Dimension, side: str, saved: Saved, errors: dict[str, str]
) -> dict[str, Any]:
    from nagara.campus.readiness.computed import computed

    form, scores = questionnaire(found), profile(found)
    rows = found.answers.filter(side=side) if side else found.answers.none()
    if side == Answer.Side.SELF:
        rows = rows.filter(by=request.user)
    own = {row.question: row for row in rows}
    pieces = computed(find_place(found.city.slug), date.today()) if _asks_lab(chosen) else {}  # noqa: DTZ011
    items: dict[str, list[EvidenceItem]] = {}
    for item in found.evidence.select_related("by"):
        items.setdefault(item.question, []).append(item)
    conflicts = {one.question: (one, row) for one, row in saved.conflicts}
    by_question = {question.id: question for question in scores.dimension(chosen.id).questions}
    return {
        "assessment": found,
        "dimension": chosen,
        "levels": form.levels,
        "side": side,
        "may_add": _may_add(request, found),
        "steps": [(d, scores.dimension(d.id)) for d in form.dimensions],
        "rules": form.rules,
        "questions": [
            _question(q, own.get(q.id), by_question[q.id], conflicts.get(q.id), side, request)
            | {
                "items": items.get(q.id, []),
                "computed": [pieces[name] for name in q.computed if name in pieces],
                "lab_silent": bool(q.computed) and not pieces,
                "error": errors.get(q.id, ""),
                "url": request.POST.get(f"url-{q.id}", "") if errors else "",
                "title": request.POST.get(f"title-{q.id}", "") if errors else "",
            }
            for q in chosen.questions
        ],
    }


def _asks_lab(chosen: Dimension) -> bool:
    return any(question.computed for question in chosen.questions)


def _question(
    question: Any,
    own: Answer | None,
    score: QuestionScore,
    conflict: tuple[Typed, Answer] | None,
    side: str,
    request: SignedIn,
) -> dict[str, Any]:
    """A question as the page shows it. Colleagues' answers appear once one has answered oneself."""
    mine = conflict[0].score if conflict else own.score if own else None
    answered = side != Answer.Side.SELF or (own is not None and own.score is not None)
    others = [g for g in score.given if side != Answer.Side.SELF or g.person != request.user.pk]
    return {
        "q": question,
        "score": score,
        "choices": [(n, question.anchors.get(n, ""), n == mine) for n in SCORES],
        "note": conflict[0].note if conflict else own.note if own else "",
        "seen": own.version if own else 0,
        "conflict": conflict[1] if conflict else None,
        "others": others if answered else [],
        "others_hidden": 0 if answered else len(others),
    }


@login_required
@require_safe
def evidence_file(request: SignedIn, pk: int, item: int) -> FileResponse:
    """A file that was given as evidence, as a download."""
    found = EvidenceItem.objects.filter(assessment=assessment_for(request, pk), pk=item).first()
    if found is None or not found.file:
        raise Http404("There is no such file.")
    try:
        return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.file_name)
    except FileNotFoundError as error:
        raise Http404("The file is not here any more.") from error


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_away(request: SignedIn, pk: int, item: int) -> HttpResponse:
    """Ask why, then take an item of evidence away."""
    found = assessment_for(request, pk)
    if not _may_add(request, found):
        raise PermissionDenied("The city's team and its expert change evidence until it is agreed.")
    chosen = found.evidence.filter(pk=item).first()
    if chosen is None:
        raise Http404("There is no such evidence; it may have been taken away already.")
    key = questionnaire(found).home_of[chosen.question].id
    if request.method == "POST" and request.POST.get("reason", "").strip():
        take_evidence_away(chosen, by=request.user, reason=request.POST["reason"])
        messages.success(request, f"“{chosen.title}” is taken away.")
        return redirect("assessment-dimension", found.pk, key)
    context = {"assessment": found, "item": chosen, "key": key, "asked": request.method == "POST"}
    return render(request, "readiness/evidence_away.html", context)
