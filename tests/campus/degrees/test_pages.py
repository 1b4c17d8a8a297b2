"""What the pages say and do, and how few questions they ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from nagara.campus.degrees.models import AdvisorMeeting, CourseTaking, Milestone, Offering

from .factories import advise, enrol, mendable, offer, person, took

AUDIT = "/degrees/{}/"


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("page", "most"), [("degrees/", 24), ("degrees/warnings/", 22), ("degrees/recommendation/", 17)]
)
def test_lists_of_a_batch_ask_a_fixed_number_of_questions(
    batch, crowd, count, page, most, django_assert_max_num_queries
):
    for n in range(count):
        student = enrol(batch, f"Student {n}")
        took(student, "SC501 C", 1)
        advise(student, crowd.bob)
    client = crowd.client("olga")
    with django_assert_max_num_queries(most):
        answer = client.get(f"/batches/{batch.slug}/{page}")
    assert answer.content.decode().count("Student ") >= count


def test_lists_are_narrowed_and_taken_out_as_files(batch, crowd):
    weak, good = enrol(batch, "Weak One"), enrol(batch, "Good One")
    took(weak, "SC501 C", 1)
    took(good, "SC501 A", 1)
    client = crowd.client("olga")
    page = client.get(f"/batches/{batch.slug}/degrees/?rule=gpa").content.decode()
    assert ("Weak One" in page, "Good One" in page) == (True, False)
    csv = client.get(f"/batches/{batch.slug}/degrees/?q=good&export=csv").content.decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("Good One,")
    csv = client.get(f"/batches/{batch.slug}/degrees/warnings/?rule=gpa&export=csv").content.decode()
    assert "Weak One" in csv
    assert "Good One" not in csv


def test_an_advisor_sees_only_the_own_students(batch, student, crowd):
    enrol(batch, "Somebody Else")
    advise(student, crowd.bob)
    page = crowd.client("bob").get(f"/batches/{batch.slug}/degrees/").content.decode()
    assert ("Kyaw Zin" in page, "Somebody Else" in page) == (True, False)


def test_an_advisor_logs_a_meeting_and_cannot_name_advisors(batch, student, crowd):
    advise(student, crowd.bob)
    client, address = crowd.client("bob"), f"/degrees/{student.pk}/record/"
    day = (timezone.now() - timedelta(days=2)).date().isoformat()
    done = client.post(address, {"say": "meeting", "on": day, "about": "Thesis", "agreed": ""})
    assert done.status_code == 302
    assert AdvisorMeeting.objects.get().advisor == crowd.bob
    refused = client.post(address, {"say": "advisor", "advisor": "alice@example.org"})
    assert refused.status_code == 403
    wrong = client.post(address, {"say": "milestone", "name": "thesis", "on": day, "passed": "yes"})
    assert wrong.status_code == 422
    assert "What proves it is missing" in wrong.content.decode()
    assert not Milestone.objects.exists()


def test_a_student_changes_nothing_that_the_office_records(batch, student, crowd):
    client = crowd.client(student.user)
    for say in (
        "meeting",
        "milestone",
        "practicum",
        "advisor",
        "transfer",
        "double",
        "leave",
        "end-leave",
        "x",
    ):
        assert client.post(f"/degrees/{student.pk}/record/", {"say": say}).status_code == 403
    assert client.post(f"/degrees/{student.pk}/warnings/", {"rule": "gpa", "text": "x"}).status_code == 403


@pytest.mark.parametrize(
    "data",
    [
        {"say": "transfer", "code": "X1", "title": "T", "category": "core", "credits": "3",
         "transferred_from": "U", "document": "D"},
        {"say": "advisor", "advisor": "bob@example.org"},
        {"say": "practicum", "place": "City", "mentor": "M", "starts": "2026-01-01", "ends": "2026-04-01"},
    ],
)  # fmt: skip
def test_the_office_puts_things_on_record(batch, student, crowd, data):
    assert crowd.client("olga").post(f"/degrees/{student.pk}/record/", data).status_code == 302


def test_a_lecturer_keeps_looks_and_releases(batch, student, crowd):
    teacher = person("Teacher")
    offering = offer(batch, "SC521", lecturer=teacher)
    (taking,) = took(student, "SC521", 4, offering=offering)
    client, address = crowd.client(teacher), f"/degrees/classes/{offering.pk}/"
    answer = client.post(address, {"say": "preview", f"grade-{taking.pk}": "B+"})
    assert answer.url == f"{address}?look=1"
    assert "This would be released" in client.get(answer.url).content.decode()
    page = crowd.client(student.user).get(AUDIT.format(student.pk)).content.decode()
    assert "B+ (" not in page  # a draft is not shown
    client.post(address, {"say": "release"})
    taking.refresh_from_db()
    assert (taking.state, taking.grade.letter) == ("completed", "B+")
    client.post(address, {"say": "change", "which": taking.pk, "letter": "A", "reason": "Counted wrongly"})
    taking.refresh_from_db()
    assert taking.grade.letter == "A"


def test_the_office_plans_a_semester_and_offers_a_course(batch, crowd):
    client, last = crowd.client("olga"), batch.semesters.last()
    names = ("starts", "ends", "registration_from", "registration_until", "change_until", "withdraw_until")
    days = {n: (getattr(last, n) + timedelta(weeks=26)).isoformat() for n in names}
    address = f"/batches/{batch.slug}/degrees/semesters/"
    assert client.post(address, {"say": "semester", "name": "Fifth", **days}).status_code == 302
    fifth = batch.semesters.get(number=5)
    course = batch.version.courses.get(code="SC522")
    offered = {
        "say": "offer",
        "course": course.pk,
        "section": "A",
        "seats": "9",
        "lecturer": "bob@example.org",
    }
    assert client.post(fifth.get_absolute_url(), offered).status_code == 302
    made = Offering.objects.get(semester=fifth)
    assert (made.seats, made.lecturer) == (9, crowd.bob)
    again = client.post(fifth.get_absolute_url(), offered)
    assert again.status_code == 422
    changed = {"say": "change", "which": made.pk, "seats": "4", "lecturer": "", "activity": ""}
    assert client.post(fifth.get_absolute_url(), changed).status_code == 302


def test_the_page_of_the_batch_leads_to_everything(batch, student, crowd):
    office = crowd.client("olga").get(f"/batches/{batch.slug}/").content.decode()
    for door in ("degrees/", "degrees/warnings/", "degrees/semesters/", "degrees/recommendation/"):
        assert f'href="/batches/{batch.slug}/{door}"' in office
    own = crowd.client(student.user).get(f"/batches/{batch.slug}/").content.decode()
    assert f'href="/degrees/{student.pk}/"' in own
    assert "degrees/warnings/" not in own


def test_other_people_of_the_batch_do_not_see_a_students_degree_on_the_page_of_the_person(
    batch, student, crowd
):
    from .factories import give

    teacher = person("Teacher")
    give(batch, teacher, "lecturer")
    took(student, "SC501 C", 1)
    address = f"/batches/{batch.slug}/people/{student.pk}/"
    assert "Grade average" not in crowd.client(teacher).get(address).content.decode()
    assert "Grade average" in crowd.client("olga").get(address).content.decode()


def test_a_forged_what_if_changes_nothing(batch, student, crowd):
    mendable(student)
    before = CourseTaking.objects.count()
    page = crowd.client(student.user).get(
        AUDIT.format(student.pk), {"course": ["SC522", "<script>", "SC999"], "grade": "Z"}
    )
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert CourseTaking.objects.count() == before
