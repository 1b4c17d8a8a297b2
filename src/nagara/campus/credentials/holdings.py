"""What the room tells the others about a person: own data, and how it forgets someone; doors of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from nagara.campus.credentials.models import Certificate
from nagara.campus.people.models import User
from nagara.campus.people.rules import may
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab

KEPT = (
    *("schema", "site", "kind", "full", "programme", "programme_slug", "version", "track", "batch"),
    *("batch_slug", "starts", "ends", "year", "id"),
)
"""What stays of a snapshot when its person is erased: nothing that is about the person."""


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything that the room holds about a person: certificates with their whole snapshot."""
    rows = Certificate.objects.filter(user=user)
    return {
        "certificates": [
            {
                "number": row.number,
                "check_code": row.code,
                "kind": row.kind,
                "name": row.name,
                "state": row.state,
                "reason": row.reason,
                "origin": row.origin,
                "issued": row.issued_at.isoformat(),
                **{key: value for key, value in row.snapshot.items() if key not in ("name", "kind")},
            }
            for row in rows
        ]
    }


def erase(user: User) -> None:
    """The check goes on to say whether a certificate holds; everything about the person goes."""
    for row in Certificate.objects.select_for_update().filter(user=user):
        kept = {key: value for key, value in row.snapshot.items() if key in KEPT}
        if "paper" in row.snapshot:
            kept["paper"] = {"organisation": row.snapshot["paper"].get("organisation", "")}
        row.snapshot, row.name, row.erased_at = kept, "", timezone.now()
        row.reason = "erased" if row.reason else ""
        row.user = row.enrolment = None
        row.save()


def doors(batch: Batch, user: Any) -> Iterator[Tab]:
    """The door on the page of a batch, for those who run it; a participant's own certificate."""
    if may(user, "credentials.run", batch):
        count = batch.certificates.filter(state=Certificate.State.VALID).count()
        yield Tab(
            "Certificates", reverse("batch-certificates", args=[batch.slug]), str(count) if count else ""
        )
    own = batch.certificates.filter(user=user, state=Certificate.State.VALID).first()
    if own is not None:
        yield Tab("Your certificate", own.get_absolute_url())
