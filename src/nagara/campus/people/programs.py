"""Views for programs: JSON, signed in by a personal access token (`Authorization: Bearer ngr_...`).

    @for_programs("answer", methods=["POST"])
    def check(request: SignedIn, pk: int) -> HttpResponse: ...

No cookie counts here, so no page of another site can make a browser act. Errors for people become JSON:
{"detail": what, "mend": how}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from nagara.campus.design.limits import too_often
from nagara.campus.people.domain.tokens import BadToken, person_of
from nagara.citylab.errors import CityLabError

MOST = 240
"""Requests a minute of one person."""
GUESSES = 20
"""Requests a minute of one address that bring no good token."""
MOST_BYTES = 4_000_000


def said(status: int, what: str, mend: str = "") -> JsonResponse:
    """An error in words."""
    response = JsonResponse({"detail": what, "mend": mend}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if status == 429:
        response["Retry-After"] = "60"
    return response


def for_programs(scope: str, *, methods: Iterable[str] = ("GET",)) -> Any:
    """View decorator: who shows a good token is `request.user`; anybody else gets 401 or 403."""
    allowed = tuple(methods)

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                response = said(405, f"This address takes {', '.join(allowed)}.")
                response["Allow"] = ", ".join(allowed)
                return response
            refused = _sign_in(request, scope)
            if refused is not None:
                return refused
            try:
                return view(request, *args, **kwargs)
            except Http404 as error:
                return said(404, str(error) or "There is no such thing.")
            except CityLabError as error:
                return said(409, error.what, error.mend)

        return inner

    return wrap


def _sign_in(request: HttpRequest, scope: str) -> HttpResponse | None:
    """Make the token's person the user; an answer where that cannot be."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    address = request.META.get("REMOTE_ADDR", "")
    if kind.lower() != "bearer" or not text.strip():
        return said(401, "Show a token.", "Make one on your account page, under Tokens.")
    try:
        user = person_of(text.strip(), scope=scope, now=timezone.now())
    except BadToken as error:
        if too_often("token-guess", address, most=GUESSES, seconds=60):
            return said(429, "That was too often.", "Wait a minute.")
        return said(403 if error.where == "scope" else 401, error.what, error.mend)
    if too_often("program", f"u{user.pk}", most=MOST, seconds=60):
        return said(429, "That was too often.", "Wait a minute.")
    request.user = user
    return None


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that came. Raises CityLabError."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise CityLabError("This is too much at once.")
    try:
        found = json.loads(request.body or b"{}")
    except (ValueError, UnicodeDecodeError) as error:
        raise CityLabError("This is no JSON.") from error
    if not isinstance(found, dict):
        raise CityLabError("This is no JSON object.")
    return found
