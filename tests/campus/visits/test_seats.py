"""Seats of a visit: everyone's or by sign-up, the waiting list, rides, and the last seat under a storm."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from nagara.campus.admissions.walltime import WallTimeField
from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.visits import domain
from nagara.campus.visits.models import Leg, Seat
from nagara.citylab.errors import CityLabError

from .factories import BEFORE, enrol, make_batch, make_visit


def sign_up(batch, seats=2, **fields):
    return make_visit(batch, whom="sign-up", seats=seats, **fields)


def states(visit):
    return {
        seat.enrolment.user.passport_name: seat.state
        for seat in Seat.objects.filter(visit=visit).select_related("enrolment__user")
    }


@pytest.mark.django_db
def test_everyone_of_the_group_has_a_seat_and_who_withdraws_gives_it_back(seeded):
    batch = make_batch()
    ana, budi = enrol(batch, "Ana", "Budi")
    visit = make_visit(batch)
    assert states(visit) == {"Ana": "seated", "Budi": "seated"}
    enrol(batch, "Citra")
    budi.state = "withdrawn"
    budi.save()
    assert domain.seat_group(visit, by=None) == (1, 1)
    assert domain.seat_group(visit, by=None) == (0, 0)
    assert states(visit) == {"Ana": "seated", "Budi": "given-back", "Citra": "seated"}
    domain.give_back(Seat.objects.get(enrolment=ana), by=ana.user, now=BEFORE)
    domain.seat_group(visit, by=None)
    assert states(visit)["Ana"] == "given-back"  # who gave a seat back is not seated again by itself


@pytest.mark.django_db
def test_who_comes_late_waits_and_moves_up_and_is_told(seeded):
    batch = make_batch()
    ana, budi, citra = enrol(batch, "Ana", "Budi", "Citra")
    visit = sign_up(batch, seats=1)
    for one in (ana, budi, citra):
        domain.take_seat(visit, one, by=one.user, now=BEFORE)
    assert states(visit) == {"Ana": "seated", "Budi": "waiting", "Citra": "waiting"}
    assert domain.take_seat(visit, budi, by=budi.user, now=BEFORE).place == 1  # asked twice, once kept
    domain.join_waiting(Seat.objects.get(enrolment=citra), by=None, place=1, reason="works on metros")
    domain.give_back(Seat.objects.get(enrolment=ana), by=ana.user, now=BEFORE)
    assert states(visit) == {"Ana": "given-back", "Budi": "waiting", "Citra": "seated"}
    letter = Notice.objects.get()
    assert (letter.to, letter.template) == (citra.user, "visits/moved-up")
    assert "Integrated operation centre" in letter.body
    assert Event.objects.filter(verb="moved up to a seat").count() == 1


@pytest.mark.django_db
def test_sign_up_has_a_window_on_the_clock_of_the_visit(seeded):
    batch = make_batch()
    (ana,) = enrol(batch, "Ana")
    wall = WallTimeField().to_python
    visit = sign_up(batch, opens=wall("2027-06-10T12:30"), closes=wall("2027-06-12T18:00"))
    with pytest.raises(CityLabError, match="opens on 10 Jun 2027 at 12:30"):
        domain.take_seat(visit, ana, by=ana.user, now=BEFORE)  # 12:00 in Seoul
    domain.take_seat(visit, ana, by=ana.user, now=BEFORE + timedelta(minutes=30))
    domain.give_back(Seat.objects.get(), by=ana.user, now=BEFORE + timedelta(hours=1))
    with pytest.raises(CityLabError, match="closed"):
        domain.take_seat(visit, ana, by=ana.user, now=BEFORE + timedelta(days=3))
    with pytest.raises(CityLabError, match="has begun"):
        domain.take_seat(visit, ana, by=ana.user, now=BEFORE + timedelta(days=6))


@pytest.mark.django_db
def test_a_seat_is_for_the_people_of_the_batch_and_not_before_the_release(seeded):
    batch, other = make_batch(), make_batch("other")
    (ana,) = enrol(batch, "Ana")
    (zoe,) = enrol(other, "Zoe")
    draft = sign_up(batch, released=False)
    with pytest.raises(CityLabError, match="not released"):
        domain.take_seat(draft, ana, by=ana.user, now=BEFORE)
    from nagara.campus.timetable.domain import release

    release(batch, by=None, quiet=True, now=BEFORE)
    with pytest.raises(CityLabError, match="another group"):
        domain.take_seat(draft, zoe, by=zoe.user, now=BEFORE)
    with pytest.raises(CityLabError, match="not in this batch"):
        domain.add_person(draft, zoe, by=None)


@pytest.mark.django_db
def test_fewer_seats_than_people_are_refused_and_more_let_those_who_wait_in(seeded):
    batch = make_batch()
    people = enrol(batch, "Ana", "Budi", "Citra")
    visit = sign_up(batch, seats=2)
    for one in people:
        domain.take_seat(visit, one, by=one.user, now=BEFORE)
    with pytest.raises(CityLabError, match="2 people have a seat"):
        domain.change_visit(visit, version=1, by=None, seats=1)
    domain.change_visit(visit, version=1, by=None, seats=3)
    assert set(states(visit).values()) == {"seated"}
    with pytest.raises(CityLabError, match="Somebody changed"):
        domain.change_visit(visit, version=1, by=None, host="Late")


@pytest.mark.django_db
def test_people_ride_on_one_of_two_buses_within_their_seats(seeded):
    batch = make_batch()
    enrol(batch, "Ana", "Budi", "Citra", "Dewi")
    visit = make_visit(batch)
    from datetime import time

    one, two = (
        Leg.objects.create(visit=visit, start="Gate", goal="Metro ", departs=time(9), seats=n, operator=w)
        for n, w in ((2, "Bus A"), (1, "Bus B"))
    )
    assert domain.share_out(visit, by=None) == (3, 1)
    assert domain.share_out(visit, by=None) == (0, 1)  # nothing that was given changes
    seats = {s.enrolment.user.passport_name: s for s in Seat.objects.select_related("enrolment__user")}
    with pytest.raises(CityLabError, match="1 too few"):
        domain.assign(two, [seats["Dewi"]], by=None)
    domain.take_off(one, [seats["Ana"]], by=None)
    domain.assign(one, [seats["Citra"]], by=None)  # leaves Bus B for it
    assert {s.enrolment.user.passport_name for s in one.people.all()} == {"Budi", "Citra"}
    assert two.people.count() == 0
    with pytest.raises(CityLabError, match="people are on"):
        one.seats = 1
        domain.save_leg(visit, one, by=None)


def storm(people, ask):
    """All at the same instant, each in a thread with a connection of its own."""
    ready, failed = threading.Barrier(len(people)), []

    def one(person):
        try:
            ready.wait(10)
            ask(person)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failed


@pytest.mark.django_db(transaction=True)
def test_of_twelve_who_ask_for_the_last_three_seats_at_once_three_get_them(seeded):
    batch = make_batch()
    people = enrol(batch, *(f"Person {n:02}" for n in range(12)))
    visit = sign_up(batch, seats=3)
    failed = storm(people, lambda e: domain.take_seat(visit, e, by=e.user, now=BEFORE))
    assert failed == []
    found = list(Seat.objects.filter(visit=visit).values_list("state", flat=True))
    assert (found.count("seated"), found.count("waiting")) == (3, 9)
    waiting = Seat.objects.filter(visit=visit, state="waiting").values_list("place", flat=True)
    assert sorted(waiting) == list(range(1, 10))


@pytest.mark.django_db(transaction=True)
def test_two_who_give_back_at_once_let_two_others_in_and_one_bus_is_never_too_full(seeded):
    batch = make_batch()
    people = enrol(batch, "Ana", "Budi", "Citra", "Dewi", "Eko", "Fitri")
    visit = sign_up(batch, seats=2)
    for one in people:
        domain.take_seat(visit, one, by=one.user, now=BEFORE)
    seated = list(Seat.objects.filter(state="seated").select_related("enrolment__user", "visit"))
    failed = storm(seated, lambda s: domain.give_back(s, by=s.enrolment.user, now=BEFORE))
    assert failed == []
    assert states(visit) == {
        **dict.fromkeys(("Ana", "Budi"), "given-back"),
        **dict.fromkeys(("Citra", "Dewi"), "seated"),
        **dict.fromkeys(("Eko", "Fitri"), "waiting"),
    }
    assert connection.vendor in {"sqlite", "postgresql"}
