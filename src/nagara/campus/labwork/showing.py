"""What the page of a task shows: the question, the form with what was typed, what became of the last try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nagara.campus.labwork import pictures
from nagara.campus.labwork.domain.answering import Limits, limits, rows_of, task_of
from nagara.campus.labwork.models import LabWork, TaskState, TaskTry

if TYPE_CHECKING:
    from nagara.citylab.labs import Posed, Prepared

ROWS = 200
"""Rows of a table above a task that are shown."""
PER_PAGE = 50
"""Rows of a query's result on a page."""
LAST = 8
"""Rows of the last answer that are shown again."""


@dataclass(frozen=True)
class Shown:
    """All that a template needs of one task."""

    state: TaskState
    posed: Posed
    template: str
    parts: Mapping[str, Any]
    limits: Limits
    hints: Sequence[str]
    more_hints: int
    explains: str
    last: TaskTry | None
    tries: Sequence[TaskTry]
    table: Mapping[str, Any] | None = None
    rows: Mapping[str, Any] | None = field(default=None)


def shown(work: LabWork, state: TaskState, prepared: Prepared, *, now: datetime) -> Shown:
    """A task as its page shows it. The key is not in it."""
    task, posed = task_of(prepared, state.task), prepared.posed[state.task]
    tries = list(TaskTry.objects.filter(state=state).defer("rows").order_by("-number")[:20])
    hints = prepared.hints(state.task)
    return Shown(
        state,
        posed,
        f"labwork/kinds/{posed.kind}.html",
        PARTS[posed.kind](posed, state.draft or {}),
        limits(work, state, task, now=now),
        hints[: state.hints],
        len(hints) - state.hints,
        prepared.explains(state.task) if state.right else "",
        tries[0] if tries else None,
        tries,
        _cut(posed.table),
        _last_rows(tries[0]) if tries and posed.kind == "query" else None,
    )


def _last_rows(made: TaskTry) -> dict[str, Any] | None:
    kept = rows_of(made)
    if kept is None:
        return None
    return {
        "columns": [c["name"] for c in kept["columns"]],
        "rows": kept["rows"][:LAST],
        "count": len(kept["rows"]),
        "truncated": kept["truncated"],
    }


def _cut(table: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not table:
        return None
    names = [c["name"] if isinstance(c, Mapping) else c for c in table["columns"]]
    return {"columns": names, "rows": table["rows"][:ROWS], "count": len(table["rows"])}


def _value(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    units = list(posed.body.get("units") or [])
    kept = draft.get("unit") or (posed.body.get("unit") if len(units) <= 1 else "")
    return {
        "text": draft.get("text", ""),
        "unit": kept,
        "units": units,
        "match": posed.body.get("match", "number"),
        "zones": list(posed.body.get("zones") or []),
        "zone": draft.get("zone", ""),
    }


def _query(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    return {"sql": draft.get("sql") or posed.body.get("start") or ""}


def _choice(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    chosen = set(map(str, draft.get("chosen") or []))
    options = [{**o, "chosen": str(o["id"]) in chosen} for o in posed.body["options"]]
    return {"options": options, "multiple": bool(posed.body.get("multiple"))}


def _order(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    places = draft.get("places") or {str(i): n for n, i in enumerate(draft.get("order") or [], 1)}
    items = [{**i, "place": str(places.get(str(i["id"]), ""))} for i in posed.body["items"]]
    return {"items": items, "places": [str(n) for n in range(1, len(items) + 1)]}


def _cells(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    chosen = list(map(str, draft.get("cells") or []))
    cells = [{**c, "h3": str(c["h3"]), "chosen": str(c["h3"]) in set(chosen)} for c in posed.body["cells"]]
    return {"cells": cells, "d": pictures.cell_map(cells, chosen), "count": len(chosen)}


def _point(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    places = list(posed.body.get("places") or [])
    try:
        at = (float(draft["lon"]), float(draft["lat"]))
    except (KeyError, TypeError, ValueError):
        at = None
    return {
        "places": places,
        "d": pictures.point_map(places, at),
        "lon": draft.get("lon", ""),
        "lat": draft.get("lat", ""),
        "within_m": posed.body.get("within_m"),
    }


def _labels(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    given = draft.get("labels") or {}
    items = [{**i, "label": given.get(str(i["id"]), "")} for i in posed.body["items"]]
    return {"items": items, "labels": list(posed.body["labels"])}


def _rule(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    body, fields = posed.body, []
    for given in posed.body["fields"]:
        value = draft.get(given["name"], given.get("default", ""))
        fields.append({**given, "value": value, "values": value if isinstance(value, list) else [str(value)]})
    try:
        threshold = float(str(draft.get("threshold", "")).replace(",", "."))
    except ValueError:
        threshold = None
    return {
        "fields": fields,
        "streams": list(body["streams"]),
        "seen_from": str(body.get("seen_from") or "").replace("T", " ")[:16],
        "seen_until": str(body.get("seen_until") or "").replace("T", " ")[:16],
        "events": list(body.get("events") or []),
        "d": pictures.chart(body["series"], body["streams"], body.get("events") or [], threshold),
    }


def _fix(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    given, twice = draft.get("rows") or {}, set(map(str, draft.get("duplicates") or []))
    columns = list(posed.body["columns"])
    rows = []
    for row in posed.body["rows"]:
        key = str(row["row"])
        cells = [
            {
                "name": c["name"],
                "unit": c.get("unit", ""),
                "was": row["cells"].get(c["name"], ""),
                "text": (given.get(key) or {}).get(c["name"], row["cells"].get(c["name"], "")),
            }
            for c in columns
        ]
        rows.append({"row": key, "cells": cells, "twice": key in twice})
    return {"columns": columns, "rows": rows, "id_column": posed.body.get("id_column", "")}


def _words(posed: Posed, draft: Mapping[str, Any]) -> dict[str, Any]:
    text = str(draft.get("text", ""))
    return {"text": text, "words": posed.body.get("words") or 0, "count": len(text.split())}


PARTS = {
    "value": _value,
    "query": _query,
    "choice": _choice,
    "order": _order,
    "cells": _cells,
    "point": _point,
    "labels": _labels,
    "rule": _rule,
    "fix": _fix,
    "text": _words,
}
