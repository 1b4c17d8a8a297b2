"""Forms of modules and rubrics."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.text import slugify

from nagara.campus.programmes.editing import CodesField
from nagara.campus.programmes.models import Module, Rubric
from nagara.campus.programmes.models.programmes import HOUR_KINDS

VARIANTS = ("foundation", "standard", "advanced")


class ModuleForm(forms.ModelForm):
    """A module; hours of each kind in each variant are fields of their own."""

    prerequisites = CodesField(
        label="Modules before it", required=False, help_text="codes, divided by commas"
    )
    dimensions = CodesField(
        label="Readiness dimensions that it raises", required=False, help_text="such as D2, D4"
    )
    modes = CodesField(required=False, initial=["on-site", "online", "mixed"])

    class Meta:
        model = Module
        fields = ("code", "title", "can", "lab", "assessed_by", "dimensions", "prerequisites", "modes")
        widgets = {"can": forms.TextInput, "lab": forms.TextInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True
        for variant in VARIANTS:
            for kind in HOUR_KINDS:
                held = (self.instance.hours or {}).get(variant, {})
                self.fields[f"{variant}-{kind}"] = forms.FloatField(
                    label=f"{variant.capitalize()}: {kind}, h",
                    required=False,
                    min_value=0,
                    max_value=500,
                    initial=held.get(kind),
                )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip()
        if not code.replace("-", "").isalnum():
            raise forms.ValidationError("A code has letters, digits and hyphens only, such as M13.")
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        hours = {
            variant: {kind: data[name] for kind in HOUR_KINDS if data.get(name := f"{variant}-{kind}")}
            for variant in VARIANTS
        }
        self.instance.hours = {variant: held for variant, held in hours.items() if held}
        if not self.instance.hours:
            raise forms.ValidationError("Give the hours of at least one variant.")
        return data


class CriterionRow(forms.Form):
    """A criterion of a rubric with its anchors, one a line: `3: words`."""

    title = forms.CharField(label="Criterion", max_length=160)
    weight = forms.IntegerField(label="Weight of 100", min_value=1, max_value=100)
    max = forms.IntegerField(label="Highest mark", min_value=1, max_value=100, initial=5)
    anchors = forms.CharField(
        label="Anchors", widget=forms.Textarea(attrs={"rows": 3}), help_text="One a line: 3: what earns a 3"
    )
    id = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_anchors(self) -> dict[str, str]:
        found = {}
        for number, line in enumerate(self.cleaned_data["anchors"].splitlines(), 1):
            mark, colon, words = line.partition(":")
            if line.strip() and (not colon or not mark.strip().isdecimal() or not words.strip()):
                raise forms.ValidationError(f"Line {number}: write it as 3: what earns a 3.")
            if line.strip():
                found[str(int(mark))] = words.strip()
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        too_high = [mark for mark in data.get("anchors") or {} if int(mark) > (data.get("max") or 0)]
        if data.get("max") and too_high:
            self.add_error("anchors", f"{', '.join(too_high)} is above the highest mark.")
        return data


def criteria_forms(rubric: Rubric, data: Any = None) -> BaseFormSet[Any]:
    """A rubric's criteria as rows, and an empty one."""
    initial = [
        {**c, "anchors": "\n".join(f"{mark}: {words}" for mark, words in c["anchors"].items())}
        for c in rubric.criteria
    ]
    rows = formset_factory(CriterionRow, extra=1, can_delete=True)
    return rows(data, initial=initial, prefix="row")


def criteria_from(rows: BaseFormSet[Any]) -> list[dict[str, Any]]:
    """The criteria that valid rows mean; a new one is named after its title."""
    found: list[dict[str, Any]] = []
    for form in rows:
        row = form.cleaned_data
        if not row or row.get("DELETE") or not (form.has_changed() or form.initial):
            continue
        name = row["id"] or slugify(row["title"])[:30] or f"c{len(found) + 1}"
        while any(c["id"] == name for c in found):
            name += "-2"
        found.append({"id": name, **{key: row[key] for key in ("title", "weight", "max", "anchors")}})
    return found
