"""What the room tells the rooms below: next steps, doors of a batch, personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from nagara.campus.learning import steps
from nagara.campus.lessons import progress
from nagara.campus.lessons.content import open_modules
from nagara.campus.lessons.models import Reading
from nagara.campus.people import data_port
from nagara.campus.people.models import User
from nagara.campus.programmes import module_doors, tabs
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab


def register() -> None:
    """Called once, when the site starts."""
    steps.register("lessons", progress.steps)
    tabs.register("lessons", 38, of_batch)
    module_doors.register("lessons", of_module)
    data_port.register("lessons", export=export, erase=erase, stays="Nothing.")


def of_batch(batch: Batch, user: Any) -> Iterator[Tab]:
    yield Tab("Modules", reverse("batch-modules", args=[batch.slug]))


def of_module(code: str, user: Any) -> Iterator[Tab]:
    """From the catalogue to the lessons."""
    module = open_modules().get(code)
    if module is not None:
        note = f"{len(module.lessons)} lessons"
        yield Tab("Read the lessons", reverse("lesson-module", args=[code]), note)


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """What a person has read."""
    return {
        "lessons_read": [
            {
                "module": r.module,
                "lesson": r.lesson,
                "variant": r.variant,
                "city": r.city,
                "at": r.at.isoformat(),
            }
            for r in Reading.objects.filter(user=user)
        ]
    }


def erase(user: User) -> None:
    """Nobody else needs to know what was read: it goes."""
    Reading.objects.filter(user=user).delete()
