"""Names for the editor's suggestions, as inert JSON beside it."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from nagara.campus.workbench.asking import Table

register = template.Library()


@register.simple_tag
def sql_words(tables: Iterable[Table]) -> SafeString:
    """Tables and their columns."""
    return json_script({"tables": {t.name: [c.name for c in t.columns] for t in tables or ()}})


@register.filter
def kept(value: object) -> object:
    """A value of an answer for its cell: lists and records as text."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
