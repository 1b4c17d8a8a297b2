"""Wall times: a time as a clock on the wall shows it, kept without a zone beside the zone's name.

A deadline "31 January, 23:59 in Seoul" stays that even where the rules of the zone change.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

FORM = "%Y-%m-%dT%H:%M"


class WallTimeField(models.CharField):
    """A wall time to the minute: a datetime without zone in Python, sortable text in the database."""

    description = "wall time"
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 16
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def to_python(self, value: Any) -> Any:
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.replace(tzinfo=None, second=0, microsecond=0)
        try:
            return datetime.strptime(str(value)[:16].replace(" ", "T"), FORM)  # noqa: DTZ007 (on the wall)
        except ValueError as error:
            raise ValidationError(f"{value!r} is no date with hours and minutes.") from error

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.to_python(value)

    def get_prep_value(self, value: Any) -> Any:
        value = self.to_python(value)
        return None if value is None else value.strftime(FORM)

    def run_validators(self, value: Any) -> None:
        """The length of the text is ours, not the person's."""

    def formfield(self, **kwargs: Any) -> Any:
        return WallTimeInput(required=not self.blank, label=kwargs.get("label", self.verbose_name))


class WallTimeInput(forms.CharField):
    """A date with hours and minutes, as browsers send it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORM)

    def to_python(self, value: Any) -> Any:
        return WallTimeField().to_python(value)

    def run_validators(self, value: Any) -> None:
        """Nothing beside to_python."""
