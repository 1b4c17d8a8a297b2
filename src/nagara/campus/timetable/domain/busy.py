"""When a speaker cannot come, taken over from a calendar file. Titles are not kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nagara.adapters import ical
from nagara.campus.audit.domain import record
from nagara.campus.timetable.models import Unavailable
from nagara.citylab.errors import CityLabError

WINDOW = timedelta(days=400)
MOST = 1_000
Span = tuple[datetime, datetime]


@dataclass
class Busy:
    """What a file says from now on for `WINDOW`: spans that do not overlap, and what could not be read."""

    spans: list[Span] = field(default_factory=list)
    problems: list[ical.Problem] = field(default_factory=list)
    free: int = 0


def read(data: bytes, *, tz: str, now: datetime) -> Busy:
    """Busy spans of a calendar file. Days, and times without a zone, are in `tz`."""
    got = ical.read(data, first=now, last=now + WINDOW, tz=tz)
    busy = [one for one in got.happenings if one.busy and one.ends > one.starts]
    spans = joined((one.starts, one.ends) for one in busy)
    problems = list(got.problems)
    if len(spans) > MOST:
        problems.append(ical.Problem(f"{len(spans)} busy times; the first {MOST} are taken."))
    return Busy(spans[:MOST], problems, len(got.happenings) - len(busy))


def joined(spans: Iterable[Span]) -> list[Span]:
    """The union of spans, in order."""
    found: list[Span] = []
    for starts, ends in sorted(spans):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


@transaction.atomic
def keep(user: Any, spans: list[Span], *, source: str, by: Any, now: datetime) -> int:
    """Keep the spans as times at which `user` cannot come. They replace what came from `source` before and
    is not over yet; says how many are kept."""
    if len(spans) > MOST or any(ends <= starts for starts, ends in spans):
        raise CityLabError("These busy times cannot be kept.", mend="Upload the file once more.")
    source = source[:120]
    Unavailable.objects.filter(user=user, source=source, ends__gt=now).delete()
    Unavailable.objects.bulk_create(
        Unavailable(user=user, starts=starts, ends=ends, reason="Busy", source=source)
        for starts, ends in spans
    )
    record("busy times taken over", f"person/{user.pk}", by=by, count=len(spans))
    return len(spans)
