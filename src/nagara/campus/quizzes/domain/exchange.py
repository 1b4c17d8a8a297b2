"""Banks in and out as files: YAML and JSON whole, CSV for tables of simple items; findings for each item."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.db import transaction
from django.utils.text import slugify

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.quizzes.domain.banks import new_items, save_item
from nagara.campus.quizzes.domain.checking import Problem, check
from nagara.campus.quizzes.domain.lines import COLUMNS, from_lines, to_lines
from nagara.campus.quizzes.domain.text_data import read_yaml
from nagara.campus.quizzes.models import Bank, Item
from nagara.citylab.errors import CityLabError

LARGEST = 2_000_000
MOST_ITEMS = 1000
ENDINGS = {
    "yaml": "application/yaml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a file: its place in it, its name, its data, what is wrong with it, and what taking it
    would do: "new", "changed", "same", or "set aside" where it has problems."""

    number: int
    key: str
    body: Mapping[str, Any]
    problems: Sequence[Problem] = ()
    does: str = "new"


def items_of(bank: Bank) -> list[tuple[str, dict[str, Any]]]:
    """Names and data of a bank's items that are not retired, in order."""
    found = Item.objects.filter(bank=bank, retired=False, newest__isnull=False).select_related("newest")
    return [(item.key, dict(item.newest.body)) for item in found if item.newest]


def write(bank: Bank, ending: str) -> bytes:
    """The bank as a file: yaml, json or csv."""
    rows = items_of(bank)
    if ending == "csv":
        return _csv(rows)
    data = {
        "slug": bank.slug,
        "title": bank.title,
        "about": bank.about,
        "module": bank.module.code if bank.module else "",
        "items": [{"key": key, **body} for key, body in rows],
    }
    if ending == "json":
        return json.dumps(data, ensure_ascii=False, indent=1).encode()
    return bytes(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100).encode())


def _csv(rows: Iterable[tuple[str, dict[str, Any]]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for key, body in rows:
        writer.writerow({"name": key, **to_lines(body)})
    return text.getvalue().encode("utf-8-sig")


def read(data: bytes, bank: Bank) -> list[Row]:
    """The items of a file, each checked and compared with the bank. Raises CityLabError where the file as a
    whole cannot be read."""
    if len(data) > LARGEST:
        raise CityLabError("The file is too large.", mend=f"At most {LARGEST // 1_000_000} MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CityLabError("The file is not in UTF-8.", mend="Save it as UTF-8 and send it again.") from error
    rows = _rows(text)
    if not rows:
        raise CityLabError("There is no item in this file.", mend="Compare with the file of another bank.")
    if len(rows) > MOST_ITEMS:
        raise CityLabError(f"The file has {len(rows)} items.", mend=f"Send at most {MOST_ITEMS} at once.")
    known = dict(Item.objects.filter(bank=bank).values_list("key", "newest__body"))
    seen: set[str] = set()
    return [_row(number, row, known, seen) for number, row in enumerate(rows, 1)]


def _rows(text: str) -> list[Any]:
    head = text.lstrip().split("\n", 1)[0].strip()
    if head.replace('"', "").split(",")[:2] == list(COLUMNS[:2]):
        return list(csv.DictReader(io.StringIO(text)))
    data = read_yaml(text)
    found = data.get("items") if isinstance(data, dict) else data
    return list(found) if isinstance(found, list) else []


def _row(number: int, row: Any, known: Mapping[str, Any], seen: set[str]) -> Row:
    if not isinstance(row, dict):
        return Row(number, "", {}, [Problem("item", "This is no item: it has no named fields.")], "set aside")
    table = "name" in row and "kind" in row and None not in row and "options" not in row
    if table:
        key = slugify(str(row["name"] or ""))[:80]
        try:
            body: dict[str, Any] = from_lines({k: str(v or "") for k, v in row.items()}, known.get(key))
        except CityLabError as error:
            return Row(number, key, {}, [Problem(error.where, error.what, error.mend)], "set aside")
    else:
        key = slugify(str(row.get("key", "")))[:80]
        body = {k: v for k, v in row.items() if k != "key"}
    problems = check(body)
    if not key:
        problems.append(Problem("key", "The item has no short name.", "Such as headway-from-count."))
    if key in seen:
        problems.append(Problem("key", f"{key} stands in this file twice.", "Give one of them another name."))
    seen.add(key)
    if problems:
        return Row(number, key, body, problems, "set aside")
    if key not in known:
        return Row(number, key, body)
    same = known[key] == body or (table and to_lines(known[key]) == to_lines(body))
    return Row(number, key, body, (), "same" if same else "changed")


@transaction.atomic
def take(bank: Bank, rows: Sequence[Row], *, by: User, note: str = "") -> dict[str, int]:
    """Take the good items of a file: new ones, and new versions of changed ones. Those with problems stay
    out. Says how many of each."""
    note = note.strip() or "Imported"
    fresh = [(row.key, row.body) for row in rows if row.does == "new"]
    known = set(
        Item.objects.filter(bank=bank, key__in=[key for key, _ in fresh]).values_list("key", flat=True)
    )
    if known:
        raise CityLabError("The bank changed meanwhile.", mend="Send the file once more.")
    new_items(bank, fresh, by=by, note=note)
    for row in rows:
        if row.does == "changed":
            save_item(bank, row.key, row.body, by=by, note=note)
    counts = {word: sum(row.does == word for row in rows) for word in ("new", "changed", "same", "set aside")}
    record("items imported", f"bank/{bank.slug}", by=by, reason=note, **counts)
    return counts
