"""The mapping file of observations, read into a plan. What is missing is asked for, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nagara.citylab.calendars import UnknownZone, zone_of
from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.units import UnknownUnit, converter, normalise

AGGREGATIONS = ("instant", "mean", "total", "maximum", "minimum", "count")
SECTIONS: dict[str, frozenset[str]] = {
    "read": frozenset(
        ["encoding", "delimiter", "sheet", "header_row", "na", "records", "columns", "max_gib"]
    ),
    "columns": frozenset(["time", "thing_id", "id", "name", "lon", "lat", "zone"]),
    "time": frozenset(["column", "columns", "date", "hour", "format", "tz", "calendar"]),
    "thing": frozenset(
        ["id", "fixed", "pattern", "rename", "kind", "name", "lon", "lat", "zone", "attributes"]
    ),
    "stations": frozenset(
        ["file", "id", "pattern", "rename", "kind", "name", "lon", "lat", "zone", "attributes"]
    ),
    "property": frozenset(
        [
            "column",
            "unit",
            "to",
            "gas",
            "aggregation",
            "nature",
            "valid_min",
            "valid_max",
            "suspect_min",
            "suspect_max",
            "values",
            "decimal",
            "thousands",
            "circular",
        ]
    ),
    "long": frozenset(("property", "value", "unit")),
    "wide": frozenset(("property", "columns", "hours", "except")),
    "rows": frozenset(("where", "id")),
    "duplicates": frozenset(("keep",)),
    "datastream": frozenset(("continues",)),
    "check": frozenset(
        ["column", "equals", "tolerance", "argmax", "names", "of", "bands", "allowed", "time_format", "mend"]
    ),
}
"""Sections of the mapping file and the entries of each; [property.X] and [check.X] have own names."""
KEEP = ("first", "last", "max", "min", "mean")


@dataclass(frozen=True)
class Property:
    """One measured property: where it stands, its unit as stored (UCUM) and how to get there."""

    name: str
    column: str | None
    unit: str
    given: str  # unit in the file
    scale: tuple[float, float] = (1.0, 0.0)
    valid: tuple[float | None, float | None] = (None, None)
    suspect: tuple[float | None, float | None] = (None, None)
    aggregation: str = "instant"
    nature: str | None = None
    words: Mapping[str, float] = field(default_factory=dict)
    circular: bool = False
    decimal: str = "."
    thousands: str = ""


@dataclass(frozen=True)
class Clock:
    """Where time stands and how it is written. `tz` is None where nobody said."""

    columns: tuple[str, ...]
    hour: str | None
    formats: tuple[str, ...] | None
    tz: str | None
    calendar: str = ""


@dataclass(frozen=True)
class Station:
    """Where things stand in the file (or `fixed`, one for the whole file)."""

    columns: tuple[str, ...] = ()
    fixed: str | None = None
    pattern: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    name: str | None = None
    lon: str | float | None = None
    lat: str | float | None = None
    zone: str | None = None
    attributes: tuple[str, ...] = ()
    file: str | None = None

    @property
    def extra(self) -> tuple[str, ...]:
        """Columns that describe the thing."""
        named = [c for c in (self.name if not self.fixed else None, self.zone) if c]
        placed = [c for c in (self.lon, self.lat) if isinstance(c, str)]
        return tuple(dict.fromkeys([*named, *placed, *self.attributes]))


@dataclass(frozen=True)
class Plan:
    """All that the mapping file says about observations."""

    clock: Clock | None
    station: Station
    stations: Station | None
    properties: tuple[Property, ...]
    long: Mapping[str, str] = field(default_factory=dict)
    wide: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    row_id: str | None = None
    keep: str = "first"
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    continues: bool = False


class Asking:
    """Collects what must be asked for, so that one refusal names it all."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.asked: list[str] = []

    def ask(self, what: str, mend: str) -> None:
        self.findings.refuse("ask", what, column=what.split(":", maxsplit=1)[0], mend=mend)
        self.asked.append(f"{what} {mend}")

    def settle(self) -> None:
        if self.asked:
            raise Refusal(
                "the mapping file leaves questions: " + " ".join(self.asked),
                self.findings,
                where="mapping file",
                mend="Answer them and import again.",
            )


def _section(map: Mapping[str, Any], name: str, asking: Asking) -> Mapping[str, Any]:
    section = map.get(name, {})
    if not isinstance(section, Mapping):
        asking.ask(f"[{name}] is not a section.", f"Write it as [{name}] with names and values.")
        return {}
    return section


def plan_of(map: Mapping[str, Any], tz: str, findings: Findings) -> Plan:
    """The plan that a mapping file gives. `tz` is the city's zone, for `tz = "city"`.

    Raises Refusal with every question at once: units, columns, unknown words.
    """
    asking = Asking(findings)
    _warn_unknown(map, findings)
    columns = _section(map, "columns", asking)
    station = _station({**_canonical(columns), **_section(map, "thing", asking)}, asking)
    stations = _station(_section(map, "stations", asking), asking) if "stations" in map else None
    properties = tuple(
        _property(name, spec, asking) for name, spec in _section(map, "property", asking).items()
    )
    clock = _clock(
        {**({"column": columns["time"]} if "time" in columns else {}), **_section(map, "time", asking)},
        tz,
        asking,
    )
    rows, doubles = _section(map, "rows", asking), _section(map, "duplicates", asking)
    keep = str(doubles.get("keep", "first"))
    if keep not in KEEP:
        asking.ask(f"duplicates.keep: {keep!r} is not known.", f"Use one of {', '.join(KEEP)}.")
    plan = Plan(
        clock=clock,
        station=station,
        stations=stations,
        properties=tuple(p for p in properties if p is not None),
        long=_section(map, "long", asking),
        wide=_section(map, "wide", asking),
        where={k: [str(v) for v in _listed(vs)] for k, vs in rows.get("where", {}).items()},
        row_id=rows.get("id"),
        keep=keep,
        checks=_section(map, "check", asking),
        continues=bool(_section(map, "datastream", asking).get("continues", False)),
    )
    _complete(plan, asking)
    asking.settle()
    return plan


def _warn_unknown(map: Mapping[str, Any], findings: Findings) -> None:
    """Entries that mean nothing here: most often a slip of the pen."""
    for section, entries in map.items():
        if section in ("kind", "source") or not isinstance(entries, Mapping):
            continue
        known = SECTIONS.get(section)
        inner = entries.values() if section in ("property", "check") else [entries]
        names = {str(name) for entry in inner if isinstance(entry, Mapping) for name in entry}
        odd = sorted(names - known) if known is not None else [f"[{section}]"]
        if odd:
            findings.warn(
                "unknown-entry",
                f"entries of [{section}] in the mapping file that mean nothing here: {', '.join(odd)}.",
                column=section,
                count=len(odd),
                mend=f"Known: {', '.join(sorted(known or SECTIONS))}.",
            )


def _canonical(columns: Mapping[str, Any]) -> dict[str, Any]:
    """[columns] of the common part: the same words as [thing]."""
    known = {"thing_id": "id", "id": "id", "name": "name", "lon": "lon", "lat": "lat", "zone": "zone"}
    return {known[key]: value for key, value in columns.items() if key in known}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _clock(spec: Mapping[str, Any], tz: str, asking: Asking) -> Clock | None:
    if not spec:
        return None
    columns = _listed(spec.get("columns", spec.get("column", spec.get("date"))))
    if not columns:
        asking.ask("time: no column is named.", 'Say [time] column = "...".')
    zone = spec.get("tz")
    if zone == "city":
        zone = tz
    if zone is not None:
        try:
            zone_of(str(zone))
        except UnknownZone as error:
            asking.ask(f"time.tz: {error.what}", error.mend)
    formats = tuple(str(f) for f in _listed(spec.get("format"))) or None
    calendar = str(spec.get("calendar", ""))
    if calendar not in ("", "buddhist", "gregorian"):
        asking.ask(f"time.calendar: {calendar!r} is not known.", "Use gregorian or buddhist.")
    return Clock(tuple(map(str, columns)), spec.get("hour"), formats, zone, calendar.replace("gregorian", ""))


def _station(spec: Mapping[str, Any], asking: Asking) -> Station:
    ids = tuple(str(c) for c in _listed(spec.get("id")))
    fixed = spec.get("fixed")
    if ids and fixed:
        asking.ask("thing: both id and fixed are given.", "Keep one.")
    for word in ("lon", "lat"):
        value = spec.get(word)
        if isinstance(value, (int, float)) and not fixed:
            asking.ask(f"thing.{word}: a number is given, but not fixed.", "Name the column in quotes.")
    return Station(
        columns=ids,
        fixed=None if fixed is None else str(fixed),
        pattern=spec.get("pattern"),
        rename={str(k): str(v) for k, v in spec.get("rename", {}).items()},
        kind=spec.get("kind"),
        name=spec.get("name"),
        lon=spec.get("lon"),
        lat=spec.get("lat"),
        zone=spec.get("zone"),
        attributes=tuple(str(c) for c in _listed(spec.get("attributes"))),
        file=spec.get("file"),
    )


def _property(name: str, spec: Any, asking: Asking) -> Property | None:
    if not isinstance(spec, Mapping):
        asking.ask(f"property.{name} is not a section.", f"Write [property.{name}].")
        return None
    unit = _unit(f"property.{name}.unit", spec.get("unit"), asking)
    stored = unit if spec.get("to") is None else _unit(f"property.{name}.to", spec["to"], asking)
    aggregation = str(spec.get("aggregation", "instant"))
    if aggregation not in AGGREGATIONS:
        asking.ask(f"property.{name}.aggregation: {aggregation!r}.", f"Use one of {', '.join(AGGREGATIONS)}.")
    if unit is None or stored is None:
        return None
    try:
        scale = converter(unit, stored, gas=spec.get("gas"))
    except UnknownUnit as error:
        asking.ask(f"property.{name}: {error.what}", error.mend)
        return None
    return Property(
        name=name,
        column=spec.get("column"),
        unit=stored,
        given=unit,
        scale=scale,
        valid=(spec.get("valid_min"), spec.get("valid_max")),
        suspect=(spec.get("suspect_min"), spec.get("suspect_max")),
        aggregation=aggregation,
        nature=spec.get("nature"),
        words={str(k): float(v) for k, v in spec.get("values", {}).items()},
        circular=bool(spec.get("circular", stored == "deg" and "direction" in name)),
        decimal=str(spec.get("decimal", ".")),
        thousands=str(spec.get("thousands", "")),
    )


def _unit(where: str, text: Any, asking: Asking) -> str | None:
    if text is None:
        name = where.split(".")[1]
        asking.ask(
            f"{where}: the unit is not given.", f'Say [property.{name}] unit = "mm" (or Cel, ug/m3, ...).'
        )
        return None
    code = normalise(str(text))
    if code is None:
        asking.ask(f"{where}: {text!r} is no known unit.", "Give a UCUM code such as mm, Cel, ug/m3, [kn_i].")
    return code


def _complete(plan: Plan, asking: Asking) -> None:
    """Questions about what is not there at all."""
    if not plan.properties:
        if not (plan.station.columns and plan.station.lon and plan.station.lat) or plan.clock:
            asking.ask(
                "property: nothing measured is named.", 'Say [property.NAME] column = "...", unit = "...".'
            )
        return
    if plan.clock is None:
        asking.ask("time: no column is named.", 'Say [time] column = "...".')
    by_station = bool(plan.wide) and "hours" not in plan.wide
    if not plan.station.columns and plan.station.fixed is None and not by_station:
        asking.ask(
            "thing: nobody said what measures.",
            'Say [thing] id = "column of the station", or fixed = "name" for a file of one station.',
        )
    if plan.long:
        if not (plan.long.get("property") and plan.long.get("value")):
            asking.ask("long: property and value are needed.", 'Say [long] property = "...", value = "...".')
    elif plan.wide:
        if plan.wide.get("property") not in {p.name for p in plan.properties}:
            asking.ask("wide.property: names no [property] section.", "Correct it.")
    else:
        for prop in plan.properties:
            if prop.column is None:
                asking.ask(f"property.{prop.name}.column: not given.", "Name the column that holds it.")
