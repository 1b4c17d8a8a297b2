"""Forms for the parts of a draft: tables of rows, each of one shape, and rules as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory, inlineformset_factory

from nagara.campus.cities.models import FocusArea, Framework
from nagara.campus.programmes.facts import catalogue
from nagara.campus.programmes.forms import BudgetLineForm
from nagara.campus.programmes.models import (
    ActivityKind,
    Course,
    EvaluationForm,
    FrameworkTag,
    Module,
    PlannedActivity,
    ProgrammeVersion,
    RoleKind,
    Rubric,
    VersionBudgetLine,
    VersionModule,
    VersionRole,
    VersionRubric,
)
from nagara.campus.programmes.models.programmes import HOUR_KINDS
from nagara.campus.programmes.rule_schema import RULE_SECTIONS, SECTIONS, rules_of, with_rules
from nagara.campus.programmes.rules_engine import OPERATORS

RULE_PARTS = tuple(RULE_SECTIONS)
Choices = dict[str, list[tuple[Any, str]]]


class RowForm(forms.ModelForm):
    """A row of a table: each field is named by its column; choices are read once for all rows."""

    def __init__(self, *args: Any, choices: Choices | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (choices or {}).items():
            known = offered
            field: Any = self.fields.get(name)
            if field is None:
                continue
            if not hasattr(field, "choices"):  # free text in the table, but chosen from a list here
                field = forms.ChoiceField(label=field.label, required=field.required, initial=field.initial)
                self.fields[name] = field
                held = getattr(self.instance, name)
                known = known if not held or held in dict(known) else [*known, (held, held)]
            empty = [] if field.required and self.instance.pk else [("", "-")]
            field.choices = [*empty, *known]


class ModuleRow(RowForm):
    """A module in a version; hours left empty are the module's own."""

    class Meta:
        model = VersionModule
        fields = ("order", "module", "variant", "required")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.instance.hours or {}
        for kind in HOUR_KINDS:
            self.fields[kind] = forms.FloatField(
                label=f"{kind.capitalize()}, h", required=False, min_value=0, initial=own.get(kind)
            )

    def save(self, commit: bool = True) -> Any:
        hours = {kind: self.cleaned_data.get(kind) for kind in HOUR_KINDS}
        self.instance.hours = {kind: value for kind, value in hours.items() if value is not None}
        return super().save(commit)


class CodesField(forms.CharField):
    """A list of short words, divided by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))

    def to_python(self, value: Any) -> Any:
        return [word.strip() for word in str(value or "").split(",") if word.strip()]


class CourseRow(RowForm):
    """A course, with the codes of its modules."""

    modules = CodesField(required=False, help_text="codes, divided by commas")

    class Meta:
        model = Course
        fields = ("order", "code", "title", "category", "credits", "modules", "outside_home_unit")


class PlanRow(RowForm):
    """An activity of the week plan."""

    class Meta:
        model = PlannedActivity
        fields = ("day_offset", "at", "kind", "title", "hours", "module")
        widgets = {"at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}


class BudgetRow(BudgetLineForm):
    """A budget line of a version."""

    class Meta(BudgetLineForm.Meta):
        model = VersionBudgetLine  # type: ignore[assignment]

    def __init__(self, *args: Any, choices: Choices | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class FormRow(RowForm):
    """An evaluation form; a question a line: `scale 5: words` or `text 400: words`."""

    questions = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One a line: scale 5: I can use it. Or: text 400: What was missing?",
    )

    class Meta:
        model = EvaluationForm
        fields = ("key", "title", "when", "questions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            lines = [f"{q.get('kind')} {q.get('most')}: {q.get('asks')}" for q in self.instance.questions]
            self.initial["questions"] = "\n".join(lines)

    def clean_questions(self) -> list[dict[str, Any]]:
        found = []
        known = {q.get("asks"): q.get("id") for q in self.instance.questions} if self.instance.pk else {}
        for number, line in enumerate(str(self.cleaned_data["questions"]).splitlines(), 1):
            if not line.strip():
                continue
            head, _, asks = line.partition(":")
            kind, _, most = head.strip().partition(" ")
            if kind not in ("scale", "text") or not most.strip().isdecimal() or not asks.strip():
                raise forms.ValidationError(f"Line {number}: write it as scale 5: words, or text 400: words.")
            question = asks.strip()
            found.append(
                {"id": known.get(question) or f"q{number}", "asks": question, "kind": kind, "most": int(most)}
            )
        return found


def _row(model: type[Any], *fields: str) -> type[RowForm]:
    meta = type("Meta", (), {"model": model, "fields": fields})
    return type(f"{model.__name__}Row", (RowForm,), {"Meta": meta})


class AboutForm(forms.ModelForm):
    """What a version says of itself."""

    class Meta:
        model = ProgrammeVersion
        fields = ("note", "hours", "weeks")
        labels = {"note": "What is new in this version"}
        help_texts = {"note": ""}


PARTS: dict[str, tuple[str, type[Any], type[Any], int]] = {
    "about": ("About", ProgrammeVersion, AboutForm, 0),
    "modules": ("Modules", VersionModule, ModuleRow, 2),
    "courses": ("Courses", Course, CourseRow, 2),
    "plan": ("Week plan", PlannedActivity, PlanRow, 3),
    "rubrics": ("Rubrics", VersionRubric, _row(VersionRubric, "purpose", "rubric"), 1),
    "forms": ("Evaluation forms", EvaluationForm, FormRow, 1),
    "tags": ("Framework tags", FrameworkTag, _row(FrameworkTag, "framework", "focus_area"), 2),
    "roles": ("Roles", VersionRole, _row(VersionRole, "role", "places"), 1),
    "budget": ("Budget", VersionBudgetLine, BudgetRow, 2),
}
"""Part -> title, model, form of a row, empty rows at the end."""


def title(part: str) -> str:
    return PARTS[part][0] if part in PARTS else SECTIONS[part]


def known_budget_lines() -> list[str]:
    """Lines that the office's framework of budgets names."""
    framework = Framework.objects.filter(key="budget").first()
    return [str(line) for line in (framework.data.get("lines", []) if framework else [])]


def known_facts() -> list[tuple[str, str]]:
    """Facts that somebody provides, with their meaning."""
    return [(name, provided.meaning) for name, provided in catalogue().items()]


def _choices(part: str) -> Choices:
    """Choices of a part's rows, each read once."""
    found: Choices = {}
    if part in ("modules", "plan"):
        found["module"] = [(m.pk, str(m)) for m in Module.objects.all()]
    if part == "modules":
        found["variant"] = [(v, v.capitalize()) for v in ("foundation", "standard", "advanced")]
    if part == "plan":
        found["kind"] = [(kind.pk, kind.name) for kind in ActivityKind.objects.all()]
    if part == "rubrics":
        found["rubric"] = [(rubric.pk, str(rubric)) for rubric in Rubric.objects.all()]
    if part == "tags":
        found["framework"] = [(f.pk, f.title) for f in Framework.objects.all()]
        areas = FocusArea.objects.select_related("framework")
        found["focus_area"] = [(a.pk, f"{a.framework.title}: {a.name}") for a in areas]
    if part == "roles":
        found["role"] = list(RoleKind.objects.values_list("slug", "name"))
    return found


def form_for(version: ProgrammeVersion, part: str, data: Mapping[str, Any] | None) -> Any:
    """The form or the set of rows for one part of a draft."""
    if part in SECTIONS:
        return _section_forms(version, part, data)
    _, model, form, extra = PARTS[part]
    if part == "about":
        return form(data, instance=version)
    rows = inlineformset_factory(ProgrammeVersion, model, form=form, fk_name="version", extra=extra)
    return rows(data, instance=version, form_kwargs={"choices": _choices(part)}, prefix="row")


class RuleRow(forms.Form):
    """A rule as a row: a fact compared with a value; groups of rules are written as JSON."""

    id = forms.SlugField(label="Short name", max_length=40)
    says = forms.CharField(label="The rule in words", max_length=300)
    fact = forms.CharField(
        label="Fact", max_length=80, required=False, widget=forms.TextInput(attrs={"list": "facts"})
    )
    op = forms.ChoiceField(
        label="Must be",
        required=False,
        choices=[("", "-"), *((op, words) for op, (words, _) in OPERATORS.items())],
    )
    value = forms.CharField(
        label="Value",
        max_length=400,
        required=False,
        help_text="A share of 80 % is 0.8. Several values: divide by ;",
    )
    unit = forms.CharField(label="Unit", max_length=20, required=False)
    mend = forms.CharField(label="What would meet it", max_length=300, required=False)
    more = forms.CharField(
        label="Groups (all, any, when), as JSON",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_more(self) -> dict[str, Any]:
        text = self.cleaned_data["more"].strip()
        if not text:
            return {}
        try:
            found = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(f"This is not valid JSON: {error}.") from error
        if not isinstance(found, dict):
            raise forms.ValidationError('Write an object, such as {"any": [...]}.')
        return found


def rule_to_row(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as the initial values of its row."""
    row = {name: rule.get(name, "") for name in ("id", "says", "fact", "op", "unit", "mend")}
    value = rule.get("value", "")
    if isinstance(value, list):
        row["value"] = "; ".join(map(str, value))
    else:
        row["value"] = value if isinstance(value, str) else json.dumps(value)
    rest = {name: rule[name] for name in ("all", "any", "when", "note") if name in rule}
    row["more"] = json.dumps(rest, ensure_ascii=False, indent=1) if rest else ""
    return row


def row_to_rule(row: Mapping[str, Any]) -> dict[str, Any]:
    """The rule that a row means; `rule_schema.problems` judges it."""
    rule: dict[str, Any] = {name: row[name] for name in ("id", "says", "unit", "mend") if row.get(name)}
    rule |= row.get("more") or {}
    if row.get("fact"):
        rule |= {
            "fact": row["fact"],
            "op": row.get("op", ""),
            "value": _value(row.get("value", ""), row.get("op")),
        }
    return rule


def _value(text: str, op: str | None) -> Any:
    """A number, yes or no where it reads so, else text; a list for operators that want one."""
    if op in ("in", "not in", "has all"):
        return [_value(part.strip(), None) for part in text.split(";") if part.strip()]
    try:
        found = json.loads(text)
    except ValueError:
        return {"yes": True, "no": False}.get(text.strip().lower(), text.strip())
    return found if isinstance(found, int | float | bool) else text.strip()


class DocumentRow(forms.Form):
    """A document to hand in."""

    kind = forms.SlugField(label="Short name", max_length=40)
    title = forms.CharField(label="Title", max_length=160)
    help = forms.CharField(label="Help", max_length=300, required=False)
    required = forms.BooleanField(label="Required", required=False)
    types = CodesField(label="File types", required=False, initial="pdf, jpeg, png")
    max_mb = forms.IntegerField(label="At most, MB", min_value=1, max_value=100, initial=8)


class QuotaRow(forms.Form):
    """How many at most, for each state, each city or in all."""

    scope = forms.ChoiceField(
        label="For each", choices=[("state", "State"), ("city", "City"), ("any", "In all")]
    )
    key = forms.CharField(label="Which", max_length=60, initial="*", help_text="* for every one, else a code")
    most = forms.IntegerField(label="At most", min_value=0)


def _section_forms(version: ProgrammeVersion, part: str, data: Mapping[str, Any] | None) -> BaseFormSet[Any]:
    form: type[forms.Form] = RuleRow
    if part in RULE_SECTIONS:
        initial = [rule_to_row(rule) for rule in rules_of(version.rules, part)]
    else:
        form = DocumentRow if part == "documents" else QuotaRow
        initial = [dict(row) for row in version.rules.get(part) or []]
    rows = formset_factory(form, extra=1, can_delete=True)
    return rows(data, initial=initial, prefix="row")


HEADS = {
    "certificate": (
        ("full", "Certificate for who meets every rule"),
        ("otherwise", "Certificate for the others"),
    ),
    "degree": (("award", "Degree"),),
}
"""What a section says beside its rules."""


def head_of(
    version: ProgrammeVersion, part: str, data: Mapping[str, Any] | None
) -> list[tuple[str, str, str]]:
    """The section's own words: name, label, value as sent or as kept."""
    held = version.rules.get(part)
    said = data if data is not None else held if isinstance(held, dict) else {}
    return [(name, label, str(said.get(name, "")).strip()[:120]) for name, label in HEADS.get(part, ())]


def rules_from(
    version: ProgrammeVersion, part: str, rows: Iterable[Any], data: Mapping[str, Any]
) -> dict[str, Any]:
    """The version's rules with what the form of one section says."""
    kept = [
        form.cleaned_data
        for form in rows
        if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.has_changed() or form.initial)
    ]
    if part in RULE_SECTIONS:
        changed = with_rules(version.rules, part, [row_to_rule(row) for row in kept])
        said = {name: value for name, _, value in head_of(version, part, data) if value}
        if not said or not isinstance(changed[part], dict):
            return changed
        return {**changed, part: {**changed[part], **said}}
    plain = [{name: value for name, value in row.items() if name != "DELETE" and value != ""} for row in kept]
    return {**version.rules, part: plain}
