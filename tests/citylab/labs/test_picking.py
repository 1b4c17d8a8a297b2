"""Choice, order, labels, cells, points: what they are worth."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.citylab import labs
from nagara.citylab.labs.kinds import kinds
from nagara.citylab.labs.kinds.picking import macro_f1, metres_between
from nagara.citylab.labs.model import BadAnswer, Grade, Key, Posed, Task


def grade(
    kind: str, show: dict[str, Any], body: dict[str, Any], answer: dict[str, Any], **more: Any
) -> Grade:
    task = Task("t", kind, "T", "A", points=10, **more)
    return kinds()[kind].grade(task, Posed("t", kind, "T", "A", 10, 0, 0, show), Key("t", kind, body), answer)


def slow_tau(order: list[str], rank: dict[str, int]) -> float:
    good = bad = 0
    for a, b in combinations(order, 2):
        good += rank[a] < rank[b]
        bad += rank[a] > rank[b]
    return (good - bad) / (good + bad)


@given(st.lists(st.integers(0, 4), min_size=3, max_size=7).filter(lambda r: len(set(r)) > 1), st.data())
def test_an_order_is_worth_kendalls_tau_and_ties_may_stand_either_way(
    ranks: list[int], data: st.DataObject
) -> None:
    rank = {f"i{n}": r for n, r in enumerate(ranks)}
    order = data.draw(st.permutations(list(rank)))
    show = {"items": [{"id": i, "text": i} for i in rank]}
    graded = grade("order", show, {"rank": rank}, {"order": order})
    tau = slow_tau(order, rank)
    assert graded.right == (tau == 1)
    assert float(graded.points) == pytest.approx(max(0.0, 10 * tau), abs=0.0101)


def test_an_order_names_every_item() -> None:
    show = {"items": [{"id": i, "text": i} for i in "abc"]}
    with pytest.raises(BadAnswer, match="not in your list"):
        grade("order", show, {"rank": {"a": 1, "b": 2, "c": 3}}, {"order": ["a", "b"]})


def test_of_several_choices_wrong_ones_take_away_what_right_ones_gave() -> None:
    show = {"options": [{"id": i, "text": i} for i in "abcd"], "multiple": True}
    body = {"right": ["a", "b"]}
    worth = {
        tuple(c): float(grade("choice", show, body, {"chosen": list(c)}).points)
        for c in ("ab", "a", "ac", "abc", "abcd", "c")
    }
    assert worth == {
        ("a", "b"): 10,
        ("a",): 5,
        ("a", "c"): 0,
        ("a", "b", "c"): 5,
        ("a", "b", "c", "d"): 0,
        ("c",): 0,
    }


def test_only_what_was_offered_can_be_chosen() -> None:
    show = {"options": [{"id": i, "text": i} for i in "ab"], "multiple": False}
    for chosen in (["z"], [], ["a", "b"]):
        with pytest.raises(BadAnswer):
            grade("choice", show, {"right": ["a"]}, {"chosen": chosen})


@given(st.dictionaries(st.sampled_from("uvwxyz"), st.sampled_from("ABC"), min_size=2), st.data())
def test_macro_f1_is_the_mean_over_labels(wanted: dict[str, str], data: st.DataObject) -> None:
    given_ = {i: data.draw(st.sampled_from("ABC")) for i in wanted}
    scores = []
    for label in sorted({*wanted.values(), *given_.values()}):
        hit = sum(wanted[i] == given_[i] == label for i in wanted)
        precision = hit / max(1, sum(v == label for v in given_.values()))
        recall = hit / max(1, sum(v == label for v in wanted.values()))
        scores.append(2 * precision * recall / (precision + recall) if hit else 0.0)
    assert macro_f1(wanted, given_) == pytest.approx(sum(scores) / len(scores))


def test_choosing_every_cell_gets_nothing() -> None:
    show = {"cells": [{"h3": str(n), "label": "", "value": 1} for n in range(20)], "resolution": 9}
    body = {"cells": [str(n) for n in range(5)]}
    assert grade("cells", show, body, {"cells": body["cells"]}).right
    assert grade("cells", show, body, {"cells": [c["h3"] for c in show["cells"]]}).points == 0
    part = grade("cells", show, body, {"cells": ["0", "1", "2", "3"]})
    assert 7 < part.points < 9
    assert part.facts == {"f1": 0.8889, "missing": 1, "extra": 0}


def test_a_point_counts_within_its_metres() -> None:
    assert metres_between(0, 0, 0, 1) == pytest.approx(111_195, abs=1)
    body = {"points": [[106.8, -6.2]]}
    assert grade("point", {}, body, {"lon": "106.8005", "lat": -6.2}, within_m=100).right
    assert float(grade("point", {}, body, {"lon": 106.802, "lat": -6.2}, within_m=100).points) == 3.33
    assert grade("point", {}, body, {"lon": 107, "lat": -6.2}, within_m=100).points == 0
    with pytest.raises(BadAnswer, match="Longitude first"):
        grade("point", {}, body, {"lon": -6.2, "lat": 106.8}, within_m=100)


def test_words_wait_for_people() -> None:
    graded = grade("text", {}, {}, {"text": "The river rises at night."}, words=50)
    assert graded.by_people
    assert not graded.right
    assert graded.facts == {"words": 5}
    with pytest.raises(labs.BadAnswer):
        grade("text", {}, {}, {"text": "  "}, words=50)
