"""Forms about webinars."""

from __future__ import annotations

from typing import Any

from django import forms

from nagara.campus.people.countries import choices
from nagara.campus.programmes.models import Batch
from nagara.campus.timetable.models import Session
from nagara.campus.webinars.models import Registration, Terms, Webinar

ANY = ("", "Any country")


class GuestForm(forms.Form):
    """What a guest tells to register."""

    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    organisation = forms.CharField(
        label="City or organisation",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(choices=choices, required=False)
    agree = forms.BooleanField(label="I have read what is kept of me, and agree")
    news = forms.BooleanField(required=False)

    def __init__(self, *args: Any, terms: Terms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["news"].label = terms.news

    def words(self) -> dict[str, Any]:
        """What is kept."""
        return {
            name: self.cleaned_data[name] for name in ("name", "email", "organisation", "country", "news")
        }


class WebinarForm(forms.ModelForm):
    """A webinar as those who run it describe it."""

    class Meta:
        model = Webinar
        fields = ("slug", "summary", "open_to", "seats", "announced", "registering")
        labels = {"open_to": "For", "announced": "Show it once the timetable is released"}
        widgets = {"summary": forms.Textarea(attrs={"rows": 8}), "seats": forms.NumberInput(attrs={"min": 1})}

    def clean_seats(self) -> int | None:
        seats: int | None = self.cleaned_data["seats"]
        if seats is not None and seats < 1:
            raise forms.ValidationError("At least one seat; or leave it empty for no limit.")
        return seats


class NewWebinarForm(WebinarForm):
    """The same, with the session that it is."""

    session = forms.ModelChoiceField(Session.objects.none(), help_text="a session of the timetable")

    class Meta(WebinarForm.Meta):
        fields = ("session", "summary", "open_to", "seats")  # type: ignore[assignment]

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Session.objects.filter(activity__batch=batch, webinar=None, cancelled=False)
        chosen: Any = self.fields["session"]
        chosen.queryset = free.select_related("activity").order_by("day", "at")
        chosen.label_from_instance = lambda one: f"{one.day:%d %b %Y}, {one.at:%H:%M}: {one}"


class AfterwardsForm(forms.Form):
    """Recording and its text."""

    recording = forms.URLField(
        label="Link to the recording", required=False, max_length=500, assume_scheme="https"
    )
    file = forms.FileField(
        label="Text of the recording",
        required=False,
        help_text="Captions (WebVTT, .vtt) as meeting tools export them, or Markdown. At most 1 MB.",
    )
    language = forms.CharField(label="Language of the text", required=False, max_length=40, initial="English")


class TermsForm(forms.Form):
    """What registrants are told and asked."""

    text = forms.CharField(label="What is kept, why, for how long", widget=forms.Textarea(attrs={"rows": 8}))
    news = forms.CharField(label="The free choice", max_length=300)
    reason = forms.CharField(label="Why it changes", max_length=300)


class RegistrantFilter(forms.Form):
    """What the list of registrants is narrowed by."""

    q = forms.CharField(label="Words", required=False, max_length=200)
    state = forms.ChoiceField(
        required=False, choices=[("", "Any state"), *Registration.State.choices], label="State"
    )
    country = forms.ChoiceField(required=False, label="Country", choices=lambda: [ANY, *choices()[1:]])
