"""How the City Lab's words are shown on pages."""

from __future__ import annotations

from django import template

from nagara.campus.lab.tongue import on_the_page

register = template.Library()


@register.filter
def on_page(text: str | None) -> str:
    """Advice in the words of the web form instead of the command line's."""
    return on_the_page(text or "")
