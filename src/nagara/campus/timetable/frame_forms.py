"""Forms of the frame of a batch's days, of venues and rooms."""

from __future__ import annotations

from typing import Any

from django import forms

from nagara.campus.programmes.forms import DayInput, ZoneField
from nagara.campus.timetable.forms import WEEKDAYS, TimeInput
from nagara.campus.timetable.models import Frame, Room, Venue


class FrameForm(forms.ModelForm):
    """Working hours and the usual live slot."""

    class Meta:
        model = Frame
        fields = ("work_from", "work_to", "live_from", "live_minutes")
        widgets = dict.fromkeys(("work_from", "work_to", "live_from"), TimeInput)


class PrayerForm(forms.Form):
    """A window that stays free."""

    name = forms.CharField(label="Name", max_length=80, required=False)
    begins = forms.TimeField(label="From", widget=TimeInput, required=False)
    ends = forms.TimeField(label="To", widget=TimeInput, required=False)
    days = forms.MultipleChoiceField(
        label="Days", choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    season = forms.ChoiceField(
        label="Only in", choices=[("", "the whole year"), ("Ramadan", "Ramadan")], required=False
    )
    states = forms.CharField(
        label="For people of",
        max_length=120,
        required=False,
        help_text="States, such as BN, ID, MY. Empty: all.",
    )

    def clean_states(self) -> list[str]:
        return [word.strip().upper() for word in self.cleaned_data["states"].split(",") if word.strip()]

    def row(self) -> dict[str, Any] | None:
        """As it is kept; None for an empty one."""
        data = self.cleaned_data
        if not data.get("name") or not data.get("begins") or not data.get("ends"):
            return None
        return {
            "name": data["name"],
            "days": [int(day) for day in data["days"]],
            "from": f"{data['begins']:%H:%M}",
            "to": f"{data['ends']:%H:%M}",
            "season": data["season"],
            "states": data["states"],
        }


class MealForm(forms.Form):
    """A meal: in this window so many minutes stay free."""

    name = forms.CharField(label="Name", max_length=80, required=False)
    begins = forms.TimeField(label="From", widget=TimeInput, required=False)
    ends = forms.TimeField(label="To", widget=TimeInput, required=False)
    minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=300, required=False)

    def row(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if not all(data.get(name) for name in ("name", "begins", "ends", "minutes")):
            return None
        return {
            "name": data["name"],
            "from": f"{data['begins']:%H:%M}",
            "to": f"{data['ends']:%H:%M}",
            "minutes": data["minutes"],
        }


class TravelForm(forms.Form):
    """A travel day."""

    day = forms.DateField(label="Day", widget=DayInput, required=False)
    note = forms.CharField(label="Note", max_length=120, required=False)

    def row(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        return {"day": data["day"].isoformat(), "note": data["note"]} if data.get("day") else None


class VenueForm(forms.ModelForm):
    """A venue as the office describes it."""

    tz = ZoneField(label="Time zone", max_length=60, initial="Asia/Seoul")

    class Meta:
        model = Venue
        fields = ("name", "address", "tz", "lat", "lon", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, most in (("lat", 90), ("lon", 180)):
            value = data.get(name)
            if value is not None and not -most <= value <= most:
                self.add_error(name, f"From -{most} to {most}.")
        return data


class RoomForm(forms.ModelForm):
    """A room of a venue."""

    class Meta:
        model = Room
        fields = ("name", "seats", "note")
