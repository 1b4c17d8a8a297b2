"""The verbs of the room: record a change, record a read."""

from __future__ import annotations

from typing import Any

from nagara.campus.audit.models import Event


def record(verb: str, subject: str, *, by: Any, reason: str = "", **data: Any) -> Event:
    """Write down that the person `by` (None: the site itself) did `verb` to `subject`, such as
    "import jakarta/12". Call it in the transaction of the change. `data` holds plain JSON values and no
    personal data."""
    return Event.objects.create(verb=verb, subject=subject, by=by, reason=reason, data=data)


def record_read(what: str, subject: str, *, by: Any, reason: str = "") -> Event:
    """Write down that `by` read a sensitive field, such as `what`="passport_number" of "person/7"."""
    return Event.objects.create(
        verb=f"read {what}"[:60], subject=subject, by=by, reason=reason, kind=Event.READ
    )
