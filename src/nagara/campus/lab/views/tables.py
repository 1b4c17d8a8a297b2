"""A canonical table of a city: its columns, a page of rows, downloads; and a source with its clinic."""

from __future__ import annotations

import json
from typing import Any

import pyarrow.compute as pc
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nagara.campus.cities.lakes import find_place
from nagara.campus.design.limits import limited
from nagara.campus.lab.pages import page_of
from nagara.campus.lab.tables import LAST_PAGE, PAGE, View, view_table
from nagara.campus.people.rules import may

REJECTED_SHOWN = 100


def _view(request: HttpRequest, slug: str, name: str) -> View:
    place = find_place(slug)
    return view_table(place, name, all_rows=may(request.user, "lab.see_all_rows", place))


@require_safe
def table(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Columns with meaning and unit, and a page of rows."""
    view = _view(request, slug, name)
    page = page_of(request, view.count(), PAGE, most=LAST_PAGE)
    hidden = [s for s in view.place.sources if s["source_id"] in view.hidden]
    context = {
        "place": view.place,
        "table": view.table,
        "rows": [list(row.values()) for row in view.page(page.number)],
        "page": page,
        "hidden": hidden,
        "content": view.place.snapshot.tables[name].content if view.place.snapshot else 0,
    }
    return render(request, "lab/table.html", context)


@limited("download", most=20)
@require_safe
def table_csv(request: HttpRequest, slug: str, name: str) -> StreamingHttpResponse:
    """All rows that may be seen, as CSV."""
    return _download(_view(request, slug, name), slug, "csv", "text/csv; charset=utf-8")


@limited("download", most=20)
@require_safe
def table_arrow(request: HttpRequest, slug: str, name: str) -> StreamingHttpResponse:
    """All rows that may be seen, as an Arrow IPC stream."""
    return _download(_view(request, slug, name), slug, "arrow", "application/vnd.apache.arrow.stream")


def _download(view: View, slug: str, ending: str, kind: str) -> StreamingHttpResponse:
    rows = view.as_csv() if ending == "csv" else view.as_arrow()
    response = StreamingHttpResponse(rows, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{slug}-{view.name}.{ending}"'
    return response


@require_safe
def table_csvw(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """What the CSV's columns mean (CSV on the Web)."""
    return JsonResponse(_view(request, slug, name).as_csvw(), content_type="application/csvm+json")


@require_safe
def source(request: HttpRequest, slug: str, source_id: str) -> HttpResponse:
    """One source: where it came from, what the clinic found, what was set aside."""
    place = find_place(slug)
    row = next((s for s in place.sources if s["source_id"] == source_id), None)
    if row is None or place.snapshot is None:
        raise Http404(f"{place.name} has no source {source_id}.")
    inside = may(request.user, "lab.see_all_rows", place)
    rejected = _of_source(place, "rejected", source_id)
    context: dict[str, Any] = {
        "place": place,
        "source": row,
        "findings": _by_weight(_of_source(place, "finding", source_id).to_pylist()),
        "rejected": rejected.slice(0, REJECTED_SHOWN).to_pylist() if inside else [],
        "rejected_count": rejected.num_rows,
        "inside": inside,
        "rows": _rows_by_table(place, source_id),
    }
    return render(request, "lab/source.html", context)


@require_safe
def clinic_json(request: HttpRequest, slug: str, source_id: str) -> HttpResponse:
    """The clinic's findings of a source as JSON. Examples only for the city's team."""
    place = find_place(slug)
    if place.snapshot is None or all(s["source_id"] != source_id for s in place.sources):
        raise Http404(f"{place.name} has no source {source_id}.")
    found = _by_weight(_of_source(place, "finding", source_id).to_pylist())
    if not may(request.user, "lab.see_all_rows", place):
        found = [{**row, "example": ""} for row in found]
    text = json.dumps({"city": slug, "source": source_id, "findings": found}, ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type="application/json")


def _of_source(place: Any, table_name: str, source_id: str) -> Any:
    rows = place.snapshot.table(table_name)
    return rows.filter(pc.equal(rows.column("source_id"), source_id))


WEIGHT = {"refuse": 0, "repair": 1, "warn": 2, "note": 3}


def _by_weight(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda r: (WEIGHT.get(r["severity"], 9), r["file"] or "", r["rule"]))


def _rows_by_table(place: Any, source_id: str) -> list[tuple[str, int]]:
    """How many rows each table holds of this source."""
    found = []
    for facts in place.tables:
        name = facts.table.name
        got = place.ask(
            f'select count(*) as n from "{name}" where source_id = $source',
            {"source": source_id},
            over=[name],
        )
        count = got.column("n")[0].as_py()
        if count:
            found.append((name, count))
    return found
