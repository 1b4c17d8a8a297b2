"""Forms of the City Lab: bring files, run a recipe, confirm names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from nagara.citylab.errors import CityLabError
from nagara.citylab.importing import NATURES
from nagara.citylab.recipes import Param, Recipe
from nagara.citylab.sources import SLICES


def _field(param: Param) -> forms.Field:
    """The form field of a recipe's parameter. Values are checked by the recipe itself."""
    unit = f" ({param.unit})" if param.unit else ""
    label = (param.title or param.name.replace("_", " ").capitalize()) + unit
    allowed = [
        f"from {param.min}" if param.min is not None else "",
        f"to {param.max}" if param.max is not None else "",
    ]
    help_text = ". ".join(t for t in (param.why.rstrip("."), " ".join(a for a in allowed if a)) if t)
    common: dict[str, Any] = {"label": label, "required": False, "initial": param.default}
    common["help_text"] = help_text
    if param.choices:
        return forms.ChoiceField(choices=[(c, str(c)) for c in param.choices], **common)
    if param.type == "bool":
        return forms.BooleanField(**common)
    if param.type == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
    if param.type in {"float", "int"}:
        kind: Any = {"float": forms.FloatField, "int": forms.IntegerField}[param.type]
        step = "1" if param.type == "int" else "any"
        number: forms.Field = kind(
            min_value=param.min,
            max_value=param.max,
            widget=forms.NumberInput(attrs={"step": step}),
            **common,
        )
        return number
    return forms.CharField(max_length=400, **common)


class ParamsForm(forms.Form):
    """The parameters of one recipe; `cleaned` gives those to pass on."""

    def __init__(self, recipe: Recipe, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recipe = recipe
        for param in recipe.params:
            self.fields[param.name] = _field(param)

    def clean(self) -> dict[str, Any]:
        given = {k: v for k, v in self.cleaned_data.items() if v is not None and v != ""}
        try:
            self.settled = self.recipe.settle(given)
        except CityLabError as error:
            raise forms.ValidationError(str(error)) from error
        return given


def params_form(recipe: Recipe, data: Mapping[str, Any] | None = None) -> ParamsForm:
    """The form of a recipe's parameters, with defaults."""
    return ParamsForm(recipe, data)


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more uploaded files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class BringFiles(forms.Form):
    """What to import, and what is known of it."""

    files = ManyFilesField(  # type: ignore[assignment] # the word on the screen wins
        label="Files",
        help_text="CSV, Excel, GTFS zip, OpenStreetMap extract, GeoJSON, Shapefile (zip) and more. "
        "Several files of one source may go together.",
    )
    kind = forms.ChoiceField(
        label="What they are",
        required=False,
        choices=[("", "Find out by looking"), *((kind, kind.replace("_", " ")) for kind in SLICES)],
    )
    title = forms.CharField(label="Title of the source", max_length=200, required=False)
    licence = forms.CharField(
        label="Licence",
        max_length=200,
        required=False,
        help_text="As the owner writes it, for example CC BY 4.0. Empty means unknown: rows will not be "
        "passed on.",
    )
    attribution = forms.CharField(label="Who must be named", max_length=300, required=False)
    nature = forms.ChoiceField(
        label="How the data came about",
        required=False,
        choices=[("", "As the mapping says"), *((n, n) for n in NATURES)],
    )
    map_file = forms.FileField(label="Mapping file (TOML)", required=False)
    mapping = forms.CharField(
        label="Or the mapping as text",
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="Says which column means what, in which unit and time zone. Only needed where the clinic "
        "asks for it.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        uploaded = data.get("map_file")
        if uploaded is not None:
            if uploaded.size > 200_000:
                raise forms.ValidationError("The mapping file is larger than 200 kB: is it the right file?")
            try:
                data["mapping"] = uploaded.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError("The mapping file is not UTF-8 text.") from error
        check_mapping(data.get("mapping", ""))
        return data


def check_mapping(text: str) -> None:
    """Raises ValidationError where a mapping is not TOML."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise forms.ValidationError(f"The mapping is not valid TOML: {error}.") from error


class Amend(BringFiles):
    """What is said about files that are already here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["files"]
