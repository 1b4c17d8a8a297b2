"""Batches: making, states, roles, enrolments."""

from datetime import date

import pytest

from nagara.campus.audit.models import Event
from nagara.campus.programmes.domain import change_state, create_batch, end_role, enrol, give_role
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.programmes.models import Batch, Module, Programme, ProgrammeVersion, Rubric, Track
from nagara.campus.programmes.rules import runs_batch
from nagara.citylab.errors import CityLabError


@pytest.fixture
def version(seeded) -> ProgrammeVersion:
    seed()
    programme = Programme.objects.create(
        slug="course", name="Course", track=Track.objects.get(slug="short-term")
    )
    return ProgrammeVersion.objects.create(programme=programme, number=1, status="published")


@pytest.fixture
def batch(version) -> Batch:
    return create_batch(
        version=version, name="Course 2026", starts=date(2026, 3, 2), ends=date(2026, 3, 20), by=None, seats=1
    )


def test_the_modules_make_ninety_hours_and_all_rubrics_weigh_a_hundred(seeded):
    seed()
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
    events = Event.objects.filter(subject="batch/course-2026", verb="batch state changed").order_by("pk")
    assert [(e.data["was"], e.data["now"], e.reason) for e in events] == [
        ("draft", "call", ""),
        ("call", "draft", "dates were wrong"),
    ]


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
    one = enrol(batch, crowd.alice, city=None, by=crowd.olga)
    assert enrol(batch, crowd.alice, city=None, by=crowd.olga) == one
    with pytest.raises(CityLabError, match="seats"):
        enrol(batch, crowd.bob, city=None, by=crowd.olga)
