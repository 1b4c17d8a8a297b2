"""Scores: medians, evidence, three of four answers, gaps."""

from pathlib import Path

import pytest
import yaml

from nagara.campus.readiness.domain.scoring import Given, agenda, profile_of
from nagara.campus.readiness.domain.seeding import SEEDS
from nagara.campus.readiness.instruments import Questionnaire

FORM = Questionnaire(yaml.safe_load((SEEDS / "cdr-32.yaml").read_text("utf-8")))


def said(scores, side="self", by="a", dimension="D1"):
    """Answers to the first questions of a dimension."""
    return [Given(f"{dimension}.{n}", side, score, by) for n, score in enumerate(scores, 1)]


def profile(answers, evidence=(), targets=None):
    return profile_of(FORM, answers, evidence, targets or {})


def test_the_instrument_has_eight_dimensions_of_four_questions():
    assert [d.id for d in FORM.dimensions] == [f"D{n}" for n in range(1, 9)]
    assert {len(d.questions) for d in FORM.dimensions} == {4}
    assert all(set(q.anchors) == {1, 3, 5} for d in FORM.dimensions for q in d.questions)


def test_our_instrument_says_what_the_shared_one_says(shared: Path):
    theirs = yaml.safe_load((shared / "domain/readiness_instrument.yaml").read_text("utf-8"))
    for ours, other in zip(FORM.dimensions, theirs["dimensions"], strict=True):
        assert (ours.name, list(ours.modules)) == (other["name"], other["modules"])
        assert [q.text for q in ours.questions] == [q["q"] for q in other["questions"]]
    assert FORM.focus == theirs["focus_area_weights"]


def test_a_dimension_needs_three_of_four_answers():
    assert profile(said([1, 2])).dimension("D1").own is None
    assert profile(said([1, 2, 3])).dimension("D1").own == 2


def test_a_question_scores_the_middle_of_what_people_answer():
    answers = [*said([1], by="a"), *said([2], by="b"), *said([5], by="c")]
    question = profile(answers).dimension("D1").questions[0]
    assert (question.own, question.spread) == (2, 4)


@pytest.mark.parametrize("score", [3, 4, 5])
def test_a_high_score_without_evidence_counts_two(score):
    bare = profile([*said([score] * 4), *said([score] * 4, side="verified")]).dimension("D1")
    assert (bare.own, bare.evidenced, bare.verified) == (score, 2, 2)
    shown = profile(said([score] * 4, side="verified"), [f"D1.{n}" for n in range(1, 5)]).dimension("D1")
    assert shown.verified == score


def test_the_default_target_is_one_more_and_at_most_five():
    assert profile(said([2] * 4)).dimension("D1").target == 3
    everything = [f"D1.{n}" for n in range(1, 5)]
    high = profile(said([5] * 4, side="verified"), everything).dimension("D1")
    assert (high.target, high.gap) == (5, 0)


def test_a_target_below_the_present_leaves_no_negative_gap():
    assert profile(said([2] * 4), targets={"D1": 1.0}).dimension("D1").gap == 0


def test_the_city_score_is_the_plain_mean_and_needs_every_dimension():
    answers = [given for d in FORM.dimensions for given in said([1, 1, 1, 1], dimension=d.id)]
    assert profile(answers).own == 1
    assert profile(answers[:-2]).own is None


def test_the_agenda_holds_differences_of_more_than_one():
    answers = [*said([2, 2], by="a"), *said([2, 5], by="b"), *said([1, 0], side="verified")]
    differing, spread = agenda(FORM, profile(answers, ["D1.2"]))
    assert [q.id for q in differing] == ["D1.2"]
    assert [q.id for q in spread] == ["D1.2"]


def test_focus_areas_double_weights():
    weights = FORM.weights({"Quality Environment", "Unknown"})
    assert {d for d, w in weights.items() if w == 2} == {"D5", "D6"}


def test_data_that_are_no_instrument_say_what_is_missing():
    with pytest.raises(ValueError, match="rules"):
        Questionnaire({"dimensions": []})


def test_the_office_edits_the_instrument_only_into_one_that_works(crowd):
    from django.core.exceptions import ValidationError

    from factories_of_readiness import opened
    from nagara.campus.readiness.models import Instrument

    made = opened(crowd).instrument
    broken = Instrument(key="CDR-32", version=2, title="x", data={**made.data, "rules": {"answerers": 3}})
    with pytest.raises(ValidationError, match="rules lack evidence_from"):
        broken.full_clean()
    made.data = {**made.data, "levels": {"0": "Nothing"}}
    with pytest.raises(ValidationError, match="higher version"):
        made.full_clean()
    Instrument(key="CDR-32", version=2, title="New", data=made.data).full_clean()
