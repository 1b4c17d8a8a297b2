"""The timetable on paper: A4, in all scripts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from nagara.campus.design.papers import pdf
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.listing import Timetable
from nagara.campus.timetable.models import Release

TEMPLATE = Path(__file__).with_name("timetable.typ")


def timetable_pdf(batch: Batch, page: Timetable, *, zone: str, now: datetime, whose: str) -> bytes:
    """The days of a page as PDF. `whose` says in words whose timetable it is."""
    last = Release.objects.filter(batch=batch).order_by("-number").first()
    data: dict[str, Any] = {
        "batch": batch.name,
        "host": batch.host_name,
        "days": f"{batch.starts:%-d %b %Y} to {batch.ends:%-d %b %Y}",
        "tz": batch.tz,
        "yours": zone if zone and zone != batch.tz else "",
        "whose": whose,
        "version": f"Version {last.number} of {last.at:%-d %b %Y}" if last else "",
        "printed": f"{now:%-d %b %Y}",
        "rows": [
            {
                "day": f"{day.day:%A} {day.day.day} {day.day:%B %Y}",
                "lines": [
                    {
                        "at": line.host,
                        "yours": line.yours,
                        "title": line.public.title,
                        "what": " · ".join(
                            filter(None, [line.public.kind, str(line.public.group or ""), line.names])
                        ),
                        "place": line.public.place or ("online" if line.public.online else ""),
                        "off": line.public.cancelled,
                        "zone": "" if line.public.tz == batch.tz else line.public.tz,
                    }
                    for line in day.lines
                ],
            }
            for day in page.days
        ],
    }
    return pdf(TEMPLATE, data)
