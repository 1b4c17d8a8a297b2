"""How points and severities are shown."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from nagara.campus.selection.domain.constraints import SCALE

register = template.Library()


@register.filter
def points(thousandths: Any) -> str:
    """Thousandths of a point as points: 78.25. Empty for None."""
    return (
        ""
        if thousandths is None or thousandths == ""
        else f"{thousandths / SCALE:,.3f}".rstrip("0").rstrip(".")
    )


@register.filter
def signed(value: float) -> str:
    """+3.2 or −3.2, with a real minus sign."""
    return f"{value:+.1f}".replace("-", "−")


@register.simple_tag
def severity_bar(value: float, widest: float) -> SafeString:
    """A bar to the left (strict) or right (generous) of the middle; the number stands beside it."""
    length = min(1.0, abs(value) / widest) * 56
    return format_html(
        '<svg class="severity" viewBox="0 0 120 12" width="120" height="12" aria-hidden="true">'
        '<rect x="{}" y="2" width="{}" height="8"/><line x1="60" y1="0" x2="60" y2="12"/></svg>',
        f"{60 - length if value < 0 else 60:.1f}",
        f"{length:.1f}",
    )
