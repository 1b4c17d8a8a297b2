"""How numbers, ranges, times and tables are shown everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from nagara.citylab.brief.numbers import unit_text

register = template.Library()
EMPTY_CELL = mark_safe("<td></td>")
NOTHING = format_html('<span class="soft">{}</span>', "–")


@register.filter
def number(value: Any) -> str:
    """A number that people can read: 12,345; 3.14; 0.00021. Empty for None."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (abs(value) >= 1000 and abs(value) < 1e15):
        return f"{value:,.0f}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 10 else f"{value:.3g}"


@register.filter
def percent(value: Any) -> str:
    """A share 0-1 as per cent."""
    return "" if value is None else f"{100 * float(value):.0f} %"


@register.filter
def megabytes(value: int) -> str:
    return f"{value / 1_000_000:,.1f} MB"


@register.simple_tag
def when(value: datetime | date | None, form: str = "minute") -> SafeString:
    """A `<time>` element. Instants are shown in their own zone; `form` is minute or day."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime) or form == "day":
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat()[:10], f"{value:%d %b %Y}".lstrip("0")
        )
    zone = f" {value:%Z}" if value.tzinfo else ""
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), f"{value:%d %b %Y %H:%M}".lstrip("0") + zone
    )


def _offset(at: datetime) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def _in_zone(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%d %b %Y, %H:%M}".lstrip("0") + f" {zone.rpartition('/')[2].replace('_', ' ')} time"


@register.simple_tag(takes_context=True)
def clocks(context: Mapping[str, Any], at: datetime | None, zone: str = "UTC") -> SafeString:
    """An instant in both clocks: the host's zone, and the viewer's own where it is another.

    The viewer's zone is the one on the person's account, else the device's (by script; UTC without it).
    """
    if at is None:
        return NOTHING
    yours = getattr(context.get("user"), "tz", "") or ""
    host = format_html(
        '<time datetime="{}">{}</time> <small class="soft">{}</small>',
        at.isoformat(),
        _in_zone(at, zone),
        _offset(at.astimezone(ZoneInfo(zone))),
    )
    if yours and at.astimezone(ZoneInfo(yours)).utcoffset() == at.astimezone(ZoneInfo(zone)).utcoffset():
        return host
    stamp = at.astimezone(UTC).isoformat()
    if yours:
        own = format_html('<time datetime="{}">{}</time>', stamp, _in_zone(at, yours))
        return format_html('{}<br><span class="soft">Your clock: {}</span>', host, own)
    own = format_html('<time class="yours full" datetime="{}">{}</time>', stamp, _in_zone(at, "UTC"))
    return format_html('{}<br><span class="soft">Your clock: {}</span>', host, own)


@register.simple_tag
def range_bar(value: float | None, lo: float | None, hi: float | None) -> SafeString | str:
    """A value inside its range as a small drawing; the numbers stand beside it as text."""
    if value is None or lo is None or hi is None or not lo <= value <= hi:
        return ""
    span = (hi - lo) or abs(value) or 1.0
    left, right = lo - span * 0.25, hi + span * 0.25

    def x(v: float) -> str:
        return f"{(v - left) / (right - left) * 120:.1f}"

    return format_html(
        '<svg class="range" viewBox="0 0 120 16" aria-hidden="true">'
        '<line class="axis" x1="0" y1="8" x2="120" y2="8"/>'
        '<line class="span" x1="{}" y1="8" x2="{}" y2="8"/>'
        '<circle class="dot" cx="{}" cy="8" r="4.5"/></svg>',
        x(lo),
        x(hi),
        x(value),
    )


@register.filter
def unit(code: str | None) -> str:
    """A UCUM unit as people write it."""
    return unit_text(code or "")


@register.filter
def paragraphs(text: str) -> SafeString:
    """Text with blank lines between paragraphs; line ends within one are only how it was typed."""
    pieces = [" ".join(piece.split()) for piece in text.strip().split("\n\n")]
    return format_html_join("", "<p>{}</p>", ((piece,) for piece in pieces if piece))


@register.filter
def words(name: str) -> str:
    """A short name as words: lag_hours -> Lag hours."""
    plain = name.replace("_", " ").replace("-", " ")
    return plain[:1].upper() + plain[1:]


@register.filter
def total(values: Iterable[int]) -> int:
    return sum(values)


@register.filter
def cell(value: Any) -> SafeString:
    """A table cell of any value: numbers to the right, times and lists in words."""
    if value is None:
        return EMPTY_CELL
    if isinstance(value, bool):
        return format_html("<td>{}</td>", "yes" if value else "no")
    if isinstance(value, int | float):
        return format_html(
            '<td class="num">{}</td>', repr(value) if isinstance(value, int) else f"{value:.10g}"
        )
    if isinstance(value, datetime):
        return format_html('<td class="nowrap">{}</td>', f"{value:%Y-%m-%d %H:%M:%S}")
    if isinstance(value, list):
        return format_html("<td>{}</td>", ", ".join(f"{v:.6g}" for v in value))
    text = str(value)
    return format_html("<td>{}</td>", text if len(text) <= 120 else f"{text[:117]}...")


@register.simple_tag(takes_context=True)
def page_link(context: Mapping[str, Any], number: int) -> str:
    """This page's address with another page of its list."""
    params = context["request"].GET.copy()
    params["page"] = str(number)
    return f"?{urlencode(sorted(params.items()))}"


@register.simple_tag(takes_context=True)
def export_link(context: Mapping[str, Any], kind: str) -> str:
    """This list, as narrowed, as a file: csv, xlsx or csvw."""
    params = context["request"].GET.copy()
    params.pop("page", None)
    params["export"] = kind
    return f"?{urlencode(sorted(params.items()))}"


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """mapping[key], or nothing."""
    return mapping.get(key, "")
