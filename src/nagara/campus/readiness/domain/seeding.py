"""Fills an empty site with the instrument."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.db import transaction

from nagara.campus.readiness.instruments import Questionnaire
from nagara.campus.readiness.models import Instrument

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


@transaction.atomic
def seed() -> dict[str, int]:
    """Add instruments (key and version) that are missing. Returns rows added."""
    added = 0
    for path in sorted(SEEDS.glob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        data["levels"] = {str(score): words for score, words in data["levels"].items()}
        Questionnaire(data)
        _, new = Instrument.objects.get_or_create(
            key=data.pop("key"),
            version=data.pop("version"),
            defaults={"title": data.pop("title"), "data": data},
        )
        added += new
    return {"instruments": added}
