"""Reading: shared out fairly, kept on every save, a third reader where two differ."""

from __future__ import annotations

import pytest

from nagara.campus.audit.models import Event
from nagara.campus.cities.domain import join_team
from nagara.campus.cities.models import City
from nagara.campus.notices.models import Notice
from nagara.campus.selection.domain import (
    Stale,
    declare,
    end_reviewer,
    recuse,
    save_review,
    share_out,
    submit_review,
)
from nagara.campus.selection.domain.reading import plan_readings
from nagara.campus.selection.domain.scoring import combined, points_of, read_marks
from nagara.campus.selection.models import Assignment, Conflict, Review
from nagara.citylab.errors import CityLabError

from .factories import apply, make_call, make_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_(crowd):
    call = make_call()
    for i, city in enumerate(["jakarta", "bangkok", "da-nang", "makassar", "phuket", "ha-noi"]):
        apply(call, f"Applicant {i}", city)
    return make_round(call, by=crowd.olga, reviewers=4)


def test_marks_become_points_exactly():
    criteria = [
        {"id": "a", "weight": 30, "max": 5, "title": "A"},
        {"id": "b", "weight": 15, "max": 4, "title": "B"},
    ]
    assert points_of(criteria, {"a": 4, "b": 1}) == 61667  # (30 x 4/5 + 15 x 1/4) / 45
    assert points_of(criteria, {"a": 4}) is None
    assert read_marks(criteria, {"a": "5", "b": "", "c": "9"}) == {"a": 5}
    with pytest.raises(CityLabError, match="no mark"):
        read_marks(criteria, {"b": "5"})


def test_three_readings_are_combined_as_the_round_says():
    assert combined([60_000, 90_000, 64_000], "mean") == 71_333
    assert combined([60_000, 90_000, 64_000], "median") == 64_000
    assert combined([60_000, 90_000, 64_000], "nearest") == 62_000
    assert combined([], "mean") is None


def test_each_application_gets_two_readers_of_other_cities_and_the_reviewers_are_told_once(round_, crowd):
    local = round_.reviewers.first()
    join_team(City.objects.get(slug="jakarta"), local.user, role="staff", by=crowd.olga)
    share_out(round_, by=crowd.olga)
    readings = Assignment.objects.filter(round=round_)
    assert readings.count() == 12
    loads = [readings.filter(reviewer=r).count() for r in round_.reviewers.all()]
    assert loads == [3, 3, 3, 3]
    own = readings.filter(reviewer=local, application__home_state__iso2="ID")
    assert own.count() == 0
    assert Notice.objects.filter(template="selection/readings").count() == 4
    share_out(round_, by=crowd.olga)
    assert (Assignment.objects.count(), Notice.objects.count()) == (12, 4)


def test_an_application_without_readers_says_who_may_not_and_why(round_, crowd):
    application = round_.call.applications.first()
    for reviewer in round_.reviewers.all()[:3]:
        declare(round_, reviewer.user, application, reason="worked together", by=crowd.olga)
    sharing = plan_readings(round_)
    assert sharing.plan.missing == {application.reference: 1}
    assert sharing.why_not[application.reference] == tuple(
        f"Reviewer {i} declared a conflict of interest" for i in (1, 2, 3)
    )


def _sheet(round_, number=0):
    return Assignment.objects.filter(round=round_).order_by("pk")[number]


def test_a_sheet_is_kept_with_marks_missing_and_handed_in_whole(round_, crowd):
    share_out(round_, by=crowd.olga)
    sheet = _sheet(round_)
    user = sheet.reviewer.user
    review = save_review(sheet, {"fit": "4"}, comment=" so far ", version=0, by=user)
    assert (review.scores, review.comment, review.version, review.submitted_at) == (
        {"fit": 4},
        "so far",
        1,
        None,
    )
    with pytest.raises(CityLabError, match="No mark yet for: Use at home"):
        submit_review(sheet, {"fit": "4"}, comment="so far", version=1, by=user)
    done = submit_review(sheet, {"fit": "4", "use": "5"}, comment="", version=1, by=user)
    assert done.points == 88_000
    sheet.refresh_from_db()
    assert sheet.state == "done"


def test_a_sheet_open_in_two_windows_loses_nothing(round_, crowd):
    share_out(round_, by=crowd.olga)
    sheet = _sheet(round_)
    save_review(sheet, {"fit": "4"}, comment="first", version=0, by=sheet.reviewer.user)
    with pytest.raises(Stale):
        save_review(sheet, {"fit": "2"}, comment="second", version=0, by=sheet.reviewer.user)
    assert Review.objects.get().comment == "first"
    save_review(sheet, {"fit": "4"}, comment="first", version=0, by=sheet.reviewer.user)  # sent twice


def test_two_readers_who_differ_call_a_third_by_themselves(round_, crowd):
    share_out(round_, by=crowd.olga)
    application = round_.call.applications.first()
    one, two = Assignment.objects.filter(application=application)
    submit_review(one, {"fit": "5", "use": "5"}, comment="", version=0, by=one.reviewer.user)
    assert Assignment.objects.filter(application=application).count() == 2
    submit_review(two, {"fit": "3", "use": "5"}, comment="", version=0, by=two.reviewer.user)
    third = Assignment.objects.get(application=application, place=3)
    assert third.reviewer not in (one.reviewer, two.reviewer)
    assert third.reason == "The readers differ by 24.0 points."
    letter = Notice.objects.get(template="selection/third")
    assert letter.to == third.reviewer.user
    assert application.user.passport_name not in letter.body
    submit_review(two, {"fit": "1", "use": "1"}, comment="", version=1, by=two.reviewer.user)
    assert Assignment.objects.filter(application=application).count() == 3


def test_readers_within_the_limit_call_nobody(round_, crowd):
    share_out(round_, by=crowd.olga)
    one, two = Assignment.objects.filter(application=round_.call.applications.first())
    submit_review(one, {"fit": "5", "use": "5"}, comment="", version=0, by=one.reviewer.user)
    submit_review(two, {"fit": "4", "use": "4"}, comment="", version=0, by=two.reviewer.user)  # 20 apart
    assert Assignment.objects.filter(place=3).count() == 0


def test_who_steps_back_says_why_and_another_is_asked(round_, crowd):
    share_out(round_, by=crowd.olga)
    sheet = _sheet(round_)
    with pytest.raises(CityLabError, match="reason"):
        recuse(sheet, reason=" ", by=sheet.reviewer.user)
    new = recuse(sheet, reason="My former student", by=sheet.reviewer.user)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == ("recused", "My former student")
    assert new.application == sheet.application
    assert new.reviewer != sheet.reviewer
    assert Conflict.objects.get().kind == "recused"
    assert Event.objects.filter(verb="conflict of interest", reason="My former student").count() == 1
    with pytest.raises(CityLabError, match="not yours"):
        save_review(sheet, {}, comment="", version=0, by=sheet.reviewer.user)


def test_a_reviewer_who_leaves_leaves_the_sheets_handed_in(round_, crowd):
    share_out(round_, by=crowd.olga)
    reviewer = _sheet(round_).reviewer
    mine = list(Assignment.objects.filter(reviewer=reviewer))
    submit_review(mine[0], {"fit": "5", "use": "5"}, comment="", version=0, by=reviewer.user)
    assert end_reviewer(reviewer, by=crowd.olga, reason="ill") == 2
    share_out(round_, by=crowd.olga)
    assert Assignment.objects.live().count() == 12
    assert Assignment.objects.live().filter(reviewer=reviewer).count() == 1


def test_applicants_neither_read_nor_decide(round_, crowd):
    from nagara.campus.selection.domain import add_reviewer, seat

    applicant = round_.call.applications.first().user
    for verb in (
        lambda: add_reviewer(round_, applicant, by=crowd.olga),
        lambda: seat(round_, applicant, role="member", by=crowd.olga),
    ):
        with pytest.raises(CityLabError, match="applies in this call"):
            verb()
    assert seat(round_, person("Member"), role="member", by=crowd.olga).role == "member"
