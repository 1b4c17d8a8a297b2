"""Reads labs from `curriculum/labs/<module>-<variant>/lab.toml` and checks that they hold together."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields as fields_of
from functools import lru_cache
from pathlib import Path
from typing import Any

from nagara.citylab.labs.model import (
    BREAKS,
    KINDS,
    VARIANTS,
    BadLab,
    Draw,
    Lab,
    LabRun,
    Mistake,
    Need,
    Step,
    Task,
    UnknownLab,
)
from nagara.citylab.table_names import TABLE_NAMES

SHIPPED = Path(__file__).resolve().parents[2] / "curriculum"
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")

_ANY = {"id", "kind", "title", "asks", "points", "needs", "tries", "hints", "explains", "mistake", "table"}
OF_KIND: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    # kind: (must have, may have)
    "value": (
        frozenset({"reference"}),
        frozenset({"unit", "units", "tolerance", "match", "answer_zone", "accepts"}),
    ),
    "query": (
        frozenset({"reference"}),
        frozenset({"ordered", "ordered_by", "aliases", "start", "tolerance"}),
    ),
    "choice": (frozenset(), frozenset({"options", "reference", "multiple"})),
    "order": (frozenset({"reference"}), frozenset()),
    "cells": (frozenset({"reference", "candidates"}), frozenset({"resolution"})),
    "point": (frozenset({"reference", "within_m"}), frozenset({"candidates"})),
    "labels": (frozenset({"reference", "labels"}), frozenset()),
    "rule": (
        frozenset({"data", "seen_until", "events", "field", "score"}),
        frozenset({"seen_from", "harm_stream", "harm_level"}),
    ),
    "fix": (frozenset({"reference", "breaks"}), frozenset({"column_units", "tolerance"})),
    "text": (frozenset({"rubric", "words"}), frozenset()),
}
MATCHES = ("number", "time", "clock", "text")
SCORES = (
    "hit",
    "false_alarms",
    "lead",
    "lead_full_h",
    "lead_least_h",
    "false_alarms_zero",
    "before_h",
    "quiet_h",
    "right_at",
    "every_min",
)


def folders() -> list[Path]:
    """Curriculum folders: the one that ships, then those of `NAGARA_CURRICULUM` (a path list)."""
    extra = [Path(p) for p in os.environ.get("NAGARA_CURRICULUM", "").split(os.pathsep) if p]
    return [SHIPPED, *extra]


def _found() -> dict[str, Path]:
    """Lab files by name; a later folder's lab stands for an earlier one of the same name."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted((folder / "labs").glob("*/lab.toml")):
            found[path.parent.name] = path
    return found


def names() -> list[str]:
    """Names of all labs, whether their files hold together or not."""
    return sorted(_found())


def catalogue() -> dict[str, Lab]:
    """All labs by name. Raises BadLab for the first that does not hold together."""
    return {name: _read(path, path.stat().st_mtime_ns) for name, path in _found().items()}


def load(name: str) -> Lab:
    """One lab. Raises UnknownLab with the names there are; BadLab where its file does not hold together."""
    found = _found()
    if name not in found:
        raise UnknownLab(
            f"There is no lab {name!r}.", mend=f"There are: {', '.join(sorted(found)) or 'none'}."
        )
    return _read(found[name], found[name].stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> Lab:
    del changed
    return parse(path.read_text(encoding="utf-8"), name=path.parent.name, folder=path.parent)


def read_folder(folder: Path) -> Lab:
    """The lab in one folder. Raises BadLab, UnknownLab."""
    path = folder / "lab.toml"
    if not path.is_file():
        raise UnknownLab(f"There is no lab.toml in {folder.name}.", where=str(folder))
    return _read(path, path.stat().st_mtime_ns)


def parse(text: str, *, name: str, folder: Path) -> Lab:
    """A lab from the text of its file. Raises BadLab with the place and how to mend it."""
    where = f"{name}/lab.toml"
    try:
        head = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLab(f"this is not TOML: {error}.", where=where, mend="Correct that line.") from None
    return _Reader(name, where, head).lab(text, folder)


class _Reader:
    """One lab's file, read part by part; every complaint names the part."""

    def __init__(self, name: str, where: str, head: Mapping[str, Any]) -> None:
        self.name, self.where, self.head = name, where, head

    def bad(self, what: str, place: str = "", mend: str = "") -> BadLab:
        return BadLab(what, where=f"{self.where}{', ' + place if place else ''}", mend=mend)

    def lab(self, text: str, folder: Path) -> Lab:
        top = {"module", "variant", "version", "title", "minutes", "summary"}
        self.keys(self.head, top | {"task"}, {"need", "run", "draw", "step"}, "top of the file")
        for key in top - {"minutes"}:
            self.text(self.head, key, "top of the file")
        if self.head["variant"] not in VARIANTS:
            raise self.bad(
                f"variant {self.head['variant']!r} is not known.", mend=f"One of {', '.join(VARIANTS)}."
            )
        if not _VERSION.fullmatch(self.head["version"]):
            raise self.bad(
                f"version {self.head['version']!r} is not like 1.0.0.", mend='Write version = "1.0.0".'
            )
        if not isinstance(self.head["minutes"], int) or not 5 <= self.head["minutes"] <= 600:
            raise self.bad("minutes must be a whole number from 5 to 600.")
        needs = self.each("need", self.need)
        self.known = {need.key for need in needs}
        runs, steps = self.each("run", self.run), self.each("step", self.step)
        draws, tasks = self.each("draw", self.draw), self.each("task", self.task)
        self.once((n.key for n in needs), "need")
        self.once((*(r.name for r in runs), *(s.name for s in steps)), "step or run")
        self.once((d.name for d in draws), "draw")
        self.once((t.id for t in tasks), "task")
        if not tasks:
            raise self.bad("there is no [[task]].", mend="A lab has at least one.")
        return Lab(
            name=self.name,
            module=self.head["module"],
            variant=self.head["variant"],
            version=self.head["version"],
            title=self.head["title"],
            minutes=self.head["minutes"],
            summary=self.head["summary"].strip(),
            needs=needs,
            runs=runs,
            draws=draws,
            steps=steps,
            tasks=tasks,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            folder=folder,
            text=text,
        )

    # Checks

    def keys(self, item: Mapping[str, Any], must: Collection[str], may: Collection[str], place: str) -> None:
        lacking = sorted(set(must) - set(item))
        if lacking:
            raise self.bad(f"{', '.join(lacking)} missing.", place, "Add it.")
        unknown = sorted(set(item) - set(must) - set(may))
        if unknown:
            allowed = ", ".join(sorted({*must, *may}))
            raise self.bad(f"{', '.join(unknown)} is not known here.", place, f"Known are: {allowed}.")

    def text(self, item: Mapping[str, Any], key: str, place: str) -> str:
        value = item.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.bad(f"{key} must be a text that is not empty.", place)
        return value.strip()

    def texts(self, item: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
        value = item.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise self.bad(f"{key} must be a list of texts.", place, f'Write {key} = ["...", "..."].')
        return tuple(value)

    def needed(self, item: Mapping[str, Any], place: str) -> tuple[str, ...]:
        names = self.texts(item, "needs", place)
        unknown = sorted(set(names) - self.known)
        if unknown:
            said = ", ".join(sorted(self.known)) or "none"
            raise self.bad(
                f"needs names {', '.join(unknown)}, which is no [[need]].", place, f"There are: {said}."
            )
        return names

    def sql(self, text: Any, key: str, place: str) -> str:
        if not isinstance(text, str) or not text.strip():
            raise self.bad(f"{key} must be a SELECT.", place)
        plain = text.strip().rstrip(";").strip()
        first = re.sub(r"--[^\n]*\n", "", plain + "\n").strip()[:6].lower()
        if not first.startswith(("select", "with")):
            raise self.bad(f"{key} must begin with SELECT or WITH.", place)
        return plain

    def once(self, names: Iterable[str], what: str) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self.bad(f"there are two {what}s called {name!r}.", mend="Rename one.")
            seen.add(name)

    def each(self, key: str, read: Callable[[Mapping[str, Any], str], Any]) -> tuple[Any, ...]:
        items = self.head.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise self.bad(f"{key} must be written as [[{key}]].")
        return tuple(read(item, self.place(key, n, item)) for n, item in enumerate(items, 1))

    @staticmethod
    def place(key: str, n: int, item: Mapping[str, Any]) -> str:
        name = item.get("id") or item.get("name") or item.get("as") or item.get("table") or f"number {n}"
        return f"[[{key}]] {name}"

    # Parts

    def need(self, item: Mapping[str, Any], place: str) -> Need:
        self.keys(item, {"why", "bring"}, {"table", "name", "where", "sql", "min_rows", "optional"}, place)
        if bool(item.get("table")) == bool(item.get("sql")):
            raise self.bad("a need has a table, or a sql with a name.", place, "Write one of the two.")
        if item.get("table") and item["table"] not in TABLE_NAMES:
            raise self.bad(
                f"there is no table {item['table']!r}.", place, f"Tables: {', '.join(TABLE_NAMES)}."
            )
        if item.get("sql"):
            self.text(item, "name", place)
            self.sql(item["sql"], "sql", place)
        self.text(item, "why", place)
        self.text(item, "bring", place)
        given: dict[str, Any] = {k: v.strip() if isinstance(v, str) else v for k, v in item.items()}
        return Need(**given)

    def run(self, item: Mapping[str, Any], place: str) -> LabRun:
        self.keys(item, {"recipe", "as"}, {"step", "params", "needs"}, place)
        from nagara.citylab import recipes

        name = self.text(item, "as", place)
        self.word(name, place)
        try:
            recipes.load(item["recipe"]).settle(item.get("params", {}))
        except (recipes.UnknownRecipe, recipes.BadParameter) as error:
            raise self.bad(error.what, place, error.mend) from None
        needs = self.needed(item, place)
        return LabRun(item["recipe"], name, item.get("step", ""), dict(item.get("params", {})), needs)

    def word(self, name: str, place: str) -> None:
        if not _WORD.fullmatch(name):
            raise self.bad(f"{name!r} cannot be a name.", place, "Small letters, digits and _ only.")
        if name in TABLE_NAMES or name == "clock":
            raise self.bad(f"{name!r} is a table of every city.", place, "Choose another name.")

    def step(self, item: Mapping[str, Any], place: str) -> Step:
        self.keys(item, {"name", "sql"}, {"show", "meaning", "needs"}, place)
        name = self.text(item, "name", place)
        self.word(name, place)
        sql, show = self.sql(item["sql"], "sql", place), bool(item.get("show", False))
        return Step(name, sql, show, str(item.get("meaning", "")), self.needed(item, place))

    def draw(self, item: Mapping[str, Any], place: str) -> Draw:
        self.keys(item, {"name"}, {"sql", "values", "least", "needs"}, place)
        name = self.text(item, "name", place)
        if not _WORD.fullmatch(name):
            raise self.bad(f"{name!r} cannot be a name.", place, "Small letters, digits and _ only.")
        if ("sql" in item) == ("values" in item):
            raise self.bad("a draw has sql or values.", place, "Write one of the two.")
        values = item.get("values", [])
        if "values" in item and (not isinstance(values, list) or not values):
            raise self.bad("values must be a list that is not empty.", place)
        sql = self.sql(item["sql"], "sql", place) if "sql" in item else ""
        least = item.get("least", 1)
        if not isinstance(least, int) or least < 1:
            raise self.bad("least must be a whole number from 1.", place)
        return Draw(name, sql, tuple(values), least, self.needed(item, place))

    def task(self, item: Mapping[str, Any], place: str) -> Task:
        kind = item.get("kind")
        if kind not in KINDS:
            raise self.bad(f"kind {kind!r} is not known.", place, f"Kinds: {', '.join(KINDS)}.")
        must, may = OF_KIND[kind]
        self.keys(item, {"id", "kind", "title", "asks", *must}, _ANY | may, place)
        if not _SLUG.fullmatch(str(item["id"])):
            raise self.bad(f"id {item['id']!r} cannot be an id.", place, "Small letters, digits and - only.")
        for key in ("title", "asks"):
            self.text(item, key, place)
        points = item.get("points", 1)
        if not isinstance(points, int) or points < 1:
            raise self.bad("points must be a whole number from 1.", place)
        self.check_kind(kind, item, place)
        plain = {f.name for f in fields_of(Task)} & set(item)
        given = {k: _frozen(item[k]) for k in plain}
        for key in ("reference", "table", "candidates", "data", "events"):
            if item.get(key):
                given[key] = self.sql(item[key], key, place)
        mistakes = tuple(
            self.mistake(m, kind, f"{place}, mistake {m.get('key', n)}")
            for n, m in enumerate(item.get("mistake", []), 1)
        )
        self.once((m.key for m in mistakes), f"mistake of {item['id']}")
        more: dict[str, Any] = {"needs": self.needed(item, place), "hints": self.texts(item, "hints", place)}
        if kind == "rule":
            more["fields"] = tuple(self.field(f, f"{place}, field") for f in item["field"])
        return Task(**{**given, **more, "mistakes": mistakes})

    def check_kind(self, kind: str, item: Mapping[str, Any], place: str) -> None:
        check = getattr(self, f"check_{kind}", None)
        if check is not None:
            check(item, place)
        tolerance = item.get("tolerance", {})
        if not isinstance(tolerance, dict) or set(tolerance) - {"relative", "absolute"}:
            raise self.bad(
                "tolerance has relative or absolute.", place, "Write tolerance = {relative = 0.02}."
            )

    def check_value(self, item: Mapping[str, Any], place: str) -> None:
        if item.get("match", "number") not in MATCHES:
            raise self.bad(f"match {item['match']!r} is not known.", place, f"One of {', '.join(MATCHES)}.")
        from nagara.citylab import units

        for unit in {item.get("unit", ""), *item.get("units", [])} - {""}:
            try:
                units.converter(unit, item.get("unit") or unit)
            except units.UnknownUnit as error:
                raise self.bad(error.what, place, error.mend) from None
        if item.get("units") and not item.get("unit"):
            raise self.bad("units without unit.", place, "Say the unit of the reference as unit.")
        if item.get("answer_zone", "city") not in {"city", "UTC"}:
            raise self.bad("answer_zone is city or UTC.", place)

    def check_choice(self, item: Mapping[str, Any], place: str) -> None:
        options = item.get("options", [])
        if bool(options) == bool(item.get("reference")):
            raise self.bad(
                "a choice has options, or a reference that gives them.", place, "Write one of the two."
            )
        for option in options:
            self.keys(
                option, {"id", "text"}, {"right", "because", "mistake"}, f"{place}, option {option.get('id')}"
            )
        if options and not 0 < sum(bool(o.get("right")) for o in options) < len(options):
            raise self.bad(
                "some options must be right and some wrong.", place, "Mark the right ones right = true."
            )
        if options and not item.get("multiple") and sum(bool(o.get("right")) for o in options) > 1:
            raise self.bad("several options are right.", place, "Write multiple = true, or keep one right.")
        self.once((str(o["id"]) for o in options), f"option of {item['id']}")

    def check_labels(self, item: Mapping[str, Any], place: str) -> None:
        if len(self.texts(item, "labels", place)) < 2:
            raise self.bad("labels must be at least two.", place)

    def check_fix(self, item: Mapping[str, Any], place: str) -> None:
        breaks = self.texts(item, "breaks", place)
        unknown = sorted(set(breaks) - set(BREAKS))
        if unknown or not breaks:
            raise self.bad(f"breaks {unknown or 'missing'}.", place, f"Known are: {', '.join(BREAKS)}.")

    def check_text(self, item: Mapping[str, Any], place: str) -> None:
        if not isinstance(item["words"], int) or item["words"] < 10:
            raise self.bad("words must be a whole number from 10.", place)

    def check_rule(self, item: Mapping[str, Any], place: str) -> None:
        score = item["score"]
        unknown = sorted(set(score) - set(SCORES)) if isinstance(score, dict) else ["it"]
        if unknown:
            raise self.bad(
                f"score: {', '.join(unknown)} not known.", place, f"Known are: {', '.join(SCORES)}."
            )
        if "hit" not in score:
            raise self.bad("score must say what a hit is worth.", place, "Write score = {hit = 50, ...}.")

    def field(self, item: Mapping[str, Any], place: str) -> Mapping[str, Any]:
        self.keys(
            item, {"name", "title", "kind"}, {"unit", "min", "max", "choices", "default", "help"}, place
        )
        if item["name"] not in {"streams", "threshold", "hold_min", "rate", "k"}:
            raise self.bad(
                f"field {item['name']!r} is not known.",
                place,
                "One of streams, threshold, hold_min, rate, k.",
            )
        if item["kind"] not in {"stream", "number", "choice"}:
            raise self.bad(
                f"field kind {item['kind']!r} is not known.", place, "One of stream, number, choice."
            )
        return dict(item)

    def mistake(self, item: Mapping[str, Any], kind: str, place: str) -> Mistake:
        way = "when" if kind == "rule" else "reference"
        must = {"key", "because"} if kind == "fix" else {"key", "because", way}
        self.keys(item, must, {way} - must if kind != "fix" else set(), place)
        if not _SLUG.fullmatch(str(item["key"]).replace("_", "-")):
            raise self.bad(
                f"key {item['key']!r} cannot be a key.", place, "Small letters, digits and - only."
            )
        if kind == "fix" and item["key"] not in BREAKS:
            raise self.bad(f"a mistake of a fix is named like its break, not {item['key']!r}.", place)
        reference = self.sql(item["reference"], "reference", place) if "reference" in item else ""
        because = self.text(item, "because", place)
        return Mistake(item["key"], because, reference, str(item.get("when", "")))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, dict):
        return {k: _frozen(v) for k, v in value.items()}
    return value.strip() if isinstance(value, str) else value
