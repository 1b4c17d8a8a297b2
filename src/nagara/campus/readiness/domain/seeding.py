"""Fills an empty site with the instrument."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from nagara.campus.readiness.instruments import Questionnaire
from nagara.campus.readiness.models import Instrument

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


def seeded() -> dict[str, Any]:
    """The instrument as it is shipped."""
    data: dict[str, Any] = yaml.safe_load((SEEDS / "cdr-32.yaml").read_text("utf-8"))
    for part in (data, data["skills"]):
        part["levels"] = {str(score): words for score, words in part["levels"].items()}
    Questionnaire(data)
    return data


@transaction.atomic
def seed() -> dict[str, int]:
    """Add the instrument (key and version) if it is missing; edits of the office stay. Returns rows added."""
    data = seeded()
    _, new = Instrument.objects.get_or_create(
        key=data.pop("key"), version=data.pop("version"), defaults={"title": data.pop("title"), "data": data}
    )
    return {"instruments": int(new)}
