"""Small things that templates of labs need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from nagara.campus.design import markdown
from nagara.campus.labwork.models import TaskState, TaskTry

register = template.Library()

KINDS = {
    "query": "a query",
    "value": "a value",
    "choice": "a choice",
    "order": "an order",
    "cells": "cells on a map",
    "point": "a point on a map",
    "labels": "labels",
    "rule": "an alarm rule",
    "fix": "rows to mend",
    "text": "a text",
}
FACTS = {
    "f1": "F1",
    "tau": "Kendall's tau",
    "hits": "Hits",
    "misses": "Misses",
    "events": "Events",
    "false_alarms": "False alarms",
    "false_alarms_30d": "False alarms in 30 days",
    "lead_h": "Lead time, hours",
    "distance_m": "Metres away",
    "precision": "Precision",
    "recall": "Recall",
}


@register.filter
def lab_text(text: str, below: int = 2) -> SafeString:
    """Markdown of a lab, below the headings of the page."""
    return markdown.html(text or "", below)


@register.filter
def kind_words(kind: str) -> str:
    return KINDS.get(kind, kind)


@register.filter
def state_class(state: TaskState) -> str:
    return "right" if state.right else "part" if state.tries else "open"


@register.filter
def pairs_words(row: Any) -> str:
    """{"stop_id": "A", "hour": 7} as words: stop_id A, hour 7."""
    if isinstance(row, Mapping):
        return ", ".join(f"{name} {value}" for name, value in row.items())
    return str(row)


@register.filter
def fact_rows(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Numbers behind a grade that have a name for people."""
    found = []
    for key, name in FACTS.items():
        value = facts.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found.append((name, f"{value:.2f}".rstrip("0").rstrip(".")))
    return found


@register.filter
def is_in(value: Any, values: Any) -> bool:
    return str(value) in {str(v) for v in values or []}


@register.filter
def answer_words(made: TaskTry) -> str:
    """An answer in a line."""
    return _words(dict(made.answer))


def _words(answer: dict[str, Any]) -> str:
    if "rows" in answer:
        return "a mended table"
    answer.pop("places", None)
    said = []
    for name, value in answer.items():
        if isinstance(value, Mapping):
            words = ", ".join(f"{k}: {v}" for k, v in value.items())
        elif isinstance(value, list):
            words = ", ".join(map(str, value))
        else:
            words = " ".join(str(value or "").split())
        said.append(words if len(answer) == 1 or name in ("text", "unit", "zone") else f"{name} {words}")
    return " ".join(word for word in said if word)
