"""Copying last year's batch."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from nagara.campus.audit.models import Event
from nagara.campus.cities.models import State
from nagara.campus.programmes import copying, planning
from nagara.campus.programmes.domain import copy_batch, enrol, give_role, new_draft, publish
from nagara.campus.programmes.domain.batches import create_batch
from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError


def test_everything_dated_moves_by_the_same_number_of_days(batch, crowd):
    give_role(batch, crowd.alice, "lecturer", by=crowd.olga, since=batch.starts)
    enrol(batch, crowd.bob, city=None, by=crowd.olga)
    new = copy_batch(batch, name="ASCN Short Course 2027", starts=date(2027, 3, 1), by=crowd.olga)
    assert (new.starts, new.ends, new.state, new.seats) == (date(2027, 3, 1), date(2027, 3, 19), "draft", 3)
    assert new.host_name == "The host university"
    old = list(batch.activities.values_list("title", "at", "day"))
    assert [(t, a, d + timedelta(days=364)) for t, a, d in old] == list(
        new.activities.values_list("title", "at", "day")
    )
    assert list(new.budget_lines.values_list("line", "amount")) == list(
        batch.budget_lines.values_list("line", "amount")
    )
    assert dict(new.role_places.values_list("role", "places"))["lecturer"] == 8
    assert not new.enrolments.exists()
    assert not new.roles.exists()
    event = Event.objects.get(subject="batch/ascn-short-course-2027")
    assert event.data["days"] == 364
    assert event.data["copied"][1] == "37 activities, moved by 364 days"


def test_rooms_above_copy_what_is_theirs(batch, crowd, monkeypatch):
    monkeypatch.setattr(copying, "_registered", {})
    told = []

    def copier(source, new, *, days, by):
        told.append((source, new.name, days, by))
        return ["call settings"]

    copying.register("admissions", copier, what="Call settings")
    new = copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga)
    assert told == [(batch, "Next", 364, crowd.olga)]
    assert Event.objects.get(subject=f"batch/{new.slug}").data["copied"][-1] == "call settings"


def test_a_copier_that_fails_leaves_nothing_behind(batch, crowd, monkeypatch):
    monkeypatch.setattr(copying, "_registered", {})

    def copier(source, new, *, days, by):
        raise CityLabError("cannot")

    copying.register("admissions", copier)
    with pytest.raises(CityLabError):
        copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga)
    assert Batch.objects.count() == 1


def test_a_form_sent_twice_makes_one_batch(batch, crowd):
    one = copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga, key="k1")
    assert copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga, key="k1") == one
    other = copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga, key="k2")
    assert other.slug == "next-2"


def test_a_copy_may_take_a_newer_version_but_no_draft(batch, version, crowd):
    draft = new_draft(version.programme, by=crowd.olga)
    with pytest.raises(CityLabError, match="cannot be used"):
        copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga, version=draft)
    publish(draft, by=crowd.olga)
    draft.refresh_from_db()
    new = copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga, version=draft)
    assert new.version == draft


@pytest.mark.django_db(transaction=True)
def test_eight_copies_at_once_from_one_form_make_one_batch(batch, crowd):
    gate, made, failed = Barrier(8), [], []

    def send():
        try:
            gate.wait()
            new = copy_batch(batch, name="Next", starts=date(2027, 3, 1), by=crowd.olga, key="same")
            made.append(new.pk)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(made)) == 1
    assert len(made) == 8
    assert Batch.objects.count() == 2


def test_clashes_name_the_holiday_the_place_and_a_better_day(version, crowd):
    korea = State.objects.get(iso2="KR")
    batch = create_batch(
        version=version,
        name="May",
        starts=date(2027, 5, 3),
        ends=date(2027, 5, 21),
        by=None,
        host_state=korea,
    )
    thailand = State.objects.get(iso2="TH")
    found = planning.clashes(list(batch.activities.all()), host=korea, states=[thailand])
    children = [c for c in found if c.day == date(2027, 5, 5) and c.bad]
    assert children[0].why == "Children's Day"
    assert children[0].better == date(2027, 5, 6)
    assert any(c.where == "Thailand" and not c.bad for c in found)
    assert [c for c in found if c.day.weekday() >= 5 and c.bad] == []
    assert [(bad.day.day, len(bad.titles)) for bad in planning.bad_days(found)] == [(3, 3), (5, 2), (13, 2)]


def test_clashes_take_two_queries_however_many_activities(batch, django_assert_num_queries):
    korea, items = State.objects.get(iso2="KR"), list(batch.activities.all())
    states = list(State.objects.all())
    with django_assert_num_queries(1):
        planning.clashes(items, host=korea, states=states)
    assert planning.clashes([], host=korea) == []
