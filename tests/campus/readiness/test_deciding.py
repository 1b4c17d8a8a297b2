"""Answers, versions, states, reasons."""

from decimal import Decimal

import pytest

from factories_of_readiness import agreed, answered, opened, sent
from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.people.domain import add_person
from nagara.campus.readiness.domain import deciding
from nagara.campus.readiness.domain.answering import (
    Typed,
    add_evidence,
    answer,
    set_target,
    take_evidence_away,
)
from nagara.campus.readiness.domain.deciding import NotNow
from nagara.campus.readiness.models import Answer, Assessment
from nagara.campus.readiness.questions import profile


@pytest.fixture
def eva(db):
    return add_person("eva@example.org", passport_name="Eva", password=None)


def test_opening_twice_gives_one_assessment_with_a_seat_for_the_csco(crowd):
    first, second = opened(crowd), opened(crowd)
    assert first == second
    assert [seat.user for seat in first.seats.all()] == [crowd.alice]


def test_sending_the_same_answer_twice_changes_nothing(crowd):
    made = opened(crowd)
    one = [Typed("D1.1", 3, "so")]
    assert answer(made, one, side="self", by=crowd.alice).versions == {"D1.1": 1}
    again = answer(made, one, side="self", by=crowd.alice)
    assert (again.versions, again.conflicts) == ({"D1.1": 1}, [])
    assert Answer.objects.get().score == 3


def test_an_older_page_does_not_overwrite_a_newer_answer(crowd):
    made = opened(crowd)
    answer(made, [Typed("D1.1", 3, "")], side="self", by=crowd.alice)
    answer(made, [Typed("D1.1", 4, "", seen=1)], side="self", by=crowd.alice)
    late = answer(made, [Typed("D1.1", 1, "mine", seen=1)], side="self", by=crowd.alice)
    ((typed, kept),) = late.conflicts
    assert (typed.score, kept.score, late.versions) == (1, 4, {"D1.1": 2})
    assert answer(made, [Typed("D1.1", 1, "mine", seen=2)], side="self", by=crowd.alice).conflicts == []


def test_colleagues_do_not_overwrite_each_other(crowd):
    made = opened(crowd)
    deciding.name_answerers(made, [crowd.alice, crowd.bob], by=crowd.alice)
    answer(made, [Typed("D1.1", 1, "")], side="self", by=crowd.alice)
    answer(made, [Typed("D1.1", 4, "")], side="self", by=crowd.bob)
    question = profile(made).dimension("D1").questions[0]
    assert (question.own, question.spread, len(question.given)) == (2.5, 3, 2)


def test_an_answer_of_someone_without_a_seat_counts_no_more(crowd):
    made = opened(crowd)
    deciding.name_answerers(made, [crowd.alice, crowd.bob], by=crowd.alice)
    answer(made, [Typed("D1.1", 5, "")], side="self", by=crowd.bob)
    deciding.name_answerers(made, [crowd.alice], by=crowd.alice)
    assert profile(made).dimension("D1").questions[0].own is None
    assert Answer.objects.count() == 1


def test_only_the_team_answers_three_at_most_and_the_csco_is_one(crowd):
    made = opened(crowd)
    for people, words in (
        ([crowd.alice, crowd.charlie], "city's team"),
        ([crowd.bob], "CSCO or the alternate"),
    ):
        with pytest.raises(NotNow, match=words):
            deciding.name_answerers(made, people, by=crowd.alice)


def test_too_few_answers_are_named_when_it_is_sent(crowd):
    made = opened(crowd)
    answer(made, [Typed("D1.1", 1, "")], side="self", by=crowd.alice)
    with pytest.raises(NotNow, match="Leadership and strategy: 1 of 4"):
        deciding.send_to_expert(made, by=crowd.alice, reason="")


def test_one_person_alone_has_to_say_why(crowd):
    made = answered(crowd)
    with pytest.raises(NotNow, match="1 of 3 people have answered"):
        deciding.send_to_expert(made, by=crowd.alice, reason=" ")
    assert deciding.send_to_expert(made, by=crowd.alice, reason="holidays").state == "verifying"
    assert Event.objects.get(verb="sent to the expert").reason == "holidays"


def test_those_concerned_get_a_letter_and_who_acts_gets_none(crowd, eva):
    deciding.name_expert(eva, city=None, by=crowd.olga)
    made = answered(crowd)
    deciding.name_answerers(made, [crowd.alice, crowd.bob], by=crowd.alice)
    deciding.send_to_expert(made, by=crowd.alice, reason="Cici is ill")
    deciding.return_to_city(made, by=eva, reason="D1 is empty")
    told = [(n.template.removeprefix("readiness/"), str(n.to)) for n in Notice.objects.order_by("pk")]
    assert told == [
        ("expert", "Eva"),
        ("seat", "Bob"),
        ("sent", "Eva"),
        ("returned", "Alice"),
        ("returned", "Bob"),
    ]
    bodies = " ".join(n.body for n in Notice.objects.all())
    assert "Cici is ill" in bodies
    assert "D1 is empty" in bodies
    assert f"/readiness/{made.pk}/" in bodies


def test_what_is_sent_is_closed_until_the_expert_returns_it(crowd, eva):
    made = sent(crowd)
    with pytest.raises(NotNow, match="being verified"):
        answer(made, [Typed("D1.1", 1, "")], side="self", by=crowd.alice)
    with pytest.raises(NotNow, match="say why"):
        deciding.return_to_city(made, by=eva, reason="")
    deciding.return_to_city(made, by=eva, reason="D1 is empty")
    answer(made, [Typed("D1.1", 1, "", seen=1)], side="self", by=crowd.alice)


def test_both_say_yes_and_a_change_takes_it_back(crowd, eva):
    made = sent(crowd)
    with pytest.raises(NotNow, match="has not verified enough"):
        deciding.say_yes(made, side="expert", by=eva)
    answer(
        made,
        [Typed(q.id, 2, "") for d in profile(made).dimensions for q in d.questions],
        side="verified",
        by=eva,
    )
    assert deciding.say_yes(made, side="city", by=crowd.alice).state == "verifying"
    set_target(made, "D1", Decimal(4), by=eva, reason="a new law")
    assert Assessment.objects.get(pk=made.pk).city_yes is None
    deciding.say_yes(made, side="expert", by=eva)
    assert deciding.say_yes(made, side="city", by=crowd.alice).state == "agreed"
    assert profile(made).dimension("D1").gap == 2


def test_an_agreed_assessment_is_locked_until_the_office_opens_it(crowd, eva):
    made = agreed(crowd, eva)
    for change in (
        lambda: set_target(made, "D1", Decimal(4), by=eva),
        lambda: add_evidence(made, "D1.1", title="x", url="https://example.org", by=crowd.alice),
        lambda: answer(made, [Typed("D1.1", 1, "")], side="verified", by=eva),
    ):
        with pytest.raises(NotNow):
            change()
    deciding.reopen(made, by=crowd.olga, reason="a mistake in D3")
    set_target(made, "D1", Decimal(4), by=eva)


def test_evidence_lifts_the_cap_and_goes_with_a_reason(crowd):
    made = answered(crowd, score=4)
    item = add_evidence(made, "D1.1", title="Plan", url="https://example.org/p", by=crowd.bob)
    assert add_evidence(made, "D1.1", title="Plan", url="https://example.org/p", by=crowd.bob) == item
    assert profile(made).dimension("D1").questions[0].evidenced == 4
    with pytest.raises(NotNow, match="say why"):
        take_evidence_away(item, by=crowd.bob, reason="")
    take_evidence_away(item, by=crowd.bob, reason="wrong link")
    assert profile(made).dimension("D1").questions[0].evidenced == 2


@pytest.mark.parametrize("wrong", [Typed("D9.9", 1, ""), Typed("D1.1", 6, "")])
def test_what_the_instrument_does_not_know_is_refused(wrong, crowd):
    with pytest.raises(ValueError, match="no answer of this instrument"):
        answer(opened(crowd), [wrong], side="self", by=crowd.alice)


def test_the_same_expert_is_named_once_and_ends_at_once(crowd, eva):
    post = deciding.name_expert(eva, city=None, by=crowd.olga)
    assert deciding.name_expert(eva, city=None, by=crowd.olga) == post
    deciding.end_expert(post, by=crowd.olga, reason="left")
    assert not eva.expert_posts.current().exists()
