"""Items of every kind: drawn, posed, answered, marked."""

from __future__ import annotations

import json
from decimal import Decimal as D
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.campus.quizzes.domain.checking import check
from nagara.campus.quizzes.domain.items import because, draw, mark, pose, question, seed_for
from nagara.campus.quizzes.domain.kinds import KINDS

HEADWAY = {
    "kind": "numeric",
    "asks": "{n} buses an hour leave a stop. How many minutes lie between two?",
    "parameters": {"n": {"values": [4, 5, 6, 10, 12]}},
    "answer": "60 / n",
    "unit": "min",
    "units": ["min", "s", "h"],
    "tolerance": {"relative": "0.01"},
    "mistakes": [{"key": "inverted", "answer": "n / 60", "because": "That is {n} / 60: buses a minute."}],
    "explains": "60 / {n} minutes.",
}
SINGLE = {
    "kind": "single",
    "asks": "Which file of a GTFS feed holds the times?",
    "options": [
        {"id": "right", "text": "stop_times.txt", "right": True},
        {"id": "trips", "text": "trips.txt", "because": "It lists trips, but not when they stop."},
        {"id": "routes", "text": "routes.txt"},
    ],
}
MULTIPLE = {
    "kind": "multiple",
    "asks": "Which are open licences?",
    "options": [
        {"id": "a", "text": "CC BY 4.0", "right": True},
        {"id": "b", "text": "ODbL", "right": True},
        {"id": "c", "text": "CC BY-NC"},
        {"id": "d", "text": "All rights reserved"},
    ],
    "marks": 2,
}
TEXT = {
    "kind": "text",
    "asks": "Which city lies at the mouth of the Han river in Viet Nam?",
    "accepts": ["Đà Nẵng", "Danang"],
    "pattern": "(city of )?da ?nang( city)?",
    "mistakes": [{"key": "hue", "answer": "Huế", "because": "Hue lies on the Perfume river."}],
}
MATCHING = {
    "kind": "matching",
    "asks": "Match.",
    "pairs": [
        {"left": "GTFS", "right": "timetables"},
        {"left": "OSM", "right": "streets"},
        {"left": "CSV", "right": "tables"},
    ],
    "extra": ["sounds"],
}
STEPS = ["ask", "collect", "clean", "publish"]
ORDERING = {"kind": "ordering", "asks": "Put in order.", "sequence": STEPS}
MAP = {
    "kind": "map",
    "asks": "Where is the stop?",
    "map": {
        "frame": [100.4, 13.6, 100.7, 13.9],
        "shapes": [{"kind": "line", "title": "River", "coordinates": [[100.45, 13.6], [100.5, 13.9]]}],
    },
    "target": {"point": [100.55, 13.75], "within_m": 1000, "half_within_m": 3000},
}
AREA = {**MAP, "target": {"area": [[100.5, 13.7], [100.6, 13.7], [100.6, 13.8], [100.5, 13.8]]}}
ALL = [HEADWAY, SINGLE, MULTIPLE, TEXT, MATCHING, ORDERING, MAP, AREA]
ITEMS = st.sampled_from(ALL)


def posed(body, seed="s"):
    return pose(body, draw(body, seed))


@pytest.mark.parametrize("body", ALL, ids=lambda b: b["kind"])
def test_good_items_are_found_good(body):
    assert check(body) == []


@given(ITEMS, st.text(max_size=8))
def test_the_key_gets_full_marks_in_every_draw(body, seed):
    one = posed(body, seed)
    key = KINDS[body["kind"]].key(one)
    assert mark(one, key).share == 1
    assert mark(one, json.loads(json.dumps(key))).share == 1
    assert mark(one, key).of(one.most) == one.most


@given(ITEMS, st.text(max_size=8), st.data())
def test_a_random_form_gives_marks_between_nothing_and_all_and_only_the_key_gets_all(body, seed, data):
    one = posed(body, seed)
    kind = KINDS[body["kind"]]
    values = st.lists(
        st.sampled_from(["1", "2", "3", "4", "5", "x", "13.75", "100.55", "60", ""]), max_size=4
    )
    answers = {name: data.draw(values) for name in ("", "1", "2", "3", "4", "unit", "lat", "lon", "read")}
    got = kind.read(one, lambda name: answers.get(name, []))
    json.dumps(got)
    share = mark(one, got).share
    assert 0 <= share <= 1
    assert D(0) <= mark(one, got).of(one.most) <= one.most
    if share == 1 and body["kind"] in ("single", "multiple", "matching", "ordering"):
        assert got == kind.key(one)
    kind.ask(one, got)
    kind.words(one, got)


@given(st.sampled_from([SINGLE, MULTIPLE, MATCHING, ORDERING]), st.text(max_size=5), st.text(max_size=5))
def test_the_order_in_which_choices_stand_changes_no_mark(body, seed, other):
    one, two = posed(body, seed), posed(body, other)
    kind = KINDS[body["kind"]]
    key = kind.key(one)
    assert mark(two, key).share == 1
    shown = kind.ask(one, key)
    fields = {"": [o["value"] for o in shown.get("options", []) if o["chosen"]]}
    fields |= {row["field"]: [row["chosen"]] for row in shown.get("rows", [])}
    assert kind.read(one, lambda name: fields.get(name, [])) == key


def test_neighbours_get_other_numbers_and_the_same_person_gets_the_same():
    seeds = [seed_for(learner, 7, 1) for learner in range(40)]
    drawn = [draw(HEADWAY, s)["values"]["n"] for s in seeds]
    assert set(drawn) == {"4", "5", "6", "10", "12"}
    assert [draw(HEADWAY, s)["values"]["n"] for s in seeds] == drawn


@pytest.mark.parametrize(
    ("text", "unit", "share"),
    [
        ("12", "min", 1),
        ("12,0", "min", 1),
        ("720", "s", 1),
        ("0.2", "h", 1),
        ("12 min", "", 1),
        ("12.1", "min", 1),
        ("12.2", "min", 0),
        ("12", "", 0.5),
        ("12", "km", 0.5),
        ("12", "furlongs per fortnight", 0.5),
        ("13", "", 0),
        ("twelve", "min", 0),
        ("", "min", 0),
    ],
)
def test_a_number_is_converted_to_the_unit_of_the_item(text, unit, share):
    one = pose(HEADWAY, {"values": {"n": "5"}})
    assert float(mark(one, {"text": text, "unit": unit}).share) == share


def test_an_unread_comma_gets_nothing_and_says_so_and_a_choice_settles_it():
    body = {"kind": "numeric", "asks": "How many?", "answer": "1234"}
    one = pose(body, {})
    found = mark(one, {"text": "1,234"})
    assert found.share == 0
    assert "two ways" in found.remark
    assert mark(one, {"text": "1,234", "read": "thousands"}).share == 1
    assert mark(one, {"text": "1,234", "read": "decimal"}).share == 0
    assert question(one, {"text": "1,234"}).parts["either"] == {"decimal": "1.234", "thousands": "1234"}


def test_a_named_mistake_is_recognised_and_explained_with_the_persons_numbers():
    one = pose(HEADWAY, {"values": {"n": "6"}})
    found = mark(one, {"text": "0.1", "unit": "min"})
    assert (found.share, found.mistake) == (0, "inverted")
    assert because(one, found.mistake) == "That is 6 / 60: buses a minute."
    trips = mark(posed(SINGLE), {"choice": "trips"})
    assert because(posed(SINGLE), trips.mistake) == "It lists trips, but not when they stop."


@pytest.mark.parametrize(
    ("chosen", "share"),
    [
        (["a", "b"], 1),
        (["a"], 0.5),
        (["a", "c"], 0),
        (["a", "b", "c"], 0.5),
        (["a", "b", "c", "d"], 0),
        ([], 0),
    ],
)
def test_multiple_choice_is_right_minus_wrong(chosen, share):
    assert float(mark(posed(MULTIPLE), {"choices": chosen}).share) == share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Đà Nẵng", 1),
        ("da nang", 1),
        ("DA-NANG", 1),
        ("  Danang ", 1),
        ("City of Da Nang", 1),
        ("Hue", 0),
        ("Nang Da", 0),
    ],
)
def test_short_text_forgives_case_accents_and_spaces(text, share):
    assert mark(posed(TEXT), {"text": text}).share == share


def test_signs_of_asian_scripts_are_letters_not_accents():
    body = {"kind": "text", "asks": "?", "accepts": ["ป่า"]}
    assert mark(pose(body, {}), {"text": "ป่า"}).share == 1
    assert mark(pose(body, {}), {"text": "ปา"}).share == 0


def test_matching_counts_pairs_and_ordering_counts_pairs_in_order():
    one = posed(MATCHING)
    assert mark(one, {"pairs": {"GTFS": "timetables", "OSM": "tables"}}).of(D(3)) == D(1)
    one = posed(ORDERING)
    swapped = {"places": dict(zip(STEPS, (2, 1, 3, 4), strict=True))}
    assert mark(one, swapped).of(D(6)) == D(4)
    assert mark(one, {"places": dict(zip(STEPS, (4, 3, 2, 1), strict=True))}).share == 0
    assert mark(one, {"places": dict.fromkeys(STEPS, 1)}).share == 0


def test_a_point_counts_by_its_distance_or_by_the_area():
    one = posed(MAP)
    assert mark(one, {"lat": "13.75", "lon": "100.55"}).share == 1
    assert mark(one, {"lat": "13,755", "lon": "100,552"}).share == 1
    assert mark(one, {"lat": "13.77", "lon": "100.55"}).share == D("0.5")
    assert mark(one, {"lat": "13.9", "lon": "100.55"}).share == 0
    assert mark(one, {"lat": "99", "lon": "13"}).share == 0
    assert mark(posed(AREA), {"lat": "13.71", "lon": "100.59"}).share == 1
    assert mark(posed(AREA), {"lat": "13.69", "lon": "100.59"}).share == 0
    assert because(one, "swapped")


@given(ITEMS, st.text(max_size=8))
def test_a_question_for_the_page_holds_no_key(body, seed):
    shown = json.dumps(question(posed(body, seed), {}).parts, default=str)
    for secret in (
        "right",
        "because",
        "accepts",
        "pattern",
        "target",
        "within",
        "answer",
        "stop_times.txt, ",
    ):
        assert f'"{secret}' not in shown


def test_choices_do_not_stand_in_the_authors_order_for_everyone():
    first = {question(posed(SINGLE, str(n)), {}).parts["options"][0]["text"] for n in range(30)}
    assert len(first) == 3
    for n in range(50):
        rows = question(posed(ORDERING, str(n)), {}).parts["rows"]
        assert [row["left"] for row in rows] != ORDERING["sequence"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"kind": "essay"}, "kind"),
        ({"asks": " "}, "asks"),
        ({"marks": 0}, "marks"),
        ({"answr": 3}, "answr"),
        ({"answer": "60 / m"}, "60 / m"),
        ({"answer": "60 / (n - 4)"}, "60 / (n - 4)"),
        ({"unit": "parsnips"}, "unit"),
        ({"tolerance": {"relative": -1}}, "tolerance"),
        ({"parameters": {"n": {"from": 1, "to": 0, "step": 1}}}, "parameters"),
        ({"parameters": {"n": 3}}, "parameters"),
        ({"asks": "{m} buses"}, "asks"),
        ({"guards": ["n > 100"]}, "guards"),
        ({"mistakes": [{"key": "x"}]}, "mistakes"),
        ({"mistakes": [{"key": "x", "answer": "60 / n", "because": "?"}]}, "mistakes"),
        ({"parameters": []}, "parameters"),
    ],
)
def test_a_bad_item_says_where_and_what(change, where):
    assert where in [p.where for p in check({**HEADWAY, **change})]


@given(
    st.dictionaries(
        st.sampled_from(
            [*HEADWAY, "options", "pairs", "sequence", "map", "target", "accepts", "variants", "guards"]
        ),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-5, 5)
            | st.sampled_from(["numeric", "map", "single", "n", "{n}"]),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "id"]), inner, max_size=2)
            ),
            max_leaves=6,
        ),
    )
)
def test_no_data_makes_the_check_fall(change):
    for problem in check({**HEADWAY, **change}):
        assert problem.what


def test_variants_replace_fields_of_the_item():
    body = {
        "kind": "single",
        "variants": [
            {"asks": "A?", "options": [{"id": "a", "text": "yes", "right": True}, {"id": "b", "text": "no"}]},
            {"asks": "B?", "options": [{"id": "a", "text": "yes"}, {"id": "b", "text": "no", "right": True}]},
        ],
        "asks": "-",
    }
    assert check(body) == []
    asked = {posed(body, str(Random(n).random())).body["asks"] for n in range(20)}
    assert asked == {"A?", "B?"}


def test_a_void_item_gives_everyone_full_marks():
    assert mark(pose({**HEADWAY, "void": True}, {"values": {"n": "5"}}), {}).share == 1
