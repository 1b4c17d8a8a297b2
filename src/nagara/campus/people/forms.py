"""Forms about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from nagara.campus.people.models import User


class SignUp(forms.Form):
    """What a new person says besides e-mail and password. allauth adds those."""

    passport_name = forms.CharField(label="Name as in passport", max_length=200)
    preferred_name = forms.CharField(label="Name to be called by", max_length=120, required=False)

    def signup(self, request: HttpRequest, user: Any) -> None:
        """allauth asks for this; the adapter has already kept the names."""


class Names(forms.ModelForm):
    """A person's own names."""

    class Meta:
        model = User
        fields = ["passport_name", "preferred_name", "native_name", "certificate_name", "sort_key"]
        help_texts = {
            "passport_name": "Exactly as in your passport, in one line. A single name is fine.",
            "preferred_name": "How colleagues call you.",
            "native_name": "In your own script, if you like.",
            "certificate_name": "Printed on certificates. Empty: the passport name.",
            "sort_key": "Where you stand in lists. Empty: sorted by the passport name.",
        }
