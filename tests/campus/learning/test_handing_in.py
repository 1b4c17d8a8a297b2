"""Handing in: drafts, files, versions, lateness, extensions, receipts, teams."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from nagara.campus.audit.models import Event
from nagara.campus.learning.domain import assigning, handing_in, marking
from nagara.campus.learning.models import HandIn, Submission, SubmissionFile
from nagara.campus.notices.models import Notice
from nagara.campus.timetable.models import Group
from nagara.citylab.errors import CityLabError

from .factories import a_file, hand_in, in_days, learner, make_assignment, make_batch, staff, wall

pytestmark = pytest.mark.usefixtures("seeded")


def test_a_form_that_is_sent_twice_counts_once():
    batch = make_batch()
    work, one = make_assignment(batch), learner(batch)
    for _ in range(2):
        handing_in.hand_in(work, one, text="Floods.", version=0, key="same", by=one.user)
    assert HandIn.objects.count() == 1
    assert Notice.objects.filter(template="learning/receipt").count() == 1


def test_a_receipt_names_the_files_with_their_sums_and_the_time_of_the_server():
    batch = make_batch()
    work, one = make_assignment(batch), learner(batch)
    kept = handing_in.add_file(work, one, upload=a_file("my report.pdf"), by=one.user)
    made = hand_in(work, one)
    letter = Notice.objects.get(template="learning/receipt")
    assert letter.subject == "Received: City Report, version 1"
    assert kept.sha256 in letter.body
    assert f"{made.handed_in_at:%H:%M:%S} UTC" in letter.body


def test_an_older_window_does_not_overwrite_a_draft():
    batch = make_batch()
    work, one = make_assignment(batch), learner(batch)
    assert handing_in.save_draft(work, one, text="a", version=0).draft_version == 1
    with pytest.raises(handing_in.Stale):
        handing_in.save_draft(work, one, text="b", version=0)
    assert handing_in.save_draft(work, one, text="a", version=0).draft_version == 1
    assert Submission.objects.get().text == "a"


@pytest.mark.parametrize(
    ("late", "hours", "days"),
    [
        ({"rule": "minus", "percent_a_day": 10, "days": None}, 1, 1),
        ({"rule": "minus", "percent_a_day": 10, "days": None}, 25, 2),
        ({"rule": "accepted", "days": 3}, -1, 0),
        ({"rule": "accepted", "days": 3}, 71, 3),
    ],
)
def test_lateness_counts_days_begun_by_the_clock_of_the_server(late, hours, days):
    batch = make_batch()
    work, one = make_assignment(batch, due=-1, late=late), learner(batch)
    made = hand_in(work, one, now=work.due_at + timedelta(hours=hours))
    assert made.late_days == days


def test_after_the_last_moment_nothing_is_accepted():
    batch = make_batch()
    strict = make_assignment(batch, due=-1)
    kind = make_assignment(batch, "Brief", due=-4, late={"rule": "accepted", "days": 3})
    for work in (strict, kind):
        with pytest.raises(CityLabError, match="time for this assignment is over"):
            hand_in(work, learner(batch))


def test_an_extension_gives_one_person_more_time_with_a_reason_and_a_letter():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    work = make_assignment(batch, due=-1)
    ill, other = learner(batch, city="yangon"), learner(batch)
    with pytest.raises(CityLabError, match="reason"):
        assigning.extend(work, ill, until=in_days(2), reason=" ", by=lena)
    assigning.extend(work, ill, until=in_days(2), reason="Fever", by=lena)
    assert hand_in(work, ill).late_days == 0
    with pytest.raises(CityLabError):
        hand_in(work, other)
    letter = Notice.objects.get(template="learning/extended")
    assert "Fever" in letter.body
    assert "Asia/Yangon" in letter.body
    event = Event.objects.get(verb="extension given")
    assert (event.by, event.reason) == (lena, "Fever")


def test_work_that_came_back_is_handed_in_again_without_being_later():
    batch = make_batch()
    lena = staff(batch, "Lena", "lecturer")
    work, one = make_assignment(batch, due=1, needs_acceptance=True), learner(batch)
    made = hand_in(work, one)
    marking.decide(made, accept=False, remark="Name the sources.", by=lena)
    long_after = work.due_at + timedelta(days=9)
    again = hand_in(work, one, text="With sources.", now=long_after)
    assert (again.number, again.late_days, again.state) == (2, 0, "handed-in")
    assert [h.text for h in HandIn.objects.order_by("number")] == ["My city floods.", "With sources."]
    marking.decide(again, accept=True, remark="", by=lena)
    with pytest.raises(CityLabError, match="accepted"):
        hand_in(work, one, now=long_after)
    assert [n.subject for n in Notice.objects.filter(template="learning/decided").order_by("pk")] == [
        "City Report: please revise",
        "City Report: accepted",
    ]


def test_files_are_looked_at_bounded_and_kept_with_their_version():
    batch = make_batch()
    work, one = make_assignment(batch, files_most=1), learner(batch)
    with pytest.raises(CityLabError, match="web page"):
        handing_in.add_file(work, one, upload=a_file("x.pdf", b"<html>"), by=one.user)
    with pytest.raises(CityLabError, match="asked for"):
        handing_in.add_file(work, one, upload=a_file("x.csv", b"a,b\n1,2\n"), by=one.user)
    kept = handing_in.add_file(work, one, upload=a_file(), by=one.user)
    with pytest.raises(CityLabError, match="At most 1"):
        handing_in.add_file(work, one, upload=a_file("b.pdf", b"%PDF-1.5 %%EOF"), by=one.user)
    hand_in(work, one)
    handing_in.take_out(kept, enrolment=one)
    assert SubmissionFile.objects.get().in_draft is False
    assert [f.name for f in HandIn.objects.get().files.all()] == ["report.pdf"]


def test_a_file_larger_than_allowed_is_refused(settings):
    batch = make_batch()
    work, one = make_assignment(batch, max_mb=1), learner(batch)
    big = a_file("big.pdf", b"%PDF-" + b"0" * (1024 * 1024))
    with pytest.raises(CityLabError, match="too large: at most 1 MB"):
        handing_in.add_file(work, one, upload=big, by=one.user)
    assert not list((settings.UPLOADS / "under-way").iterdir())


def test_a_team_hands_in_together_and_each_member_gets_the_receipt():
    batch = make_batch()
    team = Group.objects.create(batch=batch, name="Delta")
    members, outsider = [learner(batch), learner(batch)], learner(batch)
    team.members.set(members)
    work = make_assignment(batch, teams=[team])
    made = hand_in(work, members[0])
    assert made.owner == "Delta"
    assert handing_in.find(work, members[1]) == made
    assert Notice.objects.filter(template="learning/receipt").count() == 2
    with pytest.raises(CityLabError, match="in none of them"):
        hand_in(work, outsider)


def test_nothing_is_handed_in_before_it_is_shown_or_by_others():
    batch = make_batch()
    work = make_assignment(batch, due=9, shown_from=in_days(2))
    with pytest.raises(CityLabError, match="not open yet"):
        hand_in(work, learner(batch))
    with pytest.raises(CityLabError, match="not yours"):
        hand_in(make_assignment(batch, "Brief"), learner(make_batch("learn-28")))


def test_a_due_time_that_moves_needs_a_reason_and_everyone_is_told():
    batch = make_batch()
    work = make_assignment(batch)
    learner(batch), learner(batch)
    later = wall(timezone.now() + timedelta(days=8))
    with pytest.raises(CityLabError, match="reason"):
        assigning.save_assignment(batch, assignment=work, due=later, by=None)
    moved = assigning.save_assignment(batch, assignment=work, due=later, reason="A holiday", by=None)
    assert moved.due_at > work.due_at
    assert Notice.objects.filter(template="learning/moved").count() == 2
