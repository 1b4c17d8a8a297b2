"""Batches: making, states, roles, enrolments."""

import pytest

from nagara.campus.audit.models import Event
from nagara.campus.programmes.domain import change_state, create_batch, end_role, enrol, give_role, new_draft
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.programmes.models import Batch, Module, Rubric
from nagara.campus.programmes.rules import runs_batch
from nagara.citylab.errors import CityLabError


def test_the_modules_make_ninety_hours_and_all_rubrics_weigh_a_hundred(policies):
    seed()
    assert sum(m.total_hours() for m in Module.objects.all()) == 90
    assert Module.objects.count() == 12
    for rubric in Rubric.objects.all():
        assert sum(c["weight"] for c in rubric.criteria) == 100, rubric


def test_a_batch_moves_on_and_says_why_when_it_goes_back(batch, crowd):
    change_state(batch, "call", by=crowd.olga)
    with pytest.raises(CityLabError, match="reason"):
        change_state(batch, "draft", by=crowd.olga)
    change_state(batch, "draft", by=crowd.olga, reason="dates were wrong")
    with pytest.raises(CityLabError, match="cannot become"):
        change_state(batch, "finished", by=crowd.olga)
    events = Event.objects.filter(
        subject="batch/ascn-short-course-2026", verb="batch state changed"
    ).order_by("pk")
    assert [(e.data["was"], e.data["now"], e.reason) for e in events] == [
        ("draft", "call", ""),
        ("call", "draft", "dates were wrong"),
    ]
    Batch.objects.update(state="finished")
    with pytest.raises(CityLabError, match="reason"):
        change_state(batch, "running", by=crowd.olga)


def test_who_runs_a_batch(batch, crowd):
    give_role(batch, crowd.alice, "coordinator", by=crowd.olga)
    held = give_role(batch, crowd.bob, "lecturer", by=crowd.olga)
    assert [runs_batch(u, batch) for u in (crowd.alice, crowd.bob, crowd.charlie, crowd.olga)] == [
        True,
        False,
        False,
        True,
    ]
    assert list(Batch.objects.visible_to(crowd.bob)) == [batch]
    assert list(Batch.objects.visible_to(crowd.charlie)) == []
    end_role(held, by=crowd.olga, reason="moved")
    assert list(Batch.objects.visible_to(crowd.bob)) == []


def test_seats_are_counted_and_a_second_enrolment_changes_nothing(batch, crowd):
    batch.seats = 1
    batch.save()
    one = enrol(batch, crowd.alice, city=None, by=crowd.olga)
    assert enrol(batch, crowd.alice, city=None, by=crowd.olga) == one
    with pytest.raises(CityLabError, match="seats"):
        enrol(batch, crowd.bob, city=None, by=crowd.olga)


def test_a_new_batch_takes_the_week_plan_of_its_version(batch, version):
    first = batch.activities.filter(title="Opening and introductions").get()
    assert (first.day, f"{first.at:%H:%M}") == (batch.starts, "09:30")
    assert batch.activities.count() == version.activities.count()
    assert sum(a.hours for a in batch.activities.all() if a.day >= batch.starts) == version.hours == 90
    assert batch.budget_lines.count() == version.budget_lines.count() == 13
    assert batch.role_places.count() == 5


def test_a_draft_version_makes_no_batch(version, batch, crowd):
    draft = new_draft(version.programme, by=crowd.olga)
    with pytest.raises(CityLabError, match="draft"):
        create_batch(version=draft, name="X", starts=batch.starts, ends=batch.ends, by=None)
