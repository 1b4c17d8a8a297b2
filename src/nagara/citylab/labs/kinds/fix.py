# ruff: noqa: ARG002  (every kind has the same signatures)
"""Repair rows: errors of known kinds are put into true rows; graded cell by cell against the truth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from nagara.citylab import units
from nagara.citylab.labs.dice import Dice
from nagara.citylab.labs.kinds.kind import Ask, Body, Kind, Unfit, right, wrong
from nagara.citylab.labs.kinds.value import close, moment, numbers
from nagara.citylab.labs.model import BadAnswer, BadLab, Grade, Key, Posed, Task

MOST_ROWS = 20
CODES = ("-999", "9999", "-9999")
EMPTY = {"", "null", "na", "n/a", "nan", "none", "-", "missing", "?"}
_OTHER_UNIT = {
    "m": "cm", "km": "m", "cm": "mm", "mm": "cm", "Cel": "[degF]", "min": "s", "s": "min", "h": "min",
    "km/h": "m/s", "m/s": "km/h", "ug/m3": "ng/m3", "mg/m3": "ug/m3", "km2": "har", "m2": "har", "hPa": "Pa",
    "%": "1", "m3/s": "L/s", "mm/h": "mm/d",
}  # fmt: skip
WHY = {
    "unit_swap": "One value is in another unit than its column says: compare it with its neighbours.",
    "decimal_comma": "One number is written with a comma: a program reads it as text, or as another number.",
    "duplicate": "One row stands there twice: counted twice, it changes every sum.",
    "missing_code": "One value is a code for 'missing', not a measurement: empty the cell.",
    "lonlat_swap": "In one row longitude and latitude have changed places: the point lies far away.",
    "local_as_utc": "One time is the city's own time in a column of UTC: it is out of step with the others.",
    "typo": "One name is misspelt: a join by name loses that row.",
}


def shown(value: Any) -> str:
    """A true value as the table shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
    text = str(value)
    return text.replace("T", " ") if re.match(r"\d{4}-\d\d-\d\dT", text) else text


class Fix(Kind):
    name = "fix"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        rows = ask.rows(task.reference, "reference")
        if len(rows) < 3:
            raise Unfit("fewer than three rows to repair")
        if len(rows) > MOST_ROWS:
            raise BadLab(
                f"{len(rows)} rows are too many.", where=f"task {task.id}", mend=f"At most {MOST_ROWS}."
            )
        names = list(rows[0])
        strange = sorted(set(task.column_units) - set(names))
        if strange:
            raise BadLab(
                f"column_units names {strange[0]}, which the reference does not give.",
                where=f"task {task.id}",
            )
        columns = [
            {"name": n, "unit": task.column_units.get(n, ""), "kind": _kind([r[n] for r in rows])}
            for n in names
        ]
        truth = [[shown(v) for v in row.values()] for row in rows]
        offsets = {
            v: ask.offset_s(v)
            for row in truth
            for v, c in zip(row, columns, strict=True)
            if c["kind"] == "time" and v
        }
        show = {"columns": columns, "offsets": offsets, "tz": ask.tz}
        for kind in dict.fromkeys(task.breaks):
            if not _places(kind, columns, truth, offsets, set()):
                raise Unfit(f"no cell can carry the break {kind}")
        return show, {"truth": truth}

    def mistakes(self, task: Task, ask: Ask, show: Body, body: Body) -> list[tuple[str, str, Body]]:
        said = {m.key: ask.fill(m.because) for m in task.mistakes}
        order = [*said, *(k for k in task.breaks if k not in said)]
        return [(k, said.get(k, WHY[k]), {"left": k}) for k in dict.fromkeys(order) if k in task.breaks]

    def pose(self, task: Task, show: Body, body: Body, dice: Dice) -> tuple[Body, Body]:
        columns, rows = show["columns"], [list(row) for row in body["truth"]]
        taken: set[tuple[int, int]] = set()
        done: list[dict[str, Any]] = []
        for kind in sorted(task.breaks, key=lambda k: k == "duplicate"):
            places = _places(kind, columns, body["truth"], show["offsets"], taken)
            if not places:
                continue
            at, column = dice.one_of(places)
            if kind == "duplicate":
                done.append({"kind": kind, "row": at, "cells": []})
                taken |= {(at, c) for c in range(len(columns))}
                continue
            cells = _broken(kind, columns, body["truth"][at], column, show["offsets"], dice)
            for c, text, _ in cells:
                rows[at][c] = text
                taken.add((at, c))
            done.append(
                {"kind": kind, "row": at, "cells": [[columns[c]["name"], true] for c, _, true in cells]}
            )
        return self._named_rows(show, rows, done, dice)

    @staticmethod
    def _named_rows(
        show: Body, rows: list[list[str]], done: list[dict[str, Any]], dice: Dice
    ) -> tuple[Body, Body]:
        """Rows in the order shown, copies among them, under names that tell nothing."""
        order = list(range(len(rows)))
        twins: dict[int, int] = {}
        for item in done:
            if item["kind"] == "duplicate":
                place = item["row"] + 1 + dice.number(len(order) - order.index(item["row"]))
                order.insert(min(place, len(order)), -1 - item["row"])
                twins[item["row"]] = -1 - item["row"]
        names = {at: f"r{n}" for n, at in enumerate(order, 1)}
        columns = [c["name"] for c in show["columns"]]
        posed = [
            {"row": names[at], "cells": dict(zip(columns, rows[at if at >= 0 else -1 - at], strict=True))}
            for at in order
        ]
        breaks = [
            {"kind": b["kind"], "row": names[b["row"]], "cells": dict(b["cells"])}
            | ({"twin": names[twins[b["row"]]]} if b["kind"] == "duplicate" else {})
            for b in done
        ]
        shows = [{"name": c["name"], "unit": c["unit"]} for c in show["columns"]]
        kinds = {c["name"]: c["kind"] for c in show["columns"]}
        page = {"columns": shows, "rows": posed, "id_column": columns[0]}
        return page, {"breaks": breaks, "kinds": kinds, "tz": show["tz"]}

    def pose_mistake(self, task: Task, wrong: Body, posed: Body) -> Body:
        return {**posed, **wrong}

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        edits, marked = _read(posed, answer)
        if not edits and not marked:
            raise BadAnswer("nothing is changed yet.", mend="Correct a cell or mark a row, then check again.")
        fixed, left = self._fixed(task, posed, key.body, edits, marked)
        spoiled = self._spoiled(task, posed, key.body, edits, marked)
        total = len(key.body["breaks"])
        facts = {"found": len(fixed), "errors": total, "spoiled": spoiled}
        if not left and not spoiled:
            return right(task, **facts)
        remark = f"{len(fixed)} of {total} errors are mended."
        if spoiled:
            remark += (
                f" {spoiled} right {'cell or row was' if spoiled == 1 else 'cells or rows were'} changed."
            )
        return wrong(task, Fraction(len(fixed) - spoiled, total), remark, **facts)

    def _fixed(
        self, task: Task, posed: Posed, body: Body, edits: Mapping[tuple[str, str], str], marked: set[str]
    ) -> tuple[list[str], list[str]]:
        fixed: list[str] = []
        left: list[str] = []
        for b in body["breaks"]:
            if b["kind"] == "duplicate":
                ok = bool(marked & {b["row"], b["twin"]})
            else:
                ok = b["row"] not in marked and all(
                    (b["row"], c) in edits and _same(task, body, c, edits[b["row"], c], true)
                    for c, true in b["cells"].items()
                )
            (fixed if ok else left).append(b["kind"])
        return fixed, left

    def _spoiled(
        self, task: Task, posed: Posed, body: Body, edits: Mapping[tuple[str, str], str], marked: set[str]
    ) -> int:
        shown_now = {r["row"]: r["cells"] for r in posed.body["rows"]}
        broken = {(b["row"], c) for b in body["breaks"] for c in b["cells"]}
        twins = [{b["row"], b["twin"]} for b in body["breaks"] if b["kind"] == "duplicate"]
        cells = sum(
            not _same(task, body, c, text, shown_now[r][c])
            for (r, c), text in edits.items()
            if (r, c) not in broken and r not in marked
        )
        plain = len(marked - set().union(*twins)) if twins else len(marked)
        return cells + plain + sum(len(marked & pair) > 1 for pair in twins)

    def meets(self, task: Task, posed: Posed, body: Body, answer: Mapping[str, Any]) -> bool:
        edits, marked = _read(posed, answer)
        _, left = self._fixed(task, posed, body, edits, marked)
        return (
            body["left"] in left
            if "left" in body
            else not left and not self._spoiled(task, posed, body, edits, marked)
        )

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        rows: dict[str, dict[str, str]] = {}
        for b in body["breaks"]:
            if b["kind"] not in {"duplicate", body.get("left")}:
                rows.setdefault(b["row"], {}).update(b["cells"])
        twins = [
            b["twin"] for b in body["breaks"] if b["kind"] == "duplicate" and body.get("left") != "duplicate"
        ]
        return {"rows": rows, "duplicates": twins}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        names = {r["row"]: r["cells"][posed["id_column"]] for r in posed["rows"]}
        parts = []
        for b in body["breaks"]:
            cells = ", ".join(f"{c} = {true or 'empty'}" for c, true in b["cells"].items())
            parts.append(f"{names[b['row']]}: {cells or 'a row twice'}")
        return "; ".join(parts)


def _kind(values: Sequence[Any]) -> str:
    met = [v for v in values if v is not None]
    if met and all(isinstance(v, int | float) and not isinstance(v, bool) for v in met):
        return "number"
    if met and all(isinstance(v, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d", v) for v in met):
        return "time"
    return "text"


def _places(
    kind: str,
    columns: Sequence[Mapping[str, Any]],
    truth: Sequence[Sequence[str]],
    offsets: Mapping[str, int],
    taken: set[tuple[int, int]],
) -> list[tuple[int, int]]:
    """Cells (row, column) that can carry a break."""
    names = [c["name"] for c in columns]
    found = []
    for at, row in enumerate(truth):
        if kind == "duplicate":
            if not any((at, c) in taken for c in range(len(columns))):
                found.append((at, 0))
            continue
        for c, text in enumerate(row):
            if c and text and (at, c) not in taken and _can(kind, columns[c], text, offsets):
                other = names.index("lat") if kind == "lonlat_swap" and "lat" in names else c
                if kind != "lonlat_swap" or ("lat" in names and row[other] and (at, other) not in taken):
                    found.append((at, c))
    return found


def _can(kind: str, column: Mapping[str, Any], text: str, offsets: Mapping[str, int]) -> bool:
    number = column["kind"] == "number" and column["name"] not in {"lon", "lat"}
    if kind == "unit_swap":
        return number and bool(column["unit"]) and float(text) != 0
    if kind == "decimal_comma":
        return number and "." in text
    if kind == "missing_code":
        return number
    if kind == "lonlat_swap":
        return bool(column["name"] == "lon")
    if kind == "local_as_utc":
        return column["kind"] == "time" and bool(offsets.get(text))
    return column["kind"] == "text" and bool(re.search(r"[^\W\d_]{4}", text))


def _broken(
    kind: str,
    columns: Sequence[Mapping[str, Any]],
    row: Sequence[str],
    c: int,
    offsets: Mapping[str, int],
    dice: Dice,
) -> list[tuple[int, str, str]]:
    """(column, text shown, truth) of the cells that a break changes in a row."""
    text = row[c]
    if kind == "lonlat_swap":
        lat = [x["name"] for x in columns].index("lat")
        return [(c, row[lat], text), (lat, text, row[lat])]
    if kind == "unit_swap":
        return [(c, _in_other_unit(float(text), columns[c]["unit"]), text)]
    if kind == "decimal_comma":
        return [(c, text.replace(".", ","), text)]
    if kind == "missing_code":
        return [(c, dice.one_of([code for code in CODES if code != text]), "")]
    if kind == "local_as_utc":
        at = datetime.fromisoformat(text) + timedelta(seconds=offsets[text])
        return [(c, at.isoformat(" ") if len(text) > 16 else at.isoformat(" ", "minutes"), text)]
    return [(c, _misspelt(text, dice), text)]


def _in_other_unit(value: float, unit: str) -> str:
    other = _OTHER_UNIT.get(unit)
    changed = float(units.convert(value, unit, other)) if other else value * 1000
    return shown(float(f"{changed:.6g}"))


def _misspelt(text: str, dice: Dice) -> str:
    """Two neighbouring letters of a word of four or more change places."""
    words = [m.span() for m in re.finditer(r"[^\W\d_]{4,}", text)]
    pairs = [i for a, b in words for i in range(a + 1, b - 1) if text[i].casefold() != text[i + 1].casefold()]
    if not pairs:
        _, b = words[0]
        return text[:b] + text[b - 1] + text[b:]
    i = dice.one_of(pairs)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _read(posed: Posed, answer: Mapping[str, Any]) -> tuple[dict[tuple[str, str], str], set[str]]:
    """Cells that were changed, and rows that were marked as duplicates. Raises BadAnswer."""
    rows, marks = answer.get("rows") or {}, answer.get("duplicates") or []
    if not isinstance(rows, Mapping) or not isinstance(marks, list | tuple):
        raise BadAnswer("this answer cannot be read.", mend="Load the page again.")
    now = {r["row"]: r["cells"] for r in posed.body["rows"]}
    edits = {}
    for row, cells in rows.items():
        for column, text in (cells or {}).items():
            if row not in now or column not in now[row]:
                raise BadAnswer(f"there is no cell {column} in row {row}.", mend="Load the page again.")
            plain = str("" if text is None else text).strip()
            if plain != now[row][column]:
                edits[row, column] = plain[:200]
    if set(map(str, marks)) - set(now):
        raise BadAnswer("a marked row is not there.", mend="Load the page again.")
    return edits, set(map(str, marks))


def _same(task: Task, body: Body, column: str, text: str, true: str) -> bool:
    """Whether a cell holds the truth, in any usual spelling."""
    if not true:
        return text.casefold() in EMPTY
    if text == true:
        return True
    kind = body["kinds"][column]
    try:
        if kind == "number":
            tolerance = task.tolerance or {"relative": 0.001}
            return any(close(n, float(true), tolerance) for n in numbers(text)[0])
        if kind == "time":
            return moment(text, "UTC", body["tz"]) == moment(true, "UTC", body["tz"])
    except (BadAnswer, ValueError):
        return False
    return " ".join(text.split()).casefold() == " ".join(true.split()).casefold()
