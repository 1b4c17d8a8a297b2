"""What the room holds about people: their skills self-check."""

from __future__ import annotations

from typing import Any

from nagara.campus.curricula.models import SkillsCheck
from nagara.campus.people import data_port
from nagara.campus.people.models import User


def register() -> None:
    data_port.register("curricula", export=export, erase=erase, stays="nothing: the self-check goes")


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    rows = SkillsCheck.objects.filter(user=user).values("answers", "saved_at")
    return {"skills": [dict(row) for row in rows]}


def erase(user: User) -> None:
    SkillsCheck.objects.filter(user=user).delete()
