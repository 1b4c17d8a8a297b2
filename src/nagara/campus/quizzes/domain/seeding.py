"""Fills an empty site: purposes of quizzes, and the banks that are shipped as data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from nagara.campus.programmes.models import Module
from nagara.campus.quizzes.domain.banks import new_items
from nagara.campus.quizzes.models import Bank, Item, Purpose
from nagara.citylab.lessons import folders

FOLDER = Path(__file__).resolve().parents[1] / "seeds" / "banks"
PURPOSES: tuple[dict[str, Any], ...] = (
    {"slug": "practice", "name": "Practice", "graded": False},
    {"slug": "graded", "name": "Graded quiz", "graded": True},
    {"slug": "pre-test", "name": "Pre-test", "graded": False, "side": "pre"},
    {"slug": "post-test", "name": "Post-test", "graded": True, "side": "post"},
)


@cache
def read_bank(path: Path) -> dict[str, Any]:
    """A bank file: slug, title, about, module (its code), items (each with its key)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load(path.read_text("utf-8"), Loader=loader))  # noqa: S506 (a safe loader, in C)


def shipped_banks() -> list[Path]:
    """Bank files: the test of the whole programme, then `bank.yaml` of every module of the curriculum."""
    modules = [path for folder in folders() for path in sorted(folder.glob("modules/*/bank.yaml"))]
    return [*sorted(FOLDER.glob("*.yaml")), *modules]


@transaction.atomic
def seed() -> None:
    """Add what is missing, leave alone what is there: edits of lecturers stay."""
    known = set(Purpose.objects.values_list("slug", flat=True))
    Purpose.objects.bulk_create(
        Purpose(order=order, **row) for order, row in enumerate(PURPOSES) if row["slug"] not in known
    )
    seed_banks(shipped_banks())


def seed_banks(paths: Iterable[Path]) -> int:
    """Load bank files: new banks, and new items of banks that are there. Says how many items came."""
    count = 0
    for path in paths:
        data = read_bank(path)
        bank, _ = Bank.objects.get_or_create(
            slug=data["slug"],
            defaults={
                "title": data["title"],
                "about": data.get("about", ""),
                "module": Module.objects.filter(code=data.get("module", "")).first(),
                "shipped": True,
            },
        )
        known = set(Item.objects.filter(bank=bank).values_list("key", flat=True))
        rows = [(str(row["key"]), {k: v for k, v in row.items() if k != "key"}) for row in data["items"]]
        missing = [(key, body) for key, body in rows if key not in known]
        count += new_items(bank, missing, by=None, note="Shipped with the site") if missing else 0
    return count
