"""How people come to an account."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class Accounts(DefaultAccountAdapter):
    """Sign-up is open only where the settings say so; else the office invites."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.NAGARA_SIGNUP)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.passport_name = form.cleaned_data.get("passport_name", "")
        user.preferred_name = form.cleaned_data.get("preferred_name", "")
        return super().save_user(request, user, form, commit)
