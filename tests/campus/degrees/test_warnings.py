"""Early warnings, the weekly letter, the recommendation and what the papers say."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.contrib.auth.models import AnonymousUser

from nagara.campus.degrees.domain.recommending import candidates, recommend
from nagara.campus.degrees.domain.semesters import DegreeError
from nagara.campus.degrees.domain.warnings import answer_warning, daily, live, look_again, students, weekly
from nagara.campus.degrees.minutes import minutes_pdf, minutes_xlsx
from nagara.campus.degrees.models import CourseTaking, EarlyWarning, Offering, Recommended, WeeklyLetter
from nagara.campus.degrees.transcript import register_check, transcript_of, transcript_pdf
from nagara.campus.notices.models import Notice
from nagara.campus.programmes.models import Enrolment, Waiver

from .factories import NOW, advise, complete, enrol, offer, person, took

MONDAY = datetime(2027, 3, 14, 23, 30, tzinfo=UTC)
"""Monday 15 March, 08:30 in Seoul."""


def warned(batch, *rules):
    return sorted(w.rule for w in live(batch, students(batch), now=NOW) if not rules or w.rule in rules)


def test_a_weak_average_warns_and_a_good_one_does_not(batch, student):
    took(student, "SC501 C", 1)
    took(enrol(batch, "Good"), "SC501 B", 1)
    assert warned(batch, "gpa") == ["gpa"]


def test_a_warning_begins_ends_and_keeps_what_was_agreed(batch, student, crowd):
    (taking,) = took(student, "SC501 C", 1)
    look_again(batch, now=NOW)
    before = EarlyWarning.objects.count()
    look_again(batch, now=NOW + timedelta(hours=1))
    assert EarlyWarning.objects.count() == before
    answer_warning(student, "gpa", text="Meets the tutor every week.", by=crowd.olga, now=NOW)
    taking.grade = taking.grade.scale.grades.get(letter="A")
    taking.save()
    look_again(batch, now=NOW + timedelta(days=7))
    ended = EarlyWarning.objects.get(rule="gpa")
    assert ended.ended_at == NOW + timedelta(days=7)
    assert ended.notes.get().text == "Meets the tutor every week."
    with pytest.raises(DegreeError, match="does not hold any more"):
        answer_warning(student, "gpa", text="Late", by=crowd.olga)


def test_warnings_are_looked_at_once_a_day(batch, student):
    took(student, "SC501 C", 1)
    assert daily(NOW) >= 1
    took(enrol(batch, "Another"), "SC501 C", 1)
    assert daily(NOW + timedelta(hours=1)) == 0
    assert daily(NOW + timedelta(days=1)) >= 1
    assert EarlyWarning.objects.filter(rule="gpa", ended_at=None).count() == 2


def test_courses_taken_are_shown_to_those_concerned_only(batch, student, crowd):
    took(student, "SC501 C", 1, offering=offer(batch, "SC501", semester=1, lecturer=crowd.charlie))
    advise(student, crowd.bob)
    seen = [
        CourseTaking.objects.visible_to(user).count()
        for user in (crowd.olga, student.user, crowd.bob, crowd.charlie, crowd.alice, AnonymousUser())
    ]
    assert seen == [1, 1, 1, 1, 0, 0]
    classes = [Offering.objects.visible_to(user).count() for user in (crowd.olga, crowd.charlie, crowd.alice)]
    assert classes == [1, 1, 0]


def test_the_advisor_gets_one_letter_a_week(batch, student):
    took(student, "SC501 C", 1)
    advisor = person("Adam")
    advise(student, advisor)
    assert weekly(MONDAY - timedelta(hours=1)) == 0  # Monday 07:30
    assert weekly(MONDAY) == 1
    assert weekly(MONDAY + timedelta(minutes=10)) == 0
    assert weekly(MONDAY + timedelta(days=3)) == 0
    letter = Notice.objects.get(to=advisor)
    assert "Kyaw Zin" in letter.body
    assert "Grade average of 3.0 or more: 2" in letter.body
    assert weekly(MONDAY + timedelta(days=7)) == 1
    assert WeeklyLetter.objects.count() == 2


def test_nobody_is_recommended_while_a_rule_is_open(batch, student, crowd):
    complete(student)
    with pytest.raises(DegreeError, match="Every milestone passed"):
        recommend([student], by=crowd.olga, reason="Committee of June", now=NOW)
    assert not Recommended.objects.exists()


def test_a_recommendation_keeps_every_verdict_and_is_made_once(batch, student, crowd):
    complete(student)
    Waiver.objects.create(
        enrolment=student, rule="milestones", reason="On paper", signature="Han Seoyeon", by=crowd.olga
    )
    with pytest.raises(DegreeError, match="needs its reason"):
        recommend([student], by=crowd.olga, reason="", now=NOW)
    made = recommend([student], by=crowd.olga, reason="Committee of June", now=NOW)
    kept = made.people.get()
    assert (kept.award, str(kept.gpa), str(kept.credits)) == ("Master of Smart Cities", "3.90", "33.0")
    assert [v["rule"] for v in kept.verdicts if v["waived"]] == ["milestones"]
    with pytest.raises(DegreeError, match="Recommended before"):
        recommend([student], by=crowd.olga, reason="Again", now=NOW)


NAMES = [
    ("Kyaw Zin Htet", "ကျော်ဇင်ထက်"),
    ("Sok Visal", "សុខ វិសាល"),
    ("Somchai Jaidee", "สมชาย ใจดี"),
    ("Keomany", "ແກ້ວມະນີ"),
    ("Nguyễn Thị Ánh", ""),
    ("Suresh A/L Raman", "சுரேஷ் ராமன்"),
    ("Siti Rahmah binti Abdullah", "سيتي رحمة"),
    ("Tan Mei Fong @ Mary Tan", "陈美芳"),
    ("Park Jihoon", "박지훈"),
]


def test_the_papers_carry_names_of_every_script(batch):
    held = []
    for name, native in NAMES:
        one = enrol(batch, user=person(name, native_name=native))
        complete(one)
        held.append(one)
    rows = list(Enrolment.objects.filter(batch=batch).select_related("user", "city", "batch__version"))
    pdf = minutes_pdf(batch, candidates(batch, rows), NOW.date())
    assert pdf.startswith(b"%PDF")
    sheet = openpyxl.load_workbook(io.BytesIO(minutes_xlsx(batch, candidates(batch, rows)))).active
    natives = {row[1].value for row in sheet.iter_rows(min_row=2)}
    assert {native for _, native in NAMES if native} <= natives
    assert all(transcript_pdf(transcript_of(one, now=NOW)).startswith(b"%PDF") for one in held[:2])


def test_a_transcript_has_every_attempt_and_the_averages_of_each_semester(batch, student):
    took(student, "SC501 A, SC502 F, SC504 W", 1)
    took(student, "SC502 B, SC505 P", 2)
    took(student, "SC521", 4)
    register_check(lambda enrolment: ("ABC-123", "https://example.org/check/ABC-123/"))
    try:
        found = transcript_of(student, now=NOW)
    finally:
        from nagara.campus.degrees import transcript

        transcript._check.clear()
    one, two, four = found.parts
    assert [(r.taking.code, r.grade, r.note) for r in one.rows] == [
        ("SC501", "A", ""),
        ("SC502", "F", "another attempt counts"),
        ("SC504", "W", "other unit"),
    ]
    assert (one.gpa, one.earned) == ("2.00", "3")  # (4.0 x 3 + 0 x 3) / 6
    assert (two.gpa, two.earned) == ("3.00", "6")  # B alone; P is not in the average
    assert (four.gpa, four.earned, four.rows[0].grade) == ("", "0", "in progress")
    assert (found.gpa, found.credits) == ("3.50", "9")  # (4.0 + 3.0) / 2
    assert found.check == ("ABC-123", "https://example.org/check/ABC-123/")
