"""Answers as learners write them: the right one in other spellings, and wrong ones by chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from nagara.citylab import labs, units
from nagara.citylab.labs.model import Task

Draw = Any


def another_right(prepared: labs.Prepared, task_id: str, draw: Draw) -> dict[str, Any]:
    """A right answer in another form that people use."""
    task, answer = prepared.lab.task(task_id), labs.right_answer(prepared, task_id)
    forms = {"value": _value, "query": _query, "point": _point, "fix": _fix, "labels": _labels}
    if task.kind in forms:
        return forms[task.kind](prepared, task, answer, draw)
    if task.kind == "order":
        return {"order": _ties_swapped(prepared.keys[task_id].body["rank"], answer["order"], draw)}
    if task.kind in {"choice", "cells"}:
        name = "chosen" if task.kind == "choice" else "cells"
        return {name: draw(st.permutations(answer[name]))}
    return answer


def _value(prepared: labs.Prepared, task: Task, answer: dict[str, Any], draw: Draw) -> dict[str, Any]:
    value = prepared.keys[task.id].body["values"][0]
    if task.match == "text":
        change = draw(st.sampled_from([str.upper, str.lower, str.title, lambda t: f"  {t}. "]))
        return {"text": change(str(value))}
    if task.match == "clock":
        return {"text": draw(st.sampled_from([answer["text"], answer["text"].replace(":", ".")]))}
    if task.match == "time":
        return _time(value, answer, draw)
    unit = draw(st.sampled_from(list(task.units) or [task.unit]))
    number = float(units.convert(float(value), task.unit, unit)) if unit else float(value)
    number *= 1 + draw(st.floats(-0.9, 0.9)) * (task.tolerance.get("relative", 0.0))
    text = f"{number:.9f}".rstrip("0").rstrip(".")
    spelled = [
        text,
        text.replace(".", ",") if text.count(".") else text,
        f" {text} ",
        f"+{text}" if number >= 0 else text,
    ]
    if abs(number) >= 1000:
        whole, _, rest = text.partition(".")
        sign = "-" if whole.startswith("-") else ""
        grouped = f"{int(whole.lstrip('-')):,}"
        spelled += [
            f"{sign}{grouped}.{rest or '0'}",
            f"{sign}{grouped.replace(',', ' ')}" + (f",{rest}" if rest else ""),
        ]
    chosen = draw(st.sampled_from(spelled))
    if unit not in {"", "1"} and draw(st.booleans()):
        return {"text": f"{chosen} {unit}"}
    return {"text": chosen, "unit": unit}


def _time(value: str, answer: dict[str, Any], draw: Draw) -> dict[str, Any]:
    if len(value) == 10:
        return {"text": value}
    utc = {"text": f"{value[:10]} {value[11:19]}", "zone": "UTC"}
    stamped = {"text": f"{value[:19]}Z", "zone": "city"}
    return draw(st.sampled_from([answer, utc, stamped, {**answer, "text": answer["text"].replace(" ", "T")}]))


def _query(prepared: labs.Prepared, task: Task, answer: dict[str, Any], draw: Draw) -> dict[str, Any]:
    columns, rows = list(answer["columns"]), [list(row) for row in answer["rows"]]
    if not task.ordered:
        rows = draw(st.permutations(rows)) if len(rows) <= 40 else rows[::-1]
    order = draw(st.permutations(range(len(columns))))
    relative = 0.5 * (task.tolerance.get("relative", 0.0) if task.tolerance else 0.01)
    jitter = 1 + draw(st.floats(-1, 1)) * relative
    named = draw(st.sampled_from([str.upper, str.title, lambda n: n.replace("_", " "), str]))

    def cell(value: Any, kind: str) -> Any:
        return value * jitter if kind == "float" and value is not None and not task.ordered else value

    return {
        "columns": [{"name": named(columns[i]["name"]), "type": _duck(columns[i]["type"])} for i in order],
        "rows": [[cell(row[i], columns[i]["type"]) for i in order] for row in rows],
        "truncated": False,
    }


def _duck(kind: str) -> str:
    return {"int": "BIGINT", "float": "DOUBLE", "time": "TIMESTAMP", "day": "DATE", "bool": "BOOLEAN"}.get(
        kind, "VARCHAR"
    )


def _point(prepared: labs.Prepared, task: Task, answer: dict[str, Any], draw: Draw) -> dict[str, Any]:
    degrees = 0.6 * task.within_m / 111_320
    off = draw(st.floats(-degrees, degrees))
    return {"lon": str(answer["lon"]), "lat": answer["lat"] + off}


def _fix(prepared: labs.Prepared, task: Task, answer: dict[str, Any], draw: Draw) -> dict[str, Any]:
    breaks = prepared.keys[task.id].body["breaks"]
    marks = [b[draw(st.sampled_from(["row", "twin"]))] for b in breaks if b["kind"] == "duplicate"]
    empty = draw(st.sampled_from(["", "n/a", "NULL", " "]))
    rows = {
        r: {c: (text or empty) + draw(st.sampled_from(["", " "])) for c, text in cells.items()}
        for r, cells in answer["rows"].items()
    }
    return {"rows": rows, "duplicates": marks}


def _labels(prepared: labs.Prepared, task: Task, answer: dict[str, Any], draw: Draw) -> dict[str, Any]:
    return {"labels": dict(draw(st.permutations(sorted(answer["labels"].items()))))}


def _ties_swapped(rank: Mapping[str, Any], order: list[str], draw: Draw) -> list[str]:
    shuffled = draw(st.permutations(order))
    return sorted(shuffled, key=lambda i: rank[i])


def a_wrong(prepared: labs.Prepared, task_id: str, draw: Draw) -> dict[str, Any] | None:
    """A wrong answer by chance; None where the kind has none to give."""
    task, key = prepared.lab.task(task_id), prepared.keys[task_id].body
    answer, posed = labs.right_answer(prepared, task_id), prepared.posed[task_id].body
    if task.kind == "value":
        return _wrong_value(task, key, draw)
    if task.kind == "query":
        return _wrong_query(answer, draw)
    if task.kind == "choice":
        return _other_choice(posed, key, draw)
    if task.kind == "order":
        return {"order": answer["order"][::-1]}
    if task.kind == "labels":
        label = draw(st.sampled_from(posed["labels"]))
        return {"labels": dict.fromkeys(answer["labels"], label)}
    if task.kind == "cells":
        others = [c["h3"] for c in posed["cells"] if c["h3"] not in key["cells"]]
        return {"cells": draw(st.lists(st.sampled_from(others), min_size=1, max_size=5, unique=True))}
    if task.kind == "point":
        return {"lon": answer["lon"], "lat": -answer["lat"] + draw(st.floats(3, 5))}
    if task.kind == "fix":
        row = draw(st.sampled_from(posed["rows"]))
        return {"rows": {row["row"]: {posed["id_column"]: "another"}}, "duplicates": []}
    if task.kind == "rule":
        stream = draw(st.sampled_from(posed["streams"]))
        return {"streams": [stream["id"]], "threshold": 1e9, "hold_min": 0, "k": 1}
    return None


def _wrong_value(task: Task, key: Mapping[str, Any], draw: Draw) -> dict[str, Any]:
    value = key["values"][0]
    if task.match == "text":
        return {"text": f"not {value} at all {draw(st.integers(1, 99))}"}
    if task.match == "clock":
        return {"text": f"{draw(st.sampled_from([2, 31]))}:{draw(st.integers(0, 59)):02d}"}
    if task.match == "time":
        return {"text": f"{draw(st.integers(1980, 1999))}-01-05 10:00", "zone": "UTC"}
    factor = draw(st.floats(3.1, 97.3))
    return {"text": repr(value * factor + 1234.5), "unit": task.unit}


def _wrong_query(answer: dict[str, Any], draw: Draw) -> dict[str, Any]:
    how = draw(st.sampled_from(["none", "other", "one"]))
    columns = answer["columns"]
    if how == "one":
        return {"columns": [{"name": "x", "type": "INTEGER"}], "rows": [[-1]], "truncated": False}
    rows = [] if how == "none" else [[_other(v) for v in row] for row in answer["rows"]]
    return {"columns": columns, "rows": rows, "truncated": False}


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value * 7 + 1013
    return f"{value} or so"


def _other_choice(posed: Mapping[str, Any], key: Mapping[str, Any], draw: Draw) -> dict[str, Any]:
    others = [o["id"] for o in posed["options"] if o["id"] not in key["right"]]
    return {"chosen": [draw(st.sampled_from(others))]}
