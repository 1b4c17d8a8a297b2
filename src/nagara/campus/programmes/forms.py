"""Forms about batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms

from nagara.campus.cities.models import City, State
from nagara.campus.programmes.models import (
    Batch,
    BatchActivity,
    BatchBudgetLine,
    ExtraHoliday,
    ProgrammeVersion,
    RoleKind,
    Track,
)

DAY = {"type": "date"}


class DayInput(forms.DateInput):
    """A day as browsers ask for it."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ZoneField(forms.CharField):
    """The name of a time zone."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text and text not in available_timezones():
            raise forms.ValidationError(f"There is no time zone {text!r}. Write it as Asia/Seoul.")
        return text


class BatchFilter(forms.Form):
    """What the list of batches can be narrowed by."""

    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "All states"), *Batch.State.choices]
    )
    track = forms.ChoiceField(label="Track", required=False)
    year = forms.IntegerField(label="Year of the first day", required=False, min_value=1990, max_value=2200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks = [("", "All tracks"), *Track.objects.values_list("slug", "name")]
        self.fields["track"].choices = tracks  # type: ignore[attr-defined]


class BatchForm(forms.ModelForm):
    """A batch as the office describes it."""

    tz = ZoneField(label="Time zone of the host", max_length=60, initial="Asia/Seoul")

    class Meta:
        model = Batch
        fields = (
            "name",
            "mode",
            "seats",
            "host_name",
            "host_state",
            "tz",
            "language",
            "budget_currency",
            "cities",
        )
        widgets = {"cities": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cities"].queryset = City.objects.members().order_by("name")  # type: ignore[attr-defined]
        self.fields["seats"].widget.attrs["min"] = 1

    def clean_seats(self) -> int:
        seats = int(self.cleaned_data["seats"])
        if seats < 1:
            raise forms.ValidationError("A batch needs at least one seat.")
        return seats


class NewBatch(forms.Form):
    """A batch that is made from a version, not copied."""

    version = forms.ModelChoiceField(
        label="Programme", queryset=ProgrammeVersion.objects.none(), empty_label=None
    )
    name = forms.CharField(label="Name", max_length=160)
    starts = forms.DateField(label="First day", widget=DayInput)
    ends = forms.DateField(
        label="Last day",
        widget=DayInput,
        required=False,
        help_text="Empty: as the weeks of the programme say.",
    )
    seats = forms.IntegerField(label="Seats", min_value=1, max_value=30_000, initial=48)
    mode = forms.ChoiceField(label="Mode", choices=Batch.Mode.choices)
    host_name = forms.CharField(label="Host", max_length=160, required=False)
    tz = ZoneField(label="Time zone of the host", max_length=60, initial="Asia/Seoul")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = ProgrammeVersion.objects.filter(status="published").select_related("programme")
        self.fields["version"].queryset = published.order_by("programme", "-number")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts, version = data.get("starts"), data.get("version")
        if starts and version and not data.get("ends"):
            data["ends"] = starts + timedelta(days=max(7 * version.weeks - 3, 0))
        if starts and data.get("ends") and data["ends"] < starts:
            self.add_error("ends", "The last day is before the first.")
        return data


class CopyForm(forms.Form):
    """What a copy needs to know. The rest comes from the batch that is copied."""

    name = forms.CharField(label="Name of the new batch", max_length=160)
    starts = forms.DateField(label="First day", widget=DayInput)
    version = forms.ModelChoiceField(
        label="Version", queryset=ProgrammeVersion.objects.none(), empty_label=None, required=False
    )

    def __init__(self, source: Batch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = ProgrammeVersion.objects.filter(
            programme=source.version.programme_id, status="published"
        ).select_related("programme")
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        if versions.count() < 2:  # nothing to choose
            self.fields["version"].widget = forms.HiddenInput()


class StateForm(forms.Form):
    """A step of a batch, with its reason."""

    to = forms.ChoiceField(label="New state")
    reason = forms.CharField(label="Reason", max_length=500, required=False)

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = choices  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """A new first day for a whole batch."""

    starts = forms.DateField(label="New first day", widget=DayInput)
    reason = forms.CharField(label="Reason", max_length=500)


class ActivityForm(forms.ModelForm):
    """One activity of a batch."""

    class Meta:
        model = BatchActivity
        fields = ("title", "kind", "day", "at", "hours", "module")
        widgets = {"day": DayInput, "at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}


class BudgetLineForm(forms.ModelForm):
    """One line of a budget, in a table."""

    class Meta:
        model = BatchBudgetLine
        fields = ("line", "amount", "currency", "quantity", "per", "rate", "rate_on", "note")
        widgets = {"rate_on": DayInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].widget.attrs["list"] = "budget-lines"

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if len(code) != 3 or not code.isalpha():
            raise forms.ValidationError("Write the currency in three letters, such as KRW.")
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("rate") is not None and not data.get("rate_on"):
            self.add_error("rate_on", "A rate needs its date.")
        return data


class RoleForm(forms.Form):
    """Give a role to a person, who is named by e-mail."""

    email = forms.EmailField(label="E-mail of the person")
    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(RoleKind.objects.values_list("slug", "name"))  # type: ignore[attr-defined]


class EnrolmentFilter(forms.Form):
    """What the list of people of a batch can be narrowed by."""

    q = forms.CharField(label="Name or e-mail", required=False, max_length=80)
    country = forms.ChoiceField(label="State", required=False)
    state = forms.ChoiceField(label="Standing", required=False)

    def __init__(
        self, states: list[tuple[str, str]], countries: list[tuple[str, str]], *args: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["state"].choices = [("", "All"), *states]  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", "All states"), *countries]  # type: ignore[attr-defined]


class WaiverForm(forms.Form):
    """A waiver of one rule."""

    rule = forms.ChoiceField(label="Rule")
    reason = forms.CharField(label="Reason", max_length=1000)
    signature = forms.CharField(label="Signed, your name in full", max_length=200)

    def __init__(self, rules: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = rules  # type: ignore[attr-defined]


class HolidayForm(forms.ModelForm):
    """A word of the office about a day."""

    class Meta:
        model = ExtraHoliday
        fields = ("state", "day", "name", "what", "region", "source")
        labels = {"what": "The day", "day": "Day"}
        widgets = {"day": DayInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["state"].queryset = State.objects.order_by("name")  # type: ignore[attr-defined]

    def validate_unique(self) -> None:
        """A later word about the same day replaces the earlier one."""


class CalendarForm(forms.Form):
    """From which day, how many weeks."""

    start = forms.DateField(label="From", widget=DayInput, required=False)
    weeks = forms.IntegerField(label="Weeks", min_value=1, max_value=8, initial=3, required=False)
