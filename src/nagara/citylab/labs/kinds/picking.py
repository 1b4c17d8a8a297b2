# ruff: noqa: ARG002  (every kind has the same signatures)
"""Tasks in which something is picked, put in order or named: choice, order, labels, cells, point, text."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

from nagara.citylab.labs.bench import Rows, in_order, only
from nagara.citylab.labs.dice import Dice
from nagara.citylab.labs.kinds.kind import Ask, Body, Kind, Unfit, needed, right, wrong
from nagara.citylab.labs.model import BadAnswer, BadLab, Grade, Key, Mistake, Posed, Task

MOST_ITEMS = 40
MOST_CELLS = 600


def _rows(task: Task, ask: Ask, sql: str, place: str, *columns: str) -> Rows:
    rows = ask.rows(sql, place)
    problem = only(rows, *columns)
    if problem.startswith("the reference must"):
        raise BadLab(problem.replace("the reference", f"the {place}"), where=f"task {task.id}")
    if problem:
        raise Unfit(problem)
    return in_order(rows)


def _ids(answer: Mapping[str, Any], name: str, known: Collection[str], what: str) -> list[str]:
    """Ids that an answer names, each once. Raises BadAnswer for one that was not offered."""
    given = [str(i) for i in needed(answer, name, (list, tuple), what)]
    strange = sorted(set(given) - set(known))
    if strange:
        raise BadAnswer(f"{strange[0][:40]!r} was not offered.", mend="Load the page again.")
    return list(dict.fromkeys(given))


class Choice(Kind):
    """One or several of a list."""

    name = "choice"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        if task.options:
            rows = [
                {**o, "text": ask.fill(str(o["text"])), "because": ask.fill(str(o.get("because", "")))}
                for o in task.options
            ]
        else:
            rows = _rows(task, ask, task.reference, "reference", "id", "text", "right")
        ids = [str(row["id"]) for row in rows]
        rights = [str(row["id"]) for row in rows if row.get("right")]
        if len(set(ids)) != len(ids):
            raise Unfit("two options have the same id")
        if not rights or len(rights) == len(ids):
            raise Unfit("the options must be right in part")
        if len(rights) > 1 and not task.multiple:
            raise Unfit("more than one option is right")
        if len(ids) > MOST_ITEMS:
            raise BadLab(f"{len(ids)} options are too many.", where=f"task {task.id}")
        show = {"options": [{"id": i, "text": str(r["text"])} for i, r in zip(ids, rows, strict=True)]}
        return {**show, "multiple": task.multiple}, {
            "right": rights,
            "rows": [self._why(row) for row in rows],
        }

    @staticmethod
    def _why(row: Mapping[str, Any]) -> dict[str, str]:
        because = str(row.get("because") or "") if not row.get("right") else ""
        return {"id": str(row["id"]), "because": because, "mistake": str(row.get("mistake") or row["id"])}

    def mistakes(self, task: Task, ask: Ask, show: Body, body: Body) -> list[tuple[str, str, Body]]:
        """Each wrong option that says why is a mistake of its own; of several, the first chosen."""
        own = [
            (r["mistake"], r["because"], {"right": [r["id"]], "any": True})
            for r in body["rows"]
            if r["because"]
        ]
        return [*super().mistakes(task, ask, show, body), *own]

    def mistaken(self, task: Task, mistake: Mistake, ask: Ask, show: Body, body: Body) -> Body:
        rows = _rows(task, ask, mistake.reference, f"mistake {mistake.key}", "id")
        return {"right": [str(row["id"]) for row in rows if row.get("right", True)]}

    def pose(self, task: Task, show: Body, body: Body, dice: Dice) -> tuple[Body, Body]:
        return {**show, "options": dice.shuffled(show["options"])}, {"right": body["right"]}

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        known = [o["id"] for o in posed.body["options"]]
        chosen, rights = set(_ids(answer, "chosen", known, "a choice")), set(key.body["right"])
        if not chosen:
            raise BadAnswer("nothing is chosen yet.", mend="Choose, then check again.")
        if not posed.body["multiple"] and len(chosen) > 1:
            raise BadAnswer("more than one is chosen.", mend="Choose one.")
        if chosen == rights:
            return right(task)
        if not posed.body["multiple"]:
            return wrong(task)
        hits = len(chosen & rights)
        part = Fraction(hits - len(chosen - rights), len(rights))
        remark = "Some of what you chose is right." if hits else ""
        return wrong(task, part, remark, hits=hits)

    def meets(self, task: Task, posed: Posed, body: Body, answer: Mapping[str, Any]) -> bool:
        known = [o["id"] for o in posed.body["options"]]
        chosen = set(_ids(answer, "chosen", known, "a choice"))
        return bool(chosen & set(body["right"])) if body.get("any") else chosen == set(body["right"])

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        return {"chosen": list(body["right"])}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        return "; ".join(o["text"] for o in posed["options"] if o["id"] in body["right"])


class Order(Kind):
    """A list to be put in order; equal ranks may stand either way."""

    name = "order"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        rows = _rows(task, ask, task.reference, "reference", "id", "text", "rank")
        if not 3 <= len(rows) <= MOST_ITEMS:
            raise Unfit(f"{len(rows)} items to put in order")
        ranks = {str(row["id"]): row["rank"] for row in rows}
        if len(ranks) != len(rows):
            raise Unfit("two items have the same id")
        if None in ranks.values() or len(set(ranks.values())) < 2:
            raise Unfit("the items do not differ in rank")
        items = [{"id": str(row["id"]), "text": str(row["text"])} for row in rows]
        return {"items": items}, {"rank": ranks}

    def mistaken(self, task: Task, mistake: Mistake, ask: Ask, show: Body, body: Body) -> Body:
        rows = _rows(task, ask, mistake.reference, f"mistake {mistake.key}", "id", "rank")
        ranks = {str(row["id"]): row["rank"] for row in rows}
        if set(ranks) != set(body["rank"]) or None in ranks.values() or len(set(ranks.values())) < 2:
            raise Unfit("the mistake ranks other items")
        if len(set(ranks.values())) < 2:
            raise Unfit("the mistake ranks all items alike")
        return {"rank": ranks}

    def pose(self, task: Task, show: Body, body: Body, dice: Dice) -> tuple[Body, Body]:
        items = dice.shuffled(show["items"])
        for _ in range(8):
            if _tau([i["id"] for i in items], body["rank"]) < 0.7:
                break
            items = dice.shuffled(items)
        return {"items": items}, body

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        known = [i["id"] for i in posed.body["items"]]
        order = _ids(answer, "order", known, "an order")
        if len(order) != len(known):
            raise BadAnswer("some items are not in your list.", mend="Put every item in its place.")
        tau = _tau(order, key.body["rank"])
        if tau == 1:
            return right(task, tau=1.0)
        remark = "Most pairs stand the right way round." if tau > 0.5 else ""
        return wrong(task, tau, remark, tau=round(float(tau), 4))

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        return {"order": sorted(body["rank"], key=lambda i: (body["rank"][i], i))}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        names = {i["id"]: i["text"] for i in posed["items"]}
        return ", ".join(names[i] for i in sorted(body["rank"], key=lambda i: (body["rank"][i], i)))


def _tau(order: list[str], rank: Mapping[str, Any]) -> Fraction:
    """Kendall's tau over the pairs that differ in rank: 1 all the right way round, -1 all the other way."""
    signs = [(rank[a] < rank[b]) - (rank[a] > rank[b]) for a, b in combinations(order, 2)]
    told = [s for s in signs if s]
    return Fraction(sum(told), len(told))


class Labels(Kind):
    """A label for each item; graded by macro F1."""

    name = "labels"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        rows = _rows(task, ask, task.reference, "reference", "id", "text", "label")
        if not 2 <= len(rows) <= MOST_ITEMS:
            raise Unfit(f"{len(rows)} items to label")
        key = {str(row["id"]): str(row["label"]) for row in rows}
        strange = sorted(set(key.values()) - set(task.labels))
        if strange:
            raise BadLab(
                f"the reference gives the label {strange[0]!r}.",
                where=f"task {task.id}",
                mend="Add it to labels.",
            )
        if len(key) != len(rows) or len(set(key.values())) < 2:
            raise Unfit("the items do not differ in label")
        items = [{"id": str(row["id"]), "text": str(row["text"])} for row in rows]
        return {"items": items, "labels": list(task.labels)}, {"labels": key}

    def mistaken(self, task: Task, mistake: Mistake, ask: Ask, show: Body, body: Body) -> Body:
        rows = _rows(task, ask, mistake.reference, f"mistake {mistake.key}", "id", "label")
        labels = {str(row["id"]): str(row["label"]) for row in rows}
        return {"labels": {i: labels.get(i, "") for i in body["labels"]}}

    def pose(self, task: Task, show: Body, body: Body, dice: Dice) -> tuple[Body, Body]:
        return {**show, "items": dice.shuffled(show["items"])}, body

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        given = needed(answer, "labels", Mapping, "a label")
        wanted: Mapping[str, str] = key.body["labels"]
        if set(map(str, given)) - set(wanted):
            raise BadAnswer("an item was not offered.", mend="Load the page again.")
        if not any(given.values()):
            raise BadAnswer("nothing is labelled yet.", mend="Label the items, then check again.")
        mine = {i: str(given.get(i) or "") for i in wanted}
        same = sum(mine[i] == wanted[i] for i in wanted)
        if same == len(wanted):
            return right(task, f1=1.0)
        f1 = macro_f1(wanted, mine)
        chance = 1 / len(posed.body["labels"])
        remark = f"{same} of {len(wanted)} are right." if 2 * same >= len(wanted) else ""
        return wrong(task, (f1 - chance) / (1 - chance), remark, f1=round(f1, 4))

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        return {"labels": dict(body["labels"])}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        return "; ".join(f"{i['text']}: {body['labels'][i['id']]}" for i in posed["items"])


def macro_f1(wanted: Mapping[str, str], given: Mapping[str, str]) -> float:
    """Mean of the F1 of each label that the right answer or the given one uses."""
    labels = {*wanted.values(), *given.values()} - {""}
    scores = []
    for label in labels:
        both = sum(wanted[i] == label == given.get(i) for i in wanted)
        one = sum(v == label for v in wanted.values()) + sum(v == label for v in given.values())
        scores.append(2 * both / one)
    return sum(scores) / len(scores)


class Cells(Kind):
    """Cells on the map; graded by F1, less what choosing all of them would give."""

    name = "cells"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        offered = _rows(task, ask, task.candidates, "candidates", "h3")
        cells = [
            {"h3": str(row["h3"]), "label": str(row.get("label") or row["h3"]), "value": row.get("value")}
            for row in offered
        ]
        if len(cells) > MOST_CELLS:
            raise BadLab(
                f"{len(cells)} cells are offered.", where=f"task {task.id}", mend=f"At most {MOST_CELLS}."
            )
        picked = self._picked(task, ask, task.reference, "reference")
        known = {c["h3"] for c in cells}
        if not set(picked) <= known:
            raise BadLab("the reference gives cells that candidates does not offer.", where=f"task {task.id}")
        if len(picked) == len(known):
            raise Unfit("every cell is right")
        return {"resolution": task.resolution, "cells": cells}, {"cells": picked}

    @staticmethod
    def _picked(task: Task, ask: Ask, sql: str, place: str) -> list[str]:
        return sorted({str(row["h3"]) for row in _rows(task, ask, sql, place, "h3")})

    def mistaken(self, task: Task, mistake: Mistake, ask: Ask, show: Body, body: Body) -> Body:
        known = {c["h3"] for c in show["cells"]}
        picked = self._picked(task, ask, mistake.reference, f"mistake {mistake.key}")
        inside = [c for c in picked if c in known]
        if not inside:
            raise Unfit("the mistake picks no cell that is offered")
        return {"cells": inside}

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        known = {c["h3"] for c in posed.body["cells"]}
        mine, wanted = set(_ids(answer, "cells", known, "a cell")), set(key.body["cells"])
        if not mine:
            raise BadAnswer("no cell is chosen yet.", mend="Choose cells, then check again.")
        f1 = 2 * len(mine & wanted) / (len(mine) + len(wanted))
        facts = {"f1": round(f1, 4), "missing": len(wanted - mine), "extra": len(mine - wanted)}
        if mine == wanted:
            return right(task, **facts)
        chance = 2 * len(wanted) / (len(known) + len(wanted))
        part = (f1 - chance) / (1 - chance)
        remark = f"{len(wanted - mine)} missing, {len(mine - wanted)} too many." if part > 0.3 else ""
        return wrong(task, part, remark, **facts)

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        return {"cells": list(body["cells"])}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        names = {c["h3"]: c["label"] for c in posed["cells"]}
        return ", ".join(names[c] for c in body["cells"][:12]) + (", ..." if len(body["cells"]) > 12 else "")


class Point(Kind):
    """A point on the map, within so many metres; a third of the points for three times as far."""

    name = "point"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        rows = _rows(task, ask, task.reference, "reference", "lon", "lat")
        points = [[r["lon"], r["lat"]] for r in rows if r["lon"] is not None and r["lat"] is not None]
        if not points:
            raise Unfit("the reference gives no point")
        places = ask.rows(task.candidates, "candidates") if task.candidates else []
        shown = [
            {"lon": p["lon"], "lat": p["lat"], "label": str(p.get("label") or ""), "value": p.get("value")}
            for p in places[:MOST_CELLS]
        ]
        return {"within_m": task.within_m, "places": shown}, {"points": points[:20]}

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        try:
            lon, lat = float(answer["lon"]), float(answer["lat"])
        except (KeyError, TypeError, ValueError):
            raise BadAnswer("no point is chosen yet.", mend="Choose a point on the map.") from None
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise BadAnswer("this is no point on earth.", mend="Longitude first, then latitude, in degrees.")
        metres = min(metres_between(lon, lat, x, y) for x, y in key.body["points"])
        if metres <= task.within_m:
            return right(task, metres=round(metres, 1))
        near = metres <= 3 * task.within_m
        remark = "You are near: look closer." if near else ""
        return wrong(task, Fraction(1, 3) if near else 0, remark, metres=round(metres, 1))

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        lon, lat = body["points"][0]
        return {"lon": lon, "lat": lat}

    def told(self, task: Task, posed: Body, body: Body) -> str:
        lon, lat = body["points"][0]
        return f"{lat:.5f}, {lon:.5f}"


def metres_between(lon: float, lat: float, x: float, y: float) -> float:
    """Metres along the sphere (radius 6,371,008.8 m) between two points in degrees."""
    a, b = math.radians(lat), math.radians(y)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(x - lon) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(half)))


class Text(Kind):
    """Words that people read and grade by a rubric."""

    name = "text"

    def make(self, task: Task, ask: Ask) -> tuple[Body, Body]:
        return {"words": task.words, "rubric": ask.fill(task.rubric)}, {}

    def grade(self, task: Task, posed: Posed, key: Key, answer: Mapping[str, Any]) -> Grade:
        text = str(needed(answer, "text", str, "your text")).strip()
        words = len(text.split())
        if not words:
            raise BadAnswer("there is no text yet.", mend="Write it, then hand it in.")
        remark = f"{words} words. A person will read it."
        if task.words and words > 1.25 * task.words:
            remark = f"{words} words: that is more than the {task.words} asked for. A person will read it."
        return Grade(Fraction(0), task.points, False, remark=remark, facts={"words": words}, by_people=True)

    def answer_from(self, task: Task, posed: Posed, body: Body) -> dict[str, Any]:
        return {"text": "..."}
