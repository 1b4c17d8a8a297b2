"""Certificates of earlier years: from the table of past participants that the office brought, made
checkable. They are marked as recorded, never as issued here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.credentials.domain.numbers import new_code, take
from nagara.campus.credentials.models import Certificate
from nagara.campus.people.models import PastParticipation, User


def waiting() -> Any:
    """Earlier certificates with a number that nobody can check yet, newest year first."""
    known = Certificate.objects.values("number")
    return (
        PastParticipation.objects.exclude(certificate_number="")
        .exclude(certificate_number__in=known)
        .filter(user__erased_at=None)
        .select_related("user")
        .order_by("-year", "batch_title", "user__sort_key", "pk")
    )


@transaction.atomic
def record_earlier(*, by: User | None, only: Iterable[int] | None = None) -> list[Certificate]:
    """Make a checkable record of each earlier certificate (`only`: of these rows). Twice gives it once."""
    take("earlier records", 0)  # of two at once, one waits and finds all done
    rows = waiting() if only is None else waiting().filter(pk__in=list(only))
    made = []
    for row in rows:
        name = row.user.certificate_name or row.user.passport_name
        made.append(
            Certificate(
                number=row.certificate_number,
                code=new_code(),
                user=row.user,
                kind=row.certificate_kind or "Participation",
                name=name,
                origin=Certificate.Origin.RECORDED,
                issued_at=datetime(row.year, 12, 31, tzinfo=UTC),
                issued_by=by,
                snapshot={
                    "name": name,
                    "passport_name": row.user.passport_name,
                    "native_name": row.user.native_name,
                    "city": row.city_text,
                    "kind": row.certificate_kind or "Participation",
                    "programme": row.programme_title,
                    "batch": row.batch_title,
                    "year": row.year,
                    "source": f"{row.source}, row {row.source_row}" if row.source else "",
                },
            )
        )
    made = Certificate.objects.bulk_create(made)
    if made:
        record("earlier certificates recorded", "certificates", by=by, count=len(made))
    return made
