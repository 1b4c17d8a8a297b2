"""The three yes/no answers that a scholarship asks for, encrypted; each reading is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.db import transaction

from nagara.campus.admissions.models import Application, Citizenship
from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.people.secrets import read_secret

QUESTIONS = {
    "self": "Are you a citizen of the host's state?",
    "first_parent": "Is your first parent a citizen of the host's state?",
    "second_parent": "Is your second parent a citizen of the host's state?",
}


def answered(application: Application) -> bool:
    """True where all three are answered. Nothing is opened for that."""
    return Citizenship.objects.filter(application=application).exists()


@transaction.atomic
def keep(application: Application, answers: Mapping[str, str], *, by: User) -> None:
    """Keep the answers, "yes" or "no" to each of QUESTIONS."""
    if set(answers) != set(QUESTIONS) or not set(answers.values()) <= {"yes", "no"}:
        raise ValueError("three answers, yes or no")
    Citizenship.objects.update_or_create(application=application, defaults={"answers": json.dumps(answers)})
    record("citizenship answered", f"application/{application.pk}", by=by)


def read(application: Application, *, by: User, reason: str) -> dict[str, str]:
    """The answers, written down as a read by `by`; {} where there are none or the call does not ask."""
    if not application.call.asks_citizenship:
        return {}
    kept = Citizenship.objects.filter(application=application).first()
    if kept is None:
        return {}
    about = f"application/{application.pk}"
    opened: dict[str, str] = json.loads(read_secret(kept, "answers", by=by, reason=reason, about=about))
    return opened
