"""Drafts: computed exactly, changed with reasons, compared, released once; the waiting list moves up."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from nagara.campus.notices.models import Notice
from nagara.campus.programmes.models import Enrolment
from nagara.campus.selection.domain import (
    Moved,
    change,
    change_terms,
    confirm,
    declare,
    decline,
    difference,
    new_draft,
    prepare_letters,
    promote,
    release,
    share_out,
    submit_review,
)
from nagara.campus.selection.domain.drafting import changed_terms
from nagara.campus.selection.domain.releasing import letters
from nagara.campus.selection.models import Assignment, Draft, Release, Result
from nagara.citylab.errors import CityLabError

from .factories import apply, make_call, make_round, score

PEOPLE = [  # name, city, sex, points
    ("Ada", "jakarta", "man", 90),
    ("Bea", "jakarta", "man", 85),
    ("Cid", "makassar", "man", 84),
    ("Dao", "bangkok", "woman", 80),
    ("Eka", "bangkok", "man", 75),
    ("Fah", "phuket", "woman", 70),
    ("Gia", "ha-noi", "man", 65),
]
QUOTA = {"kind": "at_most", "fact": "state", "value": "ID", "amount": 1}
WOMEN = {"kind": "at_least", "fact": "sex", "value": "woman", "amount": 50, "share": True}


def stage(crowd, constraints=(), *, seats=4, reserve=2):
    call = make_call(seats=seats)
    round_ = make_round(call, by=crowd.olga, constraints=list(constraints), reserve=reserve)
    for name, city, sex, points in PEOPLE:
        score(round_, apply(call, name, city, sex=sex), points, points)
    return round_


def outcomes(draft) -> dict[str, str]:
    return {
        d.application.user.passport_name: d.outcome
        for d in draft.decisions.select_related("application__user")
    }


def of(round_, name):
    return round_.call.applications.get(user__passport_name=name)


@pytest.mark.django_db
def test_the_best_get_the_seats_the_next_wait_in_order(crowd):
    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    assert outcomes(draft) == {
        "Ada": "accept",
        "Bea": "accept",
        "Cid": "accept",
        "Dao": "accept",
        "Eka": "reserve",
        "Fah": "reserve",
        "Gia": "reject",
    }
    waiting = draft.decisions.filter(outcome="reserve").order_by("place")
    assert [(d.place, d.application.user.passport_name) for d in waiting] == [(1, "Eka"), (2, "Fah")]
    assert draft.objective == {"filled": 4, "total": 339_000, "plain": 339_000}


@pytest.mark.django_db
def test_constraints_hold_and_each_shows_its_cost_and_names(crowd):
    round_ = stage(crowd, [QUOTA, WOMEN])
    draft = new_draft(round_, by=crowd.olga)
    accepted = {n for n, o in outcomes(draft).items() if o == "accept"}
    assert accepted == {"Ada", "Dao", "Eka", "Fah"}
    quota, women = draft.costs
    assert (quota["said"], quota["seats"], quota["points"]) == ("At most 1 from Indonesia", 0, 10_000)
    assert quota["in"] == [of(round_, "Bea").reference]
    assert quota["out"] == [of(round_, "Eka").reference]
    assert (women["said"], women["points"]) == ("At least 50 % women", 0)
    passed = draft.decisions.get(application=of(round_, "Bea"))
    assert passed.reason == (
        "Rank 2 of 7 with 85.000 points. A place for this person would break: "
        "At most 1 from Indonesia; At least 50 % women."
    )


@pytest.mark.django_db
def test_what_cannot_be_is_explained_by_the_fewest_constraints(crowd):
    many = {"kind": "at_least", "fact": "sex", "value": "woman", "amount": 3}
    round_ = stage(crowd, [QUOTA, many])
    draft = new_draft(round_, by=crowd.olga)
    assert draft.conflict == ["At least 3 women"]
    assert set(outcomes(draft).values()) == {""}
    with pytest.raises(CityLabError, match="cannot hold together"):
        release(draft, by=crowd.olga, version=draft.version)


@pytest.mark.django_db
def test_a_change_by_hand_needs_a_reason_and_stays_in_the_next_draft(crowd):
    round_ = stage(crowd)
    first = new_draft(round_, by=crowd.olga)
    with pytest.raises(CityLabError, match="reason"):
        change(first, of(round_, "Gia"), "in", reason="", by=crowd.olga, version=1)
    changed = change(
        first, of(round_, "Gia"), "in", reason="The only one of Viet Nam", by=crowd.olga, version=1
    )
    changed = change(
        changed, of(round_, "Ada"), "outcome", outcome="defer", reason="On leave", by=crowd.olga, version=2
    )
    assert outcomes(changed)["Gia"] == "accept"
    assert outcomes(changed)["Ada"] == "defer"
    second = new_draft(round_, by=crowd.alice)
    assert outcomes(second) == outcomes(changed)
    assert [(c.reason, c.by, c.from_draft) for c in second.changes.all()] == [
        ("The only one of Viet Nam", crowd.olga, 1),
        ("On leave", crowd.olga, 1),
    ]
    back = change(second, of(round_, "Ada"), "clear", reason="Can come after all", by=crowd.olga, version=1)
    assert outcomes(back)["Ada"] == "accept"
    with pytest.raises(CityLabError, match="kept as it was"):
        change(first, of(round_, "Ada"), "out", reason="x", by=crowd.olga, version=3)


@pytest.mark.django_db
def test_the_second_of_two_editors_is_told_and_nothing_is_lost(crowd):
    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    change(draft, of(round_, "Gia"), "in", reason="first", by=crowd.olga, version=1)
    with pytest.raises(Moved) as raised:
        change(draft, of(round_, "Ada"), "out", reason="second", by=crowd.alice, version=1)
    assert (raised.value.draft.version, raised.value.seen) == (2, 1)
    assert [c.reason for c in Draft.objects.get().changes.all()] == ["first"]


@pytest.mark.django_db
def test_two_drafts_are_compared_by_names_and_terms(crowd):
    round_ = stage(crowd)
    first = new_draft(round_, by=crowd.olga)
    second = new_draft(round_, by=crowd.olga)
    second = change_terms(
        second, seats=4, reserve=2, constraints=[QUOTA], reason="Ministry", by=crowd.olga, version=1
    )
    found = {
        d.application.user.passport_name: (d.was.outcome, d.now.outcome) for d in difference(first, second)
    }
    assert found == {
        "Bea": ("accept", "reserve"),
        "Cid": ("accept", "reserve"),
        "Eka": ("reserve", "accept"),
        "Fah": ("reserve", "accept"),
    }
    assert changed_terms(first, second) == ([], ["At most 1 from Indonesia"])


@pytest.mark.django_db
def test_letters_are_seen_before_and_held_until_the_release(crowd):
    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    written = letters(draft)
    assert len(written) == 7
    assert "You are accepted" in written[0].subject
    assert Notice.objects.count() == 0
    assert prepare_letters(draft, by=crowd.olga, version=1) == 7
    assert set(Notice.objects.values_list("state", flat=True)) == {"held"}
    draft = change(
        draft,
        of(round_, "Gia"),
        "outcome",
        outcome="revise",
        reason="inside",
        letter="Add data.",
        by=crowd.olga,
        version=1,
    )
    assert set(Notice.objects.values_list("state", flat=True)) == {"cancelled"}
    release(draft, by=crowd.olga, version=2)
    sent = Notice.objects.exclude(state="cancelled")
    assert set(sent.values_list("state", flat=True)) <= {"queued", "sending", "sent"}
    assert sent.count() == 7
    revise = sent.get(template="selection/outcome-revise")
    assert "Add data." in revise.body
    assert "inside" not in revise.body


@pytest.mark.django_db
def test_a_release_enrols_the_accepted_and_says_the_outcome(crowd):
    from nagara.campus.admissions.outcomes import outcome

    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    assert outcome(of(round_, "Ada")) is None
    made = release(draft, by=crowd.olga, version=1)
    assert made.letters == 7
    assert sorted(e.user.passport_name for e in Enrolment.objects.all()) == ["Ada", "Bea", "Cid", "Dao"]
    assert sorted(c.slug for c in round_.call.batch.cities.all()) == ["bangkok", "jakarta", "makassar"]
    assert outcome(of(round_, "Ada")).key == "accept"
    assert outcome(of(round_, "Eka")).title == "Waiting list, place 1"
    assert release(draft, by=crowd.alice, version=1) == made
    with pytest.raises(CityLabError, match="released"):
        new_draft(round_, by=crowd.olga)


@pytest.mark.django_db
def test_open_readings_and_unread_applications_hold_a_release_back(crowd):
    round_ = stage(crowd)
    late = apply(round_.call, "Hoa", "ha-noi")
    draft = new_draft(round_, by=crowd.olga)
    with pytest.raises(CityLabError, match="1 applications have no decision"):
        release(draft, by=crowd.olga, version=1)
    draft = change(draft, late, "outcome", outcome="defer", reason="Came too late", by=crowd.olga, version=1)
    Assignment.objects.create(round=round_, application=late, reviewer=round_.reviewers.first())
    with pytest.raises(CityLabError, match="1 readings are still open"):
        release(draft, by=crowd.olga, version=2)
    assert release(draft, by=crowd.olga, version=2, reason="Deferred anyway").reason == "Deferred anyway"


@pytest.mark.django_db
def test_a_place_given_back_goes_to_the_first_who_keeps_the_constraints(crowd):
    round_ = stage(crowd, [QUOTA], seats=4, reserve=3)
    draft = new_draft(round_, by=crowd.olga)
    accepted = {n for n, o in outcomes(draft).items() if o == "accept"}
    assert accepted == {"Ada", "Dao", "Eka", "Fah"}
    release(draft, by=crowd.olga, version=1)
    dao = Result.objects.get(application=of(round_, "Dao"))
    confirm(dao, by=dao.application.user)
    following = decline(dao, by=dao.application.user, reason="A new post")
    assert following.application == of(round_, "Gia")  # Bea and Cid wait before, but Indonesia is full
    letter = Notice.objects.get(template="selection/promoted")
    assert letter.to == of(round_, "Gia").user
    assert Enrolment.objects.get(user=of(round_, "Dao").user).state == "withdrawn"
    assert Enrolment.objects.get(user=of(round_, "Gia").user).state == "enrolled"
    assert decline(dao, by=dao.application.user, reason="again") is None
    eka = Result.objects.get(application=of(round_, "Eka"))
    assert decline(eka, by=eka.application.user, reason="Ill") is None  # the committee has to look
    with pytest.raises(CityLabError, match="reason"):
        promote(Result.objects.get(application=of(round_, "Bea")), by=crowd.olga, reason="")
    promote(Result.objects.get(application=of(round_, "Bea")), by=crowd.olga, reason="The committee agreed")
    assert Enrolment.objects.filter(state="enrolled").count() == 4


@pytest.mark.django_db(transaction=True)
def test_pressed_by_many_at_once_it_releases_once(crowd):
    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    said, start = [], threading.Barrier(4)

    def press() -> None:
        try:
            start.wait()
            said.append(release(draft, by=crowd.olga, version=1).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 4
    assert len(set(said)) == 1
    assert Release.objects.count() == 1
    assert Notice.objects.filter(template__startswith="selection/outcome-").count() == 7
    assert Enrolment.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_at_once_one_is_told(crowd):
    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    said, start = [], threading.Barrier(2)

    def edit(name: str) -> None:
        try:
            start.wait()
            change(draft, of(round_, name), "out", reason=name, by=crowd.olga, version=1)
            said.append("done")
        except Moved:
            said.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=[name]) for name in ("Ada", "Bea")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "told"]
    assert draft.changes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_readers_who_hand_in_at_once_one_third_is_called(crowd):
    call = make_call()
    paper = apply(call, "Ada", "manila")
    round_ = make_round(call, by=crowd.olga, reviewers=4)
    share_out(round_, by=crowd.olga)
    start = threading.Barrier(2)

    def hand_in(sheet, mark: str) -> None:
        try:
            start.wait()
            submit_review(sheet, {"fit": mark, "use": mark}, comment="", version=0, by=sheet.reviewer.user)
        finally:
            connection.close()

    sheets = list(Assignment.objects.filter(application=paper).select_related("reviewer__user", "round"))
    threads = [threading.Thread(target=hand_in, args=pair) for pair in zip(sheets, ("1", "5"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Assignment.objects.filter(application=paper, state="done").count() == 2
    assert Assignment.objects.filter(application=paper, place=3).count() == 1
    assert Notice.objects.filter(template="selection/third").count() == 1


@pytest.mark.django_db
def test_who_declared_a_conflict_leaves_the_decision_to_the_others(crowd):
    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    chair = round_.committee.get().user
    declare(round_, chair, of(round_, "Gia"), reason="A cousin", by=chair)
    with pytest.raises(CityLabError, match="conflict of interest"):
        change(draft, of(round_, "Gia"), "in", reason="She is good", by=chair, version=1)
    assert change(draft, of(round_, "Ada"), "out", reason="On leave", by=chair, version=1).version == 2


@pytest.mark.django_db
def test_more_accepted_than_the_batch_has_seats_are_not_released(crowd):
    round_ = stage(crowd)
    draft = new_draft(round_, by=crowd.olga)
    round_.call.batch.__class__.objects.update(seats=2)
    with pytest.raises(CityLabError, match="All 2 seats"):
        release(draft, by=crowd.olga, version=1)
    assert Release.objects.count() == 0
    assert Enrolment.objects.count() == 0
    assert Notice.objects.filter(state__in=["queued", "sent"]).count() == 0
