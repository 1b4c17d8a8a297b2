"""Certificates of a batch, for those who run it: verdicts, waivers, issuing, wording."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.audit.models import Event
from nagara.campus.credentials import paper, specimens
from nagara.campus.credentials.domain import (
    add_signatory,
    change_wording,
    issue,
    remove_signatory,
    take_back,
    waive_rule,
)
from nagara.campus.credentials.domain.lines import (
    MET,
    Line,
    has_rule,
    is_over,
    line_up,
    rules_in_words,
    word_of,
)
from nagara.campus.credentials.domain.snapshots import PLACES
from nagara.campus.credentials.domain.wording import wording_of
from nagara.campus.credentials.forms import (
    LineFilter,
    PreviewForm,
    ReasonForm,
    SignatoryForm,
    WaiveForm,
    WordingForm,
)
from nagara.campus.credentials.models import Certificate, Signatory
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.names import searchable
from nagara.campus.people.requests import SignedIn
from nagara.campus.programmes.models import Batch, Waiver
from nagara.campus.programmes.views.batches import run_batch
from nagara.citylab.errors import CityLabError


def _word(place: int, line: Line) -> str:
    return word_of(line.standing.verdicts[place])


def _found(place: int, line: Line) -> str:
    return line.standing.verdicts[place].said


def columns(rules: list[tuple[str, str]]) -> list[Column]:
    """The list as a file: a column for each rule, and what was found."""
    found = [
        Column("name", "Name as in passport", lambda line: line.enrolment.user.passport_name),
        Column("native_name", "Name in own script", lambda line: line.enrolment.user.native_name),
        Column("city", "City", lambda line: line.enrolment.city.name if line.enrolment.city else ""),
        Column("verdict", "Verdict", lambda line: line.verdict),
    ]
    for place, (rule, words) in enumerate(rules):
        name = rule.replace("-", "_").replace(".", "_")
        found += [
            Column(name, words, partial(_word, place)),
            Column(f"{name}_found", f"{words}: what was found", partial(_found, place)),
        ]
    return [
        *found,
        Column("number", "Certificate", lambda line: line.certificate.number if line.certificate else ""),
        Column(
            "state", "State", lambda line: line.certificate.get_state_display() if line.certificate else ""
        ),
    ]


def _chosen(lines: Iterable[Line], said: dict[str, Any]) -> list[Line]:
    """The lines that the filter asks for."""
    found = list(lines)
    if said.get("q"):
        wanted = searchable(said["q"])
        found = [line for line in found if wanted in line.enrolment.user.search_text]
    if said.get("verdict"):
        found = [line for line in found if line.verdict == said["verdict"]]
    if said.get("rule"):
        found = [
            line
            for line in found
            if any(v.rule == said["rule"] and word_of(v) != MET for v in line.standing.verdicts)
        ]
    given = said.get("given")
    if given == "none":
        found = [line for line in found if line.certificate is None]
    elif given == "valid":
        found = [line for line in found if line.holds]
    elif given == "ended":
        found = [line for line in found if line.certificate is not None and not line.holds]
    return found


@login_required
@require_safe
def batch_certificates(request: SignedIn, slug: str) -> HttpResponse:
    """Everyone of the batch with the verdict, each rule and why, and the certificate."""
    batch = run_batch(request, slug)
    lines, rules = line_up(batch), rules_in_words(batch)
    form = LineFilter(sorted({line.verdict for line in lines}), rules, request.GET)
    shown = _chosen(lines, form.cleaned_data if form.is_valid() else {})
    file = export(
        request,
        columns(rules),
        shown,
        f"certificates-{slug}",
        f"A person of {batch} and the certificate rules.",
    )
    if file is not None:
        return file
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.verdict] = counts.get(line.verdict, 0) + 1
    context = {
        "batch": batch,
        "form": form,
        "rules": rules,
        "page": paged(request, shown),
        "narrowed": any(request.GET.get(name) for name in ("q", "verdict", "given", "rule")),
        "counts": sorted(counts.items()),
        "total": len(lines),
        "ready": sum(line.ready for line in lines),
        "valid": sum(line.holds for line in lines),
        "waived": sum(bool(line.waived) for line in lines),
        "over": is_over(batch, timezone.now()),
        "has_rule": has_rule(batch),
    }
    return render(request, "credentials/batch.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_certificates(request: SignedIn, slug: str) -> HttpResponse:
    """Who gets what, who not yet and why; then the deed. Sent twice, it gives each person one."""
    batch = run_batch(request, slug)
    if request.method == "POST":
        chosen = [int(pk) for pk in request.POST.getlist("person") if pk.isdecimal() and len(pk) < 16]
        try:
            done = issue(batch, by=request.user, now=timezone.now(), enrolments=chosen)
        except CityLabError as error:
            messages.error(request, str(error))
            return redirect("batch-certificates-issue", slug)
        count = len(done.made)
        words = "1 certificate is" if count == 1 else f"{count} certificates are"
        messages.success(
            request, f"{words} issued, and each person is told." if count else "Nothing new to issue."
        )
        return redirect("batch-certificates", slug)
    lines = line_up(batch)
    context = {
        "batch": batch,
        "ready": [line for line in lines if line.ready],
        "left": [line for line in lines if not line.ready and line.certificate is None],
        "given": [line for line in lines if line.certificate is not None],
        "over": is_over(batch, timezone.now()),
        "has_rule": has_rule(batch),
        "signatories": batch.signatories.count(),
    }
    return render(request, "credentials/issue.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """One person: each rule, waivers and their trace, certificates."""
    batch = run_batch(request, slug)
    found = line_up(batch, [pk])
    if not found:
        raise Http404("There is no such person in the batch.")
    held = found[0]
    open_rules = [
        (rule, words)
        for rule, words in rules_in_words(batch)
        if not any(v.rule == rule and (v.waived or v.met) for v in held.standing.verdicts)
    ]
    form = WaiveForm(open_rules)
    back = ReasonForm(prefix="back")
    if request.method == "POST":
        form = WaiveForm(open_rules, request.POST if request.POST.get("say") == "waive" else None)
        back = ReasonForm(request.POST if request.POST.get("say") == "back" else None, prefix="back")
        if _line_said(request, held, form, back):
            return redirect("certificate-line", slug, pk)
    words = dict(rules_in_words(batch))
    trace = Event.objects.filter(
        subject=f"batch/{slug}",
        verb__in=("rule waived", "waiver withdrawn"),
        data__person=held.enrolment.user_id,
    ).select_related("by")
    context = {
        "batch": batch,
        "line": held,
        "form": form if open_rules else None,
        "back": back,
        "waivers": [(waiver, words.get(waiver.rule, waiver.rule)) for waiver in held.enrolment.waivers.all()],
        "trace": [(event, words.get(str(event.data.get("rule")), "")) for event in trace.order_by("-pk")],
        "certificates": held.enrolment.certificates.order_by("-issued_at", "-pk"),
    }
    return render(request, "credentials/line.html", context, status=422 if request.method == "POST" else 200)


def _line_said(request: SignedIn, held: Line, form: WaiveForm, back: ReasonForm) -> bool:
    """Waive, or take a waiver back. True where it is done."""
    shown: Any = form if request.POST.get("say") == "waive" else back
    if not shown.is_bound or not shown.is_valid():
        return False
    try:
        if shown is form:
            waive_rule(held.enrolment, by=request.user, **form.cleaned_data)
            messages.success(request, "The rule is waived; the reason and your name stand beside it.")
            return True
        pk = request.POST.get("waiver", "")
        waiver = get_object_or_404(
            Waiver, enrolment=held.enrolment, pk=int(pk) if pk.isdecimal() and len(pk) < 16 else 0
        )
        take_back(waiver, by=request.user, reason=back.cleaned_data["reason"])
        messages.success(request, "The waiver is taken back.")
    except CityLabError as error:
        shown.add_error(None, f"{error.what} {error.mend}")
        return False
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wording(request: SignedIn, slug: str) -> HttpResponse:
    """What the paper says and who signs, with a preview in any script."""
    batch = run_batch(request, slug)
    held = wording_of(batch.version)
    say = request.POST.get("say")
    form = WordingForm(request.POST if say == "wording" else None, instance=held)
    signing = SignatoryForm(
        request.POST if say == "sign" else None, request.FILES if say == "sign" else None, prefix="sign"
    )
    if request.method == "POST" and _wording_said(request, batch, form, signing):
        return redirect("certificate-wording", slug)
    context = {
        "batch": batch,
        "form": form,
        "signing": signing,
        "signatories": batch.signatories.all(),
        "places": PLACES,
        "preview": PreviewForm(),
        "samples": specimens.SAMPLES,
        "issued": Certificate.objects.filter(batch__version=batch.version).count(),
    }
    return render(
        request, "credentials/wording.html", context, status=422 if request.method == "POST" else 200
    )


def _wording_said(request: SignedIn, batch: Batch, form: WordingForm, signing: SignatoryForm) -> bool:
    say = request.POST.get("say")
    try:
        if say == "remove":
            pk = request.POST.get("signatory", "")
            number = int(pk) if pk.isdecimal() and len(pk) < 16 else 0
            remove_signatory(get_object_or_404(Signatory, batch=batch, pk=number), by=request.user)
            messages.success(request, "Removed. Certificates that were issued keep the signature.")
            return True
        if say == "sign" and signing.is_valid():
            said = signing.cleaned_data
            picture = said["image"].read() if said["image"] else None
            add_signatory(batch, name=said["name"], title=said["title"], image=picture, by=request.user)
            messages.success(request, f"{said['name']} signs from now on.")
            return True
        if say == "wording" and form.is_valid():
            change_wording(batch, by=request.user, **form.cleaned_data)
            messages.success(request, "Kept. Certificates that were issued stay as they are.")
            return True
    except CityLabError as error:
        (signing if say == "sign" else form).add_error(None, f"{error.what} {error.mend}")
    return False


@login_required
@require_safe
def preview(request: SignedIn, slug: str) -> HttpResponse:
    """A specimen as PDF: with a name that is typed in, or one in each script of the region."""
    batch = run_batch(request, slug)
    form = PreviewForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    if request.GET.get("all"):
        sheets = specimens.sheet(batch)
    else:
        sheets = [specimens.one(batch, said.get("name", ""), said.get("native", ""), said.get("kind", ""))]
    return _pdf(paper.pdf(sheets, specimen=True), f"specimen-{slug}")


@login_required
@require_safe
def all_papers(request: SignedIn, slug: str) -> HttpResponse:
    """Every valid certificate of the batch in one PDF, to print and sign."""
    batch = run_batch(request, slug)
    held = Certificate.objects.standing().filter(batch=batch, erased_at=None).order_by("number")
    if not held:
        raise Http404("No certificate of this batch is valid.")
    return _pdf(paper.pdf(held), f"certificates-{slug}")


def _pdf(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
