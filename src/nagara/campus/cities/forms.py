"""Forms about city teams."""

from __future__ import annotations

from django import forms

from nagara.campus.cities.models import City, CityMember, State


class NewMember(forms.Form):
    """A person to bring into a team."""

    email = forms.EmailField(label="E-mail", max_length=254)
    passport_name = forms.CharField(
        label="Name as in passport",
        max_length=200,
        help_text="Used only where the person is new here. A single name is fine.",
    )
    role = forms.ChoiceField(label="Role", choices=CityMember.Role.choices, initial=CityMember.Role.STAFF)
    reason = forms.CharField(label="Why", max_length=300, help_text="Such as: letter of 3 March.")


class Reason(forms.Form):
    """Why something ends."""

    reason = forms.CharField(label="Why", max_length=300)


class NewRepresentative(forms.Form):
    """A National Representative to name."""

    state = forms.ModelChoiceField(label="State", queryset=State.objects.none())
    email = forms.EmailField(label="E-mail", max_length=254)
    passport_name = forms.CharField(
        label="Name as in passport", max_length=200, help_text="Used only where the person is new here."
    )
    reason = forms.CharField(label="Why", max_length=300)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        members = City.objects.members().values("state")
        self.fields["state"].queryset = State.objects.filter(pk__in=members)  # type: ignore[attr-defined]
