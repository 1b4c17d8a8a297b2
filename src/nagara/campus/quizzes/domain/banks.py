"""Verbs about banks and their items."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from nagara.campus.audit.domain import record
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Module
from nagara.campus.quizzes.domain import items
from nagara.campus.quizzes.domain.checking import Problem, check
from nagara.campus.quizzes.models import Bank, Item, ItemVersion
from nagara.citylab.errors import CityLabError

Body = Mapping[str, Any]
FIELDS = ("title", "about", "module")


class ItemRefused(CityLabError):
    """An item with problems; `problems` names each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        first = self.problems[0]
        more = f" ({len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{first.what}{more}", where=first.where, mend=first.mend)


def needs_reason(reason: str) -> str:
    """The reason, or CityLabError where there is none."""
    if not reason.strip():
        raise CityLabError("This needs a reason.", where="reason", mend="Say in a sentence why.")
    return reason.strip()


def first_words(body: Body) -> str:
    """The question's first words, for lists: without Markdown's marks and drawn numbers."""
    text = str(body.get("asks", "")).strip()
    variants = body.get("variants") or []
    if len(text) < 3 and variants:
        text = str(variants[0].get("asks", text))
    line = " ".join(re.sub(r"[*`#>|]", "", items.SLOT.sub("…", text)).split())
    return line if len(line) <= 160 else f"{line[:157]}..."


@transaction.atomic
def create_bank(
    *, title: str, by: User | None, slug: str = "", about: str = "", module: Module | None = None
) -> Bank:
    """A new, empty bank. Raises CityLabError where the short name is taken."""
    slug = slug or slugify(title)[:80] or "bank"
    if Bank.objects.filter(slug=slug).exists():
        raise CityLabError(
            f"There is a bank {slug} already.", where="title", mend="Choose another title or short name."
        )
    bank = Bank.objects.create(slug=slug, title=title, about=about, module=module, made_by=by)
    record("bank made", f"bank/{slug}", by=by)
    return bank


@transaction.atomic
def change_bank(bank: Bank, *, by: User, **fields: Any) -> Bank:
    """Change title, words about it, module."""
    changed = [name for name in FIELDS if name in fields and getattr(bank, name) != fields[name]]
    for name in changed:
        setattr(bank, name, fields[name])
    if changed:
        bank.save(update_fields=changed)
        record("bank changed", f"bank/{bank.slug}", by=by, fields=changed)
    return bank


@transaction.atomic
def save_item(
    bank: Bank, key: str, body: Body, *, by: User | None, note: str = "", seen: int | None = None
) -> ItemVersion:
    """Keep an item: a new one, or the next version of one that is there. The same body makes no version.

    `seen` is the number of the version that the writer had on the page (0: none). Raises ItemRefused where
    the item has problems, CityLabError where somebody else wrote a version in between.
    """
    problems = check(body)
    if problems:
        raise ItemRefused(problems)
    key = slugify(key)[:80]
    if not key:
        raise CityLabError("The item needs a short name.", where="key", mend="Such as headway-from-count.")
    Bank.objects.select_for_update().get(pk=bank.pk)
    item = Item.objects.select_related("newest").filter(bank=bank, key=key).first()
    number = item.newest.number if item is not None and item.newest is not None else 0
    if seen is not None and seen != number:
        raise CityLabError(
            "Somebody else changed this item meanwhile." if seen else f"There is an item {key} already.",
            where=key,
            mend="Open it anew and write your change once more." if seen else "Choose another short name.",
        )
    if item is None:
        last = Item.objects.filter(bank=bank).aggregate(last=Max("order"))["last"] or 0
        item = Item(bank=bank, key=key, order=last + 1)
    elif item.newest is not None and item.newest.body == dict(body):
        return item.newest
    _describe(item, body)
    item.save()
    version = ItemVersion.objects.create(
        item=item, number=number + 1, body=dict(body), note=note.strip()[:300], made_by=by
    )
    Item.objects.filter(pk=item.pk).update(newest=version)
    item.newest = version
    verb = "item changed" if number else "item made"
    record(verb, f"bank/{bank.slug}", by=by, reason=note, item=key, version=version.number)
    return version


def _describe(item: Item, body: Body) -> None:
    item.kind, item.title = str(body["kind"]), first_words(body)
    item.level = str(body.get("level", ""))[:20]
    item.tags = [str(tag)[:60] for tag in body.get("tags") or []]


def new_items(bank: Bank, rows: Sequence[tuple[str, Body]], *, by: User | None, note: str = "") -> int:
    """Add many items that are known to be good and new, in a few queries. Says how many."""
    last = Item.objects.filter(bank=bank).aggregate(last=Max("order"))["last"] or 0
    items = []
    for order, (key, body) in enumerate(rows, last + 1):
        item = Item(bank=bank, key=key, order=order)
        _describe(item, body)
        items.append(item)
    Item.objects.bulk_create(items)
    versions = ItemVersion.objects.bulk_create(
        ItemVersion(item=item, number=1, body=dict(body), note=note[:300], made_by=by)
        for item, (_, body) in zip(items, rows, strict=True)
    )
    for item, version in zip(items, versions, strict=True):
        item.newest = version
    Item.objects.bulk_update(items, ["newest"])
    return len(items)


@transaction.atomic
def retire_item(item: Item, *, retired: bool, by: User, reason: str) -> Item:
    """Take an item out of further quizzes, or back in. Answers that were given stay."""
    reason = needs_reason(reason)
    if item.retired != retired:
        item.retired = retired
        item.save(update_fields=["retired"])
        verb = "item retired" if retired else "item taken back"
        record(verb, f"bank/{item.bank.slug}", by=by, reason=reason, item=item.key)
    return item
