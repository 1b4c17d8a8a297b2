"""What differs between two versions of a programme, line by line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from nagara.campus.programmes.models import ProgrammeVersion
from nagara.campus.programmes.rule_schema import RULE_SECTIONS, SECTIONS, rules_of
from nagara.campus.programmes.rules_engine import says

Lines = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One line that is new, gone (`now` empty) or different."""

    part: str
    what: str
    was: str
    now: str

    @property
    def kind(self) -> str:
        return "new" if not self.was else "gone" if not self.now else "changed"


def lines(version: ProgrammeVersion) -> Lines:
    """Everything that a version holds as {(part, name of the line): its words}."""
    found: Lines = {
        ("About", "Hours in all"): f"{version.hours:g}",
        ("About", "Weeks"): str(version.weeks),
    }
    for held in version.version_modules.select_related("module"):
        hours = ", ".join(f"{kind} {value:g} h" for kind, value in held.planned_hours.items())
        need = "required" if held.required else "optional"
        found["Modules", str(held.module)] = f"place {held.order}, {held.variant}, {need}, {hours or 0}"
    for course in version.courses.all():
        outside = ", given by another unit" if course.outside_home_unit else ""
        hands_on = f", with {', '.join(course.modules)}" if course.modules else ""
        found["Courses", str(course)] = f"{course.category}, {course.credits:g} credits{hands_on}{outside}"
    for activity in version.activities.select_related("kind"):
        at = f" at {activity.at:%H:%M}" if activity.at else ""
        text = f"day {activity.day_offset + 1}{at}, {activity.kind}, {activity.hours:g} h"
        _add(found, "Week plan", activity.title, text)
    for used in version.version_rubrics.select_related("rubric"):
        found["Rubrics", used.purpose] = str(used.rubric)
    for form in version.evaluation_forms.all():
        asks = "; ".join(str(question.get("asks", "")) for question in form.questions)
        found["Evaluation forms", form.title] = f"{form.when}: {asks}"
    for tag in version.framework_tags.select_related("framework", "focus_area"):
        found["Framework tags", str(tag)] = "served"
    for place in version.role_places.all():
        found["Roles", place.role] = f"{place.places} places"
    for line in version.budget_lines.all():
        text = f"{line.amount:,.2f} {line.currency} x {line.quantity:g} {line.per}"
        rate = f", 1 {line.currency} = {line.rate:g} on {line.rate_on}" if line.rate is not None else ""
        _add(found, "Budget", line.line, text + rate)
    return found | _rule_lines(version.rules)


def _add(found: Lines, part: str, what: str, text: str) -> None:
    """Two lines may bear one title: the later ones are numbered."""
    name, number = what, 2
    while (part, name) in found:
        name, number = f"{what} ({number})", number + 1
    found[part, name] = text


def _rule_lines(rules: dict[str, Any]) -> Lines:
    found: Lines = {}
    for section, title in SECTIONS.items():
        if section in RULE_SECTIONS:
            for rule in rules_of(rules, section):
                rest = {key: value for key, value in rule.items() if key not in ("id", "says")}
                found[title, str(rule.get("id", ""))] = f"{says(rule)} {json.dumps(rest, sort_keys=True)}"
            held = rules.get(section)
            for key, value in held.items() if isinstance(held, dict) else ():
                if key != "rules":
                    found[title, key] = str(value)
        else:
            for row in rules.get(section) or []:
                name = str(row.get("title") or row.get("scope"))
                rest = {key: value for key, value in row.items() if key != "title"}
                _add(found, title, name, json.dumps(rest, sort_keys=True, ensure_ascii=False))
    return found


def differences(old: ProgrammeVersion, new: ProgrammeVersion) -> list[Change]:
    """Changes from `old` to `new`, in the order of the parts of the page."""
    was, now = lines(old), lines(new)
    names = list(dict.fromkeys([*was, *now]))
    parts = list(dict.fromkeys(part for part, _ in names))
    return [
        Change(part, what, was.get((part, what), ""), now.get((part, what), ""))
        for part, what in sorted(names, key=lambda name: parts.index(name[0]))
        if was.get((part, what)) != now.get((part, what))
    ]
