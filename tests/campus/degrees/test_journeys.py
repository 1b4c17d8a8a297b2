"""Degrees in a real browser: a student sees which course would mend it, takes it, and the audit changes; a
lecturer grades the class, and the office recommends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from nagara.campus.degrees.models import CourseTaking, Semester
from nagara.campus.programmes.models import Waiver
from nagara.campus.timetable.queries import sessions_for

from .factories import complete, enrol, make_batch, meets, mendable, offer, person, took

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def running_now(batch):
    """Move the fourth semester so that it began twelve days ago: the browser's clock is the real one."""
    today = timezone.localdate()
    start = today - timedelta(days=12)
    Semester.objects.filter(batch=batch, number=4).update(
        starts=start,
        ends=start + timedelta(weeks=16),
        registration_from=start - timedelta(days=21),
        registration_until=start - timedelta(days=3),
        change_until=start + timedelta(days=20),
        withdraw_until=start + timedelta(days=60),
    )
    for number in (1, 2, 3):
        first = start - timedelta(weeks=26 * (4 - number))
        Semester.objects.filter(batch=batch, number=number).update(
            starts=first, ends=first + timedelta(weeks=16)
        )
    batch.starts = start - timedelta(weeks=78)
    batch.save()
    return today


def test_a_student_sees_which_course_would_mend_it_takes_it_and_the_audit_changes(visit, crowd):
    batch = make_batch()
    today = running_now(batch)
    student = enrol(batch, user=person("Mg Kyaw Zin Htet", native_name="မောင်ကျော်ဇင်ထက်", tz="Asia/Yangon"))
    mendable(student)
    mending = offer(batch, "SC522")
    offer(batch, "SC527")
    meets(mending, day=today)

    page = visit("/degrees/", who=student.user, screen="phone", javascript=False)
    assert "One course would mend it" in page.text_content("main")
    assert "these 3 rules are met" in page.text_content(".mends")
    page.check("input[name=course][value=SC527]")
    page.click("button:has-text('Show')")
    assert "With the ticked courses" in page.text_content("main")
    assert CourseTaking.objects.filter(enrolment=student, code="SC527").count() == 0
    page.click("text=Clear")
    page.click("button:has-text('Take SC522')")
    page.wait_for_selector("text=its sessions are in the timetable now")
    text = page.text_content("main")
    assert "One course would mend it" not in text
    assert "No more courses are needed for the credit rules" in text
    assert sessions_for(student.user).count() == 2
    page.click("text=Transcript")
    assert "in progress" in page.text_content("main")
    assert page.said == []


@pytest.mark.full
def test_a_lecturer_grades_a_class_and_the_office_recommends(visit, crowd):
    batch = make_batch()
    running_now(batch)
    lecturer = person("Park Jihoon", native_name="박지훈")
    offering = offer(batch, "SC527", lecturer=lecturer)
    student = enrol(batch, "Keomany")
    complete(student)
    CourseTaking.objects.filter(enrolment=student, code="SC527").delete()
    took(student, "SC527", 4, offering=offering)
    Waiver.objects.create(enrolment=student, rule="milestones", reason="On paper", signature="Han Seoyeon")

    page = visit(f"/degrees/classes/{offering.pk}/", who=lecturer)
    page.select_option("select.letter", "A-")
    page.click("text=Keep and look before the release")
    page.wait_for_selector("text=This would be released")
    page.click("text=Release 1 grades")
    page.wait_for_selector("text=each student is told")

    page = visit(f"/batches/{batch.slug}/degrees/recommendation/", who="olga")
    page.fill("#reason", "Committee of June")
    page.click("button:has-text('Recommend')")
    page.wait_for_selector("text=1 students are recommended")
    assert page.said == []
