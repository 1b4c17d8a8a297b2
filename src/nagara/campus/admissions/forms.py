"""Forms about calls and nominations."""

from __future__ import annotations

from typing import Any

import yaml
from django import forms

from nagara.campus.admissions.domain.nominating import Nominator, Nominee
from nagara.campus.admissions.models import Call
from nagara.campus.cities.models import City, State

WORDS = {"autocomplete": "off"}


class YamlField(forms.CharField):
    """A list of rows as text that people can read and change."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}))
        super().__init__(required=False, max_length=60_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return yaml.safe_dump(value or [], allow_unicode=True, sort_keys=False, width=90) if value else ""

    def to_python(self, value: Any) -> Any:
        try:
            return yaml.safe_load(super().to_python(value) or "[]") or []
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" near line {mark.line + 1}" if mark else ""
            raise forms.ValidationError(f"The rows cannot be read{where}: look at the hyphens.") from error

    def run_validators(self, value: Any) -> None:
        """The verb checks what the rows say."""


class QuotaField(forms.CharField):
    """Quotas, one a line: "state ID 6", "city * 3", "any * 150"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 5}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or not value:
            return value or ""
        return "\n".join(f"{rule['scope']} {rule['key']} {rule['most']}" for rule in value)

    def to_python(self, value: Any) -> Any:
        rules = []
        for number, line in enumerate(str(super().to_python(value)).splitlines(), start=1):
            parts = line.split()
            if not parts:
                continue
            if len(parts) != 3 or not parts[2].isdigit():
                raise forms.ValidationError(f"Line {number}: write it as “state ID 6” or “city * 3”.")
            rules.append({"scope": parts[0], "key": parts[1], "most": int(parts[2])})
        return rules

    def run_validators(self, value: Any) -> None:
        """The verb checks what the rules say."""


class CallForm(forms.ModelForm):
    """What a call says. Sections are added as fields of their own."""

    quotas = QuotaField(
        label="Quotas",
        help_text="One a line: state, city or any; which one, or * for each; how many. For example: "
        "“state * 6”, “state TL 8”, “city jakarta 3”.",
    )
    documents = YamlField(
        label="Documents",
        help_text="One a row: kind (short name), title, help, required (true or false), types (pdf, jpeg, "
        "png, docx), max_mb.",
    )
    questions = YamlField(label="Questions", help_text="Short pages of questions.")
    eligibility = YamlField(
        label="Eligibility rules", help_text="Rules on facts; “says” and “mend” are what people read."
    )
    reason = forms.CharField(
        label="Why it is changed", required=False, max_length=500, help_text="Needed once the call is public."
    )

    class Meta:
        model = Call
        fields = [
            "title",
            "summary",
            "opens",
            "closes",
            "tz",
            "needs_nomination",
            "needs_cosign",
            "asks_citizenship",
            "quotas",
            "documents",
            "questions",
            "eligibility",
        ]
        help_texts = {
            "summary": "One sentence, shown in the list of calls.",
            "opens": "By the host's clock.",
            "closes": "By the host's clock. From then on nothing is taken.",
            "tz": "Such as Asia/Seoul.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [*self.instance.sections, {}]
        if self.is_bound:
            given = [int(name.split("-")[1]) for name in self.data if name.startswith("section-")]
            rows += [{}] * (max(given, default=-1) + 1 - len(rows))
        self.rows = len(rows)
        for number, row in enumerate(rows):
            new = " (new; leave empty for none)" if not row else ""
            title = forms.CharField(
                label=f"Title of section {number + 1}{new}",
                required=False,
                max_length=200,
                initial=row.get("title"),
            )
            text = forms.CharField(
                label=f"Text of section {number + 1}",
                required=False,
                max_length=20_000,
                initial=row.get("text"),
                widget=forms.Textarea(attrs={"rows": 10}),
            )
            self.fields[f"section-{number}-title"], self.fields[f"section-{number}-text"] = title, text

    @property
    def section_fields(self) -> list[Any]:
        return [self[f"section-{n}-{part}"] for n in range(self.rows) for part in ("title", "text")]

    @property
    def plain_fields(self) -> list[Any]:
        return [self[name] for name in self.Meta.fields[:8]]

    @property
    def list_fields(self) -> list[Any]:
        return [self[name] for name in self.Meta.fields[8:]]

    def given(self) -> dict[str, Any]:
        """What is to be kept: fields of the call. A section without a title is left out."""
        data = {name: self.cleaned_data[name] for name in self.Meta.fields}
        old = self.instance.sections
        data["sections"] = [
            {
                "key": old[n]["key"] if n < len(old) else f"section-{n + 1}",
                "title": self.cleaned_data[f"section-{n}-title"],
                "text": self.cleaned_data[f"section-{n}-text"],
            }
            for n in range(self.rows)
            if self.cleaned_data[f"section-{n}-title"].strip()
        ]
        return data

    def _post_clean(self) -> None:
        """The verb changes the call, not the form."""


class NomineeForm(forms.Form):
    """Who is nominated, and who signs as well."""

    name = forms.CharField(label="Name as in passport", max_length=200, help_text="A single name is fine.")
    email = forms.EmailField(
        label="E-mail", max_length=254, help_text="Any address that the person reads. The link goes there."
    )
    position = forms.CharField(label="Position", max_length=200, required=False)
    department = forms.CharField(label="Department or office", max_length=200, required=False)
    supervisor_name = forms.CharField(label="Supervisor's name", max_length=200)
    supervisor_email = forms.EmailField(
        label="Supervisor's e-mail", max_length=254, help_text="The supervisor signs on a phone, no account."
    )
    supervisor_position = forms.CharField(label="Supervisor's position", max_length=200, required=False)

    def __init__(self, *args: Any, call: Call, nominator: Nominator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not call.needs_cosign:
            for name in ("supervisor_name", "supervisor_email", "supervisor_position"):
                del self.fields[name]
        if nominator.city is None:
            cities = City.objects.filter(state=nominator.home_state)
            self.fields["city"] = forms.ModelChoiceField(
                cities,
                label="City",
                required=False,
                empty_label="No member city (ministry, other city)",
                help_text=f"In {nominator.home_state.name}.",
            )
            self.order_fields(["name", "email", "city"])

    def nominee(self) -> Nominee:
        fields = {
            key: value or "" for key, value in self.cleaned_data.items() if key in Nominee.__annotations__
        }
        return Nominee(**fields)


class ReplaceForm(NomineeForm):
    """The one who takes the place, and why."""

    reason = forms.CharField(label="Why", max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("city", None)
        self.order_fields(["reason"])


class HeadForm(forms.Form):
    """A head of department who is asked to nominate."""

    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail", max_length=254)
    position = forms.CharField(label="Position", max_length=200, required=False)
    department = forms.CharField(label="Department or office", max_length=200)
    home_state = forms.ModelChoiceField(State.objects.all(), label="State")
    city = forms.ModelChoiceField(
        City.objects.select_related("state"), label="City", required=False, empty_label="No member city"
    )
    most = forms.IntegerField(label="Nominations at most", min_value=1, max_value=20, initial=2)


class CosignForm(forms.Form):
    """The supervisor's word."""

    name = forms.CharField(label="Your name", max_length=200)
    position = forms.CharField(label="Your position", max_length=200)
    answer = forms.ChoiceField(
        label="Do you support this application?",
        choices=[("yes", "Yes, I sign"), ("no", "No")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=1000,
        help_text="Needed for a no.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("answer") == "no" and not data.get("reason", "").strip():
            self.add_error("reason", "Say why you do not sign.")
        return data


class GraceForm(forms.Form):
    """More time for one person."""

    until = forms.CharField()
    reason = forms.CharField(label="Why", max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from nagara.campus.admissions.walltime import WallTimeInput

        super().__init__(*args, **kwargs)
        self.fields["until"] = WallTimeInput(label="May hand in until (host's clock)")
        self.order_fields(["until", "reason"])
