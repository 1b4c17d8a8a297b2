"""Asking a question, keeping it in one's history, sharing it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from nagara.campus.cities.lakes import Place
from nagara.campus.people.models import User
from nagara.campus.workbench.asking import ask_for, sees_all
from nagara.campus.workbench.models import SavedQuery
from nagara.citylab.sandbox import Answer

MOST_ROWS = 1_000
KEPT = 200
"""Questions kept a person and city."""
KEPT_ANSWERS = 20
"""Of these, answers kept: older questions are asked again where their answer is wanted."""


def ask(*, by: User, place: Place, sql: str, now: datetime) -> tuple[SavedQuery | None, Answer]:
    """Put a question to a city; what was answered goes into the person's history (a refusal does not)."""
    answer = ask_for(by, place, sql, limit=MOST_ROWS)
    if answer.status != "done":
        return None, answer
    assert place.snapshot is not None
    made = SavedQuery(
        user=by,
        city=place.slug,
        sql=sql,
        at=now,
        status=answer.status,
        rows=answer.row_count,
        seconds=answer.seconds,
        snapshot=place.snapshot.number,
        all_rows=sees_all(by, place),
    )
    made.keep({"columns": answer.columns, "rows": answer.rows, "truncated": answer.truncated})
    with transaction.atomic():
        _make_room(by, place.slug, sql)
        made.save()
    return made, answer


def _make_room(user: User, city: str, sql: str) -> None:
    """Forget the oldest, and the same question asked before (unless it has a name or a link)."""
    own = SavedQuery.objects.filter(user=user, city=city).order_by("-at", "-pk")
    own.filter(sql=sql, title="", share="").delete()
    plain = own.filter(title="", share="")
    oldest = plain.values_list("pk", flat=True)[KEPT - 1 :]
    own.filter(pk__in=list(oldest)).delete()
    stale = own.exclude(answer=b"").values_list("pk", flat=True)[KEPT_ANSWERS - 1 :]
    own.filter(pk__in=list(stale)).update(answer=b"")


def rename(question: SavedQuery, *, title: str) -> None:
    question.title = title[:120]
    question.save(update_fields=["title"])


def share(question: SavedQuery) -> str:
    """A link for others to the question; the same one when asked twice."""
    if not question.share:
        question.share = secrets.token_urlsafe(16)
        question.save(update_fields=["share"])
    return question.share


def unshare(question: SavedQuery) -> None:
    """End the link."""
    question.share = ""
    question.save(update_fields=["share"])


def remove(question: SavedQuery) -> None:
    """Take a question out of one's history; its link ends with it."""
    question.delete()


def holds(user: User) -> list[dict[str, Any]]:
    """A person's questions as plain rows."""
    return [
        {"city": q.city, "at": q.at.isoformat(), "title": q.title, "sql": q.sql, "rows": q.rows}
        for q in SavedQuery.objects.filter(user=user).defer("answer")
    ]
