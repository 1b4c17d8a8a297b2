"""Make what the room holds about a person anonymous; what was decided stays."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction

from nagara.campus.admissions.models import (
    Application,
    Citizenship,
    Cosignature,
    Document,
    Head,
    Nomination,
    Upload,
)
from nagara.campus.people.data_port import erased_name
from nagara.campus.people.models import User

NOWHERE = "erased.invalid"


def erase(user: User) -> None:
    """Names, addresses, answers and files go; number, state, city and sex of applications stay."""
    applications = Application.objects.filter(user=user)
    Citizenship.objects.filter(application__in=applications).delete()
    documents = Document.objects.filter(application__in=applications).exclude(file="")
    files = list(documents.values_list("file", flat=True))
    uploads = [upload.path for upload in Upload.objects.filter(by=user)]
    Upload.objects.filter(by=user).delete()
    documents.update(file="", name="", sha256="", remark="", size=0)
    applications.update(position="", department="", answers={}, eligibility=[])
    nominated = Nomination.objects.filter(email=user.email) | Nomination.objects.filter(
        application__user=user
    )
    for pk in list(nominated.values_list("pk", flat=True)):
        Nomination.objects.filter(pk=pk).update(
            name=erased_name, email=_nobody(), position="", department="", reason=""
        )
    Cosignature.objects.filter(email=user.email).update(
        name=erased_name, position="", reason="", email=_nobody()
    )
    for head in Head.objects.filter(email=user.email):
        Head.objects.filter(pk=head.pk).update(name=erased_name, email=_nobody(), position="")

    def remove() -> None:
        for path in [*(Path(settings.UPLOADS) / file for file in files), *uploads]:
            path.unlink(missing_ok=True)

    transaction.on_commit(remove)


def _nobody() -> str:
    """An address that nobody has, each one once: the tables ask for that."""
    return f"{secrets.token_hex(8)}@{NOWHERE}"
