"""Simulated learners: each works through a lab over HTTP, as a browser without JavaScript would.

They read the forms that the site sends and fill them in. What they answer comes from the kept key: the good
answer rightly, the hurried fall for the named mistakes first, the copying hand in a neighbour's answer, the
lost guess, take hints and give up.
"""

from __future__ import annotations

import http.client
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from nagara.citylab import labs
from nagara.citylab.labs import Prepared, Task

Fields = list[tuple[str, str]]
GOOD, HURRIED, COPYING, LOST = "good", "hurried", "copying", "lost"


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what it holds already."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, Fields]] = []
        self._fields: Fields | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._fields = []
            self.forms.append((found.get("action") or "", self._fields))
        elif tag == "input" and self._fields is not None and found.get("type") == "hidden":
            self._fields.append((found.get("name") or "", found.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None

    def one(self, ending: str = "", having: str = "") -> tuple[str, Fields]:
        """The first form that goes to an address with this ending, or holds a hidden field of this name."""
        for action, fields in self.forms:
            if action.endswith(ending) and (not having or having in dict(fields)):
                return action, list(fields)
        raise AssertionError(f"no form {ending or having} among {[a for a, _ in self.forms]}")


@dataclass
class Line:
    """A person's line to the site: keeps the connection and the cookie, notes how long each answer took."""

    address: str
    cookie: str
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.host = urlsplit(self.address).netloc
        self.at = ""
        self._open = http.client.HTTPConnection(self.host, timeout=120)
        self._jar = {"nagara_session": self.cookie}

    def get(self, path: str, what: str = "page") -> str:
        return self._ask("GET", path, None, what)

    def post(self, path: str, fields: Fields, what: str) -> str:
        """Send a form and follow where it leads."""
        return self._ask("POST", path, urlencode(fields), what)

    def _ask(self, verb: str, path: str, body: str | None, what: str) -> str:
        began = time.perf_counter()
        status, text, leads = self._send(verb, path, body)
        self.at = path
        while status in (302, 303):
            path = urlsplit(urljoin(self.address + path, leads)).path
            status, text, leads = self._send("GET", path, None)
            self.at = path
        self.seconds[what].append(time.perf_counter() - began)
        assert status in (200, 422), (verb, path, status, text[:400])
        return text

    def close(self) -> None:
        self._open.close()

    def _send(self, verb: str, path: str, body: str | None) -> tuple[int, str, str]:
        head = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._jar.items()), "Referer": self.address + path}
        if body is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        for chance in (1, 0):
            try:
                self._open.request(verb, path, body, head)
                answer = self._open.getresponse()
                break
            except (http.client.HTTPException, OSError):
                self._open.close()
                if not chance:
                    raise
        for said in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = said.partition(";")[0].partition("=")
            self._jar[name] = value
        return answer.status, answer.read().decode(), answer.headers.get("Location", "")


def fields_of(kind: str, given: Mapping[str, Any]) -> Fields:
    """An answer as the fields that a form sends."""
    match kind:
        case "query":
            return [("sql", given["sql"])]
        case "choice":
            return [("chosen", str(c)) for c in given["chosen"]]
        case "order":
            return [(f"place-{key}", str(at)) for at, key in enumerate(given["order"], 1)]
        case "cells":
            return [("cells", str(c)) for c in given["cells"]]
        case "labels":
            return [(f"label-{key}", label) for key, label in given["labels"].items()]
        case "fix":
            rows = [
                (f"row-{key}-{name}", str(text))
                for key, row in given["rows"].items()
                for name, text in row.items()
            ]
            return rows + [("duplicates", str(d)) for d in given.get("duplicates", ())]
        case "rule":
            return [
                (name, str(one))
                for name, value in given.items()
                for one in (value if isinstance(value, list) else [value])
            ]
        case _:
            return [(name, str(value)) for name, value in given.items() if value not in (None, "")]


def literal(value: Any) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else repr(value)
    if isinstance(value, datetime):
        return f"timestamp '{value:%Y-%m-%d %H:%M:%S.%f}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


def as_query(prepared: Prepared, reference: str) -> str:
    """A reference solution as a learner would write it: steps as CTEs, numbers written out."""
    text, used = reference.strip().rstrip(";"), []
    for step in reversed(prepared.lab.steps):
        if not step.show and re.search(rf"\b{re.escape(step.name)}\b", text + " ".join(s.sql for s in used)):
            used.append(step)
    parts = ", ".join(f"{step.name} as ({step.sql.strip().rstrip(';')})" for step in reversed(used))
    if parts:
        own = re.match(r"with\s+(?!recursive\b)", text, re.IGNORECASE)
        text = f"with {parts}, {text[own.end() :]}" if own else f"with {parts} {text}"
    return re.sub(r"\$([A-Za-z_]\w*)", lambda found: literal(prepared.params[found[1]]), text)


def right(prepared: Prepared, task: Task) -> dict[str, Any]:
    """A right answer as a person would give it."""
    if task.kind == "query":
        own = f"mine_{prepared.seed[:6]}"  # everybody builds a query in an own way
        inner = as_query(prepared, task.reference)
        return {"sql": inner if task.ordered else f"select * from ({inner}) as {own}"}
    if task.kind == "text":
        return {"text": "The people by the river need the warning first; the numbers above say why. " * 12}
    return labs.right_answer(prepared, task.id)


def mistaken(prepared: Prepared, task: Task) -> tuple[str, dict[str, Any]] | None:
    """The first named mistake that this person's numbers tell apart: its key and an answer that shows it."""
    on = {m.key for m in prepared.keys[task.id].mistakes if m.on}
    for mistake in task.mistakes:
        if mistake.key not in on:
            continue
        if task.kind == "query":
            return mistake.key, {"sql": as_query(prepared, mistake.reference)}
        given = labs.mistaken_answer(prepared, task.id, mistake.key)
        if given is not None:
            return mistake.key, given
    return None


def wild(prepared: Prepared, task: Task, chance: Random) -> dict[str, Any]:
    """A guess."""
    body = prepared.posed[task.id].body
    guesses: dict[str, Callable[[], dict[str, Any]]] = {
        "value": lambda: {"text": str(chance.randint(100_000, 999_999)), "unit": body.get("unit", "")},
        "query": lambda: {"sql": f"select {chance.randint(1, 999)} as guess"},
        "choice": lambda: {"chosen": [chance.choice(body["options"])["id"]]},
        "order": lambda: {"order": chance.sample([i["id"] for i in body["items"]], len(body["items"]))},
        "cells": lambda: {"cells": [chance.choice(body["cells"])["h3"]]},
        "point": lambda: {"lon": "0.5", "lat": f"{chance.uniform(-1, 1):.4f}"},
        "labels": lambda: {"labels": {i["id"]: chance.choice(body["labels"]) for i in body["items"]}},
        "fix": lambda: {"rows": {str(r["row"]): r["cells"] for r in body["rows"]}, "duplicates": []},
        "text": lambda: {"text": "I do not know yet."},
    }
    if task.kind == "rule":
        fields = {f["name"]: str(f.get("max", 1)) for f in body["fields"] if f["kind"] == "number"}
        streams = {f["name"]: [body["streams"][0]["id"]] for f in body["fields"] if f["kind"] == "stream"}
        choices = {
            f["name"]: f["options"][0] for f in body["fields"] if f["kind"] == "choice" and f.get("options")
        }
        return fields | streams | choices
    return guesses[task.kind]()


@dataclass
class Learner:
    """One simulated person. `prepared` gives the key of the work that the site made for them."""

    name: str
    style: str
    line: Line
    prepared_of: Callable[[int], Prepared]
    neighbour: Learner | None = None
    chance: Random = field(default_factory=lambda: Random(1))
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    pace: float = 0.0
    works: dict[int, int] = field(default_factory=dict)
    done: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def do(self, assignment: int) -> None:
        """Work through a lab of the batch."""
        page = self.line.get(f"/labs/set/{assignment}/")
        action, fields = Forms(page).one("/start/")
        self.line.post(action, fields, "start")
        work = int(re.fullmatch(r"/labs/work/(\d+)/", self.line.at)[1])  # type: ignore[index]
        self.works[assignment] = work
        prepared = self.prepared_of(work)
        tasks = [t for t in prepared.lab.tasks if t.id in prepared.posed]
        for place, task in enumerate(tasks):
            if self.style == LOST and place >= 3:
                return
            for given in self._answers(prepared, task, assignment):
                self._answer(work, task, given)
                time.sleep(self.pace * self.chance.uniform(0.5, 1.5))

    def _answers(self, prepared: Prepared, task: Task, assignment: int) -> Iterator[dict[str, Any]]:
        """What this person hands in, one try after the other."""
        if self.style == LOST:
            for _ in range(3):
                yield wild(prepared, task, self.chance)
            return
        if self.style == COPYING and self.neighbour is not None and assignment in self.neighbour.works:
            theirs = self.prepared_of(self.neighbour.works[assignment])
            if task.id in theirs.posed and task.kind in ("query", "value"):
                yield right(theirs, theirs.lab.task(task.id))
                return
        if self.style == HURRIED and (found := mistaken(prepared, task)) is not None:
            self.mistakes.append((task.id, found[0]))
            yield found[1]
            if self.chance.random() < 0.5:
                return
        self.done[assignment].add(task.id)
        yield right(prepared, task)

    def _answer(self, work: int, task: Task, given: Mapping[str, Any]) -> None:
        path = f"/labs/work/{work}/{task.id}/"
        _, fields = Forms(self.line.get(path)).one(having="key")
        sent = fields + fields_of(task.kind, given)
        if self.style == LOST and task.hints:
            self.line.post(path, [*sent, ("say", "hint")], "save")
        if task.kind == "query":
            self.line.post(path, [*sent, ("say", "run")], "query")
        self.line.post(path, [*sent, ("say", "hand-in")], "hand-in")


def percentile(seconds: list[float], share: float) -> float:
    """The value below which `share` of the seconds lie."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
