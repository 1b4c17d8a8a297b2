"""The demonstration's teaching: alive, complete, loaded once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nagara.campus.learning import demo
from nagara.campus.learning.demo_texts import TEXTS
from nagara.campus.learning.models import Assignment, Grade, Material, PeerReview, Submission
from nagara.campus.programmes.domain.seeding import seed

from .factories import learner, make_batch, staff

pytestmark = pytest.mark.usefixtures("seeded")


def test_the_running_course_has_work_in_every_state_and_loads_once():
    seed()
    today = date.today()
    batch = make_batch(demo.NOW, starts=today - timedelta(days=today.weekday() + 7))
    staff(batch, "Park", "lecturer"), staff(batch, "Yoon", "lecturer")
    for _ in range(48):
        learner(batch)
    demo.load()
    report = Assignment.objects.get(batch=batch, title="City Report")
    assert report.submissions.count() == 45
    assert set(report.submissions.values_list("state", flat=True)) == {"accepted", "returned", "handed-in"}
    assert Grade.objects.filter(assignment=report).count() >= 36
    reviews = PeerReview.objects.filter(submission__assignment__title="Problem statement")
    assert 0 < reviews.filter(done_at=None).count() < reviews.count()
    assert not [r for r in reviews.select_related("submission") if r.submission.enrolment_id == r.reviewer_id]
    counts = Submission.objects.count(), Material.objects.count()
    demo.load()
    assert (Submission.objects.count(), Material.objects.count()) == counts


def test_each_text_is_short_enough_for_ten_minutes_on_a_phone():
    long = [t.title for t in TEXTS if not 90 < len(t.body.split()) < 600]
    assert long == []
