"""How often one person or address may ask for something that costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from nagara.campus.design.errors import page


def too_often(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one more; True where `who` has passed `most` in this window of `seconds`."""
    key = f"limit:{what}:{who}:{int(time.time()) // seconds}"
    if cache.add(key, 1, timeout=seconds):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # the window closed between the two calls
        return False


def asker(request: HttpRequest) -> str:
    """Who asks: the person, else the address."""
    if request.user.is_authenticated:
        return f"u{request.user.pk}"
    return f"a{request.META.get('REMOTE_ADDR', '')}"


def limited(what: str, *, most: int, seconds: int = 60, methods: tuple[str, ...] = ("GET", "POST")) -> Any:
    """View decorator: 429 with a page that says when to try again."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods and too_often(what, asker(request), most=most, seconds=seconds):
                response = page(
                    request,
                    429,
                    "That was too often.",
                    f"This page may be asked for {most} times in {seconds} seconds.",
                    "Wait a minute and try again.",
                )
                response["Retry-After"] = str(seconds)
                return response
            return view(request, *args, **kwargs)

        return inner

    return wrap
