"""What a mapping file says about zones, or what can be seen without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nagara.citylab.findings import Findings, Refusal

Texts = tuple[str, ...]
_IDS = ("zone_id", "id", "code", "kode")
_NAMES = ("name", "nama")


@dataclass(frozen=True)
class Level:
    """One level of zones: which columns identify a zone, which name it. With `whole`, its one zone has this
    id and the name `whole_name`, and is the union of all: a country, a metropolis."""

    name: str
    id: Texts
    name_column: str
    name_local_column: str = ""
    prefix: str = ""
    parent_column: str = ""
    whole: str = ""
    whole_name: str = ""


@dataclass(frozen=True)
class Plan:
    """All levels of a file, largest first; rows are zones of the last. `depth`: number of the first level,
    None where it follows from the parents. `number_repeats`: rows that repeat an id are zones of their own,
    numbered, instead of parts of one zone. `parent_digits`: how many letters of an id are its parent's.
    `parent_level`: the level of zones already in the city within
    which these lie; `by_place`: find parents there by geometry."""

    levels: tuple[Level, ...]
    depth: int | None
    parent_level: str | int | None = None
    by_place: bool = False
    number_repeats: bool = False
    parent_digits: int = 0
    valid_from: str = ""
    valid_to: str = ""

    def columns(self) -> list[str]:
        """Every column that the plan reads."""
        found = [c for level in self.levels for c in (*level.id, level.name_column)]
        found += [c for level in self.levels for c in (level.name_local_column, level.parent_column)]
        return [c for c in dict.fromkeys([*found, self.valid_from, self.valid_to]) if c]


def plan_of(mapping: Mapping[str, Any], columns: Sequence[str], file: str, findings: Findings) -> Plan:
    """The plan for a file with these columns. Raises Refusal with a draft where the mapping does not say."""
    section = mapping.get("zones", {})
    levels = tuple(_level(item, findings) for item in mapping.get("level", ()))
    named = mapping.get("columns", {})
    if not levels and (named.get("id") or named.get("name")):
        levels = (_single(named, section),)
    if not levels:
        levels = (_seen(columns, file, findings),)
    if "whole" in section:
        levels = (_whole(section["whole"], findings), *levels)
    depth = section.get("level")
    plan = Plan(
        levels,
        None if depth is None else _depth(depth, findings),
        section.get("parent_level"),
        by_place=section.get("parent_from") == "geometry",
        parent_digits=int(section.get("parent_digits", 0) or 0),
        number_repeats=section.get("repeated_id") == "number",
        valid_from=str(named.get("valid_from", "")),
        valid_to=str(named.get("valid_to", "")),
    )
    missing = [c for c in plan.columns() if c not in columns]
    if missing:
        listed = ", ".join(columns)
        for column in missing:
            what = f"no column {column!r}; the file has {listed}."
            findings.refuse("missing-column", what, file=file, column=column)
        what = f"no column {', '.join(map(repr, missing))}; the file has {listed}."
        raise Refusal(what, findings, where=file, mend="Correct the column names in the mapping file.")
    return plan


def _depth(value: Any, findings: Findings) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 99:
        mend = "Write it as level = 1 for the largest unit, 2 for the next."
        raise Refusal(f"{value!r} is no level.", findings, where="mapping file, [zones]", mend=mend)
    return value


def _texts(value: Any) -> Texts:
    return (value,) if isinstance(value, str) else tuple(str(v) for v in value or ())


def _level(item: Any, findings: Findings) -> Level:
    identity = _texts(item.get("id")) if isinstance(item, Mapping) else ()
    if not identity:
        mend = 'Give each [[level]] id = ["column", ...] and name_column = "column".'
        raise Refusal("a [[level]] has no id.", findings, where="mapping file", mend=mend)
    return Level(
        name=str(item.get("name", "")),
        id=identity,
        name_column=str(item.get("name_column", identity[-1])),
        name_local_column=str(item.get("name_local_column", "")),
        prefix=str(item.get("prefix", "")),
    )


def _whole(item: Any, findings: Findings) -> Level:
    """The level of one zone that holds all others."""
    identity = str(item.get("id", "") or "") if isinstance(item, Mapping) else ""
    if not identity:
        mend = 'Write it as whole = {id = "...", name = "...", level_name = "country"}.'
        raise Refusal("the zone of the whole has no id.", findings, where="mapping file, [zones]", mend=mend)
    return Level(
        name=str(item.get("level_name", "")),
        id=(),
        name_column="",
        whole=identity,
        whole_name=str(item.get("name", identity)),
    )


def _single(named: Mapping[str, Any], section: Mapping[str, Any]) -> Level:
    identity = _texts(named.get("id") or named.get("name"))
    return Level(
        name=str(section.get("level_name", "")),
        id=identity,
        name_column=str(named.get("name", identity[-1])),
        name_local_column=str(named.get("name_local", "")),
        prefix=str(section.get("prefix", "")),
        parent_column=str(named.get("parent", "")),
    )


def _seen(columns: Sequence[str], file: str, findings: Findings) -> Level:
    """Without a mapping only columns of plain names are taken; anything else is asked for."""
    lower = {c.lower(): c for c in columns}
    identity = next((lower[c] for c in _IDS if c in lower), "")
    name = next((lower[c] for c in _NAMES if c in lower), "")
    if name:
        used = f"id = {identity or name!r}, name = {name!r}"
        mend = "Say it in a mapping file: [columns] id, name, name_local, parent."
        findings.note("columns-by-name", f"columns were taken by their names: {used}.", file=file, mend=mend)
        return Level("", (identity or name,), name)
    listed = ", ".join(columns)
    mend = (
        'Say it in a mapping file, for example: kind = "zones" / [columns] / id = "..." / name = "..." / '
        '[zones] / level = 1 / level_name = "district".'
    )
    what = f"which column is the id, which the name? The file has {listed}."
    findings.refuse("no-columns", what, file=file, mend=mend)
    raise Refusal(what, findings, where=file, mend=mend)
