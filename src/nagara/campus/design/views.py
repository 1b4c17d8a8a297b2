"""Pages of the frame: about, the choice of colours, health."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nagara import __version__
from nagara.campus.design.context import THEMES


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What Nagara is and how its numbers are made."""
    return render(request, "about.html")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of colours in a cookie for a year; "auto" follows the device."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "nagara_theme",
            chosen,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=settings.NAGARA_HTTPS,
        )
    else:
        response.delete_cookie("nagara_theme", samesite="Lax")
    return response


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 where the database answers, for load balancers and monitors."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"status": "ok", "version": __version__})
