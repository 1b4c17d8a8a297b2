"""Forms of the room."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from nagara.campus.labwork.domain.setting import FIELDS
from nagara.campus.labwork.models import LabAssignment
from nagara.campus.labwork.shelf import labs_of_module, modules


class LabForm(forms.ModelForm):
    """A lab in a batch; a reason where it is published already."""

    reason = forms.CharField(max_length=300, required=False, help_text="kept with the change")
    module = forms.ChoiceField()

    class Meta:
        model = LabAssignment
        fields = FIELDS
        widgets = {"intro": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["module"]
        choice.choices = [(code, f"{code} {labs_of_module(code)[0].title}") for code in modules()]
        if self.instance.pk is None or self.instance.state == LabAssignment.State.DRAFT:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True

    def clean_tz(self) -> str:
        zone = str(self.cleaned_data["tz"])
        if zone not in available_timezones():
            raise ValidationError(f"{zone} is no time zone. Such as Asia/Seoul.")
        return zone


class CityForm(forms.Form):
    """The example city of a batch."""

    example_city = forms.ChoiceField(
        label="Example city",
        required=False,
        help_text="Labs run there for everybody whose own city lacks the tables.",
    )

    def __init__(self, *args: Any, cities: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["example_city"]
        choice.choices = [("", "none: the simulated city"), *cities]
