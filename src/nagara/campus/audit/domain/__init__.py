"""The one verb of the room: record."""

from __future__ import annotations

from typing import Any

from nagara.campus.audit.models import Event


def record(verb: str, subject: str, *, by: Any, reason: str = "", **data: Any) -> Event:
    """Write down that the person `by` (None: the site itself) did `verb` to `subject`, such as
    "import jakarta/12". Call it in the transaction of the change. `data` holds plain JSON values and no
    personal data."""
    return Event.objects.create(verb=verb, subject=subject, by=by, reason=reason, data=data)
