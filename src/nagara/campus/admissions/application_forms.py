"""The short pages of an application as forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from nagara.campus.admissions.domain.citizenship import QUESTIONS
from nagara.campus.admissions.models import Application
from nagara.campus.cities.models import City, State
from nagara.campus.people.models import User

YES_NO = [("yes", "Yes"), ("no", "No")]


class YouForm(forms.ModelForm):
    """Names, sex, how to reach the person. They stand on the account: given once, right everywhere."""

    sex = forms.ChoiceField(label="Sex", choices=Application.Sex.choices, widget=forms.RadioSelect)

    class Meta:
        model = User
        fields = ["passport_name", "preferred_name", "native_name", "phone"]
        help_texts = {
            "passport_name": "Exactly as in your passport, in one line. A single name is fine.",
            "preferred_name": "How colleagues call you.",
            "native_name": "In your own script, if you like.",
            "phone": "With the code of your country: +62 ...",
        }


class WorkForm(forms.ModelForm):
    """Where the person works, and for how long."""

    class Meta:
        model = Application
        fields = ["home_state", "city", "position", "department", "years_in_field", "secondary_city"]
        labels = {
            "home_state": "State",
            "position": "Position",
            "department": "Department or office",
            "years_in_field": "Years of work in the field",
            "secondary_city": "My city is a secondary city: not the capital or the largest of the state",
        }
        help_texts = {"years_in_field": "City planning, management, data or related work; full years."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["home_state"] = forms.ModelChoiceField(
            State.objects.all(), label="State", empty_label="Choose", required=True
        )
        self.fields["city"] = forms.ModelChoiceField(
            City.objects.all(),
            label="City",
            required=False,
            empty_label="Not a member city",
            help_text="The member city that you work for.",
        )
        nomination = self.instance.nomination
        if nomination is not None:
            self.fields["home_state"].disabled = True
            self.fields["city"].disabled = nomination.city_id is not None
        for name in ("position", "department", "years_in_field"):
            self.fields[name].required = False  # save and resume: what is missing is told at the end
        self.fields["years_in_field"].widget.attrs |= {"inputmode": "numeric", "max": 60}

    def _post_clean(self) -> None:
        """The verb changes the application, not the form."""


class AnswersForm(forms.Form):
    """One page of the call's own questions. What is missing is told at the end."""

    def __init__(
        self, *args: Any, page: Mapping[str, Any], answers: Mapping[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        for question in page["questions"]:
            field = _field(question)
            field.initial = _shown(question, answers.get(question["key"]))
            self.fields[question["key"]] = field

    def answers(self) -> dict[str, Any]:
        """By short name, as they are kept: yes and no as true and false, empty as None."""
        kept: dict[str, Any] = {}
        for question in self.page["questions"]:
            value = self.cleaned_data[question["key"]]
            if question["kind"] == "yes-no":
                value = {"yes": True, "no": False}.get(value)
            kept[question["key"]] = None if value == "" else value
        return kept


def _shown(question: Mapping[str, Any], value: Any) -> Any:
    if question["kind"] == "yes-no" and isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _field(question: Mapping[str, Any]) -> forms.Field:
    common: dict[str, Any] = {"label": question["label"], "help_text": question["help"], "required": False}
    kind = question["kind"]
    if kind == "yes-no":
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
    if kind == "choice":
        choices = [(choice, choice) for choice in question["choices"]]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if kind == "number":
        return forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}), **common)
    widget = forms.Textarea(attrs={"rows": 6}) if kind == "text" else forms.TextInput()
    if kind == "text":
        common["help_text"] = f"{question['help']} At most {question['most']} characters.".strip()
    return forms.CharField(max_length=question["most"], widget=widget, **common)


class CitizenshipForm(forms.Form):
    """The three questions of a scholarship, yes or no only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, words in QUESTIONS.items():
            self.fields[key] = forms.ChoiceField(label=words, choices=YES_NO, widget=forms.RadioSelect)
