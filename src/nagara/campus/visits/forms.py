"""Forms of the room."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django import forms
from django.db.models import Q

from nagara.campus.people.models import User
from nagara.campus.people.queries import now_valid
from nagara.campus.programmes.models import Batch, BatchRole
from nagara.campus.visits.models import ASKS, Leg, Need, TravelFacts, Visit

_STOP = re.compile(r"^(\d{1,2})[:.](\d{2})\s+(.+)$")


class Lines(forms.CharField):
    """A list, one thing a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        found = [line for line in lines if line]
        if any(len(line) > 200 for line in found):
            raise forms.ValidationError("A line is longer than 200 characters.")
        return found


class Stops(Lines):
    """The programme, one moment a line: 10:00 Welcome by the director."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{stop['at']} {stop['what']}" for stop in value)
        return value

    def clean(self, value: Any) -> Any:
        found = []
        for line in super().clean(value):
            match = _STOP.match(line)
            try:
                at = time(int(match[1]), int(match[2])) if match else None
            except ValueError:
                at = None
            if match is None or at is None:
                raise forms.ValidationError(f"“{line}” begins with no time. Write it as 10:00 Welcome.")
            found.append({"at": f"{at:%H:%M}", "what": match[3]})
        return found


class VisitForm(forms.ModelForm):
    """Everything a visit says."""

    bring = Lines(label="To bring", help_text="One a line: Passport; Closed shoes")
    emergency = Lines(label="Emergency numbers", help_text="One a line: Ambulance and fire 119")
    stops = Stops(label="Programme at the host", help_text="One a line, host's clock: 10:00 Welcome")
    asks = forms.MultipleChoiceField(
        label="What people are asked",
        choices=list(ASKS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only what this visit needs. Passport number and medical note are kept encrypted.",
    )
    leaders = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They see the roster and may read sealed facts. Those with a role in the batch are listed.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Visit
        fields = [
            *("host", "address", "contact_name", "contact_phone", "contact_email"),
            *("meeting_point", "meeting_at", "briefing", "to_see", "stops", "dress", "rules"),
            *("bring", "emergency", "asks", "leaders", "whom", "seats", "opens", "closes"),
        ]
        widgets = {
            "meeting_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            **{name: forms.Textarea(attrs={"rows": 4}) for name in ("briefing", "to_see", "dress", "rules")},
        }
        help_texts = {
            "meeting_at": "By the clock of the visit.",
            "opens": "By the clock of the visit. Empty: at once.",
            "closes": "Empty: until the visit begins.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = BatchRole.objects.filter(now_valid(), batch=self.instance.batch).order_by().values("user")
        led = self.instance.leaders.order_by().values("pk")
        field: Any = self.fields["leaders"]
        field.queryset = User.objects.filter(Q(pk__in=people) | Q(pk__in=led))
        self.initial["version"] = self.instance.version


class LegForm(forms.ModelForm):
    """One leg."""

    class Meta:
        model = Leg
        fields = ["order", "start", "goal", "mode", "operator", "departs", "arrives", "seats", "note"]
        labels = {"order": "Order in the day"}
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("departs", "arrives")
        }
        help_texts = {
            "departs": "By the clock of the visit.",
            "arrives": "Earlier than it departs: next day.",
        }


class Ticks(forms.MultipleChoiceField):
    """Needs to tick, or the box that says there are none. None: nothing was said."""

    NONE = "none"

    def __init__(self, kind: str, **kwargs: Any) -> None:
        offered = Need.objects.filter(kind=kind, offered=True).values_list("slug", "name")
        super().__init__(
            choices=[(self.NONE, "No special need"), *offered],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        if self.NONE in said and len(said) > 1:
            raise forms.ValidationError("You ticked a need, and that there is none. Untick one.")
        return [] if said == [self.NONE] else said or None


class TravelForm(forms.Form):
    """What a person is asked once a batch: only what its visits need."""

    def __init__(self, *args: Any, asks: list[str], facts: TravelFacts | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks, self.facts = asks, facts
        for ask in asks:
            getattr(self, f"_add_{ask}")()
        for name in self.fields:
            held = getattr(facts, name, None) if facts else None
            if name in {"diet", "access"}:
                self.initial[name] = [Ticks.NONE] if held == [] else held
            elif isinstance(held, str):
                self.initial[name] = held

    def _add_diet(self) -> None:
        self.fields["diet"] = Ticks(Need.Kind.DIET, label="What do you eat, or not eat?")
        self.fields["diet_note"] = _short("Anything else about food", 200)

    def _add_access(self) -> None:
        self.fields["access"] = Ticks(Need.Kind.ACCESS, label="What helps you to take part?")
        self.fields["access_note"] = _short("Anything else that helps", 200)

    def _add_emergency(self) -> None:
        self.fields["emergency_name"] = _short("Whom shall we call in an emergency?", 200, "Name")
        self.fields["emergency_relation"] = _short("Who this is to you", 60, "wife, brother, colleague ...")
        self.fields["emergency_phone"] = _short("Phone", 40, "With the code of the country: +62 ...")

    def _add_passport(self) -> None:
        kept = bool(self.facts and self.facts.passport_number)
        help_ = "The place asks who comes in. " + (
            "One is kept; write here only to replace it." if kept else ""
        )
        self.fields["passport_number"] = _short("Passport number", 20, help_)
        self.fields["passport_number"].widget.attrs["autocomplete"] = "off"

    def _add_medical(self) -> None:
        kept = bool(self.facts and self.facts.medical_said)
        self.fields["medical_note"] = forms.CharField(
            label="Medical note for the leader",
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
            help_text="Allergies, medicine, what to do."
            + (" An answer is kept; write here only to replace it." if kept else ""),
        )
        self.fields["medical_none"] = forms.BooleanField(label="There is nothing to note", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("medical_none") and said.get("medical_note"):
            self.add_error("medical_none", "You wrote a note, and that there is none.")
        return said

    def said(self) -> dict[str, Any]:
        """What to keep: sealed fields are None where nothing new was written."""
        found = {k: v for k, v in self.cleaned_data.items() if k != "medical_none"}
        if "passport_number" in found:
            found["passport_number"] = found["passport_number"].upper() or None
        if "medical_note" in found:
            none = self.cleaned_data.get("medical_none")
            found["medical_note"] = "" if none else found["medical_note"] or None
        return found


def _short(label: str, most: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, help_text=help_text)


class RosterFilter(forms.Form):
    """Narrow the roster."""

    state = forms.CharField(required=False)
    lacks = forms.BooleanField(required=False)
    q = forms.CharField(required=False, max_length=100)


def without_seat(visit: Visit) -> Any:
    """People of the batch whom the organiser can add."""
    batch: Batch = visit.batch
    return (
        batch.enrolments.exclude(state="withdrawn")
        .exclude(visit_seats__in=visit.places.exclude(state="given-back"))
        .select_related("user", "city")
        .order_by("user__sort_key")
    )
