"""Pages: the editor beside a city's tables, answers as table, chart, map and file, history, a shared link."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nagara.campus.cities.drawings import WIDTH, painted
from nagara.campus.cities.lakes import Place, find_place
from nagara.campus.design.context import frame
from nagara.campus.design.limits import limited
from nagara.campus.lab.views.runs import SVG_POLICY
from nagara.campus.people.requests import SignedIn
from nagara.campus.workbench import asking, domain
from nagara.campus.workbench.drawing import (
    KINDS,
    Answered,
    Chart,
    chart_of,
    draw_chart,
    draw_map,
    map_kind,
    map_value,
)
from nagara.campus.workbench.examples import examples_for
from nagara.campus.workbench.models import SavedQuery
from nagara.citylab import sandbox
from nagara.citylab.errors import CityLabError

PAGE = 50
NARROW = 360
"""Width of a chart for a phone."""
HISTORY_SHOWN = 8
LONGEST_BROUGHT = 8_000
"""Characters of a query that a link brings."""


def _place(slug: str) -> Place:
    place = find_place(slug)
    if place.snapshot is None:
        raise Http404(f"{place.name} has no data yet, so there is nothing to ask.")
    return place


def _own(request: SignedIn, slug: str, pk: int) -> SavedQuery:
    return get_object_or_404(SavedQuery.objects.visible_to(request.user), city=slug, pk=pk)


def _context(request: SignedIn, place: Place, sql: str, **more: Any) -> dict[str, Any]:
    """What every form of the page shows."""
    hidden = asking.hidden_from(request.user, place)
    recent = SavedQuery.objects.visible_to(request.user).filter(city=place.slug).defer("answer")
    return {
        "place": place,
        "sql": sql,
        "tables": asking.tables_for(request.user, place),
        "hidden": [s for s in place.sources if s["source_id"] in hidden],
        "recent": recent[:HISTORY_SHOWN],
        "examples": examples_for(place),
        "unavailable": asking.unavailable(),
        "banner": sandbox.walls().banner,
    } | more


@login_required
@require_safe
def workbench(request: SignedIn, slug: str) -> HttpResponse:
    """An empty editor, or one with the example that `?example=` names, or the query that `?q=` brings."""
    place = _place(slug)
    chosen = next((e for e in examples_for(place) if e.key == request.GET.get("example")), None)
    brought = request.GET.get("q", "")[:LONGEST_BROUGHT]
    context = _context(request, place, chosen.sql if chosen else brought, example=chosen)
    return render(request, "workbench/workbench.html", context)


@login_required
@require_POST
def run(request: SignedIn, slug: str) -> HttpResponse:
    """Ask. An answer has an address of its own; a refusal is shown beside what was typed."""
    place = _place(slug)
    sql = request.POST.get("sql", "")[:20_001].replace("\r\n", "\n")
    question, answer = domain.ask(by=request.user, place=place, sql=sql, now=timezone.now())
    piece = request.headers.get("X-Nagara-Piece") == "answer"
    if question is None:
        if piece:
            response = render(request, "workbench/_refused.html", {"answer": answer, "place": place})
            response["X-Nagara-Address"] = ""  # a piece of the page, and no address of its own
            return response
        context = _context(request, place, sql, answer=answer, problem=answer.problem)
        return render(request, "workbench/workbench.html", context, status=422)
    if piece:
        response = render(request, "workbench/_answer.html", _answered(request, place, question))
        response["X-Nagara-Address"] = question.get_absolute_url()
        return response
    return redirect(question)


@login_required
@require_safe
def query(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """One's own question with its answer, as it was given."""
    place, question = _place(slug), _own(request, slug, pk)
    context = _context(request, place, question.sql) | _answered(request, place, question)
    return render(request, "workbench/workbench.html", context)


def _kept(request: SignedIn, place: Place, question: SavedQuery) -> Answered | None:
    """The answer as kept; None where it is gone, or holds rows that this person may not see any more."""
    told = question.told()
    if told is None or (question.all_rows and not asking.sees_all(request.user, place)):
        return None
    return Answered.of(told)


def _answered(request: SignedIn, place: Place, question: SavedQuery) -> dict[str, Any]:
    kept = _kept(request, place, question)
    context: dict[str, Any] = {"place": place, "question": question, "kept": kept}
    if question.share:
        context["link"] = request.build_absolute_uri(reverse("sql-shared", args=[question.share]))
    if kept is None:
        return context
    paginator = Paginator(range(len(kept.rows)), PAGE)
    page = paginator.get_page(request.GET.get("page"))
    chart = chart_of(kept, request.GET.dict())
    numeric = set(kept.named("number")) - {"h3"}
    return context | {
        "page": page,
        "rows": [kept.rows[i] for i in page],
        "heads": [(name, kind, name in numeric) for name, kind in kept.columns],
        "chart": chart,
        "drawn": _drawn(request, chart) if chart else "",
        "kinds": KINDS,
        "map": map_kind(kept),
        "map_value": map_value(kept),
        "show": request.GET.get("show", ""),
        "may_download": not (question.all_rows and _closed(place)),
    }


def _drawn(request: SignedIn, chart: Chart) -> str:
    """What the address of a chart's picture says after the question mark."""
    return urlencode({"kind": chart.kind, "x": chart.x, "y": chart.y, "theme": frame(request)["theme"]})


def _closed(place: Place) -> bool:
    from nagara.campus.cities.lakes import closed_sources

    return bool(closed_sources(place.sources))


@login_required
@limited("drawing", most=240)
@require_safe
def picture(request: SignedIn, slug: str, pk: str, kind: str) -> HttpResponse:
    """The chart or map of an answer as SVG."""
    place, question = _place(slug), _own(request, slug, int(pk))
    kept = _kept(request, place, question)
    if kept is None:
        raise Http404("The answer is not kept any more: ask again.")
    drawing = _chart(kept, request, place) if kind == "chart" else _map(kept, place)
    response = HttpResponse(painted(drawing, request.GET.get("theme", "")), content_type="image/svg+xml")
    response["Content-Security-Policy"] = SVG_POLICY
    response["Cache-Control"] = "private, max-age=300"
    return response


def _chart(kept: Answered, request: SignedIn, place: Place) -> str:
    chart = chart_of(kept, request.GET.dict())
    if chart is None:
        raise Http404("No column of this answer can be measured in a chart.")
    return draw_chart(kept, chart, place.tz, width=NARROW if request.GET.get("narrow") else WIDTH)


def _map(kept: Answered, place: Place) -> str:
    if not map_kind(kept):
        raise Http404("This answer names no place: give it lon and lat, h3 or zone_id.")
    try:
        return draw_map(place, kept)
    except ValueError as error:
        raise Http404("Nothing of this answer has a place on a map.") from error


@login_required
@limited("download", most=20)
@require_safe
def rows_csv(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """The rows of an answer as CSV, where every source may be passed on."""
    place, question = _place(slug), _own(request, slug, pk)
    kept = _kept(request, place, question)
    if kept is None:
        raise Http404("The answer is not kept any more: ask again.")
    if question.all_rows and _closed(place):
        raise PermissionDenied(
            f"{place.name} has sources whose licence is unknown or does not allow passing rows on,"
            " and your answer may hold rows of them."
        )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name for name, _ in kept.columns])
    writer.writerows(kept.rows)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-answer-{pk}.csv"'
    return response


@login_required
@require_POST
def change(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Name, share, end the link of, or delete one's own question."""
    question = _own(request, slug, pk)
    match request.POST.get("what"):
        case "delete":
            domain.remove(question)
            return redirect("sql-history", slug)
        case "share":
            domain.share(question)
        case "unshare":
            domain.unshare(question)
        case "rename":
            domain.rename(question, title=request.POST.get("title", "").strip())
    return redirect(f"{question.get_absolute_url()}#keep")


@login_required
@require_http_methods(["GET", "HEAD"])
def history(request: SignedIn, slug: str) -> HttpResponse:
    """All of one's questions to a city, newest first; `q` narrows by words in them."""
    place = _place(slug)
    own = SavedQuery.objects.visible_to(request.user).filter(city=slug).defer("answer")
    words = request.GET.get("q", "").strip()
    if words:
        own = own.filter(sql__icontains=words) | own.filter(title__icontains=words)
    page = Paginator(own, PAGE).get_page(request.GET.get("page"))
    return render(request, "workbench/history.html", {"place": place, "page": page, "words": words})


@login_required
@require_safe
def shared(request: SignedIn, token: str) -> HttpResponse:
    """Somebody's question in one's own editor. It runs when one presses Run, with one's own rights."""
    question = get_object_or_404(
        SavedQuery.objects.select_related("user").defer("answer"), share=token or "-"
    )
    try:
        place = _place(question.city)
    except CityLabError as error:
        raise Http404(str(error)) from error
    context = _context(request, place, question.sql, from_other=question)
    return render(request, "workbench/workbench.html", context)
