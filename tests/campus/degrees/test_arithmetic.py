"""Credits and grade average, against transcripts worked out by hand; and what holds for every transcript."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.campus.degrees.domain.arithmetic import Taken, add_up, semester_gpa, shown

D = Decimal
POINTS = {
    "A+": "4.3", "A": "4.0", "A-": "3.7", "B+": "3.3", "B": "3.0", "B-": "2.7", "C+": "2.3", "C": "2.0",
    "C-": "1.7", "D+": "1.3", "D": "1.0", "D-": "0.7", "F": "0", "P": None, "NP": None,
}  # fmt: skip


def took(code, letter="", semester=1, credits=3, category="core", outside=False, other="", state="", turn=0):
    """A course with a grade: "W" withdrawn, "T" transferred, "" being taken."""
    states = {"": "registered", "W": "withdrawn", "T": "transferred", "F": "failed", "NP": "failed"}
    points = POINTS.get(letter)
    return Taken(
        code=code,
        title=code,
        category=category,
        credits=D(str(credits)),
        state=state or states.get(letter, "completed"),
        semester=None if letter == "T" else semester,
        outside=outside,
        letter="" if letter in ("T", "W") else letter,
        points=None if points is None else D(points),
        passes=letter not in ("", "F", "NP", "W", "T"),
        other_degree=other,
        turn=turn,
    )


def test_an_empty_transcript_has_no_average_and_no_share():
    record = add_up([])
    assert (record.credits, record.gpa, record.outside_share) == (D(0), None, None)
    assert record.most_in_a_semester == D(0)


def test_a_plain_semester():
    # 3 x 4.0 + 3 x 3.3 + 3 x 3.7 = 33.0 points over 9 credits = 3.666...
    record = add_up([took("A1", "A"), took("A2", "B+"), took("A3", "A-")])
    assert record.credits == D(9)
    assert record.points == D("33.0")
    assert shown(record.gpa) == "3.67"


def test_courses_of_unequal_credits_weigh_unequally():
    # 4.3 x 1 + 2.0 x 4 + 3.0 x 1.5 = 4.3 + 8.0 + 4.5 = 16.8 over 6.5 credits = 2.5846...
    record = add_up([took("A1", "A+", credits=1), took("A2", "C", credits=4), took("A3", "B", credits=1.5)])
    assert (record.credits, record.points) == (D("6.5"), D("16.8"))
    assert shown(record.gpa) == "2.58"


def test_a_failed_course_pulls_the_average_and_gives_nothing():
    # 3 x 4.0 + 3 x 0 = 12 points over 6 graded credits = 2.0; 3 credits earned
    record = add_up([took("A1", "A"), took("A2", "F")])
    assert (record.credits, record.gpa) == (D(3), D(2))


def test_pass_and_no_pass_stay_out_of_the_average():
    # P: 3 credits, no points. NP: nothing. Average over A1 alone: 3.3
    record = add_up([took("A1", "B+"), took("A2", "P"), took("A3", "NP")])
    assert (record.credits, record.gpa, record.graded_credits) == (D(6), D("3.3"), D(3))


def test_a_withdrawn_course_counts_nowhere():
    record = add_up([took("A1", "A"), took("A2", "W")])
    assert (record.credits, record.gpa, record.load) == (D(3), D(4), {1: D(3)})


def test_the_best_attempt_of_a_repeated_course_counts_and_both_weigh_in_their_semesters():
    # best of F, B- = B-: (2.7 x 3 + 4.0 x 3) / 6 = 20.1 / 6 = 3.35. Each semester had 3 + 3 and 3 credits.
    taken = [took("A1", "F", 1), took("A2", "A", 1), took("A1", "B-", 2)]
    record = add_up(taken)
    assert (record.credits, record.gpa) == (D(6), D("3.35"))
    assert record.load == {1: D(6), 2: D(3)}
    assert semester_gpa(taken, 1) == D(2)  # (0 x 3 + 4.0 x 3) / 6, as it was then


def test_the_last_attempt_counts_where_the_policy_says_so_even_when_it_is_worse():
    # B+ then C: best 3.3, last 2.0. Credits once.
    taken = [took("A1", "B+", 1), took("A1", "C", 2)]
    assert add_up(taken, "best").gpa == D("3.3")
    assert add_up(taken, "last").gpa == D("2.0")
    assert add_up(taken, "last").credits == D(3)


def test_a_repeat_that_fails_takes_the_credits_back_only_where_the_last_counts():
    taken = [took("A1", "C", 1), took("A1", "F", 2)]
    assert (add_up(taken, "best").credits, add_up(taken, "last").credits) == (D(3), D(0))


def test_a_repeat_withdrawn_from_changes_nothing():
    taken = [took("A1", "C", 1), took("A1", "W", 2)]
    assert (add_up(taken, "last").credits, add_up(taken, "last").gpa) == (D(3), D(2))


def test_a_repeat_in_the_same_semester_goes_by_turn():
    taken = [took("A1", "D", 1, turn=1), took("A1", "B", 1, turn=2)]
    assert add_up(taken, "last").gpa == D(3)


def test_transferred_credits_count_and_have_no_grade_and_no_semester():
    # 6 credits from elsewhere + 3 graded with 3.0: average 3.0 over 3 credits; load only 3
    record = add_up([took("X1", "T", credits=6, category="elective"), took("A1", "B")])
    assert (record.credits, record.gpa, record.graded_credits) == (D(9), D(3), D(3))
    assert record.by_category == {"elective": D(6), "core": D(3)}
    assert record.load == {1: D(3)}


def test_a_grade_beats_a_transfer_of_the_same_course_in_the_average_and_credits_count_once():
    # transferred 3 credits, then taken with A: best = A, 3 credits, 4.0
    record = add_up([took("A1", "T"), took("A1", "A", 2)])
    assert (record.credits, record.gpa) == (D(3), D(4))


def test_double_counted_credits_are_credits_and_are_named():
    # 4 courses of 3 credits also for the law degree = 12 of 15 credits, at the limit
    taken = [took(f"A{n}", "A", other="Master of Law" if n < 4 else "") for n in range(5)]
    record = add_up(taken)
    assert (record.credits, record.double_counted) == (D(15), D(12))


def test_a_failed_course_is_not_double_counted():
    assert add_up([took("A1", "F", other="Master of Law")]).double_counted == D(0)


def test_the_share_outside_the_home_unit_is_exact():
    # 9 of 36 credits = exactly a quarter; 9 of 37 is less
    inside = [took(f"I{n}", "A", n % 4 + 1) for n in range(9)]
    outside = [took(f"O{n}", "B", n + 1, outside=True) for n in range(3)]
    assert add_up([*inside, *outside]).outside_share == D("0.25")
    more = took("I9", "A", credits=1)
    assert add_up([*inside, *outside, more]).outside_share < D("0.25")


def test_an_average_just_below_three_is_shown_rounded_and_judged_exact():
    # 2.7 x 1 + 3.0 x 59.9 = 182.4 over 60.9 = 2.99507...: shown 3.00, judged below 3
    record = add_up([took("A1", "B-", credits=1), took("A2", "B", credits="59.9")])
    assert shown(record.gpa) == "3.00"
    assert record.gpa < 3


def test_halves_are_shown_upwards():
    assert [shown(D(n)) for n in ("3.345", "3.355", "2.005")] == ["3.35", "3.36", "2.01"]


def test_a_course_being_taken_counts_only_in_the_load():
    record = add_up([took("A1", "", 3), took("A2", "A", 3)])
    assert (record.credits, record.load) == (D(3), {3: D(6)})


def test_a_whole_degree_by_hand():
    # Semester 1: A 3, B+ 3, F 3            -> points 12.0 + 9.9 + 0
    # Semester 2: repeat of the F: B 3, A- 3, P 3
    # Semester 3: practicum P 3, A+ 3; transferred 3
    # Average: (12.0 + 9.9 + 9.0 + 11.1 + 12.9) / 15 = 54.9 / 15 = 3.66
    # Credits: 3+3 + 3+3+3 + 3+3 + 3 = 24. Greatest load 9.
    taken = [
        took("A1", "A", 1), took("A2", "B+", 1), took("A3", "F", 1),
        took("A3", "B", 2), took("A4", "A-", 2), took("E1", "P", 2, category="elective", outside=True),
        took("P1", "P", 3, category="practicum"), took("E2", "A+", 3, category="elective", outside=True),
        took("X1", "T", category="elective"),
    ]  # fmt: skip
    record = add_up(taken)
    assert (record.credits, record.points, record.gpa) == (D(24), D("54.9"), D("3.66"))
    assert record.by_category == {"core": D(12), "elective": D(9), "practicum": D(3)}
    assert (record.outside, record.outside_share) == (D(6), D("0.25"))
    assert record.most_in_a_semester == D(9)


courses = st.builds(
    took,
    st.sampled_from([f"C{n}" for n in range(8)]),
    st.sampled_from([*POINTS, "W", "T", ""]),
    st.integers(1, 8),
    st.just(3),
    st.sampled_from(["core", "elective"]),
    st.booleans(),
    st.sampled_from(["", "Master of Law"]),
    turn=st.integers(0, 3),
)
transcripts = st.lists(courses, max_size=14)


@settings(max_examples=60, deadline=None)
@given(transcripts, st.sampled_from(["best", "last"]))
def test_the_average_lies_on_the_scale_and_is_the_exact_quotient(taken, repeats):
    record = add_up(taken, repeats)
    assert record.credits == sum(record.by_category.values())
    assert 0 <= record.double_counted <= record.credits
    assert 0 <= record.outside <= record.credits
    if record.gpa is None:
        assert record.graded_credits == 0
        return
    assert 0 <= record.gpa <= D("4.3")
    exact = Fraction(record.points) / Fraction(record.graded_credits)
    for limit in ("2.0", "2.7", "3.0", "3.3", "4.0"):
        assert (record.gpa >= D(limit)) == (exact >= Fraction(limit))


@settings(max_examples=60, deadline=None)
@given(transcripts, st.sampled_from(["best", "last"]), st.randoms(use_true_random=False))
def test_the_order_of_courses_never_matters(taken, repeats, random):
    distinct = list({(t.code, t.semester, t.turn): t for t in taken}.values())
    mixed = list(distinct)
    random.shuffle(mixed)
    one, two = add_up(distinct, repeats), add_up(mixed, repeats)
    assert (one.credits, one.gpa, one.load, one.outside) == (two.credits, two.gpa, two.load, two.outside)


@settings(max_examples=80, deadline=None)
@given(transcripts, st.sampled_from(["best", "last"]), st.sampled_from([f"C{n}" for n in range(9)]))
def test_one_more_course_that_is_passed_never_takes_credits_away(taken, repeats, code):
    more = took(code, "D-", 9)
    assert add_up([*taken, more], repeats).credits >= add_up(taken, repeats).credits


@pytest.mark.parametrize("repeats", ["best", "last"])
def test_the_best_attempt_never_gives_less_than_the_last(repeats):
    taken = [took("A1", "B", 1), took("A1", "D", 2), took("A2", "P", 1), took("A2", "C", 2)]
    assert add_up(taken, "best").gpa >= add_up(taken, repeats).gpa
