"""Fills an empty site from the curriculum: modules that the catalogue does not know, rubrics."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from nagara.campus.lessons.content import open_modules
from nagara.campus.programmes.models import Module as CatalogueModule
from nagara.campus.programmes.models import Rubric
from nagara.campus.quizzes.models import Bank
from nagara.citylab.errors import CityLabError
from nagara.citylab.lessons import Module


@transaction.atomic
def seed() -> None:
    """Add what is missing, leave alone what is there: the office's edits stay."""
    modules = open_modules().values()
    known = set(CatalogueModule.objects.values_list("code", flat=True))
    CatalogueModule.objects.bulk_create(_row(module) for module in modules if module.code not in known)
    if set(open_modules()) - known:
        _tie_banks()
    there = set(Rubric.objects.values_list("key", flat=True))
    rows = {row["key"]: row for module in modules for row in rubrics(module.folder / "rubric.yaml")}
    Rubric.objects.bulk_create(
        Rubric(key=key, title=row["title"], criteria=row["criteria"])
        for key, row in rows.items()
        if key not in there
    )


def _row(module: Module) -> CatalogueModule:
    """A module of one's own for the catalogue, with its hours where module.toml gives them."""
    data = tomllib.loads((module.folder / "module.toml").read_text("utf-8"))
    return CatalogueModule(
        code=module.code,
        title=module.title,
        can="; ".join(module.can),
        lab=str(data.get("lab", "")),
        assessed_by=str(data.get("assessed_by", "")),
        dimensions=list(module.dimensions),
        hours=data.get("hours", {}),
        prerequisites=list(data.get("prerequisites", [])),
        modes=list(data.get("modes", [])),
    )


def _tie_banks() -> None:
    """Banks of modules that came into the catalogue just now."""
    for module in open_modules().values():
        path = module.folder / "bank.yaml"
        if path.exists():
            slug = yaml.safe_load(path.read_text("utf-8"))["slug"]
            found = CatalogueModule.objects.get(code=module.code)
            Bank.objects.filter(slug=slug, module=None).update(module=found)


def rubrics(path: Path) -> list[dict[str, Any]]:
    """Rubrics of a module's file, marks of the anchors as text. Raises CityLabError."""
    if not path.exists():
        return []
    read = yaml.safe_load(path.read_text("utf-8"))
    rows = read if isinstance(read, list) else [read]
    try:
        return [
            {
                "key": str(row["key"]),
                "title": str(row["title"]),
                "criteria": [
                    {**item, "anchors": {str(mark): words for mark, words in item["anchors"].items()}}
                    for item in row["criteria"]
                ],
            }
            for row in rows
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise CityLabError(
            f"the rubric cannot be read: {error!r}",
            where=str(path),
            mend="A rubric has key, title and criteria with id, title, weight, max and anchors.",
        ) from error
