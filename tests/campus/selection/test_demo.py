"""The demonstration tells one story, loads once, and leaves what people did in it."""

from __future__ import annotations

import pytest

from nagara.campus.admissions import demo as admissions
from nagara.campus.notices.models import Notice
from nagara.campus.people import demo as people
from nagara.campus.programmes import demo as programmes
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.selection import demo
from nagara.campus.selection.models import Assignment, Draft, Round
from nagara.campus.selection.queries import agreement_of


@pytest.mark.django_db
def test_the_round_of_the_short_course_is_nearly_read_and_drafted_twice(seeded):
    seed()
    for room in (people, programmes, admissions, demo):
        room.load()
    round_ = Round.objects.get()
    assert round_.state == "reviewing"
    assert Draft.objects.count() == 2
    second = Draft.objects.get(number=2)
    assert second.objective["filled"] == second.seats == 48
    assert second.decisions.count() == 120
    assert [c.kind for c in second.changes.all()] == ["in", "outcome"]
    waiting = Assignment.objects.filter(state="open")
    assert 1 <= waiting.count() <= demo.THIRDS_OPEN
    assert set(waiting.values_list("place", flat=True)) == {3}
    assert [f.outlier for f in agreement_of(round_)[0].reviewers].count(True) == 1
    assert Notice.objects.filter(template__startswith="selection/outcome-").count() == 0
    Draft.objects.filter(number=2).update(note="mine")
    demo.load()
    assert Draft.objects.get(number=2).note == "mine"
    assert Round.objects.count() == 1


@pytest.mark.django_db
def test_without_a_call_there_is_no_round(seeded):
    demo.load()
    assert Round.objects.count() == 0
