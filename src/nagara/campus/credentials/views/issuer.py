"""What foreign verifiers fetch: who issues, with which keys, and which badges were revoked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from nagara.adapters.openbadges.contexts import BADGES, CREDENTIALS
from nagara.adapters.openbadges.status import LEAST_BITS
from nagara.campus.credentials import badges, keys
from nagara.campus.credentials.models import Certificate, Series, Wording
from nagara.campus.design.limits import limited
from nagara.campus.programmes.models import ProgrammeVersion
from nagara.campus.programmes.rule_schema import rules_of
from nagara.campus.programmes.rules_engine import says

OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}


def _json(body: Any, media: str = "application/json") -> JsonResponse:
    return JsonResponse(body, content_type=media, headers=OPEN, json_dumps_params={"ensure_ascii": False})


def organisation() -> str:
    """The name of who issues: that of the newest wording."""
    newest = Wording.objects.order_by("-pk").first()
    return newest.organisation if newest else "The programme office"


@require_safe
def issuer(request: HttpRequest) -> HttpResponse:
    """The issuer's profile."""
    return _json(badges.issuer_document(organisation()), "application/ld+json")


@require_safe
def key(request: HttpRequest, key_id: str) -> HttpResponse:
    """A public key for Data Integrity."""
    return _json(badges.key_document(_known(key_id)), "application/ld+json")


@require_safe
def jwk(request: HttpRequest, key_id: str) -> HttpResponse:
    """A public key for JWT."""
    return _json(badges.jwk_document(_known(key_id)), "application/jwk+json")


def _known(key_id: str) -> keys.SigningKey:
    found = keys.by_id(key_id)
    if found is None:
        raise Http404("There is no such key.")
    return found


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """All public keys for JWT."""
    return _json(
        {"keys": [badges.jwk_document(held) for held in keys.all_keys()]}, "application/jwk-set+json"
    )


@require_safe
def did(request: HttpRequest) -> HttpResponse:
    """The same issuer as did:web."""
    return _json(badges.did_document(), "application/did+json")


@limited("status", most=120)
@require_safe
def status(request: HttpRequest, number: int) -> HttpResponse:
    """A status list, signed."""
    series = Series.objects.filter(key="status list").first()
    if not 1 <= number <= (series.last if series else 0) // LEAST_BITS + 1:
        raise Http404("There is no such list.")
    body = badges.status_list(number, timezone.now())
    return HttpResponse(body, content_type="application/vc+ld+json", headers=OPEN)


@require_safe
def revocations(request: HttpRequest) -> HttpResponse:
    """The list of 1EdTech: ids of revoked credentials. Reasons stay here: they may be about a person."""
    ended = Certificate.objects.filter(status_index__isnull=False).exclude(state=Certificate.State.VALID)
    rows = [kept.get("id") for kept in ended.order_by("pk").values_list("snapshot", flat=True)]
    return _json(
        {
            "id": settings.NAGARA_ADDRESS + request.path,
            "issuer": badges.issuer_id(),
            "revokedCredential": [{"id": row, "revoked": True} for row in rows if row],
        }
    )


@require_safe
def achievement(request: HttpRequest, slug: str, number: int, kind: str) -> HttpResponse:
    """What was achieved: the programme version and its criteria."""
    version = (
        ProgrammeVersion.objects.filter(programme__slug=slug, number=number, status="published")
        .select_related("programme")
        .first()
    )
    rule = version.rules.get("certificate") if version else None
    if version is None or not isinstance(rule, dict):
        raise Http404("There is no such achievement.")
    kinds = {slugify(str(word)): str(word) for word in (rule.get("full"), rule.get("otherwise")) if word}
    if kind not in kinds:
        raise Http404("There is no such achievement.")
    full = kinds[kind] == rule.get("full")
    words = [says(held) for held in rules_of(version.rules, "certificate")]
    at = settings.NAGARA_ADDRESS + request.path
    return _json(
        {
            "@context": [CREDENTIALS, BADGES],
            "id": at,
            "type": ["Achievement"],
            "achievementType": badges.FULL if full else badges.OTHER,
            "name": f"{version.programme.name}: {kinds[kind]}",
            "description": version.programme.summary or version.programme.name,
            "criteria": {"id": at, "narrative": badges.criteria(words, full=full)},
            "inLanguage": "en",
        },
        "application/ld+json",
    )
