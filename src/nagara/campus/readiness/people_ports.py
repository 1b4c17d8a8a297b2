"""What the room says about people: experts, and what they wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from nagara.campus.people import data_port, roles
from nagara.campus.people.models import User
from nagara.campus.people.roles import Held
from nagara.campus.readiness.models import Answer, EvidenceItem, Expert

EXPERT = "Programme expert"


def register() -> None:
    roles.register("readiness", roles_of, many=roles_of_many, kinds={"expert": EXPERT}, holders=holders)
    stays = "answers, notes and evidence about a city, by a person without a name"
    data_port.register("readiness", export=export, erase=erase, stays=stays)


def _held(post: Expert) -> Held:
    return Held(EXPERT, "readiness", str(post.city or "any city"), "", post.since, post.until)


def roles_of(user: User) -> list[Held]:
    """Posts as an expert, past ones too."""
    return [_held(post) for post in Expert.objects.filter(user=user).select_related("city")]


def roles_of_many(ids: Collection[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for post in Expert.objects.current().filter(user__in=ids).select_related("city"):
        found.setdefault(post.user_id, []).append(_held(post))
    return found


def holders(key: str) -> Iterable[int]:
    return Expert.objects.current().values_list("user", flat=True)


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    about = ("assessment__city__name", "assessment__cycle", "question")
    answers = Answer.objects.filter(by=user).values(*about, "side", "score", "note", "saved_at")
    items = EvidenceItem.objects.filter(by=user).values(*about, "title", "url", "added_at")
    posts = Expert.objects.filter(user=user).values("city__name", "since", "until")
    return {
        "readiness_answers": [dict(row) for row in answers],
        "readiness_evidence": [dict(row) for row in items],
        "expert": [dict(row) for row in posts],
    }


def erase(user: User) -> None:
    """The posts go; what was said about a city stays with the account, which has no name any more."""
    Expert.objects.filter(user=user).delete()
