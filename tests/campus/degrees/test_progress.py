"""Grades, milestones, meetings, practicum, transfer, double counting: kept, told, refused with reasons."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from nagara.campus.degrees.domain import progress, semesters
from nagara.campus.degrees.domain.grading import change_grade, enter_grades, preview, release_grades
from nagara.campus.degrees.domain.ledger import facts_of, read
from nagara.campus.degrees.domain.semesters import DegreeError
from nagara.campus.degrees.models import Advising, CourseTaking, GradeChange, GradeScale, Milestone
from nagara.campus.notices.models import Notice
from nagara.campus.people import data_port
from nagara.campus.programmes.facts import facts_about

from .factories import NOW, advise, enrol, offer, person, took

TODAY = timezone.now().astimezone(ZoneInfo("Asia/Seoul")).date()


def test_grades_are_a_draft_until_they_are_released_together(batch, student, crowd):
    offering = offer(batch, "SC521")
    other = enrol(batch, "Nay Lin")
    (mine,) = took(student, "SC521", 4, offering=offering)
    (theirs,) = took(other, "SC521", 4, offering=offering)
    assert enter_grades(offering, {mine.pk: "A-", theirs.pk: ""}, by=crowd.olga) == 1
    assert read(student, now=NOW).record().gpa is None
    seen = preview(offering)
    assert ([t.pk for t in seen.graded], [t.pk for t in seen.without]) == ([mine.pk], [theirs.pk])
    assert seen.spread == [("A-", 1)]
    assert release_grades(offering, by=crowd.olga, now=NOW) == 1
    assert read(student, now=NOW).record().gpa == Decimal("3.7")
    assert "A-" in Notice.objects.get(to=student.user).body
    assert not Notice.objects.filter(to=other.user).exists()
    with pytest.raises(DegreeError, match="There is no grade to release"):
        release_grades(offering, by=crowd.olga)


def test_a_grade_that_the_scale_does_not_know_is_refused(batch, student, crowd):
    offering = offer(batch, "SC521")
    (mine,) = took(student, "SC521", 4, offering=offering)
    with pytest.raises(DegreeError, match="There is no grade 'E'"):
        enter_grades(offering, {mine.pk: "E"}, by=crowd.olga)


def test_a_released_grade_is_changed_only_with_a_reason_and_the_old_one_is_kept(batch, student, crowd):
    offering = offer(batch, "SC521")
    (mine,) = took(student, "SC521 B", 3, offering=offering)
    with pytest.raises(DegreeError, match="needs a reason"):
        change_grade(mine, "A", by=crowd.olga, reason=" ")
    changed = change_grade(mine, "F", by=crowd.olga, reason="Taken from another's work")
    assert changed.state == "failed"
    kept = GradeChange.objects.get()
    assert (kept.was.letter, kept.now.letter, kept.reason) == ("B", "F", "Taken from another's work")
    assert "Taken from another's work" in Notice.objects.get(to=student.user).body


def test_a_practicum_shorter_than_two_months_cannot_be_passed(batch, student, crowd):
    offering = offer(batch, "SC600")
    (mine,) = took(student, "SC600", 4, offering=offering)
    enter_grades(offering, {mine.pk: "P"}, by=crowd.olga)
    start = date(2026, 7, 1)
    progress.begin_practicum(
        student, place="City", mentor="Ms Mentor", starts=start, ends=start + timedelta(days=40), by=None
    )
    with pytest.raises(DegreeError, match="41 days of practicum are on record; at least 60"):
        release_grades(offering, by=crowd.olga)
    later = start + timedelta(days=50)
    progress.begin_practicum(
        student, place="City", mentor="Ms Mentor", starts=later, ends=later + timedelta(days=18), by=None
    )
    assert release_grades(offering, by=crowd.olga) == 1


def test_practica_do_not_overlap_and_the_log_stays_within_them(student, crowd):
    start = date(2026, 7, 1)
    held = progress.begin_practicum(
        student, place="City", mentor="Ms Mentor", starts=start, ends=start + timedelta(days=60), by=None
    )
    with pytest.raises(DegreeError, match="overlap"):
        progress.begin_practicum(student, place="B", mentor="M", starts=start, ends=start, by=None)
    with pytest.raises(DegreeError, match="not within the practicum"):
        progress.log_practicum(held, on=start - timedelta(days=1), text="Too early", by=crowd.olga)
    assert progress.log_practicum(held, on=start, text="First day", by=crowd.olga).text == "First day"


def test_a_milestone_is_retaken_until_it_is_passed_and_then_closed(student, crowd):
    exam = "comprehensive exam"
    first = progress.record_milestone(student, exam, on=TODAY, passed=False, by=crowd.olga)
    second = progress.record_milestone(student, exam, on=TODAY, evidence="Minutes", by=crowd.olga)
    assert (first.attempt, second.attempt) == (1, 2)
    assert facts_of(read(student))["degree.milestones"].value == [exam]
    with pytest.raises(DegreeError, match="passed already"):
        progress.record_milestone(student, exam, on=TODAY, evidence="Again", by=crowd.olga)
    with pytest.raises(DegreeError, match="no milestone 'swimming'"):
        progress.record_milestone(student, "swimming", on=TODAY, by=crowd.olga)
    with pytest.raises(DegreeError, match="What proves it"):
        progress.record_milestone(student, "thesis", on=TODAY, by=crowd.olga)
    with pytest.raises(DegreeError, match="still to come"):
        progress.record_milestone(
            student, "thesis", on=TODAY + timedelta(days=3), evidence="x", by=crowd.olga
        )
    assert Milestone.objects.count() == 2


def test_one_advisor_at_a_time(student, crowd):
    one, two = person("One"), person("Two")
    progress.name_advisor(student, one, by=crowd.olga)
    progress.name_advisor(student, two, by=crowd.olga)
    assert Advising.objects.get(until=None).user == two
    with pytest.raises(DegreeError, match="Nobody is the advisor of oneself"):
        progress.name_advisor(student, student.user, by=crowd.olga)


def test_days_since_the_meeting_count_from_its_day(batch, student, crowd):
    progress.log_meeting(student, on=TODAY - timedelta(days=12), about="Thesis", by=crowd.olga)
    assert facts_of(read(student))["degree.days_since_advisor_meeting"].value == 12


def test_transferred_credit_needs_its_document_and_counts_once(batch, student, crowd):
    data = {
        "code": "X1",
        "title": "Soils",
        "category": "elective",
        "credits": Decimal(3),
        "outside": True,
        "transferred_from": "A university",
        "by": crowd.olga,
    }
    with pytest.raises(DegreeError, match="document"):
        progress.transfer_credit(student, document=" ", **data)
    progress.transfer_credit(student, document="Transcript", **data)
    assert facts_of(read(student))["degree.credits_elective"].value == 3
    with pytest.raises(DegreeError, match="on the transcript with its credits already"):
        progress.transfer_credit(student, document="Transcript", **data)


def test_a_course_counts_for_another_degree_with_a_reason(batch, student, crowd):
    (taking,) = took(student, "SC501 A", 1)
    progress.count_double(taking, other_degree="Master of Law", by=crowd.olga, reason="Joint degree")
    assert facts_of(read(student))["degree.credits_double_counted"].value == 3


def test_leave_is_refused_while_courses_are_taken(batch, student):
    took(student, "SC521", 4)
    with pytest.raises(DegreeError, match="Courses are taken in Semester 4: SC521"):
        progress.grant_leave(student, batch.semesters.get(number=4), by=None, reason="At home")


def test_a_scale_that_was_used_is_fixed_and_its_next_version_is_written(batch, student, crowd):
    scale = GradeScale.objects.get()
    rows = [("Pass", "", True, ""), ("Fail", "", False, "")]
    took(student, "SC501 A", 1)
    new = semesters.write_scale(scale, rows, note="Two grades", by=crowd.olga)
    assert (new.version, scale.grades.count(), new.grades.count()) == (2, 15, 2)
    again = semesters.write_scale(new, [*rows, ("Honour", "4.3", True, "")], note="", by=crowd.olga)
    assert (again.pk, again.grades.count()) == (new.pk, 3)
    with pytest.raises(DegreeError, match="at least one grade that passes"):
        semesters.write_scale(new, rows[:1], note="", by=crowd.olga)
    with pytest.raises(DegreeError, match="Grades were given on"):
        semesters.set_policy(batch, by=crowd.olga, reason="Try", scale=new, repeats="last", practicum_days=60)


def test_the_last_attempt_counts_where_the_batch_says_so(batch, student, crowd):
    took(student, "SC521 A", 1)
    took(student, "SC521 C", 2)
    policy = batch.degree_policy
    semesters.set_policy(
        batch,
        by=crowd.olga,
        reason="As the faculty decided",
        scale=policy.scale,
        repeats="last",
        practicum_days=60,
    )
    assert read(student, now=NOW).record().gpa == Decimal("2.0")


def test_semesters_follow_each_other_and_their_days_are_checked(batch, crowd):
    last = batch.semesters.last()
    days = {name: getattr(last, name) + timedelta(weeks=26) for name in semesters.DAYS}
    assert semesters.plan_semester(batch, by=crowd.olga, **days).number == 5
    with pytest.raises(DegreeError, match="overlap"):
        semesters.plan_semester(batch, by=crowd.olga, **days)
    with pytest.raises(DegreeError, match="change period"):
        semesters.change_semester(last, by=crowd.olga, name="", change_until=last.starts - timedelta(days=9))


def test_courses_do_not_need_themselves(batch, crowd):
    from .factories import course

    one, two = course(batch, "SC503"), course(batch, "SC502")  # SC503 needs SC502
    with pytest.raises(DegreeError, match="would need itself"):
        semesters.set_prerequisites(two, [one], by=crowd.olga)


def test_facts_of_the_room_answer_for_one_and_many_in_a_fixed_number_of_queries(
    batch, student, django_assert_num_queries
):
    from nagara.campus.degrees.domain.ledger import FACTS
    from nagara.campus.programmes.facts import facts_about_many

    users = [student.user]
    took(student, "SC501 A", 1)
    with django_assert_num_queries(8):
        facts_about_many(batch, users, list(FACTS))
    users += [enrol(batch, f"More {n}").user for n in range(3)]
    with django_assert_num_queries(8):
        found = facts_about_many(batch, users, list(FACTS))
    assert found[student.user_id]["degree.credits"].value == 3
    assert facts_about(batch, student.user, ["degree.credits"])["degree.credits"].evidence == "SC501 (A)"


def test_own_data_are_taken_out_and_words_about_the_person_erased(batch, student, crowd):
    took(student, "SC501 A", 1)
    progress.log_meeting(student, on=TODAY, about="Health of the family", by=crowd.olga)
    advise(student, crowd.olga)
    holder = next(h for h in data_port.all_holders() if h.room == "degrees")
    out = holder.export(student.user)
    assert out["degree-courses"][0]["grade"] == "A"
    assert out["degree-meetings"][0]["about"] == "Health of the family"
    holder.erase(student.user)
    assert "Health" not in str(holder.export(student.user))
    assert CourseTaking.objects.get(enrolment=student).grade.letter == "A"
