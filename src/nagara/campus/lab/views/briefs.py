"""The decision brief of a city: a page that needs nothing else, and a PDF."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nagara.campus.cities.lakes import Place, find_place
from nagara.campus.design.limits import limited
from nagara.citylab.brief import write
from nagara.citylab.errors import CityLabError

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
"""A brief carries its own style and no script, so that it can be mailed as one file."""


@limited("brief", most=10)
@require_safe
def brief(request: HttpRequest, slug: str, ending: str) -> HttpResponse:
    """`ending` is html or pdf; `run` (repeatable) chooses runs, `event` a period. Default: newest of each."""
    place = find_place(slug)
    if place.data is None:
        raise Http404(f"{place.name} has no data yet, so there is no brief.")
    content = _written(place, request, ending)
    if ending == "pdf":
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{slug}-brief.pdf"'
        return response
    response = HttpResponse(content, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = PAGE_POLICY
    return response


def _written(place: Place, request: HttpRequest, ending: str) -> bytes:
    assert place.data is not None
    with tempfile.TemporaryDirectory(prefix="nagara-brief-") as folder:
        path = Path(folder) / f"brief.{ending}"
        try:
            write(
                place.data, path, run_ids=request.GET.getlist("run")[:12], event=request.GET.get("event", "")
            )
        except CityLabError as error:
            raise Http404(f"{error.what} {error.mend}") from error
        return path.read_bytes()
