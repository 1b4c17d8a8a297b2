"""How people come to an account."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
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


class OtherServers(DefaultSocialAccountAdapter):
    """Sign-in by an organisation's own server: for people who are known here by a confirmed e-mail."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return bool(settings.NAGARA_SIGNUP)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        given = " ".join(data.get(name) or "" for name in ("first_name", "last_name")).strip()
        user.passport_name = data.get("name") or given or user.email
        return user
