"""Registering for courses: every obstacle is named, the last seat goes to one, the timetable follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
from django.db import close_old_connections, connection

from nagara.campus.audit.models import Event
from nagara.campus.degrees.domain.courses import drop_course, register_course
from nagara.campus.degrees.domain.semesters import DegreeError, seats_taken
from nagara.campus.degrees.models import CourseTaking
from nagara.campus.notices.models import Notice
from nagara.campus.timetable.queries import sessions_for

from .factories import FOURTH, NOW, enrol, make_batch, meets, offer, took


def test_a_student_registers_and_the_sessions_are_in_the_timetable(batch, student):
    offering = offer(batch, "SC522")
    meets(offering)
    taking = register_course(student, offering, by=student.user, now=NOW)
    assert (taking.state, taking.credits, taking.outside) == ("registered", 3, True)
    assert sessions_for(student.user).count() == 2
    assert Event.objects.filter(verb="course taken", subject=f"degree/{student.pk}").count() == 1
    assert Notice.objects.count() == 0  # the student did it: no letter
    drop_course(taking, by=student.user, now=NOW)
    assert sessions_for(student.user).count() == 0


def test_a_course_without_a_group_gets_one(batch, student):
    offering = offer(batch, "SC522")
    register_course(student, offering, by=student.user, now=NOW)
    offering.refresh_from_db()
    assert list(offering.group.members.all()) == [student]


def test_each_obstacle_is_named(batch, student):
    took(student, "SC610, SC699, SC527, SC521", 4)
    took(student, "SC524", 4)
    studio, wanted = offer(batch, "SC610"), offer(batch, "SC526", seats=1)
    meets(studio, at=time(9))
    meets(wanted, at=time(10))
    took(enrol(batch, "First"), "SC526", 4, offering=wanted)
    with pytest.raises(DegreeError) as refused:
        register_course(student, wanted, by=student.user, now=NOW)
    said = str(refused.value)
    assert "All 1 seats are taken." in said
    assert "It would make 18 credits in Semester 4; at most 15 are allowed." in said
    assert "It asks for SC503, which you have not passed yet." in said
    assert "It meets at the same time as SC610 (Monday 10:00, first on 8 Mar 2027)." in said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-22, "Registration for Semester 4 opens on 8 Feb 2027."),
        (15, "Courses of Semester 4 could be changed until 15 Mar 2027."),
    ],
)
def test_outside_the_window_nothing_is_taken(batch, student, days, said):
    offering = offer(batch, "SC521")
    now = NOW.replace(year=FOURTH.year, month=FOURTH.month, day=FOURTH.day) + timedelta(days=days)
    with pytest.raises(DegreeError, match=said):
        register_course(student, offering, by=student.user, now=now)


def test_a_course_is_taken_once_and_again_after_it_was_dropped(batch, student):
    offering = offer(batch, "SC521")
    first = register_course(student, offering, by=student.user, now=NOW)
    with pytest.raises(DegreeError, match="You take SC521 in Semester 4 already"):
        register_course(student, offering, by=student.user, now=NOW)
    assert drop_course(first, by=student.user, now=NOW).state == "dropped"
    assert register_course(student, offering, by=student.user, now=NOW).pk != first.pk


def test_a_failed_course_may_be_repeated(batch, student):
    took(student, "SC521 F", 2)
    taking = register_course(student, offer(batch, "SC521"), by=student.user, now=NOW)
    assert CourseTaking.objects.filter(enrolment=student, code="SC521").count() == 2
    assert taking.semester.number == 4


def test_the_office_sets_all_but_the_seats_aside_with_a_reason_and_the_student_is_told(batch, student, crowd):
    late = NOW + timedelta(days=30)
    with pytest.raises(DegreeError):
        register_course(student, offer(batch, "SC526"), by=crowd.olga, now=late)
    offering = batch.semesters.get(number=4).offerings.get()
    register_course(student, offering, by=crowd.olga, reason="Agreed with the lecturer", now=late)
    letter = Notice.objects.get(to=student.user)
    assert "Agreed with the lecturer" in letter.body
    full = offer(batch, "SC521", seats=1)
    took(enrol(batch, "First"), "SC521", 4, offering=full)
    with pytest.raises(DegreeError, match="All 1 seats are taken"):
        register_course(student, full, by=crowd.olga, reason="Please", now=late)


def test_a_student_cannot_set_obstacles_aside(batch, student):
    with pytest.raises(DegreeError, match="SC503"):
        register_course(student, offer(batch, "SC526"), by=student.user, reason="I want to", now=NOW)


def test_after_the_change_period_a_course_stays_as_withdrawn_and_later_only_the_office_can(
    batch, student, crowd
):
    one, two, three = took(student, "SC521, SC524, SC527", 4)
    assert drop_course(one, by=student.user, now=NOW + timedelta(days=20)).state == "withdrawn"
    late = NOW + timedelta(days=80)
    with pytest.raises(DegreeError, match="Withdrawal from SC524"):
        drop_course(two, by=student.user, now=late)
    assert drop_course(two, by=crowd.olga, reason="Illness", now=late).state == "withdrawn"
    three.state, three.grade = "completed", took(student, "SC525 A", 3)[0].grade
    three.save()
    with pytest.raises(DegreeError, match="cannot be dropped"):
        drop_course(three, by=student.user, now=NOW)


def test_someone_on_leave_takes_nothing(batch, student):
    student.leaves.create(semester=batch.semesters.get(number=4), reason="At home")
    with pytest.raises(DegreeError, match="You are on leave in Semester 4"):
        register_course(student, offer(batch, "SC521"), by=student.user, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_want_the_last_two_seats_two_get_them():
    batch = make_batch()
    offering = offer(batch, "SC521", seats=2)
    students = [enrol(batch, f"Student {n}") for n in range(8)]

    def take(student):
        try:
            register_course(student, offering, by=student.user, now=NOW)
        except DegreeError as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(take, students))
    close_old_connections()
    assert said.count("") == 2
    assert all("All 2 seats are taken." in text for text in said if text)
    assert seats_taken(offering) == 2
    offering.refresh_from_db()
    assert offering.group.members.count() == 2


@pytest.mark.django_db(transaction=True)
def test_who_sends_the_form_twice_at_once_has_one_seat_and_never_too_many_credits():
    batch = make_batch()
    student = enrol(batch)
    took(student, "SC610, SC699, SC527", 4)
    offerings = [offer(batch, code, seats=9) for code in ("SC521", "SC522", "SC524", "SC525")]

    def take(offering):
        try:
            register_course(student, offering, by=student.user, now=NOW)
        except DegreeError:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(take, [*offerings, *offerings]))
    assert done == 2  # 9 + 2 x 3 = 15 credits
    assert CourseTaking.objects.filter(enrolment=student).count() == 5
