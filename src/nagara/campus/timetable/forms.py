"""Forms of the planner."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from nagara.campus.people.models import User
from nagara.campus.programmes.forms import DayInput, ZoneField
from nagara.campus.programmes.models import ActivityKind, Batch, Course, Enrolment
from nagara.campus.timetable.models import Activity, Group, Room, Session

WEEKDAYS = [(str(n), name) for n, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))]


class TimeInput(forms.TimeInput):
    """A time as browsers ask for it."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


def speakers_of(batch: Batch) -> Any:
    """Who may be chosen as a speaker: those with a role in the batch, and who speaks there already."""
    return User.objects.filter(
        Q(batch_roles__batch=batch) | Q(speaking__session__activity__batch=batch)
    ).distinct()


class SessionForm(forms.Form):
    """A session of the draft: what, when, where, with whom."""

    activity = forms.ModelChoiceField(
        label="Activity",
        queryset=Activity.objects.none(),
        required=False,
        empty_label="A new one, named below",
    )
    title = forms.CharField(
        label="Title", max_length=200, required=False, help_text="Empty: as the activity is called."
    )
    kind = forms.ModelChoiceField(
        label="Kind of a new activity", queryset=ActivityKind.objects.none(), required=False
    )
    group = forms.ModelChoiceField(
        label="A new activity is for",
        queryset=Group.objects.none(),
        required=False,
        empty_label="The whole batch",
    )
    day = forms.DateField(label="Day", widget=DayInput)
    at = forms.TimeField(label="Begins at", widget=TimeInput)
    minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=1440, initial=90)
    tz = ZoneField(label="Time zone", max_length=60)
    room = forms.ModelChoiceField(
        label="Room", queryset=Room.objects.none(), required=False, empty_label="No room"
    )
    online = forms.BooleanField(label="Can be joined online", required=False)
    join_link = forms.URLField(
        label="Link to join",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="Shown only to those who take part, from a day before.",
    )
    speakers = forms.ModelMultipleChoiceField(
        label="Speakers",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = forms.CharField(
        label="Other speakers",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line: a name or an account's e-mail; after a comma the role, such as moderator.",
    )
    note = forms.CharField(
        label="Note for those who take part",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    times = forms.IntegerField(label="How many times", min_value=1, max_value=120, initial=1, required=False)
    weekdays = forms.MultipleChoiceField(
        label="On these days of the week",
        choices=WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: on the same day of the week as the first.",
    )
    skip_holidays = forms.BooleanField(label="Leave out holidays at the host", required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    NEW = ("kind", "group", "times", "weekdays", "skip_holidays")

    def __init__(self, batch: Batch, *args: Any, session: Session | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch, self.session = batch, session
        fields: dict[str, Any] = self.fields
        fields["activity"].queryset = Activity.objects.filter(batch=batch).select_related("group")
        fields["activity"].label_from_instance = _activity_label
        fields["kind"].queryset = ActivityKind.objects.all()
        fields["group"].queryset = Group.objects.filter(batch=batch)
        fields["room"].queryset = Room.objects.select_related("venue")
        fields["room"].label_from_instance = lambda r: f"{r} ({r.seats} seats)" if r.seats else str(r)
        fields["speakers"].queryset = speakers_of(batch)
        if session is not None:
            for name in self.NEW:
                del self.fields[name]
            fields["activity"].required = True
            fields["activity"].empty_label = None
        else:
            fields["title"].help_text = "Empty: as the activity is called. A new activity needs one."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.session is None and not data.get("activity"):
            if not data.get("title"):
                self.add_error("title", "Choose an activity, or give the new one a title.")
            if not data.get("kind"):
                self.add_error("kind", "A new activity needs a kind.")
        data["people"] = self._people(data)
        return data

    def _people(self, data: dict[str, Any]) -> list[tuple[User | str, str]]:
        roles = {p.user_id: p.role for p in self.session.people.all() if p.user_id} if self.session else {}
        found: list[tuple[User | str, str]] = [
            (user, roles.get(user.pk, "lecturer")) for user in data.get("speakers") or ()
        ]
        for line in (data.get("others") or "").splitlines():
            name, _, role = (part.strip() for part in line.partition(","))
            if not name:
                continue
            who: User | str = name
            if "@" in name and " " not in name:
                user = User.objects.filter(email__iexact=name).first()
                if user is None:
                    self.add_error("others", f"There is no account {name}. Write the name, or invite them.")
                    continue
                who = user
            found.append((who, role or "lecturer"))
        return found

    def values(self) -> dict[str, Any]:
        """The fields of a session as the verbs take them."""
        data = self.cleaned_data
        names = ("day", "at", "minutes", "tz", "room", "online", "join_link", "note", "title", "people")
        return {name: data[name] for name in names}


def _activity_label(activity: Any) -> str:
    return f"{activity.title} ({activity.group})" if activity.group else str(activity.title)


def initial_of(session: Session) -> dict[str, Any]:
    """What the form shows of a session."""
    people = list(session.people.all())
    names = ("title", "day", "at", "minutes", "tz", "online", "join_link", "note", "version")
    return {
        **{name: getattr(session, name) for name in names},
        "activity": session.activity_id,
        "room": session.room_id,
        "speakers": [p.user_id for p in people if p.user_id],
        "others": "\n".join(f"{p.name}, {p.role}" for p in people if not p.user_id),
    }


class ActivityForm(forms.ModelForm):
    """An activity of a batch."""

    class Meta:
        model = Activity
        fields = ("title", "kind", "group", "module", "course", "counts", "summary")

    def __init__(self, batch: Batch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["group"].queryset = Group.objects.filter(batch=batch)
        fields["group"].empty_label = "The whole batch"
        fields["group"].label = "For"
        fields["course"].queryset = Course.objects.filter(version=batch.version_id)
        if not fields["course"].queryset.exists():
            del fields["course"]


class GroupForm(forms.Form):
    """A group and who is in it."""

    name = forms.CharField(label="Name", max_length=120)
    members = forms.ModelMultipleChoiceField(
        label="People",
        queryset=Enrolment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, batch: Batch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["members"]
        field.queryset = (
            Enrolment.objects.filter(batch=batch)
            .exclude(state=Enrolment.State.WITHDRAWN)
            .select_related("user", "city")
        )
        field.label_from_instance = lambda e: f"{e.user}, {e.city}" if e.city else str(e.user)


class SplitForm(forms.Form):
    """Split everybody evenly."""

    names = forms.CharField(
        label="Names of the groups",
        max_length=300,
        initial="Group A, Group B",
        help_text="With commas between.",
    )
    mix = forms.ChoiceField(
        label="How",
        choices=[
            ("state", "Mix the states"),
            ("city", "Mix the cities"),
            ("name", "By name"),
        ],
    )

    def clean_names(self) -> list[str]:
        names = [" ".join(name.split()) for name in self.cleaned_data["names"].split(",")]
        names = [name for name in names if name]
        if len(set(names)) < 2 or len(set(names)) < len(names):
            raise forms.ValidationError("Give at least two different names.")
        return names


class FreeForm(forms.Form):
    """What a session would need, and where to look."""

    minutes = forms.IntegerField(label="Minutes", min_value=15, max_value=600, initial=90)
    start = forms.DateField(label="From", widget=DayInput)
    weeks = forms.IntegerField(label="Weeks", min_value=1, max_value=8, initial=3)
    group = forms.ModelChoiceField(
        label="For", queryset=Group.objects.none(), required=False, empty_label="The whole batch"
    )
    room = forms.ModelChoiceField(
        label="Room", queryset=Room.objects.none(), required=False, empty_label="Any room"
    )
    speakers = forms.ModelMultipleChoiceField(
        label="Speakers",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    home = forms.BooleanField(label="Everyone joins from home", required=False)

    def __init__(self, batch: Batch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["group"].queryset = Group.objects.filter(batch=batch)
        fields["room"].queryset = Room.objects.select_related("venue")
        fields["speakers"].queryset = speakers_of(batch)


class ReleaseForm(forms.Form):
    """A release: what its letters say beside the changes."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Stands in every letter and in the list of versions.",
    )
    quiet = forms.BooleanField(label="Tell nobody", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class AwayForm(forms.Form):
    """When a speaker cannot come."""

    first = forms.DateField(label="From", widget=DayInput)
    last = forms.DateField(label="To", widget=DayInput, required=False, help_text="Empty: the same day.")
    begins = forms.TimeField(label="From the time", widget=TimeInput, required=False)
    ends = forms.TimeField(
        label="To the time", widget=TimeInput, required=False, help_text="No times: the whole day."
    )
    tz = ZoneField(label="Time zone", max_length=60)
    reason = forms.CharField(
        label="Reason",
        max_length=120,
        required=False,
        help_text="Seen by those who plan. You may leave it out.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first: date | None = data.get("first")
        data["last"] = data.get("last") or first
        return data


class CopyForm(forms.Form):
    """Once more, on another day."""

    day = forms.DateField(label="Day", widget=DayInput)
    at = forms.TimeField(label="Begins at", widget=TimeInput)
