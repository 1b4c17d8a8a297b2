"""What is worked out before the site starts, so that no page has to."""

from __future__ import annotations

from nagara.campus.cities.atlas import land
from nagara.campus.cities.lakes import holdings


def prepare() -> None:
    """Draw the borders; look into cities that the lake has gained."""
    land()
    holdings()
