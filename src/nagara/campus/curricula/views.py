"""Pages of curricula: read, make, override, print; the skills self-check and mixed teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.curricula import document
from nagara.campus.curricula.domain import making
from nagara.campus.curricula.domain.skills import Member, bridges, check_skills, skills, teams
from nagara.campus.curricula.domain.solving import CannotPlan
from nagara.campus.curricula.forms import Ask, SkillsForm, Word
from nagara.campus.curricula.models import Curriculum, SkillsCheck
from nagara.campus.curricula.owners import Page, checks_of, page_for
from nagara.campus.design.limits import limited
from nagara.campus.people.models import User
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch

DEFAULT_HOURS = 60


def _hours(page: Page, shown: Curriculum | None) -> float:
    if shown is not None:
        return float(shown.budget_hours)
    return float(page.owner.version.hours) if isinstance(page.owner, Batch) else DEFAULT_HOURS


def _shown(request: SignedIn, page: Page) -> Curriculum | None:
    """The version that `?version=` names, else the newest."""
    asked = request.GET.get("version", "")
    if not asked:
        return making.newest(page.owner)
    if not (asked.isdecimal() and len(asked) < 9):
        raise Http404("There is no such version.")
    return get_object_or_404(
        page.owner.curricula.select_related("made_by", "city", "batch"), version=int(asked)
    )


@login_required
@limited("curriculum", most=60, methods=("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
def curriculum(request: SignedIn, kind: str, slug: str) -> HttpResponse:
    """The curriculum of a city or batch with the reasons of every module. POST makes a new version."""
    page = page_for(request, kind, slug)
    ask, word, error = None, Word(), ""
    if request.method == "POST":
        ask, word, error = _change(request, page)
        if ask is None:
            return redirect(page.url)
    shown = _shown(request, page)
    mode = shown.mode if shown else ""
    context: dict[str, Any] = {
        "page": page,
        "owner": page.owner,
        "shown": shown,
        "ask": ask or Ask(initial={"hours": f"{_hours(page, shown):g}", "mode": mode, "keep_required": True}),
        "word": word,
        "error": error,
        "versions": page.owner.curricula.values_list("version", "made_at")[:12],
        "bridges": _bridges(page, shown),
        "who": _who(shown),
        "modules": [m["code"] for m in shown.inputs["modules"]] if shown else [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "curricula/curriculum.html", context, status=status)


def _bridges(page: Page, shown: Curriculum | None) -> list[Any]:
    if shown is None:
        return []
    codes = [row["code"] for row in shown.choices["in"]]
    return bridges([check.answers for check in checks_of(page.owner)], codes)


def _who(shown: Curriculum | None) -> dict[str, str]:
    """Module -> the person who put it in or left it out."""
    words = {o["code"]: o.get("person") for o in shown.overrides} if shown else {}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=[pk for pk in words.values() if pk])}
    return {code: names[pk] for code, pk in words.items() if pk in names}


def _change(request: SignedIn, page: Page) -> tuple[Ask | None, Word, str]:
    """Carry out what was posted; (None, ...) when done, else the forms with what is wrong."""
    said = request.POST.get("say", "make")
    ask, word = Ask(request.POST if said == "make" else None), Word(request.POST if said != "make" else None)
    try:
        if said == "make" and _must(page.may_make) and ask.is_valid():
            data = ask.cleaned_data
            made = making.make(page.owner, by=request.user, **data)
            messages.success(request, f"Version {made.version} is made.")
            return None, word, ""
        if said != "make" and _must(page.may_override) and word.is_valid():
            into = {"in": True, "out": False}.get(word.cleaned_data["say"])
            code, reason = word.cleaned_data["module"], word.cleaned_data["reason"]
            made = making.override(page.owner, code, into=into, by=request.user, reason=reason)
            messages.success(request, f"Version {made.version} follows your word about {code}.")
            return None, word, ""
    except CannotPlan as problem:
        return ask, word, f"{problem.what} {problem.mend}"
    return ask, word, "" if said == "make" else "Please choose a module and say why."


def _must(right: bool) -> bool:
    if not right:
        raise PermissionDenied("The CSCO, the expert, who runs the batch and the office change it.")
    return right


@login_required
@limited("curriculum-pdf", most=20)
@require_safe
def pdf(request: SignedIn, kind: str, slug: str) -> HttpResponse:
    """The curriculum on A4."""
    page = page_for(request, kind, slug)
    shown = _shown(request, page)
    if shown is None:
        raise Http404("There is no curriculum yet.")
    content = document.pdf(page, shown, _bridges(page, shown))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slug}-curriculum-{shown.version}.pdf"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_skills(request: SignedIn) -> HttpResponse:
    """Seven skills that a person rates, 0-3 each."""
    there = SkillsCheck.objects.filter(user=request.user).first()
    form = SkillsForm(request.POST or None, initial=there.answers if there else None)
    if request.method == "POST" and form.is_valid():
        check_skills(request.user, form.answers())
        messages.success(request, "Your skills are saved. Thank you.")
        return redirect("skills")
    context = {"form": form, "there": there}
    return render(request, "curricula/skills.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def mixed_teams(request: SignedIn, slug: str) -> HttpResponse:
    """Teams of a batch that mix what people can; for who runs the batch."""
    batch = Batch.objects.visible_to(request.user).filter(slug=slug).first()
    if batch is None:
        raise Http404("There is no such batch, or you are not in it.")
    if not may(request.user, "curricula.make_batch", batch):
        raise PermissionDenied("Who runs the batch forms its teams.")
    asked = request.GET.get("size", "")
    size = min(max(int(asked), 2), 12) if asked.isdecimal() and len(asked) < 4 else 5
    enrolled = batch.enrolments.exclude(state="withdrawn").select_related("user", "city")
    levels = {check.user_id: check.answers for check in checks_of(batch)}
    members = [
        Member(e.user_id, str(e.user), e.city.name if e.city else "", levels.get(e.user_id, {}))
        for e in enrolled.order_by("user__sort_key", "pk")
    ]
    rows = skills()[0]
    context = {
        "batch": batch,
        "size": size,
        "teams": [(team, _mix(team, rows)) for team in teams(members, size=size)],
        "answered": len(levels),
        "total": len(members),
    }
    return render(request, "curricula/teams.html", context)


def _mix(team: list[Member], rows: list[Any]) -> list[tuple[str, int]]:
    """Skill -> how many of the team work in it alone."""
    return [(skill.title, sum(m.levels.get(skill.id, 0) >= 2 for m in team)) for skill in rows]
