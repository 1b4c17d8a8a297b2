"""What people type about an assessment, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from nagara.campus.cities.models import City
from nagara.campus.readiness.domain.answering import Typed
from nagara.campus.readiness.instruments import Question

LARGEST_FILE = 20 * 1024 * 1024
ENDINGS = ("pdf", "png", "jpg", "jpeg", "csv", "xlsx", "docx", "pptx", "odt", "ods", "txt", "geojson", "zip")
_link = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class NewEvidence:
    """A link or file that came in for a question."""

    question: str
    title: str
    url: str
    file: Any


def typed(post: Mapping[str, str], questions: tuple[Question, ...]) -> list[Typed]:
    """The answers in a posted page; questions that the page did not hold are left alone."""
    found = []
    for question in questions:
        if f"seen-{question.id}" not in post:
            continue
        score, seen = post.get(f"score-{question.id}", ""), post.get(f"seen-{question.id}", "")
        found.append(
            Typed(
                question.id,
                int(score) if score in {"0", "1", "2", "3", "4", "5"} else None,
                post.get(f"note-{question.id}", "").replace("\r\n", "\n").replace("\x00", ""),
                int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
            )
        )
    return found


def new_evidence(
    post: Mapping[str, str], files: Mapping[str, Any], questions: tuple[Question, ...]
) -> tuple[list[NewEvidence], dict[str, str]]:
    """Evidence in a posted page, and what is wrong with it by question."""
    found, errors = [], {}
    for question in questions:
        url = post.get(f"url-{question.id}", "").strip()
        file = files.get(f"file-{question.id}")
        title = post.get(f"title-{question.id}", "").strip()[:200]
        if not url and not file:
            if title:
                errors[question.id] = "The evidence has a name, but no link and no file."
            continue
        wrong = _wrong(url, file)
        if wrong:
            errors[question.id] = wrong
        else:
            name = title or (file.name.replace("\\", "/").rsplit("/", 1)[-1] if file else url)
            found.append(NewEvidence(question.id, name[:200], url, file))
    return found, errors


def _wrong(url: str, file: Any) -> str:
    if url:
        try:
            _link(url)
        except ValidationError:
            return f"{url[:80]} is no address of a web page. It starts with https://"
        if len(url) > 600:
            return "That address is longer than 600 characters."
    if file:
        if file.size > LARGEST_FILE:
            return f"{file.name} has {file.size / 1e6:.0f} MB; at most 20 MB. Give a link instead."
        if file.name.rsplit(".", 1)[-1].lower() not in ENDINGS:
            return f"{file.name}: files of this kind are not kept. Kept are: {', '.join(ENDINGS)}."
        if not file.size:
            return f"{file.name} is empty."
    return ""


class NewExpert(forms.Form):
    """A programme expert to name."""

    email = forms.EmailField(label="E-mail", max_length=254, help_text="Of somebody who has an account.")
    city = forms.ModelChoiceField(
        label="City", queryset=City.objects.all(), required=False, empty_label="any city"
    )


class Filter(forms.Form):
    """What a list of assessments is narrowed by."""

    q = forms.CharField(label="City", required=False, max_length=80)
    state = forms.ChoiceField(label="State", required=False)
    cycle = forms.IntegerField(label="Year", required=False, min_value=2000, max_value=2200)
