"""Forms of the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from nagara.campus.admissions.models import Call
from nagara.campus.cities.models import City, State
from nagara.campus.people.models import User
from nagara.campus.selection.domain.constraints import FACTS, KINDS
from nagara.campus.selection.models import Change, Committee, Outcome, Round

BLANK_ROWS = 3


class RoundForm(forms.ModelForm):
    """How a round works."""

    class Meta:
        model = Round
        fields = ["name", "blind", "rubric", "readers", "differ_by", "combine", "due", "seats", "reserve"]
        help_texts = {"due": "By the clock of the host of the call."}


class NewRound(forms.Form):
    """Which call a round selects from."""

    call = forms.ModelChoiceField(queryset=Call.objects.none(), label="Call", empty_label="Choose a call")
    name = forms.CharField(
        label="Name", max_length=160, required=False, help_text="Empty: named by its batch."
    )


class PersonField(forms.CharField):
    """A person who has an account, by e-mail."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="E-mail",
            max_length=254,
            help_text="The person needs an account here.",
            widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        mail = super().clean(value).strip().lower()
        found = User.objects.filter(email=mail, is_active=True).first()
        if found is None:
            raise forms.ValidationError("Nobody here has this e-mail. Invite the person first.")
        return found


class AddReviewer(forms.Form):
    person = PersonField()
    most = forms.IntegerField(label="Readings at most", required=False, min_value=1)


class AddMember(forms.Form):
    person = PersonField()
    role = forms.ChoiceField(label="Role", choices=Committee.Role.choices, initial=Committee.Role.MEMBER)


class AddConflict(forms.Form):
    person = PersonField()
    reference = forms.CharField(label="Number of the application", max_length=40)
    reason = forms.CharField(label="Reason", max_length=500)


class ChangeForm(forms.Form):
    """One change of a decision by hand."""

    reference = forms.CharField(
        label="Application", max_length=40, widget=forms.TextInput(attrs={"list": "references"})
    )
    change = forms.ChoiceField(
        label="Change to",
        choices=[
            (Change.Kind.PIN_IN, "in, whatever the score"),
            (Change.Kind.PIN_OUT, "out, whatever the score"),
            *[(o, Outcome(o).label) for o in ("reserve", "revise", "reject", "defer")],
            (Change.Kind.CLEAR, "as computed: take the change back"),
        ],
    )
    reason = forms.CharField(
        label="Reason", max_length=1000, help_text="Kept in the minutes; not sent to the person."
    )
    letter = forms.CharField(
        label="Words for the letter",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The person reads these.",
    )

    def kind_and_outcome(self) -> tuple[str, str]:
        """The change as the verb takes it."""
        said = self.cleaned_data["change"]
        return (said, "") if said in Change.Kind.values else (Change.Kind.OUTCOME, said)


class TermsForm(forms.Form):
    """Seats and waiting list of a draft; the constraints stand in rows beside it."""

    seats = forms.IntegerField(label="Seats", min_value=0, max_value=2000)
    reserve = forms.IntegerField(label="Places on the waiting list", min_value=0, max_value=2000)


def constraint_rows(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the editor: the constraints there are and a few blank ones."""
    return [*found, *({} for _ in range(BLANK_ROWS))]


def read_rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The constraints as the editor sends them (kind-0, fact-0, value-0, amount-0, share-0, note-0 ...).
    Rows without kind are left out: that is how one is taken away."""
    found = []
    number = 0
    while f"kind-{number}" in data:
        if data[f"kind-{number}"]:
            found.append(
                {
                    "kind": data[f"kind-{number}"],
                    "fact": data.get(f"fact-{number}", ""),
                    "value": data.get(f"value-{number}", ""),
                    "amount": _number(data.get(f"amount-{number}", "")),
                    "share": bool(data.get(f"share-{number}")),
                    "note": str(data.get(f"note-{number}", ""))[:300],
                }
            )
        number += 1
    return found


def _number(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value == int(value) else value


def choices_for_rows() -> dict[str, Any]:
    """What the selects of the editor offer."""
    return {
        "kinds": KINDS.items(),
        "facts": FACTS.items(),
        "groups": [
            ("States", list(State.objects.values_list("iso2", "name"))),
            ("Sex", [("woman", "woman"), ("man", "man"), ("other", "other")]),
            ("Yes or no", [("yes", "yes"), ("no", "no")]),
            (
                "Nominated by",
                [("nr", "National Representative"), ("csco", "CSCO"), ("head", "head of department")],
            ),
            ("Cities", list(City.objects.members().values_list("slug", "name"))),
        ],
    }
