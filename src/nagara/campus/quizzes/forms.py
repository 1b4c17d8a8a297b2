"""Forms of the room."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from nagara.campus.people.models import User
from nagara.campus.programmes.models import Module
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.making import FIELDS, Part
from nagara.campus.quizzes.models import Bank, Item, Quiz


class QuizForm(forms.ModelForm):
    """Settings of a quiz; a reason where it is published already."""

    reason = forms.CharField(max_length=300, required=False, help_text="kept with the change")

    class Meta:
        model = Quiz
        fields = FIELDS
        widgets = {"intro": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None or self.instance.state == Quiz.State.DRAFT:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True

    def clean_tz(self) -> str:
        zone = str(self.cleaned_data["tz"])
        if zone not in available_timezones():
            raise ValidationError(f"{zone} is no time zone. Such as Asia/Seoul.")
        return zone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("opens") and data.get("closes") and data["closes"] <= data["opens"]:
            self.add_error("closes", "The quiz closes before it opens.")
        for name in ("minutes", "attempts"):
            if data.get(name) == 0:
                self.add_error(name, "At least 1, or empty for no limit.")
        return data


class PartForm(forms.Form):
    """One part of a quiz: a bank, how many of its questions, of which tag or level."""

    bank = forms.ModelChoiceField(Bank.objects.all(), required=False)
    draw = forms.IntegerField(
        label="How many", min_value=1, max_value=200, required=False, help_text="empty: all"
    )
    tag = forms.CharField(max_length=60, required=False)
    level = forms.CharField(max_length=20, required=False)
    item = forms.CharField(
        label="or one question", max_length=80, required=False, help_text="its short name in the bank"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        bank, key = data.get("bank"), data.get("item")
        if key and bank:
            data["found"] = Item.objects.filter(bank=bank, key=key).first()
            if data["found"] is None:
                self.add_error("item", f"{bank} has no question {key}.")
        elif any(data.get(name) for name in ("draw", "tag", "level", "item")) and not bank:
            self.add_error("bank", "Choose the bank.")
        return data

    def part(self) -> Part | None:
        data = self.cleaned_data
        if not data.get("bank"):
            return None
        return Part(
            data["bank"], data.get("found"), data.get("draw"), data.get("tag", ""), data.get("level", "")
        )


PartFormSet = forms.formset_factory(PartForm, extra=2, max_num=40)


class ExtendForm(forms.Form):
    """More for one person."""

    person = forms.ModelChoiceField(User.objects.none())
    minutes = forms.IntegerField(label="More minutes", min_value=0, max_value=600, initial=0)
    days = forms.IntegerField(label="More days", min_value=0, max_value=60, initial=0)
    attempts = forms.IntegerField(label="More attempts", min_value=0, max_value=10, initial=0)
    reason = forms.CharField(max_length=500, help_text="it stands in the letter to the person")


class BankForm(forms.ModelForm):
    """What a bank is."""

    class Meta:
        model = Bank
        fields = ("title", "about", "module")
        widgets = {"about": forms.Textarea(attrs={"rows": 3})}


class NewItem(forms.Form):
    """The kind and the name of a new question."""

    key = forms.SlugField(label="Short name", max_length=80, help_text="such as headway-from-count")
    kind = forms.ChoiceField(choices=[(k.name, k.title) for k in KINDS.values()])


LINES = {
    "single": "One choice a line. * in front of the right one; after a wrong one, -- and why it is wrong.",
    "multiple": "One choice a line. * in front of the right ones; after a wrong one, -- and why it is wrong.",
    "numeric": "A number, or a formula with the names below: 60 / n",
    "text": "One accepted form a line. Capitals, accents and spaces do not matter.",
    "matching": "left = right, a pair a line. A line = right fits nothing.",
    "ordering": "One thing a line, in the right order.",
}


class ItemForm(forms.Form):
    """A question as lines."""

    asks = forms.CharField(
        label="Question",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Markdown. {n} shows a number that is drawn, {n:1} with one decimal.",
    )
    key = forms.CharField(label="What is right", widget=forms.Textarea(attrs={"rows": 6}), required=False)
    unit = forms.CharField(
        max_length=40, required=False, help_text="UCUM: min, km/h, m2, %. Empty: a bare number."
    )
    units = forms.CharField(
        label="Units to choose from",
        max_length=200,
        required=False,
        help_text="with commas; empty: a free field",
    )
    tolerance = forms.CharField(max_length=40, required=False, help_text="2 % is relative, 0.5 absolute")
    explains = forms.CharField(
        label="Explanation",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="shown afterwards",
    )
    mistakes = forms.CharField(
        label="Named mistakes",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="answer -- why it is wrong, one a line; the answer may be a formula",
    )
    parameters = forms.CharField(
        label="Numbers that are drawn",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="n = 4, 5, 6 or n = 10 .. 90 step 10, one a line",
    )
    computed = forms.CharField(
        label="Numbers that are computed",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text="minutes = 60 / n",
    )
    guards = forms.CharField(
        label="Guards",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text="what must hold of the numbers, one a line: a != b",
    )
    marks = forms.CharField(max_length=6, required=False, initial="1")
    level = forms.CharField(max_length=20, required=False, help_text="foundation, standard, advanced")
    tags = forms.CharField(max_length=200, required=False, help_text="with commas")
    more = forms.CharField(
        label="More, as data",
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        help_text="YAML or JSON: variants, map and target, pattern",
    )
    note = forms.CharField(
        label="What is new", max_length=300, required=False, help_text="kept with the version"
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["key"].help_text = LINES.get(kind, "")
        self.fields["key"].required = kind != "map"
        if kind in ("numeric", "text"):
            self.fields["key"].widget.attrs["rows"] = 3
        gone = {"numeric": (), "map": ("key", "unit", "units", "tolerance", "mistakes")}.get(
            kind, ("unit", "units", "tolerance")
        )
        if kind not in ("numeric", "text"):
            gone = (*gone, "mistakes")
        for name in gone:
            self.fields.pop(name, None)

    def lines(self) -> dict[str, str]:
        """What was written, for `domain.lines.from_lines`."""
        kept = {
            name: str(value or "")
            for name, value in self.cleaned_data.items()
            if name not in ("note", "seen")
        }
        return {"kind": self.kind, **kept}


class ImportForm(forms.Form):
    """A file of items."""

    file = forms.FileField(required=False, help_text="YAML, JSON or CSV, as this page gives them out")
    text = forms.CharField(
        label="or the text of it",
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
        max_length=1_000_000,
    )
    note = forms.CharField(label="Where it is from", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("file") and not data.get("text"):
            raise ValidationError("Choose a file, or paste its text.")
        return data


class BankFilter(forms.Form):
    """Narrows the questions of a bank."""

    q = forms.CharField(label="Words", required=False)
    kind = forms.ChoiceField(
        required=False, choices=[("", "All"), *((k.name, k.title) for k in KINDS.values())]
    )
    tag = forms.CharField(label="Tag or level", required=False)


class QuizFilter(forms.Form):
    """Narrows the quizzes of a batch."""

    module = forms.ModelChoiceField(Module.objects.all(), required=False, empty_label="All")
    state = forms.ChoiceField(required=False, choices=[("", "All"), *Quiz.State.choices])


class ResultFilter(forms.Form):
    """Narrows the people of a quiz."""

    q = forms.CharField(label="Name", required=False)
    is_ = forms.ChoiceField(
        label="Who",
        required=False,
        choices=[("", "Everyone"), ("done", "Handed in"), ("open", "Still open"), ("not", "Not begun"),
                 ("failed", "Below the pass mark")],
    )  # fmt: skip
