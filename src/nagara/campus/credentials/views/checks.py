"""The public check: a code or number from a paper, or a badge of anybody. Light, limited, and silent about
whatever does not stand on the paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nagara.adapters import openbadges
from nagara.campus.credentials import badges
from nagara.campus.credentials.domain.numbers import read_code
from nagara.campus.credentials.forms import BadgeForm, CheckForm
from nagara.campus.credentials.models import Certificate
from nagara.campus.design.limits import limited
from nagara.campus.people.names import searchable

State = Certificate.State


def verdict_of(held: Certificate) -> str:
    """valid, revoked, replaced or expired."""
    if held.state == State.VALID and held.valid_until is not None and held.valid_until < timezone.now():
        return "expired"
    return str(held.state)


def public(held: Certificate, *, named: bool) -> dict[str, Any]:
    """What anybody may know: what stands on the paper, and whether it holds. Erased, or asked by a number
    that can be guessed: no name."""
    kept = held.snapshot
    said: dict[str, Any] = {
        "number": held.number,
        "verdict": verdict_of(held),
        "kind": held.kind,
        "programme": kept.get("programme", ""),
        "batch": kept.get("batch", ""),
        "origin": held.origin,
    }
    if kept.get("starts"):
        said |= {"from": kept["starts"], "to": kept["ends"]}
    if held.origin == Certificate.Origin.ISSUED:
        said["issued"] = held.issued_at.date().isoformat()
        said["organisation"] = kept.get("paper", {}).get("organisation", "")
    elif kept.get("year"):
        said["year"] = kept["year"]
    if held.valid_until:
        said["valid_until"] = held.valid_until.date().isoformat()
    if held.state != State.VALID and held.ended_at:
        said["ended"] = held.ended_at.date().isoformat()
    if named and held.erased_at is None:
        said["name"] = held.name
        if kept.get("native_name"):
            said["native_name"] = kept["native_name"]
    return said


@never_cache
@limited("check", most=60)
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """What a stranger sees who scans the code on the paper."""
    held = Certificate.objects.filter(code=read_code(code) or "-").first()
    if _wants_json(request):
        body = public(held, named=True) if held else {"verdict": "unknown"}
        return JsonResponse(body, status=200 if held else 404)
    context: dict[str, Any] = {"form": CheckForm({"q": code}), "asked": code}
    if held is not None:
        context |= {"held": held, "said": public(held, named=True)}
    return render(request, "credentials/check.html", context, status=200 if held else 404)


def _wants_json(request: HttpRequest) -> bool:
    asked = request.GET.get("format") == "json"
    return asked or request.headers.get("accept", "").startswith("application/json")


@never_cache
@limited("check", most=60, methods=("GET",))
@limited("judge", most=20, methods=("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
def checks(request: HttpRequest) -> HttpResponse:
    """Enter a code or number, or hand in a badge."""
    form, badge = CheckForm(request.GET or None), BadgeForm()
    context: dict[str, Any] = {"form": form, "badge": badge}
    if request.method == "POST":
        badge = BadgeForm(request.POST, request.FILES)
        context |= {"form": CheckForm(), "badge": badge}
        if not badge.is_valid():
            return render(request, "credentials/checks.html", context, status=422)
        context |= _judged(badge)
    elif form.is_valid():
        asked = form.cleaned_data["q"]
        if read_code(asked):
            return redirect("check", read_code(asked))
        context |= _by_number(request, asked)
    return render(request, "credentials/checks.html", context)


def _by_number(request: HttpRequest, asked: str) -> dict[str, Any]:
    """A number can be guessed: it tells whether the paper holds, and compares a name; it never shows one."""
    held = Certificate.objects.filter(number__iexact=asked.strip()).first()
    if held is None:
        return {"asked": asked}
    found: dict[str, Any] = {"asked": asked, "held": held, "said": public(held, named=False)}
    name = request.GET.get("name", "").strip()[:200]
    if name and held.erased_at is None:
        known = {
            searchable(str(held.snapshot.get(key, ""))) for key in ("name", "passport_name", "native_name")
        }
        found |= {"name": name, "same": searchable(name) in known - {""}}
    return found


def _judged(form: BadgeForm) -> dict[str, Any]:
    """What can be said of a badge."""
    upload = form.cleaned_data["badge"]
    data = upload.read(2 * 1024 * 1024 + 1) if upload else form.cleaned_data["text"]
    found = openbadges.judge(
        data,
        contexts=badges.contexts(),
        keys=badges.known_keys(),
        status=badges.own_status,
        now=timezone.now(),
    )
    document = found.document
    subject = document.get("credentialSubject")
    subject = subject if isinstance(subject, dict) else {}
    achievement = subject.get("achievement")
    issuer = document.get("issuer")
    ours = (issuer.get("id") if isinstance(issuer, dict) else issuer) == badges.issuer_id()
    number = str(subject.get("licenseNumber", ""))
    held = Certificate.objects.filter(number=number).first() if ours and number else None
    trusted = found.verdict in ("valid", "revoked", "expired")
    return {
        "judgement": found,
        "ours": ours,
        "certificate": held if trusted else None,
        "told": [
            (words, text)
            for words, text in (
                ("Achievement", achievement.get("name") if isinstance(achievement, dict) else ""),
                ("Names", ", ".join(_names(subject))),
                ("Issuer", (issuer.get("name") or issuer.get("id")) if isinstance(issuer, dict) else issuer),
                (
                    "Since",
                    document.get("validFrom") or document.get("issuanceDate") or document.get("issuedOn"),
                ),
                ("Secured by", found.proof),
            )
            if text
        ],
    }


def _names(subject: dict[str, Any]) -> list[str]:
    rows = subject.get("identifier")
    rows = rows if isinstance(rows, list) else [rows]
    return [
        str(row.get("identityHash"))
        for row in rows
        if isinstance(row, dict) and row.get("identityType") == "name" and row.get("hashed") is False
    ]
