"""Quizzes that go with a module, for a person in a batch."""

from __future__ import annotations

from typing import Any

from nagara.campus.programmes.models import Batch
from nagara.campus.quizzes.models import Quiz


def quizzes_of(code: str, batch: Batch | None, user: Any) -> list[Quiz]:
    """Quizzes of the batch that are about the module or draw from its bank, as far as `user` sees them."""
    if batch is None:
        return []
    mine = Quiz.objects.visible_to(user).filter(batch=batch)
    found = mine.filter(module__code=code) | mine.filter(parts__bank__module__code=code)
    return list(found.select_related("purpose").distinct().order_by("opens", "id"))
