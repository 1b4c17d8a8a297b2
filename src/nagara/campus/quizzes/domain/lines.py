"""An item as lines that a person can type, and back: what the form on the page and a table (CSV) hold.

    options      one a line, the right ones with * in front; " -- " and why a wrong one is wrong
    pairs        left = right; a line "= right" fits nothing
    sequence     one a line, in the right order
    accepts      one form a line
    parameters   n = 4, 5, 6        or  n = 10 .. 90 step 10
    computed     minutes = 60 / n
    guards       one formula a line
    mistakes     answer -- why; the answer may be a formula
What lines cannot hold (variants, maps, patterns) stays in `more`, as data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from nagara.campus.quizzes.domain.items import as_number
from nagara.campus.quizzes.domain.text_data import read_yaml
from nagara.citylab.errors import CityLabError

Lines = dict[str, str]
PLAIN = ("kind", "asks", "explains", "marks", "level", "unit", "tolerance")
BLOCKS = ("key", "units", "parameters", "computed", "guards", "mistakes")
COLUMNS = ("name", "kind", "asks", "key", "unit", "units", "tolerance", "explains", "mistakes", "parameters",
           "computed", "guards", "marks", "level", "tags", "more")  # fmt: skip
"""`key` holds what is right: options, pairs, sequence, accepted forms or the answer, by the kind."""
RANGE = re.compile(r"(?P<low>\S+)\s*\.\.\s*(?P<high>\S+)(?:\s+step\s+(?P<step>\S+))?\Z")
KEY_FIELDS = {"options", "pairs", "extra", "sequence", "accepts", "answer"}
EASY = {"mistakes", "parameters", "computed", "guards", "units", "tags", "marks", *PLAIN, *KEY_FIELDS}


def to_lines(body: Mapping[str, Any]) -> Lines:
    """An item as lines."""
    lines = {name: _text(body.get(name)) for name in PLAIN if name != "tolerance"}
    lines["marks"] = _text(body.get("marks", 1))
    lines["tolerance"] = _tolerance_text(body.get("tolerance"))
    lines["key"] = _key_lines(body)
    lines["units"] = ", ".join(str(u) for u in body.get("units") or [])
    lines["tags"] = ", ".join(str(t) for t in body.get("tags") or [])
    lines["parameters"] = "\n".join(
        f"{name} = {_values_text(how)}" for name, how in (body.get("parameters") or {}).items()
    )
    lines["computed"] = "\n".join(f"{name} = {f}" for name, f in (body.get("computed") or {}).items())
    lines["guards"] = "\n".join(str(g) for g in body.get("guards") or [])
    lines["mistakes"] = "\n".join(f"{m['answer']} -- {m['because']}" for m in body.get("mistakes") or [])
    more = {name: value for name, value in body.items() if name not in EASY}
    lines["more"] = json.dumps(more, ensure_ascii=False, indent=1) if more else ""
    return lines


def from_lines(lines: Mapping[str, str], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Lines as an item. `before` is the version that is changed: its options keep their ids. Raises
    CityLabError, naming the field."""
    body: dict[str, Any] = {}
    for name in ("kind", "asks", "explains", "level", "unit"):
        value = str(lines.get(name, "")).replace("\r\n", "\n").strip()
        if value:
            body[name] = value
    if str(lines.get("marks", "")).strip() not in ("", "1"):
        body["marks"] = str(lines["marks"]).strip()
    for name in ("units", "tags"):
        values = [v.strip() for v in str(lines.get(name, "")).split(",") if v.strip()]
        if values:
            body[name] = values
    if str(lines.get("tolerance", "")).strip():
        body["tolerance"] = _tolerance(str(lines["tolerance"]))
    body |= _key(body.get("kind", ""), _split(lines.get("key", "")), before or {})
    body |= _formulas(lines)
    keys = {str(m.get("answer")): str(m.get("key")) for m in (before or {}).get("mistakes") or []}
    for mistake in body.get("mistakes", []):
        mistake["key"] = keys.get(mistake["answer"], mistake["key"])
    body |= _more(str(lines.get("more", "")))
    return body


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _split(text: Any) -> list[str]:
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def _key_lines(body: Mapping[str, Any]) -> str:
    kind = body.get("kind")
    if kind in ("single", "multiple"):
        rows = []
        for option in body.get("options") or []:
            why = f" -- {option['because']}" if option.get("because") else ""
            rows.append(f"{'* ' if option.get('right') else ''}{option.get('text', '')}{why}")
        return "\n".join(rows)
    if kind == "matching":
        pairs = [f"{p['left']} = {p['right']}" for p in body.get("pairs") or []]
        return "\n".join([*pairs, *(f"= {extra}" for extra in body.get("extra") or [])])
    if kind == "ordering":
        return "\n".join(str(s) for s in body.get("sequence") or [])
    if kind == "text":
        return "\n".join(str(a) for a in body.get("accepts") or [])
    return _text(body.get("answer")) if kind == "numeric" else ""


def _key(kind: str, rows: list[str], before: Mapping[str, Any]) -> dict[str, Any]:
    if kind in ("single", "multiple"):
        return {"options": _options(rows, before.get("options") or [])}
    if kind == "matching":
        split = [row.partition("=") for row in rows]
        body: dict[str, Any] = {
            "pairs": [{"left": a.strip(), "right": b.strip()} for a, _, b in split if a.strip()]
        }
        extra = [b.strip() for a, _, b in split if not a.strip() and b.strip()]
        return body | ({"extra": extra} if extra else {})
    if kind == "ordering":
        return {"sequence": rows}
    if kind == "text":
        return {"accepts": rows}
    return {"answer": " ".join(rows)} if kind == "numeric" else {}


def _options(rows: list[str], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options with ids: the id of the option with the same text before, else of the one in its place."""
    by_text = {str(o.get("text")): str(o.get("id")) for o in before}
    parsed = []
    for row in rows:
        right = row.startswith("*")
        text, _, why = row.removeprefix("*").partition(" -- ")
        parsed.append((right, text.strip(), why.strip()))
    taken = {by_text[text] for _, text, _ in parsed if text in by_text}
    options = []
    for at, (right, text, why) in enumerate(parsed):
        same_place = str(before[at]["id"]) if at < len(before) and len(before) == len(parsed) else ""
        chosen = by_text.get(text) or (same_place if same_place not in taken else "") or _free_id(taken)
        taken.add(chosen)
        option: dict[str, Any] = {"id": chosen, "text": text}
        if right:
            option["right"] = True
        if why:
            option["because"] = why
        options.append(option)
    return options


def _free_id(taken: set[str]) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return next((x for x in letters if x not in taken), f"o{len(taken) + 1}")


def _formulas(lines: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    parameters = dict(_named(row, "parameters") for row in _split(lines.get("parameters")))
    computed = dict(_named(row, "computed") for row in _split(lines.get("computed")))
    if parameters:
        body["parameters"] = {name: _values(text) for name, text in parameters.items()}
    if computed:
        body["computed"] = computed
    if _split(lines.get("guards")):
        body["guards"] = _split(lines["guards"])
    mistakes = []
    for number, row in enumerate(_split(lines.get("mistakes")), 1):
        answer, dash, why = row.partition(" -- ")
        if not dash:
            raise CityLabError(
                f"The mistake {row[:40]!r} has no explanation.",
                where="mistakes",
                mend="answer -- why it is wrong",
            )
        mistakes.append({"key": f"m{number}", "answer": answer.strip(), "because": why.strip()})
    return body | ({"mistakes": mistakes} if mistakes else {})


def _named(row: str, where: str) -> tuple[str, str]:
    name, sign, text = row.partition("=")
    if not sign or not text.strip():
        raise CityLabError(f"The line {row[:40]!r} has no =.", where=where, mend="name = value")
    return name.strip(), text.strip()


def _values(text: str) -> dict[str, Any]:
    found = RANGE.match(text)
    if found:
        return {"from": found["low"], "to": found["high"], "step": found["step"] or "1"}
    return {"values": [_plain(v.strip()) for v in text.split(",") if v.strip()]}


def _plain(text: str) -> Any:
    value = as_number(text)
    return text if isinstance(value, str) or value != int(value) else int(value)


def _values_text(how: Any) -> str:
    if not isinstance(how, Mapping):
        return str(how)
    if "values" in how:
        return ", ".join(str(v) for v in how["values"])
    return f"{how.get('from')} .. {how.get('to')} step {how.get('step')}"


def _tolerance(text: str) -> dict[str, str]:
    """ "2 %" is relative, "0.5" absolute; both with a semicolon between."""
    found = {}
    for piece in text.split(";"):
        number = piece.strip()
        if number.endswith("%"):
            value = as_number(number.removesuffix("%").strip())
            found["relative"] = str(value / 100) if not isinstance(value, str) else number
        elif number:
            found["absolute"] = number
    return found


def _tolerance_text(tolerance: Any) -> str:
    if not isinstance(tolerance, Mapping):
        return ""
    pieces = []
    for name in ("absolute", "relative"):
        value = as_number(str(tolerance.get(name, "")))
        if not isinstance(value, str):
            pieces.append(f"{(value * 100).normalize():f} %" if name == "relative" else f"{value}")
    return "; ".join(pieces)


def _more(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    found = read_yaml(text, "more")
    if not isinstance(found, dict):
        raise CityLabError("Here stand named fields.", where="more", mend="variants: [...] or map: {...}")
    return found
