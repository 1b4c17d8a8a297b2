"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from nagara import __version__

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """The chosen colour scheme ("" follows the machine), the version, and whether this is a demo."""
    theme = request.COOKIES.get("nagara_theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "version": __version__,
        "demo": settings.NAGARA_DEMO,
        "can_sign_up": settings.NAGARA_SIGNUP,
    }
