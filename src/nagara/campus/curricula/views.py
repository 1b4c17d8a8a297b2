"""Pages of curricula."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from nagara.campus.people.requests import SignedIn


@login_required
@require_safe
def city_curriculum(request: SignedIn, slug: str) -> HttpResponse:
    raise Http404
