"""What a request carries for us, for the type checker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from nagara.campus.people.models import User


class SignedIn(HttpRequest):
    """A request of someone who has signed in (behind `login_required`)."""

    user: User
    htmx: HtmxDetails
    upload_too_large: bool
