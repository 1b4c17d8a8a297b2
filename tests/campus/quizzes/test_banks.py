"""Banks: what is shipped, versions of items, files in and out."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from nagara.campus.quizzes.domain import create_bank, save_item
from nagara.campus.quizzes.domain.banks import ItemRefused
from nagara.campus.quizzes.domain.checking import check
from nagara.campus.quizzes.domain.exchange import items_of, read, take, write
from nagara.campus.quizzes.domain.lines import from_lines, to_lines
from nagara.campus.quizzes.domain.seeding import FOLDER, read_bank, seed, seed_banks, shipped_banks
from nagara.campus.quizzes.models import Bank, Item, Purpose
from nagara.citylab.errors import CityLabError

SHIPPED = shipped_banks()
GOOD = {"kind": "numeric", "asks": "{n} + 1?", "parameters": {"n": {"values": [1, 2]}}, "answer": "n + 1"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.parent.name)
def test_every_shipped_item_is_good(path):
    for row in read_bank(path)["items"]:
        body = {k: v for k, v in row.items() if k != "key"}
        assert check(body) == [], row["key"]
        assert body.get("explains"), row["key"]


def test_the_two_forms_of_the_test_are_parallel():
    items = read_bank(FOLDER / "programme-test.yaml")["items"]
    forms = {form: [i for i in items if form in i["tags"]] for form in ("form-a", "form-b")}
    shape = {
        form: [(i["tags"][1], i["kind"], i.get("marks", 1), len(i.get("options", []))) for i in rows]
        for form, rows in forms.items()
    }
    assert shape["form-a"] == shape["form-b"]
    assert [tag for tag, *_ in shape["form-a"]] == [f"M{n:02}" for n in range(1, 13)]
    assert len(items) == 24


def test_seeding_adds_what_is_missing_and_leaves_edits_alone(db, crowd):
    seed()
    bank = Bank.objects.get(slug="m05-mobility")
    assert Counter(i.kind for i in bank.items.all())["numeric"] >= 5
    assert {i.kind for i in Item.objects.all()} == {
        "single", "multiple", "numeric", "text", "matching", "ordering", "map",
    }  # fmt: skip
    assert Purpose.objects.get(side="post").graded
    save_item(bank, "headway", {**GOOD}, by=crowd.olga)
    Item.objects.filter(key="capacity").delete()
    assert seed_banks(SHIPPED) == 1
    assert bank.items.get(key="headway").newest.body == GOOD
    assert seed_banks(SHIPPED) == 0


def test_a_change_makes_the_next_version_and_two_writers_do_not_overwrite_each_other(db, crowd):
    bank = create_bank(title="Sums", by=crowd.olga)
    first = save_item(bank, "plus", GOOD, by=crowd.olga, seen=0)
    assert save_item(bank, "plus", GOOD, by=crowd.olga).pk == first.pk
    second = save_item(bank, "plus", {**GOOD, "explains": "One more."}, by=crowd.olga, seen=1)
    assert (second.number, first.body, second.item.newest) == (2, GOOD, second)
    with pytest.raises(CityLabError, match="Somebody else"):
        save_item(bank, "plus", {**GOOD, "explains": "Mine."}, by=crowd.alice, seen=1)
    with pytest.raises(ItemRefused, match="no parameter"):
        save_item(bank, "plus", {**GOOD, "asks": "{m}?"}, by=crowd.olga)


@pytest.mark.parametrize("ending", ["yaml", "json", "csv"])
def test_a_bank_goes_out_and_comes_back_the_same(db, crowd, ending):
    seed()
    for bank in Bank.objects.all():
        data = write(bank, ending)
        assert {row.does for row in read(data, bank)} == {"same"}, bank.slug
        empty = create_bank(title=f"Copy of {bank}", by=crowd.olga)
        rows = read(data, empty)
        assert take(empty, rows, by=crowd.olga) == {"new": len(rows), "changed": 0, "same": 0, "set aside": 0}
        assert [check(body) for _, body in items_of(empty)] == [[]] * len(rows)


def test_bad_items_of_a_file_are_set_aside_with_their_reason(db, crowd):
    bank = create_bank(title="Sums", by=crowd.olga)
    save_item(bank, "plus", GOOD, by=crowd.olga)
    data = [
        {"key": "plus", **GOOD, "explains": "New."},
        {"key": "minus", **GOOD, "answer": "n - m"},
        {"key": "times", **GOOD},
        {"key": "times", **GOOD},
        "a word",
    ]
    rows = read(json.dumps(data).encode(), bank)
    assert [row.does for row in rows] == ["changed", "set aside", "new", "set aside", "set aside"]
    assert "m is no number" in str(rows[1].problems[0])
    assert take(bank, rows, by=crowd.olga)["set aside"] == 3
    assert sorted(key for key, _ in items_of(bank)) == ["plus", "times"]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a: [1", b"", b"x: &a [1]\ny: *a", b"just words"])
def test_a_file_that_is_none_is_refused_with_words(db, crowd, data):
    with pytest.raises(CityLabError) as caught:
        read(data, create_bank(title="Sums", by=crowd.olga))
    assert caught.value.mend


def test_options_keep_their_ids_when_the_key_moves():
    body = {
        "kind": "single",
        "asks": "?",
        "options": [{"id": "x", "text": "one", "right": True}, {"id": "y", "text": "two", "because": "No."}],
    }
    assert from_lines(to_lines(body), body) == body
    moved = from_lines({**to_lines(body), "key": "one -- Not so.\n* two\nthree"}, body)
    assert [(o["id"], o.get("right", False)) for o in moved["options"]] == [
        ("x", False),
        ("y", True),
        ("a", False),
    ]


def test_copy_export_and_erasure_know_the_room(db, crowd):
    from datetime import date

    from django.utils import timezone

    from nagara.campus.programmes.domain import copy_batch
    from nagara.campus.quizzes import holdings
    from nagara.campus.quizzes.domain import start, submit

    from .factories import fill, make_batch, make_quiz

    batch = make_batch(people=1)
    type(batch.version).objects.update(status="published")
    quiz = make_quiz(batch)
    user = batch.enrolments.get().user
    attempt = start(quiz, user, now=timezone.now())
    fill(attempt)
    submit(attempt, now=timezone.now())
    out = holdings.export(user)
    assert [row["percent"] for row in out["quiz_attempts"]] == ["100.00"]
    assert "SECRETHAVING" in [row["answer"] for row in out["quiz_answers"]]
    holdings.erase(user)
    assert "SECRETHAVING" not in str(holdings.export(user))
    attempt.refresh_from_db()
    assert attempt.percent == 100
    new = copy_batch(batch, name="Next", starts=date(2030, 1, 7), by=crowd.olga)
    copied = new.quizzes.get()
    assert (copied.state, copied.taken.count(), copied.parts.count()) == ("draft", 0, 1)
    assert copied.opens.time() == quiz.opens.time()
    assert copied.closes - copied.opens == quiz.closes - quiz.opens
