"""How the room shows text."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from nagara.campus.design.markdown import html

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown that planners wrote."""
    return html(text)
