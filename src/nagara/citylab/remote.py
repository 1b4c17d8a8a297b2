"""A site from a notebook: the tables of one's labs, and answers graded by the site.

    import nagara.citylab as lab

    site = lab.connect("https://site.example", token="ngr_...")    # or NAGARA_SITE and NAGARA_TOKEN
    site.labs()                                     # your labs, with their numbers
    work = site.lab(12)                             # or site.lab("m05-standard"); it is the one in use
    work.tasks()
    work.table("stop_time")                         # Arrow, at the lab's snapshot
    work.sql("select count(*) as n from stop_time")
    lab.check("headway", 12.5, unit="min")

Only the standard library speaks to the network. A token is never printed.
"""

from __future__ import annotations

import json
import os
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    import pyarrow as pa

SECONDS = 60
MOST_BYTES = 512 << 20
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NotConnected(CityLabError):
    """The site cannot be reached, or does not let this token in."""


class Refused(CityLabError):
    """The site said no, and why."""


class _Stay(HTTPRedirectHandler):
    """Redirects are not followed: a token goes to the site that it was made for, and nowhere else."""

    def redirect_request(self, *_given: Any, **_more: Any) -> None:
        return None


@dataclass(frozen=True)
class Site:
    """A site, signed in with a token."""

    address: str
    token: str = field(repr=False)

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        """What the site answers. Raises NotConnected, Refused."""
        data = None if body is None else json.dumps(body, default=_plain).encode()
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "nagara", "Accept": "*/*"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = Request(self.address + path, data=data, headers=headers)  # noqa: S310 (checked by connect)
        try:
            with build_opener(_Stay()).open(request, timeout=SECONDS) as answer:
                found: bytes = answer.read(MOST_BYTES + 1)
        except HTTPError as error:
            raise _said(error) from None
        except (URLError, OSError, ssl.SSLError) as error:
            why = getattr(error, "reason", error)
            raise NotConnected(
                f"{self.address} does not answer: {why}.", mend="Is the address right?"
            ) from None
        if len(found) > MOST_BYTES:
            raise Refused(
                "This is more than a notebook should load.", mend="Ask with SQL on the site instead."
            )
        return found

    def json(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The same as plain Python."""
        found = self.ask(path, body)
        try:
            return json.loads(found)
        except ValueError:
            raise NotConnected(f"{self.address} answers, but not as a Nagara site.") from None

    def me(self) -> str:
        """Whose token it is."""
        found = self.json("programs/me/")
        return f"{found['name']} <{found['email']}>"

    def labs(self) -> list[dict[str, Any]]:
        """One's labs, the newest first."""
        return list(self.json("programs/labs/")["labs"])

    def lab(self, which: int | str) -> Work:
        """One's work on a lab, by its number or by the lab's name (the newest). It becomes the one in use."""
        number = which if isinstance(which, int) else self._number(which)
        made = Work(self, self.json(f"programs/labs/{number}/"))
        _in_use["work"] = made
        return made

    def _number(self, name: str) -> int:
        if name.isdecimal():
            return int(name)
        mine = self.labs()
        found = [row["work"] for row in mine if row["lab"] == name]
        if not found:
            names = ", ".join(dict.fromkeys(row["lab"] for row in mine))
            mend = f"You have begun: {names}." if names else "Begin the lab on the site first."
            raise Refused(f"You have no work on a lab {name!r}.", mend=mend)
        return int(found[0])


@dataclass(frozen=True)
class Checked:
    """What became of an answer."""

    task: str
    right: bool
    points: float | None
    most: float
    says: str
    tries_left: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.points is None:
            return f"{self.task}: handed in. {self.says}".strip()
        word = "right" if self.right else "not right yet" if not self.points else "partly right"
        left = "" if self.tries_left is None else f" {self.tries_left} tries left."
        return f"{self.task}: {word}, {self.points:g} of {self.most:g} points. {self.says}{left}".strip()

    __repr__ = __str__


class Work:
    """One's copy of a lab: its tasks, the tables it speaks of, and checking answers."""

    def __init__(self, site: Site, told: Mapping[str, Any]) -> None:
        self.site, self.told = site, told
        self._tables: dict[str, pa.Table] = {}

    def __repr__(self) -> str:
        t = self.told
        return (
            f"{t['title']} on {t['city']}: {t['points']:g} of {t['most']:g} points, {len(t['tasks'])} tasks"
        )

    @property
    def number(self) -> int:
        return int(self.told["work"])

    def tasks(self) -> list[dict[str, Any]]:
        """Tasks with kind, points and how they stand."""
        names = ("task", "kind", "title", "points", "most", "right", "tries")
        return [{name: row[name] for name in names} for row in self.told["tasks"]]

    def task(self, name: str) -> dict[str, Any]:
        """One task as it is posed: `asks` is the question, `body` what goes with it."""
        for row in self.told["tasks"]:
            if row["task"] == name:
                return dict(row)
        known = ", ".join(row["task"] for row in self.told["tasks"])
        raise Refused(f"This lab has no task {name!r}.", mend=f"It has: {known}.")

    def tables(self) -> list[str]:
        """Names of the tables that this lab may ask."""
        return list(self.told["tables"])

    def table(self, name: str) -> pa.Table:
        """A table at the lab's snapshot, as far as you may see it. Loaded once."""
        if name not in self._tables:
            if name not in self.told["tables"]:
                raise Refused(
                    f"There is no table {name!r} here.", mend=f"There are: {', '.join(self.tables())}."
                )
            import pyarrow as pa

            found = self.site.ask(f"programs/labs/{self.number}/tables/{quote(name)}.arrow")
            try:
                self._tables[name] = pa.ipc.open_stream(found).read_all()
            except pa.ArrowInvalid:
                raise NotConnected(f"The table {name} did not arrive whole.", mend="Ask again.") from None
        return self._tables[name]

    def sql(self, text: str, **params: Any) -> pa.Table:
        """Rows of one SELECT, worked out on this machine; tables that it names are loaded first. `clock`
        holds the city's own time."""
        import re

        from nagara.citylab import engine
        from nagara.citylab.recipes.clock import clock

        words = set(re.findall(r"[a-z_][a-z0-9_]*", text.lower()))
        with engine.session({}) as session:
            session.register("clock", clock(self.told["tz"]))
            for name in self.tables():
                if name in words and name != "clock":
                    session.register(name, _without_zone(self.table(name)))
            return session.sql(text, params)

    def check(self, task: str, answer: Any, **more: Any) -> Checked:
        """Hand in an answer; the site grades it. It counts as a try, as on the page."""
        posed = self.task(task)
        body = {"answer": as_answer(posed, answer, more), "key": secrets.token_urlsafe(12)}
        found = self.site.json(f"programs/labs/{self.number}/{quote(task)}/check/", body)
        return Checked(
            task,
            bool(found["right"]),
            found["points"],
            found["most"],
            found["says"],
            found["tries_left"],
            found["facts"],
        )


_in_use: dict[str, Any] = {}


def connect(address: str = "", *, token: str = "") -> Site:
    """Sign in to a site. Left out: NAGARA_SITE and NAGARA_TOKEN. Raises NotConnected."""
    address = (address or os.environ.get("NAGARA_SITE", "")).strip()
    token = (token or os.environ.get("NAGARA_TOKEN", "")).strip()
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotConnected("Which site?", mend='Say connect("https://...") or set NAGARA_SITE.')
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise NotConnected("A token goes over https only.", mend=f"Say https://{parts.netloc}.")
    if not token:
        raise NotConnected("A token is needed.", mend="Make one on your account page, under Tokens.")
    if not token.isascii() or any(c.isspace() for c in token):
        raise NotConnected("This is no token.", mend="Copy it again: it is one word that begins with ngr_.")
    site = Site(f"{parts.scheme}://{parts.netloc}/", token)
    site.me()
    _in_use.clear()
    _in_use["site"] = site
    return site


def check(task: str, answer: Any, *, work: int | str | None = None, **more: Any) -> Checked:
    """Hand in an answer to a task of the lab in use (`site.lab(...)`), else of your newest one."""
    site = _in_use.get("site") or connect()
    if work is not None:
        return site.lab(work).check(task, answer, **more)
    using = _in_use.get("work")
    if using is None:
        mine = site.labs()
        if not mine:
            raise Refused("You have begun no lab.", mend="Begin one on the site.")
        using = site.lab(int(mine[0]["work"]))
    found: Checked = using.check(task, answer, **more)
    return found


def as_answer(posed: Mapping[str, Any], answer: Any, more: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of a notebook in the form that the kind of task takes. Raises Refused."""
    kind, body = posed["kind"], posed.get("body") or {}
    if isinstance(answer, Mapping) and (kind != "labels" or isinstance(answer.get("labels"), Mapping)):
        return dict(answer)
    if hasattr(answer, "to_pandas") or hasattr(answer, "to_dict"):
        answer = _records(answer)
    made = _SHAPES[kind](answer, body, more) if kind in _SHAPES else None
    if made is None:
        raise Refused(f"A task of kind {kind} does not take this.", mend=_TAKES.get(kind, ""))
    return made


_TAKES = {
    "value": "Give a number, a text, or a time; with unit=... where the task has units.",
    "query": "Give the SQL as text: the site runs it on the same tables.",
    "choice": "Give the id of an option, or a list of them.",
    "order": "Give the list of ids, the first first.",
    "cells": "Give a list of H3 cells, or a table with a column h3.",
    "point": "Give (lon, lat).",
    "labels": "Give {id: label}, or a table with columns id and label.",
    "rule": "Give a dict with the fields of the task.",
    "fix": "Give a table with the rows of the task, mended, in their order.",
    "text": "Give the text.",
}


def _value(answer: Any, body: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any] | None:
    zone = str(more.get("zone", ""))
    if isinstance(answer, datetime):
        zone, answer = zone or ("UTC" if answer.tzinfo else ""), answer.strftime("%Y-%m-%d %H:%M:%S")
    if hasattr(answer, "item"):
        answer = answer.item()
    if (
        isinstance(answer, list)
        and len(answer) == 1
        and isinstance(answer[0], Mapping)
        and len(answer[0]) == 1
    ):
        answer = next(iter(answer[0].values()))
    if isinstance(answer, bool) or not isinstance(answer, int | float | str):
        return None
    units = body.get("units") or []
    unit = str(more.get("unit", "") or (body.get("unit", "") if len(units) <= 1 else ""))
    return {"text": answer if isinstance(answer, str) else repr(answer), "unit": unit, "zone": zone}


def _query(answer: Any, _body: Mapping[str, Any], _more: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"sql": answer} if isinstance(answer, str) else None


def _listed(answer: Any, column: str = "") -> list[str] | None:
    if isinstance(answer, str | int):
        answer = [answer]
    if not isinstance(answer, list | tuple | set):
        return None
    rows = [row.get(column or "id") if isinstance(row, Mapping) else row for row in answer]
    return None if any(row is None for row in rows) else [str(row) for row in rows]


def _under(name: str, column: str = "") -> Any:
    def shape(answer: Any, _body: Mapping[str, Any], _more: Mapping[str, Any]) -> dict[str, Any] | None:
        rows = _listed(answer, column)
        return None if rows is None else {name: rows}

    return shape


def _point(answer: Any, _body: Mapping[str, Any], _more: Mapping[str, Any]) -> dict[str, Any] | None:
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        return None
    return {"lon": str(answer[0]), "lat": str(answer[1])}


def _labels(answer: Any, _body: Mapping[str, Any], _more: Mapping[str, Any]) -> dict[str, Any] | None:
    if isinstance(answer, list):
        if not all(isinstance(row, Mapping) and {"id", "label"} <= set(row) for row in answer):
            return None
        answer = {row["id"]: row["label"] for row in answer}
    return {"labels": {str(k): str(v) for k, v in answer.items()}} if isinstance(answer, Mapping) else None


def _fix(answer: Any, body: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any] | None:
    posed = body.get("rows") or []
    if not isinstance(answer, list) or len(answer) != len(posed):
        return None
    rows = {}
    for was, now in zip(posed, answer, strict=True):
        if not isinstance(now, Mapping):
            return None
        cells = {
            name: text if now.get(name) is None else str(now[name]) for name, text in was["cells"].items()
        }
        rows[str(was["row"])] = cells
    return {"rows": rows, "duplicates": [str(d) for d in more.get("duplicates", [])]}


def _text(answer: Any, _body: Mapping[str, Any], _more: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"text": answer} if isinstance(answer, str) else None


_SHAPES: dict[str, Any] = {
    "value": _value,
    "query": _query,
    "choice": _under("chosen"),
    "order": _under("order"),
    "cells": _under("cells", "h3"),
    "point": _point,
    "labels": _labels,
    "fix": _fix,
    "text": _text,
}


def _records(table: Any) -> Any:
    """Rows of a table of any make (Arrow, pandas, polars) as plain dicts; a series as a list."""
    if hasattr(table, "to_pylist"):
        return table.to_pylist()
    if hasattr(table, "to_dicts"):
        return table.to_dicts()
    if hasattr(table, "columns"):
        return table.to_dict("records")
    return table.tolist() if hasattr(table, "tolist") else table


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else str(value)


def _said(error: HTTPError) -> CityLabError:
    """What the site said, as an error of ours."""
    try:
        found = json.loads(error.read(65_536))
        what, mend = str(found["detail"]), str(found.get("mend") or "")
    except (ValueError, KeyError, TypeError):
        what, mend = f"the site answers {error.code}.", "Is the address right?"
    return (NotConnected if error.code in {401, 403} else Refused)(what, mend=mend)


def _without_zone(table: pa.Table) -> pa.Table:
    """Times as UTC without a zone, as everywhere in our SQL."""
    import pyarrow as pa

    fields = [
        pa.field(f.name, pa.timestamp("us") if pa.types.is_timestamp(f.type) else f.type)
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))
