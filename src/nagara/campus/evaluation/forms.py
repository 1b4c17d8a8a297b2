"""Forms of the team."""

from __future__ import annotations

from typing import Any

from django import forms

from nagara.campus.evaluation.models import BY_HAND, Plan
from nagara.campus.evaluation.times import kind_of
from nagara.campus.programmes.models import Batch, EvaluationForm
from nagara.campus.timetable.models import Activity


class PlanForm(forms.ModelForm):
    """When a batch's forms open, remind, report and close."""

    class Meta:
        model = Plan
        fields = ["opens", "reminds", "reports", "late_until", "end_days", "least"]
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("opens", "reminds", "reports", "late_until")
        }


class AskForm(forms.Form):
    """Ask a form about courses, or about the batch."""

    form = forms.ModelChoiceField(queryset=EvaluationForm.objects.none(), label="Form", empty_label=None)
    activities = forms.ModelMultipleChoiceField(
        queryset=Activity.objects.none(),
        required=False,
        label="About",
        widget=forms.CheckboxSelectMultiple,
        help_text="Each course is asked about by itself. None ticked: the form is about the whole batch.",
    )
    opens = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    closes = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_hand = [
            f.pk for f in EvaluationForm.objects.filter(version=batch.version_id) if kind_of(f) == BY_HAND
        ]
        forms_: Any = self.fields["form"]
        forms_.queryset = EvaluationForm.objects.filter(pk__in=by_hand)
        activities: Any = self.fields["activities"]
        activities.queryset = Activity.objects.filter(batch=batch, occasions=None).order_by("title")


class ReplyForm(forms.Form):
    """What people said, what was changed."""

    said = forms.CharField(
        label="What you said",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In a few words, without names.",
    )
    changed = forms.CharField(
        label="What we changed",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Or why it stays as it is.",
    )
