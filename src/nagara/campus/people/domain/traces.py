"""Traces of a person in any text of any table: to find them, and to take them out.

Rooms erase what they know of (`data_port`); this is the net below them, for letters and remarks in which
somebody wrote the name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import (
    CharField,
    Field,
    FileField,
    JSONField,
    Model,
    Q,
    SlugField,
    TextField,
    URLField,
)
from django.db.models.functions import Cast, Lower

from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.people.data_port import erased_name
from nagara.campus.people.models import User
from nagara.campus.people.models.person import NAME_FIELDS
from nagara.campus.people.names import searchable
from nagara.campus.people.secrets import EncryptedTextField

_PASSED_OVER = {"sessions.session", "contenttypes.contenttype", "auth.permission", "auth.group"}


_ALONE = r"(?<![\w.+%-]){}(?![\w-]|\.\w)"
"""An address or number that is not the end or the beginning of a longer one."""


@dataclass(frozen=True)
class Marks:
    """What points to a person: `exact` are addresses and numbers, `names` count as whole words only."""

    exact: tuple[str, ...]
    names: tuple[str, ...]

    def scrubbed(self, text: str) -> str:
        """The text without the marks."""
        for mark in self.exact:
            text = re.sub(_ALONE.format(re.escape(mark)), "(erased)", text, flags=re.IGNORECASE)
        for name in self.names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", erased_name, text, flags=re.IGNORECASE)
        return text

    def in_all(self, value: Any) -> Any:
        """A JSON value without the marks."""
        if isinstance(value, str):
            return self.scrubbed(value)
        if isinstance(value, list):
            return [self.in_all(piece) for piece in value]
        if isinstance(value, dict):
            return {self.scrubbed(name): self.in_all(piece) for name, piece in value.items()}
        return value


def marks_of(user: User, *, short: bool = False) -> Marks:
    """E-mail, phone and names. A name that is someone else's too, or a part of it, is left alone: it does
    not point to this person, and others' papers must not change. One short word only where `short` asks
    for it: it may be a word of another kind."""
    others = User.objects.exclude(pk=user.pk).filter(erased_at=None)
    names = []
    for name in {getattr(user, field).strip() for field in NAME_FIELDS}:
        telling = len(name) >= 8 or (" " in name and len(name) >= 5) or (short and len(name) >= 3)
        shared = others.filter(search_text__contains=searchable(name))
        if telling and name != erased_name and not shared.exists():
            names.append(name)
    exact = [user.email]
    if len(re.sub(r"\D", "", user.phone)) >= 7:
        exact.append(user.phone)
    return Marks(tuple(exact), tuple(sorted(names, key=len, reverse=True)))


def found(
    marks: Marks, tables: Iterable[type[Model]] | None = None
) -> Iterator[tuple[type[Model], Field[Any, Any], Any, Any]]:
    """(table, column, row id, value) of every text in which a mark stands."""
    for model in tables or apps.get_models(include_auto_created=True):
        if model._meta.label_lower in _PASSED_OVER or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            if _holds_text(field):
                yield from _in_column(model, field, marks)


def scrub(user: User) -> int:
    """Take the marks of a person out of every text; says how many texts were changed."""
    marks = marks_of(user)
    words = marks_of(user, short=True)  # one short word: in letters and reasons only
    changed = 0
    for seen, rows in ((marks, found(marks)), (words, found(words, (Notice, Event)))):
        for model, field, pk, value in list(rows):
            clean = seen.in_all(value)
            if model is not User and clean != value:
                changed += model._base_manager.filter(pk=pk).update(**{field.name: clean})
    return changed


def _holds_text(field: Field[Any, Any]) -> bool:
    if isinstance(field, EncryptedTextField | SlugField | URLField | FileField) or field.choices:
        return False
    return isinstance(field, CharField | TextField | JSONField)


def _in_column(model: type[Model], field: Any, marks: Marks) -> Iterator[tuple[Any, Any, Any, Any]]:
    wanted = Q()
    for mark in (*marks.exact, *marks.names):
        for written in {mark.lower(), json.dumps(mark.lower())[1:-1], json.dumps(mark)[1:-1].lower()}:
            wanted |= Q(_text__contains=written)
        wanted |= Q(_raw__contains=mark)  # SQLite's lower() knows A to Z only
        wanted |= Q(_raw__contains=json.dumps(mark)[1:-1])
    raw = Cast(field.name, TextField())
    rows = model._base_manager.annotate(_raw=raw, _text=Lower(raw)).filter(wanted)
    for pk, value in rows.values_list("pk", field.name):
        if marks.in_all(value) != value:
            yield model, field, pk, value
