"""Small things that templates of quizzes need."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from nagara.campus.design import markdown
from nagara.campus.quizzes.domain.expressions import plain
from nagara.campus.quizzes.domain.kinds import KINDS

register = template.Library()


@register.filter
def asked(text: str) -> SafeString:
    """A question's Markdown, below the headings of the page."""
    return markdown.html(text, 3)


@register.filter
def marks(value: Any) -> str:
    """Marks without needless zeros: 2, 0.5, 0.667."""
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


@register.filter
def kind_name(kind: str) -> str:
    return KINDS[kind].title if kind in KINDS else kind


@register.filter
def word_of(value: Any, words: str) -> str:
    """ "one,many" by a count."""
    one, _, many = words.partition(",")
    return one if value == 1 else many
