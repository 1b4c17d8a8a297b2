"""How times and ways of attendance are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

register = template.Library()


@register.simple_tag
def wall(at: datetime | None, zone: str) -> str:
    """The time of day in a zone: 09:02."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


@register.filter
def got(mapping: Mapping[object, object], key: object) -> object:
    """mapping[key], or nothing; keys of any kind."""
    return mapping.get(key)
