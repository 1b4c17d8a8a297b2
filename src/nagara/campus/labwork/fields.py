"""What a form of a task sends, as the answer that is graded; and what is missing in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import QueryDict

    from nagara.citylab.labs import Posed, Task

LONG = 20_000


def _text(data: QueryDict, name: str, most: int = 200) -> str:
    return data.get(name, "").strip()[:most]


def _value(posed: Posed, data: QueryDict) -> dict[str, Any]:
    return {"text": _text(data, "text"), "unit": _text(data, "unit", 40), "zone": _text(data, "zone", 60)}


def _query(posed: Posed, data: QueryDict) -> dict[str, Any]:
    return {"sql": data.get("sql", "").replace("\r\n", "\n")[:LONG]}


def _choice(posed: Posed, data: QueryDict) -> dict[str, Any]:
    known = {str(o["id"]) for o in posed.body["options"]}
    return {"chosen": [c for c in data.getlist("chosen") if c in known]}


def _order(posed: Posed, data: QueryDict) -> dict[str, Any]:
    """Each thing has its place; those without one stay out. Equal places keep the order on the page."""
    items = [str(i["id"]) for i in posed.body["items"]]
    places = {i: _text(data, f"place-{i}", 4) for i in items}
    given = [i for i in items if places[i].isdecimal()]
    return {"order": sorted(given, key=lambda i: int(places[i])), "places": {i: places[i] for i in given}}


def _cells(posed: Posed, data: QueryDict) -> dict[str, Any]:
    known = {str(c["h3"]) for c in posed.body["cells"]}
    return {"cells": [c for c in data.getlist("cells") if c in known]}


def _point(posed: Posed, data: QueryDict) -> dict[str, Any]:
    return {"lon": _text(data, "lon", 30), "lat": _text(data, "lat", 30)}


def _labels(posed: Posed, data: QueryDict) -> dict[str, Any]:
    allowed = set(posed.body["labels"])
    given = {str(i["id"]): data.get(f"label-{i['id']}", "") for i in posed.body["items"]}
    return {"labels": {key: label for key, label in given.items() if label in allowed}}


def _rule(posed: Posed, data: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in posed.body["fields"]:
        name = str(field["name"])
        if field["kind"] == "stream":
            known = {str(s["id"]) for s in posed.body["streams"]}
            found[name] = [s for s in data.getlist(name) if s in known]
        else:
            found[name] = _text(data, name, 40)
    return found


def _fix(posed: Posed, data: QueryDict) -> dict[str, Any]:
    rows: dict[str, dict[str, str]] = {}
    for row in posed.body["rows"]:
        key = str(row["row"])
        rows[key] = {name: data.get(f"row-{key}-{name}", text)[:200] for name, text in row["cells"].items()}
    known = {str(row["row"]) for row in posed.body["rows"]}
    return {"rows": rows, "duplicates": [d for d in data.getlist("duplicates") if d in known]}


def _words(posed: Posed, data: QueryDict) -> dict[str, Any]:
    return {"text": data.get("text", "").replace("\r\n", "\n").strip()[:LONG]}


READERS: Mapping[str, Callable[[Posed, QueryDict], dict[str, Any]]] = {
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


def read(posed: Posed, data: QueryDict) -> dict[str, Any]:
    """The answer that a form sent, in the shape of the task's kind; a draft has the same."""
    return READERS[posed.kind](posed, data)


EMPTY = {
    "value": ("text", "Write your answer first."),
    "query": ("sql", "Write a query first."),
    "choice": ("chosen", "Choose first."),
    "cells": ("cells", "Choose cells first."),
    "labels": ("labels", "Choose labels first."),
    "text": ("text", "Write your text first."),
    "order": ("order", "Give each a place first."),
}


def problem_with(task: Task, given: Mapping[str, Any]) -> str:
    """What keeps an answer from being one, or nothing. What cannot be read is said by the grading."""
    if task.kind in EMPTY:
        name, said = EMPTY[task.kind]
        if not given.get(name):
            return said
    if task.kind == "point" and not (given.get("lon") and given.get("lat")):
        return "Give latitude and longitude, or press on the map."
    return ""
