"""Fills an empty site: states, frameworks, member cities, projects."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml
from django.db import transaction
from django.utils.text import slugify

from nagara.campus.cities import seeds
from nagara.campus.cities.models import City, FocusArea, Framework, Membership, Project, State


@transaction.atomic
def seed() -> dict[str, int]:
    """Add what is missing and leave alone what is there: the office's edits stay. Returns rows added."""
    return {
        "states": _states(),
        "frameworks": _frameworks(),
        "cities": _cities(),
        "projects": _projects(),
    }


def _states() -> int:
    added = 0
    for row in seeds.rows("states"):
        facts = {key: row[key] for key in ("zones", "currency", "languages", "script", "calling")}
        _, new = State.objects.get_or_create(
            iso2=row["iso2"],
            defaults={"name": row["name"], "is_host": row["is_host"] == "1", "facts": facts},
        )
        added += new
    return added


def _frameworks() -> int:
    added = 0
    text = (seeds.HERE / "frameworks.yaml").read_text("utf-8")
    for entry in yaml.safe_load(text):
        period = entry.get("period") or [None, None]
        framework, new = Framework.objects.get_or_create(
            key=slugify(entry["id"]),
            defaults={
                "title": entry["title"],
                "adopted": entry.get("adopted"),
                "valid_from": date(period[0], 1, 1) if period[0] else None,
                "valid_to": date(period[1], 12, 31) if period[1] else None,
                "status": entry.get("status", ""),
                "data": _plain(
                    {
                        k: v
                        for k, v in entry.items()
                        if k not in {"id", "title", "adopted", "status", "period"}
                    }
                ),
            },
        )
        added += new
        if new:
            _focus_areas(framework, entry.get("focus_areas", {}))
    return added


def _focus_areas(framework: Framework, areas: dict[str, list[str]]) -> None:
    for order, (name, parts) in enumerate(areas.items()):
        FocusArea.objects.create(
            framework=framework, slug=slugify(name), name=name, order=order, sub_areas=parts
        )


def _cities() -> int:
    states = {state.iso2: state for state in State.objects.all()}
    there = set(City.objects.values_list("slug", flat=True))
    added = 0
    for known in seeds.known_cities().values():
        if known.slug in there:
            continue
        city = City.objects.create(
            slug=known.slug,
            name=known.name,
            state=states[known.country],
            lat=known.lat,
            lon=known.lon,
            tz=known.tz,
            is_pilot=known.is_pilot,
        )
        Membership.objects.create(city=city, since=date(known.member_since, 1, 1))
        added += 1
    return added


def _projects() -> int:
    if Project.objects.exists():
        return 0
    cities = {city.slug: city for city in City.objects.all()}
    areas = {area.name: area for area in FocusArea.objects.filter(framework__key="ascf")}
    projects = [
        Project(
            city=cities[row["city"]],
            title=row["title"],
            focus_area=areas[row["focus_area"]],
            status=row["status"],
            as_of=int(row["as_of"]),
        )
        for row in seeds.rows("projects")
        if row["city"] in cities
    ]
    return len(Project.objects.bulk_create(projects))


def _plain(value: Any) -> Any:
    """YAML values as JSON can hold them: keys as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)
