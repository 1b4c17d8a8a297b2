"""Views that are loaded when they are first asked for.

What the City Lab needs (Arrow, DuckDB, figures) takes four times the memory of the rest of the site. A
process that nobody asks for a city's data never loads it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase


def later(address: str) -> Callable[..., HttpResponseBase]:
    """The view at `address` (`package.module.name`), imported at the first request."""
    module, _, name = address.rpartition(".")

    def view(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        found: Callable[..., HttpResponseBase] = getattr(import_module(module), name)
        return found(request, *args, **named)

    view.__name__ = view.__qualname__ = name
    view.__module__ = module
    return view
