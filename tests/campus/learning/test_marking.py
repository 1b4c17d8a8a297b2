"""Marking by rubric: exact points, two markers blind, acceptance, release, changes with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as with_values
from hypothesis import strategies as st

from nagara.campus.audit.models import Event
from nagara.campus.learning.domain import marking, releasing, scoring
from nagara.campus.learning.domain.handing_in import Stale
from nagara.campus.learning.grading import to_grade
from nagara.campus.learning.models import Grade, GradeChange, Marking
from nagara.campus.notices.models import Notice
from nagara.citylab.errors import CityLabError

from .factories import CRITERIA, given, hand_in, learner, make_assignment, make_batch, mark, staff

pytestmark = pytest.mark.usefixtures("seeded")


@with_values(st.integers(0, 5), st.integers(0, 5))
def test_points_are_the_exact_weighted_share(facts, clarity):
    found = scoring.percent_of(CRITERIA, {"facts": facts, "clarity": clarity})
    assert found == Decimal(60 * facts + 40 * clarity) / 5


def test_points_round_halves_up_once():
    thirds = [{"id": k, "title": k, "weight": 1, "max": 3} for k in "abc"]
    assert scoring.percent_of(thirds, {"a": 1, "b": 1, "c": 0}) == Decimal("22.22")
    assert scoring.percent_of(thirds, {"a": 2, "b": 3, "c": 3}) == Decimal("88.89")
    assert scoring.percent_of(thirds, {"a": 2, "b": 3}) is None
    assert scoring.rounded(Decimal("0.005")) == Decimal("0.01")


@pytest.mark.parametrize(
    ("marks", "result"),
    [
        (["80"], None),
        (["80", "70"], "75.00"),
        (["80", "65"], "72.50"),
        (["80", "64.99"], None),
        (["80", "40", "70"], "75.00"),
        (["80", "40", "60"], "60"),
        (["40", "80", "45"], "42.50"),
    ],
)
def test_two_markers_give_their_mean_and_a_third_decides_where_they_differ(marks, result):
    found = scoring.combined([Decimal(m) for m in marks], Decimal(15))
    assert found == (None if result is None else Decimal(result))


def test_a_mark_that_is_none_is_refused_with_the_criterion():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    work = hand_in(make_assignment(batch), learner(batch))
    with pytest.raises(CityLabError, match="Facts with source"):
        marking.save_sheet(work, given("6"), version=0, by=lena)
    with pytest.raises(CityLabError, match="No mark yet for: Clear to read"):
        marking.finish_sheet(work, given(4, ""), version=0, by=lena)


def test_the_second_of_two_who_save_one_sheet_is_told_and_what_is_replaced_is_kept():
    batch = make_batch()
    lena, luis = staff(batch, "Lena", "lecturer"), staff(batch, "Luis", "lecturer")
    work = hand_in(make_assignment(batch), learner(batch))
    marking.save_sheet(work, given(4, 3, "Lena's words"), version=0, by=lena)
    with pytest.raises(Stale, match="Lena saved this sheet"):
        marking.save_sheet(work, given(2, 2, "Luis's words"), version=0, by=luis)
    assert Marking.objects.get().comment == "Lena's words"
    marking.save_sheet(work, given(2, 2, "Both"), version=1, by=luis)
    sheet = Marking.objects.get()
    assert (sheet.comment, sheet.history[0]["comment"], sheet.history[0]["by"]) == (
        "Both",
        "Lena's words",
        lena.pk,
    )


def test_two_markers_are_blind_until_both_are_done_and_a_third_is_called_where_they_differ(client, crowd):
    batch = make_batch()
    lena, luis, mona = (staff(batch, n, "lecturer") for n in ("Lena", "Luis", "Mona"))
    work = hand_in(make_assignment(batch, second_marker=True), learner(batch))
    marking.finish_sheet(work, given(5, 5, "Splendid words"), version=0, by=lena)
    assert not Grade.objects.exists()
    assert "Splendid words" not in crowd.client(luis).get(work.get_absolute_url()).content.decode()
    assert [w.why for w in to_grade(luis, [batch])] == ["second mark"]
    assert to_grade(lena, [batch]) == []
    mark(work, luis, 2, 2)
    assert "Splendid words" in crowd.client(luis).get(work.get_absolute_url()).content.decode()
    assert not Grade.objects.exists()
    assert [w.why for w in to_grade(mona, [batch])] == ["third mark: the two differ"]
    mark(work, mona, 4, 5)
    assert Grade.objects.get().percent == Decimal("94.00")
    outsider = staff(batch, "Nia", "mentor")
    assert to_grade(outsider, [batch]) == []
    with pytest.raises(CityLabError, match="Two others"):
        mark(work, outsider)


def test_two_who_differ_may_agree_with_a_reason():
    batch = make_batch()
    lena, luis = staff(batch, "Lena", "lecturer"), staff(batch, "Luis", "lecturer")
    work = hand_in(make_assignment(batch, second_marker=True), learner(batch))
    mark(work, lena, 5, 5), mark(work, luis, 2, 2)
    with pytest.raises(CityLabError, match="reason"):
        marking.agree(work, percent=Decimal(80), reason="", by=luis)
    marking.agree(work, percent=Decimal(80), reason="The sources are all there.", by=luis)
    assert Grade.objects.get().percent == Decimal(80)
    assert Event.objects.get(verb="mark agreed").reason == "The sources are all there."


def test_late_days_cost_points_and_never_more_than_there_are():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    late = {"rule": "minus", "percent_a_day": 30, "days": None}
    assignment = make_assignment(batch, due=-1.5, late=late)
    work = hand_in(assignment, learner(batch))
    mark(work, lena, 5, 5)
    assert Grade.objects.get().percent == Decimal(40)
    mark(work, lena, 2, 2)
    assert Grade.objects.get().percent == 0


def test_marks_are_hidden_until_one_release_and_a_change_after_it_needs_a_reason(crowd):
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    assignment, one, two = make_assignment(batch), learner(batch), learner(batch)
    work = hand_in(assignment, one)
    marking.finish_sheet(work, given(4, 3, "Name the year."), version=0, by=lena)
    page = crowd.client(one.user).get(assignment.get_absolute_url()).content.decode()
    assert "72.00" not in page
    assert "Name the year." not in page
    assert [line.says for line in releasing.preview(assignment)] == ["marked", "not handed in"]
    assert releasing.release(assignment, by=lena) == 1
    assert releasing.release(assignment, by=lena) == 0
    letter = Notice.objects.get(template="learning/released")
    assert letter.to == one.user
    assert "72" not in letter.body
    page = crowd.client(one.user).get(assignment.get_absolute_url()).content.decode()
    assert "72.00 of 100" in page
    assert "Name the year." in page
    assert "72.00" not in crowd.client(two.user).get(assignment.get_absolute_url()).content.decode()
    with pytest.raises(CityLabError, match="released"):
        mark(work, lena, 5, 3)
    assert Grade.objects.get().percent == Decimal("72.00")
    mark(work, lena, 5, 3, reason="A source was overlooked.")
    change = GradeChange.objects.get()
    assert (change.old, change.new, change.by) == (Decimal("72.00"), Decimal("84.00"), lena)
    page = crowd.client(one.user).get(assignment.get_absolute_url()).content.decode()
    assert "from 72.00 to 84.00" in page
    assert "A source was overlooked." in page
    assert Event.objects.get(verb="mark changed").reason == "A source was overlooked."


def test_a_person_is_excused_or_marked_by_hand_and_back():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    assignment, one = make_assignment(batch), learner(batch)
    mark(hand_in(assignment, one), lena)
    for fields, percent in (
        ({"percent": Decimal(50)}, Decimal(50)),
        ({"percent": None, "excused": True}, None),
        ({"percent": None}, Decimal(72)),
    ):
        grade = releasing.set_grade(assignment, one, reason="Because", by=lena, **fields)
        assert (grade.percent, grade.excused) == (percent, fields.get("excused", False))
    assert GradeChange.objects.count() == 3


def test_work_is_returned_with_a_remark_only():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    work = hand_in(make_assignment(batch, needs_acceptance=True), learner(batch))
    with pytest.raises(CityLabError, match="remark"):
        marking.decide(work, accept=False, remark=" ", by=lena)
    assert [w.why for w in to_grade(lena, [batch])] == ["to mark"]
    mark(work, lena)
    assert [w.why for w in to_grade(lena, [batch])] == ["to accept or return"]
    marking.decide(work, accept=True, remark="", by=lena)
    assert to_grade(lena, [batch]) == []
