"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from nagara.campus.admissions.walltime import WallTimeInput
from nagara.campus.learning.domain.assigning import LATE_RULES
from nagara.campus.learning.domain.files import KINDS
from nagara.campus.learning.models import Assignment, Material
from nagara.campus.learning.queries import learners
from nagara.campus.programmes.models import Batch, Enrolment, Module, Rubric
from nagara.campus.timetable.models import Activity, Group, Session


def _modules(batch: Batch) -> Any:
    taken = batch.version.version_modules.values("module")
    return Module.objects.filter(pk__in=taken).order_by("code")


HOST = "By the clock of the host."
WALL = {
    "shown_from": ("Shown from", f"{HOST} Empty: a draft that learners do not see."),
    "due": ("Due", HOST),
    "peer_due": ("Peers read until", HOST),
}
SECTIONS = {
    "The task": ("title", "instructions", "module", "course", "activity", "teams"),
    "Time": ("shown_from", "due", "reason", "late_rule", "late_off", "late_days"),
    "What is handed in": ("takes_text", "files_most", "max_mb", "types"),
    "Marking": ("rubric", "weight", "needs_acceptance", "second_marker", "differ_by"),
    "Peers": ("peer_count", "peer_share", "peer_calibration", "peer_due"),
}


class MaterialForm(forms.ModelForm):
    """What there is to read, and from when."""

    address = forms.URLField(
        label="Address",
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text="of a link or a recording",
    )
    upload = forms.FileField(
        label="File", required=False, help_text="PDF, Word, slides, workbook, CSV, GeoJSON, text, picture"
    )
    note = forms.CharField(
        label="What is new", required=False, max_length=300, help_text="Kept with the version before."
    )

    class Meta:
        model = Material
        fields = ["kind", "title", "body", "address", "module", "activity", "session", "shown_from"]
        widgets = {"body": forms.Textarea(attrs={"rows": 16})}

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["module"].queryset = _modules(batch)  # type: ignore[attr-defined]
        self.fields["shown_from"].label, self.fields["shown_from"].help_text = WALL["shown_from"]
        self.fields["activity"].queryset = Activity.objects.filter(batch=batch)  # type: ignore[attr-defined]
        sessions = Session.objects.filter(activity__batch=batch).select_related("activity")
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]
        self.fields["session"].label_from_instance = lambda s: f"{s.day:%d %b} {s.at:%H:%M} {s}"  # type: ignore[attr-defined]
        if not self.instance.pk:
            del self.fields["note"]

    def given(self) -> dict[str, Any]:
        """Fields as the verb takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class AssignmentForm(forms.ModelForm):
    """What is asked, by when, and how it is marked."""

    late_rule = forms.ChoiceField(label="Late work", choices=list(LATE_RULES.items()))
    late_off = forms.IntegerField(
        label="Points off a day", required=False, min_value=1, max_value=100, help_text="of 100"
    )
    late_days = forms.IntegerField(
        label="Days late at most", required=False, min_value=1, max_value=365, help_text="Empty: no end."
    )
    types = forms.MultipleChoiceField(
        label="Kinds of files",
        required=False,
        choices=[(kind.key, kind.title) for kind in KINDS.values()],
        widget=forms.CheckboxSelectMultiple,
    )
    teams = forms.ModelMultipleChoiceField(
        label="Teams",
        required=False,
        queryset=Group.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Groups that hand in together. None: everybody alone.",
    )
    weight = forms.CharField(
        label="Weight in the grade book", required=False, max_length=8, help_text="of 100; empty: as it is"
    )
    peer_count = forms.IntegerField(
        label="Papers each peer reads",
        required=False,
        min_value=1,
        max_value=10,
        help_text="Empty: no peers.",
    )
    peer_share = forms.IntegerField(
        label="Share of the peers",
        required=False,
        min_value=0,
        max_value=100,
        help_text="per cent; usual: 30",
    )
    peer_calibration = forms.IntegerField(
        label="Calibration papers each", required=False, min_value=0, max_value=5
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=1000,
        help_text="Needed when the time moves after publishing: learners read it.",
    )

    class Meta:
        model = Assignment
        fields = [
            *("title", "instructions", "rubric", "module", "course", "activity", "shown_from", "due"),
            *("takes_text", "files_most", "max_mb", "needs_acceptance", "second_marker", "differ_by"),
            "peer_due",
        ]
        widgets = {"instructions": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["module"].queryset = _modules(batch)
        fields["course"].queryset = batch.version.courses.all()
        fields["activity"].queryset = Activity.objects.filter(batch=batch)
        fields["teams"].queryset = Group.objects.filter(batch=batch)
        newest: dict[str, int] = {}
        for rubric in Rubric.objects.order_by("key", "-version"):
            newest.setdefault(rubric.key, rubric.pk)
        held = [self.instance.rubric_id] if self.instance.rubric_id else []
        fields["rubric"].queryset = Rubric.objects.filter(pk__in=[*newest.values(), *held])
        fields["rubric"].help_text = "This version stays, also when the rubric changes later."
        for name, words in WALL.items():
            fields[name].label, fields[name].help_text = words
        late, peer = self.instance.late or {}, self.instance.peer or {}
        fields["late_rule"].initial = late.get("rule", "refused")
        fields["late_off"].initial = late.get("percent_a_day")
        fields["late_days"].initial = late.get("days")
        fields["types"].initial = self.instance.types
        fields["peer_count"].initial = peer.get("count")
        fields["peer_share"].initial = peer.get("share")
        fields["peer_calibration"].initial = peer.get("calibration")
        if self.instance.pk:
            fields["teams"].initial = list(self.instance.teams.values_list("pk", flat=True))
        else:
            del self.fields["reason"]
        if not batch.version.courses.exists():
            del self.fields["course"]
        if not fields["teams"].queryset.exists():
            del self.fields["teams"]

    def sections(self) -> list[tuple[str, list[Any]]]:
        """The fields in groups, for the page."""
        return [
            (title, [self[name] for name in names if name in self.fields])
            for title, names in SECTIONS.items()
        ]

    def given(self) -> dict[str, Any]:
        """Fields as the verb takes them."""
        data = self.cleaned_data
        found = {name: data[name] for name in self.Meta.fields if name in data}
        late: dict[str, Any] = {"rule": data["late_rule"], "days": data["late_days"]}
        if data["late_off"]:
            late["percent_a_day"] = data["late_off"]
        peer = {}
        if data["peer_count"]:
            peer = {
                "count": data["peer_count"],
                "share": 30 if data["peer_share"] is None else data["peer_share"],
                "calibration": data["peer_calibration"] or 0,
                "flag_above": int((self.instance.peer or {}).get("flag_above", 20)),
            }
        return {**found, "late": late, "peer": peer, "types": data["types"]}


class ExtensionForm(forms.Form):
    """More time for one person."""

    person = forms.ModelChoiceField(queryset=Enrolment.objects.none(), label="Person")
    until = WallTimeInput(label="Until", help_text="By the clock of the host.")
    reason = forms.CharField(label="Reason", max_length=1000, help_text="The person reads it; it is kept.")

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = learners(batch)  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda e: str(e.user)  # type: ignore[attr-defined]


class GradeForm(forms.Form):
    """A mark set by hand, or a person excused."""

    percent = forms.DecimalField(
        label="Points of 100",
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text="Empty and not excused: back to what the sheets say.",
    )
    excused = forms.BooleanField(label="Excused: does not count", required=False)
    reason = forms.CharField(label="Reason", max_length=1000, help_text="The learner reads it; it is kept.")
