"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from nagara.campus.degrees.models import DegreePolicy, GradeScale, Semester
from nagara.campus.people.models import User
from nagara.campus.programmes.forms import DayInput
from nagara.campus.programmes.models import Course

LONG = forms.Textarea(attrs={"rows": 3})


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **more)


def person_by_mail(form: forms.Form, name: str) -> User | None:
    """The person whose e-mail stands in a field; adds the error where nobody has it."""
    mail = form.cleaned_data.get(name, "")
    found = User.objects.filter(email__iexact=mail).first() if mail else None
    if mail and found is None:
        form.add_error(name, "Nobody here has this e-mail. Invite the person first.")
    return found


class MeetingForm(forms.Form):
    """A meeting of advisor and student."""

    on = _day("Day of the meeting")
    about = forms.CharField(label="What it was about", widget=LONG, max_length=4000)
    agreed = forms.CharField(label="What was agreed", widget=LONG, max_length=4000, required=False)


class MilestoneForm(forms.Form):
    """An attempt at a milestone."""

    name = forms.ChoiceField(label="Milestone")
    on = _day("Day")
    passed = forms.ChoiceField(label="Result", choices=[("yes", "Passed"), ("no", "Not passed")])
    evidence = forms.CharField(
        label="What proves it", max_length=300, required=False, help_text="Minutes, certificate, report."
    )

    def __init__(self, names: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = [(n, n[:1].upper() + n[1:]) for n in names]  # type: ignore[attr-defined]

    def clean_passed(self) -> bool:
        return bool(self.cleaned_data["passed"] == "yes")


class AdvisorForm(forms.Form):
    """Who advises a student."""

    advisor = forms.EmailField(label="E-mail of the advisor")


class TransferForm(forms.Form):
    """Credits from elsewhere."""

    code = forms.CharField(label="Code there", max_length=20)
    title = forms.CharField(label="Title", max_length=160)
    category = forms.CharField(label="Counts as", max_length=20, help_text="core, elective ...")
    credits = forms.DecimalField(label="Credits", max_digits=4, decimal_places=1, min_value=0)
    outside = forms.BooleanField(label="Outside the home unit", required=False)
    transferred_from = forms.CharField(label="From which university", max_length=200)
    document = forms.CharField(
        label="Document that was seen", max_length=300, help_text="What proves it, and where it is kept."
    )


class DoubleForm(forms.Form):
    """A course that counts for another degree too."""

    taking = forms.ChoiceField(label="Course")
    other_degree = forms.CharField(
        label="Counts for this other degree too",
        max_length=160,
        required=False,
        help_text="Leave it empty where it counts for none any more.",
    )
    reason = forms.CharField(label="Reason", max_length=500)

    def __init__(self, courses: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taking"].choices = courses  # type: ignore[attr-defined]


class PracticumForm(forms.Form):
    """A practicum."""

    place = forms.CharField(label="Where", max_length=200)
    mentor = forms.CharField(label="Mentor, name in full", max_length=200)
    starts = _day("First day")
    ends = _day("Last day")
    task = forms.CharField(label="What is done there", widget=LONG, max_length=4000, required=False)


class PracticumLogForm(forms.Form):
    """A line of the practicum's log."""

    on = _day("Day")
    text = forms.CharField(label="What was done", widget=LONG, max_length=4000)


class LeaveForm(forms.Form):
    """A semester of leave."""

    semester = forms.ModelChoiceField(Semester.objects.none(), label="Semester", empty_label=None)
    reason = forms.CharField(label="Reason", max_length=500)

    def __init__(self, semesters: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["semester"].queryset = semesters  # type: ignore[attr-defined]


class SemesterForm(forms.Form):
    """A semester and its days; the verb checks how they lie to each other."""

    name = forms.CharField(label="Name", max_length=80)
    starts = _day("First day")
    ends = _day("Last day")
    registration_from = _day("Registration opens")
    registration_until = _day("Registration closes")
    change_until = _day("Courses may be changed until")
    withdraw_until = _day("Withdrawal is possible until")


class OfferForm(forms.Form):
    """A course to offer."""

    course = forms.ModelChoiceField(Course.objects.none(), label="Course", empty_label=None)
    section = forms.CharField(label="Section", max_length=12, initial="A")
    seats = forms.IntegerField(label="Seats", min_value=1, max_value=2000, initial=40)
    lecturer = forms.EmailField(label="E-mail of the lecturer", required=False)

    def __init__(self, courses: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = courses  # type: ignore[attr-defined]


class PolicyForm(forms.Form):
    """How a batch counts."""

    scale = forms.ModelChoiceField(GradeScale.objects.all(), label="Grade scale", empty_label=None)
    repeats = forms.ChoiceField(label="Repeated courses", choices=DegreePolicy.Repeats.choices)
    practicum_days = forms.IntegerField(label="Shortest practicum in days", min_value=0, max_value=730)
    reason = forms.CharField(label="Reason for the change", max_length=500)


class StudentFilter(forms.Form):
    """What the lists of students can be narrowed by."""

    q = forms.CharField(label="Name", required=False, max_length=100)
    rule = forms.ChoiceField(label="Rule", required=False)

    def __init__(self, rules: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [("", "All rules"), *rules]  # type: ignore[attr-defined]
