"""What a new site starts with: the words of the consents."""

from __future__ import annotations

import json
from importlib.resources import files

from nagara.campus.people.models import ConsentText


def seed() -> None:
    """Add purposes that are missing. What the office changed stays."""
    known = set(ConsentText.objects.values_list("purpose", flat=True))
    words = json.loads((files("nagara.campus.people.seeds") / "consents.json").read_text("utf-8"))
    ConsentText.objects.bulk_create(
        ConsentText(order=order, **row) for order, row in enumerate(words) if row["purpose"] not in known
    )
