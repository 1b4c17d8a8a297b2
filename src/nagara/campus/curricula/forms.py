"""Forms of curricula."""

from __future__ import annotations

from typing import Any

from django import forms

from nagara.campus.curricula.domain.skills import skills

MODES = [("", "any"), ("on-site", "on site"), ("online", "online"), ("mixed", "mixed")]


class Ask(forms.Form):
    """What a new curriculum is made from, beside the assessments."""

    hours = forms.DecimalField(label="Budget of hours", min_value=0, max_value=2000, decimal_places=2)
    mode = forms.ChoiceField(label="How it is taught", choices=MODES, required=False)
    keep_required = forms.BooleanField(label="Keep what the programme requires", required=False)

    def clean_hours(self) -> float:
        return float(self.cleaned_data["hours"])


class Word(forms.Form):
    """A manager's word about a module."""

    say = forms.ChoiceField(choices=[("in", "Put in"), ("out", "Leave out"), ("back", "Take the word back")])
    module = forms.CharField(max_length=12)
    reason = forms.CharField(max_length=500)


class SkillsForm(forms.Form):
    """The seven items; an item may be left open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows, levels = skills()
        choices = [(str(level), f"{level} {words}") for level, words in levels.items()]
        for skill in rows:
            self.fields[skill.id] = forms.ChoiceField(
                label=skill.title, choices=choices, required=False, widget=forms.RadioSelect
            )

    def answers(self) -> dict[str, int]:
        return {key: int(value) for key, value in self.cleaned_data.items() if value != ""}
