"""Forms about people."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from nagara.campus.people import countries, roles
from nagara.campus.people.models import OfficeMember, User

NAMES = ("passport_name", "preferred_name", "native_name", "certificate_name", "sort_key")


class SignUp(forms.Form):
    """What a new person says besides e-mail and password. allauth adds those."""

    passport_name = forms.CharField(label="Name as in passport", max_length=200)
    preferred_name = forms.CharField(label="Name to be called by", max_length=120, required=False)

    def signup(self, request: HttpRequest, user: Any) -> None:
        """allauth asks for this; the adapter has already kept the names."""


class Names(forms.ModelForm):
    """A person's own names, country and clock."""

    country = forms.ChoiceField(required=False, choices=countries.choices)

    class Meta:
        model = User
        fields = [*NAMES, "country", "tz", "sex", "phone"]
        help_texts = {
            "passport_name": "Exactly as in your passport, in one line. A single name is fine.",
            "preferred_name": "How colleagues call you.",
            "native_name": "In your own script, if you like.",
            "certificate_name": "Printed on certificates. Empty: the passport name.",
            "sort_key": "Where you stand in lists. Empty: sorted by the passport name.",
            "tz": "Such as Asia/Jakarta. Empty: the clock of your device.",
            "sex": "For counts in reports only.",
            "phone": "With the code of the country: +62 ...",
        }

    def clean_tz(self) -> str:
        zone = str(self.cleaned_data["tz"]).strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError("This is no time zone. Write it as Area/City, such as Asia/Yangon.")
        return zone


class Facts(Names):
    """What the office mends about a person: names, e-mail, whether the person may sign in."""

    reason = forms.CharField(label="Reason", max_length=300)

    class Meta(Names.Meta):
        fields = [*Names.Meta.fields, "email", "is_active"]

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Someone else has this address.")
        return email


class Filter(forms.Form):
    """What the list of people is narrowed by."""

    q = forms.CharField(label="Name or e-mail", required=False, max_length=100)
    role = forms.ChoiceField(label="Role", required=False)
    country = forms.ChoiceField(label="Country", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("role", [("", "Any role"), *roles.kinds().items()])
        self._choose("country", [("", "Any country"), *countries.countries().items()])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class Invite(forms.Form):
    """Whom the office asks in."""

    email = forms.EmailField(label="E-mail")
    passport_name = forms.CharField(label="Name as in passport", max_length=200)
    country = forms.ChoiceField(label="Country", required=False, choices=countries.choices)
    places = forms.MultipleChoiceField(
        label="Roles", required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    reason = forms.CharField(label="Reason", required=False, max_length=300)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["places"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = roles.offered(by)
        if not field.choices:
            del self.fields["places"]


class Accept(forms.Form):
    """The first sign-in: a password, or a passkey."""

    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters. Empty: a passkey (the lock of your phone or computer).",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if password:
            validate_password(password, self.user)
        return password


class Reason(forms.Form):
    """Why the office does something."""

    reason = forms.CharField(label="Reason", max_length=300)


class Words(forms.Form):
    """New words of a consent."""

    title = forms.CharField(label="Title", max_length=120)
    text = forms.CharField(label="Words", widget=forms.Textarea(attrs={"rows": 6}), max_length=4000)
    reason = forms.CharField(label="Reason of the change", max_length=300)


class Upload(forms.Form):
    """A table of past participants."""

    file = forms.FileField(
        label="File",
        help_text="An XLSX or CSV file of at most 10 MB, one row for each person and batch.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


OFFICE_ROLES = OfficeMember.Role.choices
