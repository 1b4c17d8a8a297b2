"""What DuckDB says, in plain words: what is wrong, what to do, and at which line and column."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from nagara.citylab.sandbox.checking import Refused


@dataclass(frozen=True, slots=True)
class Words:
    """An error for people; `at` is the byte of the statement that it is about."""

    problem: str
    mend: str = ""
    at: int | None = None


def place(text: str, at: int | None) -> tuple[int | None, int | None]:
    """Line and column (both from 1, column in characters) of a byte of the text."""
    if at is None:
        return None, None
    before = text.encode()[:at].decode(errors="ignore")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def without_paths(message: str, files: Iterable[str]) -> str:
    """The message without the names of files and folders of this machine."""
    for file in files:
        message = message.replace(file, "a file of the city")
    return re.sub(r"(?<![\w.])/(?:[\w.@%+~ =-]+/)+[\w.@%+~=-]*", "a file", message)


def in_words(  # noqa: PLR0911 - one answer a kind of error
    error: Exception, columns: Collection[str], files: Iterable[str]
) -> Words:
    """An error of DuckDB, or our own refusal, for a learner. `columns` are those of the tables it read."""
    if isinstance(error, Refused):
        return Words(error.problem, error.mend, error.at)
    if isinstance(error, (MemoryError, RecursionError)):
        return _too_much()
    told = _told(error)
    message = without_paths(str(told.get("exception_message") or error), files)
    at = int(told["position"]) if str(told.get("position", "")).isdigit() else None
    name, kind = str(told.get("name") or ""), str(told.get("exception_type") or "")
    if kind == "Out of Memory" or "bad_alloc" in message or "Out of Memory" in message:
        return _too_much()
    if kind == "Binder" and (table := re.match(r'Referenced table "(.*?)" not found', message)):
        return Words(f"There is no table or short name {table.group(1)} in this FROM.", "Look at FROM.", at)
    if told.get("error_subtype") == "COLUMN_NOT_FOUND" and name:
        return Words(f"There is no column {name} here.", _near(name, columns, told), at)
    if told.get("error_subtype") == "MISSING_ENTRY" and name:
        what = str(told.get("type") or "").lower()
        if "function" in what:
            return Words(f"There is no function {name}().", _near(name, (), told), at)
        return Words(f"There is no {what or 'such name as'} {name} here.", _near(name, (), told), at)
    return _by_message(message, kind, at)


def _told(error: Exception) -> dict[str, Any]:
    text = str(error)
    try:
        found = json.loads(text[text.index("{") :])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _too_much() -> Words:
    return Words(
        "The question needs more memory than there is for one.",
        "Take fewer rows (WHERE, LIMIT), fewer columns, or count and group before you join.",
    )


def _near(name: str, columns: Collection[str], told: dict[str, Any]) -> str:
    offered = [c.strip().strip('"') for c in str(told.get("candidates") or "").split(",") if c.strip()]
    offered = [c for c in offered if re.fullmatch(r"[\w.]+", c)]
    near = difflib.get_close_matches(name.lower(), sorted(columns), n=1, cutoff=0.55)
    best = near or [c for c in offered if c.rpartition(".")[2] in columns or not columns][:1]
    if best:
        return f"Did you mean {best[0]}?"
    listed = ", ".join(sorted(columns)[:25])
    return f"Columns are: {listed}." if listed else ""


_MENDS = (
    (
        r"must appear in the GROUP BY|must be part of an aggregate",
        "Add it to GROUP BY, or put it into sum(), min(), ...",
    ),
    (r"explicit cast", "Make both sides the same type: cast(x as double), or quote a text: 'abc'."),
    (r"No function matches", "The function is there, but not for these types: cast the column first."),
    (r"WHERE clause cannot contain aggregates", "Put the condition on an aggregate into HAVING."),
    (r"Ambiguous reference", "Write the table before the column: t.column."),
    (
        r"Could not convert|Conversion Error|invalid .* format",
        "try_cast(x as ...) gives NULL where a value does not fit.",
    ),
    (r"unterminated|quoted string", "A text begins and ends with one quote: 'abc'."),
)


def _by_message(message: str, kind: str, at: int | None) -> Words:
    first = message.split("\n", maxsplit=1)[0].strip()
    if kind == "Permission" or "disabled by configuration" in first or "locked" in first:
        return Words(
            "Files, settings and the network cannot be reached from here.", "Ask the tables only.", at
        )
    if "expression depth" in first or "stack" in first.lower():
        return Words("The statement is nested too deeply.", "Name its parts with WITH.", at)
    if kind in {"Parser", "Syntax"} and (near := re.search(r'syntax error at or near "(.*)"', first)):
        return Words(f"This is not SQL near {near.group(1)[:60]!r}.", "Look at the word before it too.", at)
    if kind == "Parser" and "end of input" in first:
        return Words("The statement ends too early.", "Is a bracket or a word missing at the end?", at)
    mend = next((mend for pattern, mend in _MENDS if re.search(pattern, message)), "")
    return Words(first[:1].upper() + first[1:400].rstrip(".") + ".", mend, at)
