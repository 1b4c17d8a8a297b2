"""Short names of results and of the form of a text: answers that look alike have the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

LEAST_WORDS = 25
"""Shorter queries look alike by themselves: their form says nothing."""
LEAST_DIGITS = 3
"""Shorter numbers are met by chance."""


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def normal_sql(sql: str) -> str:
    """A query without comments, spaces, capitals, numbers and texts: what stays is how it is built."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL).casefold()
    text = re.sub(r"'(?:[^']|'')*'", "?", text)
    text = re.sub(r"\b\d+(?:\.\d+)?\b", "?", text)
    return " ".join(re.findall(r"[\w?$.]+|[^\w\s]", text))


def text_sign(kind: str, given: Mapping[str, Any]) -> str:
    """Of a query or a text, where it is long enough to say anything."""
    text = normal_sql(str(given.get("sql", ""))) if kind == "query" else ""
    if kind == "text":
        text = " ".join(re.findall(r"\w+", str(given.get("text", "")).casefold()))
    return _short(text) if len(text.split()) >= LEAST_WORDS else ""


def result_sign(kind: str, given: Mapping[str, Any], rows: Mapping[str, Any] | None) -> str:
    """Of a result. Choices, orders and texts have too few or too many results to say anything."""
    if kind == "value":
        text = str(given.get("text", "")).strip().casefold().replace(",", ".")
        return _short(f"{text} {given.get('unit', '')}") if len(_figures(text)) >= LEAST_DIGITS else ""
    if kind == "query" and rows and rows["rows"]:
        lines = sorted(json.dumps([_plain(v) for v in row]) for row in rows["rows"])
        return _short("\n".join(lines))
    if kind in ("cells", "labels", "rule", "fix", "point"):
        return _short(json.dumps(given, sort_keys=True, default=str))
    return ""


def _figures(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text).strip("0")


def _plain(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
