"""A certificate and its files: for its owner, for those who run the batch, for the office."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nagara.campus.credentials import badges, paper
from nagara.campus.credentials.domain import record_earlier, reissue, revoke
from nagara.campus.credentials.domain.earlier import waiting
from nagara.campus.credentials.forms import ReasonForm
from nagara.campus.credentials.models import Certificate
from nagara.campus.people.lists import Column, export, paged
from nagara.campus.people.queries import is_office
from nagara.campus.people.requests import SignedIn
from nagara.campus.people.rules import may
from nagara.citylab.errors import CityLabError

MEDIA = {
    "json": "application/vc+ld+json",
    "jwt": "text/plain; charset=us-ascii",
    "svg": "image/svg+xml",
    "png": "image/png",
}
EARLIER = (
    Column("number", "Number", lambda row: row.certificate_number),
    Column("kind", "Kind", lambda row: row.certificate_kind),
    Column("name", "Name as in passport", lambda row: row.user.passport_name),
    Column("batch", "Batch", lambda row: row.batch_title),
    Column("programme", "Programme", lambda row: row.programme_title),
    Column("year", "Year", lambda row: row.year, "whole"),
    Column("source", "File it came from", lambda row: row.source),
    Column("row", "Row of the file", lambda row: row.source_row, "whole"),
)


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """One's own certificates."""
    rows = Certificate.objects.filter(user=request.user).select_related("replaced_by")
    context = {"page": paged(request, rows), "office": is_office(request.user)}
    return render(request, "credentials/mine.html", context)


def find(request: SignedIn, code: str) -> Certificate:
    """A certificate that one may see; else 404."""
    found = (
        Certificate.objects.visible_to(request.user)
        .select_related("batch__version__programme", "enrolment", "user", "replaces", "issued_by", "ended_by")
        .filter(code=code.upper())
        .first()
    )
    if found is None:
        raise Http404("There is no such certificate, or it is not yours.")
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: SignedIn, code: str) -> HttpResponse:
    """One certificate: what it keeps, its files, its share link. Those who run the batch revoke or issue
    anew."""
    held = find(request, code)
    decides = may(request.user, "credentials.decide", held)
    forms = {name: ReasonForm(prefix=name) for name in ("revoke", "anew")}
    if request.method == "POST":
        if not decides:
            raise PermissionDenied("Only those who run the batch may do this.")
        say = request.POST.get("say", "")
        form = forms[say] = (
            ReasonForm(request.POST, prefix=say) if say in forms else ReasonForm(prefix="revoke")
        )
        if form.is_bound and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                if say == "revoke":
                    revoke(held, by=request.user, reason=reason, now=timezone.now())
                    messages.success(request, f"{held.number} is revoked; the person is told.")
                    return redirect(held)
                new = reissue(held, by=request.user, reason=reason, now=timezone.now())
                messages.success(request, f"{new.number} replaces {held.number}; the person is told.")
                return redirect(new)
            except CityLabError as error:
                form.add_error(None, f"{error.what} {error.mend}")
    context = {
        "held": held,
        "kept": held.snapshot,
        "decides": decides,
        "forms": forms,
        "newer": Certificate.objects.filter(replaces=held).first(),
        "share": request.build_absolute_uri(held.check_url),
        "qr": paper.data_address(request.build_absolute_uri(held.check_url)),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "credentials/certificate.html", context, status=status)


@login_required
@require_safe
def certificate_pdf(request: SignedIn, code: str) -> HttpResponse:
    """The paper, made now from the snapshot; a revoked one is not printed any more."""
    held = find(request, code)
    if held.origin != Certificate.Origin.ISSUED or held.erased_at is not None:
        raise Http404("There is no paper of this certificate here.")
    if held.state != Certificate.State.VALID:
        raise Http404(f"{held.number} does not hold any more: {held.get_state_display().lower()}.")
    return HttpResponse(
        paper.pdf([held]),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{held.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@login_required
@require_safe
def badge(request: SignedIn, code: str, ending: str) -> HttpResponse:
    """The signed badge: JSON, JWT, or a picture with it inside."""
    held = find(request, code)
    if not held.has_badge or ending not in MEDIA:
        raise Http404("There is no badge of this certificate.")
    if ending == "json":
        data = badges.signed_json(held)
    elif ending == "jwt":
        data = badges.signed_token(held).encode()
    else:
        data = paper.picture(held, "svg" if ending == "svg" else "png")
    return HttpResponse(
        data,
        content_type=MEDIA[ending],
        headers={
            "Content-Disposition": f'attachment; filename="{held.number}.{ending}"',
            "Cache-Control": "private, no-store",
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def earlier(request: SignedIn) -> HttpResponse:
    """Certificates of earlier years, from the tables that the office brought: shown, then recorded."""
    if not may(request.user, "credentials.record_earlier"):
        raise PermissionDenied("Only the office records earlier certificates.")
    rows = waiting()
    if request.method == "POST":
        chosen = [int(pk) for pk in request.POST.getlist("row") if pk.isdecimal() and len(pk) < 16]
        made = record_earlier(by=request.user, only=None if request.POST.get("all") else chosen)
        words = "1 certificate is" if len(made) == 1 else f"{len(made)} certificates are"
        messages.success(request, f"{words} recorded: anyone can check them now.")
        return redirect("certificates-earlier")
    file = export(request, EARLIER, rows, "earlier-certificates", "A certificate of an earlier batch.")
    if file is not None:
        return file
    done = Certificate.objects.filter(origin=Certificate.Origin.RECORDED)
    context = {"page": paged(request, rows), "done": done.count()}
    return render(request, "credentials/earlier.html", context)
