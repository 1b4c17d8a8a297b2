"""What a new site starts with: needs that people can tick, and the words of the consent."""

from __future__ import annotations

import json
from importlib.resources import files

from nagara.campus.people.models import ConsentText
from nagara.campus.visits.missing import TERMS
from nagara.campus.visits.models import Need

WORDS = (
    "My name and my city or organisation may be given to the hosts of technical visits, and what I need on "
    "the way to those who lead them. I keep to the rules of the place and follow the leader's safety "
    "instructions. Without this consent I can still come: the host then gets my place without my name."
)


def seed() -> None:
    """Add what is missing. What the office changed stays."""
    rows = json.loads((files("nagara.campus.visits.seeds") / "needs.json").read_text("utf-8"))
    known = set(Need.objects.values_list("kind", "slug"))
    Need.objects.bulk_create(
        Need(order=order, **row) for order, row in enumerate(rows) if (row["kind"], row["slug"]) not in known
    )
    if not ConsentText.objects.filter(purpose=TERMS).exists():
        ConsentText.objects.create(purpose=TERMS, title="Terms of visits", text=WORDS, order=10)
