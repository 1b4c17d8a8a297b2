"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from nagara.campus.credentials.models import Wording


class LineFilter(forms.Form):
    """What the list of verdicts can be narrowed by."""

    q = forms.CharField(label="Name", required=False, max_length=80)
    verdict = forms.ChoiceField(label="Verdict", required=False)
    given = forms.ChoiceField(
        label="Certificate",
        required=False,
        choices=[("", "All"), ("none", "None yet"), ("valid", "Valid"), ("ended", "Revoked or replaced")],
    )
    rule = forms.ChoiceField(label="Rule not met, open or waived", required=False)

    def __init__(self, verdicts: list[str], rules: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = [("", "All"), *((v, v) for v in verdicts)]  # type: ignore[attr-defined]
        self.fields["rule"].choices = [("", "All"), *rules]  # type: ignore[attr-defined]


class WaiveForm(forms.Form):
    """A waiver of one rule, signed."""

    rule = forms.ChoiceField(label="Rule")
    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the certificate and in the audit log; never printed on the paper.",
    )
    signature = forms.CharField(label="Signed, your name in full", max_length=200)

    def __init__(self, rules: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = rules  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A reason, which is kept."""

    reason = forms.CharField(label="Reason", max_length=1000)


class WordingForm(forms.ModelForm):
    """What the paper says."""

    class Meta:
        model = Wording
        fields = (
            *("prefix", "organisation", "heading", "lead", "full", "otherwise", "foot"),
            *("show_hours", "show_attendance", "waivers", "valid_years"),
        )
        widgets = {
            "full": forms.Textarea(attrs={"rows": 3}),
            "otherwise": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_prefix(self) -> str:
        prefix = str(self.cleaned_data["prefix"]).strip().upper()
        if not prefix.isascii() or not prefix.replace("-", "").isalnum():
            raise forms.ValidationError("Use letters and digits, such as ASC.")
        return prefix

    def clean_valid_years(self) -> int | None:
        years = self.cleaned_data.get("valid_years")
        if years is not None and not 1 <= years <= 50:
            raise forms.ValidationError("Between 1 and 50 years, or empty.")
        return years

    def _post_clean(self) -> None:
        """The verb writes, not the form: nothing is set on the instance."""


class SignatoryForm(forms.Form):
    """Somebody who signs."""

    name = forms.CharField(label="Name", max_length=160)
    title = forms.CharField(label="Title", max_length=200, help_text="Such as: Director, Institute of Cities")
    image = forms.FileField(
        label="Picture of the signature",
        required=False,
        help_text="PNG or JPEG, at most 200 kB. Without one, a line is printed to sign on.",
    )


class PreviewForm(forms.Form):
    """A name to see on the paper, in any script."""

    name = forms.CharField(label="Name", max_length=200, required=False)
    native = forms.CharField(label="Name in own script", max_length=200, required=False)
    kind = forms.CharField(label="Kind", max_length=80, required=False)


class CheckForm(forms.Form):
    """A number or code from a paper."""

    q = forms.CharField(
        label="Check code or certificate number",
        max_length=80,
        help_text="The code stands under the square pattern, such as 7KQ4-M2XP-9TRA.",
    )


class BadgeForm(forms.Form):
    """A badge to judge: a file, or its text."""

    badge = forms.FileField(
        label="Badge file", required=False, help_text="JSON, JWT, PNG or SVG, at most 2 MB."
    )
    text = forms.CharField(
        label="or its text", required=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("badge") and not data.get("text"):
            raise forms.ValidationError("Choose a file, or paste the text of a badge.")
        return data
