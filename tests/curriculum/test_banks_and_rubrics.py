"""Banks and rubrics of the modules."""

from __future__ import annotations

from collections import Counter

import pytest

from nagara.campus.lessons.domain.seeding import rubrics
from nagara.campus.quizzes.domain import checking
from nagara.campus.quizzes.domain.seeding import read_bank
from nagara.citylab.lessons import modules

SHIPPED = modules()
each_module = pytest.mark.parametrize("code", SHIPPED)
DRAWS = 200


def _items(code):
    return read_bank(SHIPPED[code].folder / "bank.yaml")["items"]


@each_module
def test_a_bank_has_twenty_items_in_three_levels_with_variants_and_named_mistakes(code):
    items = _items(code)
    assert len(items) >= 20
    assert len({item["key"] for item in items}) == len(items)
    levels = Counter(item["level"] for item in items)
    assert min(levels[level] for level in ("foundation", "standard", "advanced")) >= 4, levels
    varied = [i for i in items if i.get("parameters") or i.get("variants")]
    assert len(varied) >= len(items) / 3
    explained = [i for i in items if i.get("mistakes") or any("because" in o for o in i.get("options", []))]
    assert len(explained) >= len(items) / 2
    numeric = [i for i in items if i["kind"] == "numeric"]
    assert all(i.get("mistakes") for i in numeric), [i["key"] for i in numeric if not i.get("mistakes")]


@each_module
def test_each_item_is_drawn_two_hundred_times_its_key_right_and_its_mistakes_wrong(code, monkeypatch):
    wrong = {}
    for item in _items(code):
        body = {k: v for k, v in item.items() if k != "key"}
        monkeypatch.setattr(checking, "SEEDS", DRAWS if body.get("parameters") else 2)
        if problems := checking.check(body):
            wrong[item["key"]] = [str(p) for p in problems]
    assert wrong == {}


@each_module
def test_its_rubric_is_there_and_its_weights_make_a_hundred(code):
    module = SHIPPED[code]
    there = {row["key"]: row for row in rubrics(module.folder / "rubric.yaml")}
    assert module.rubric in there
    for row in there.values():
        assert sum(item["weight"] for item in row["criteria"]) == 100
        assert all(len(item["anchors"]) >= 2 for item in row["criteria"])
