"""What other rooms ask of the timetable: copies, moves, roles, own data, rules, doors, the desk."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from nagara.campus.desk.queries import desk_of
from nagara.campus.people.roles import held_by
from nagara.campus.people.rules import may
from nagara.campus.programmes.domain import copy_batch, give_role
from nagara.campus.programmes.domain.plans import move_batch
from nagara.campus.programmes.models import RoleKind
from nagara.campus.timetable import holdings, session_doors
from nagara.campus.timetable.domain import cancel_session, change_session, changes_of, make_group, release
from nagara.campus.timetable.domain.plans import change_frame
from nagara.campus.timetable.models import Activity, Frame, PublicSession, Release, Session, SessionPerson

pytestmark = pytest.mark.django_db


def test_a_copy_takes_activities_groups_names_sessions_and_rooms_but_no_people(f):
    batch = f.make_batch()
    batch.version.status = "published"
    batch.version.save()
    people = f.enrol(batch, "jakarta")
    group = make_group(batch, "Group A", people, by=None)
    room = f.make_room()
    of = f.activity(batch, group=group, summary="About it")
    f.session(of, room=room, people=["Lena"], join_link="https://example.org/x", online=True)
    gone = f.session(of)
    cancel_session(gone, by=None, reason="No.")
    change_frame(batch, by=None, travel_days=[{"day": "2027-06-13", "note": "Arrival"}])
    release(batch, by=None, quiet=True)
    new = copy_batch(batch, name="Next", starts=f.MONDAY + timedelta(days=364), by=None)
    made = Session.objects.get(activity__batch=new)
    assert (made.day, made.room, made.join_link, made.version) == (
        f.MONDAY + timedelta(days=364),
        room,
        "",
        1,
    )
    assert made.activity.group.name == "Group A"
    assert made.activity.group.batch == new
    assert not made.activity.group.members.exists()
    assert not made.people.exists()
    assert made.uid != Session.objects.get(activity__batch=batch, cancelled=False).uid
    assert Frame.objects.get(batch=new).travel_days == [{"day": "2028-06-11", "note": "Arrival"}]
    assert not PublicSession.objects.filter(batch=new).exists()


def test_moving_a_batch_moves_its_draft_and_people_learn_of_it_with_the_next_release(f):
    batch = f.make_batch()
    held = f.session(f.activity(batch))
    release(batch, by=None, quiet=True)
    move_batch(batch, f.MONDAY + timedelta(days=7), by=None, reason="The hall is closed.")
    held.refresh_from_db()
    assert (held.day, held.version) == (f.MONDAY + timedelta(days=7), 2)
    assert [change.what for change in changes_of(batch)] == ["moved"]


def test_the_roles_and_own_data_of_a_speaker_and_how_they_are_forgotten(f):
    batch, lena = f.make_batch(), f.person("Lena Ott")
    held = f.session(f.activity(batch), people=[(lena, "moderator")])
    lena.unavailable.create(
        starts=datetime(2027, 6, 1, tzinfo=UTC), ends=datetime(2027, 6, 2, tzinfo=UTC), reason="Leave"
    )
    release(batch, by=None, quiet=True)
    assert ("Moderator of a session", batch.name) in {(role.role, role.label) for role in held_by(lena)}
    found = holdings.export(lena)
    assert found["speaking"][0]["role"] == "moderator"
    assert found["unavailable"][0]["reason"] == "Leave"
    change_session(held, version=1, by=None, people=[lena, "Max"])
    assert "Lena Ott" in release(batch, by=None, quiet=True).changes[0]["said"][0]
    holdings.erase(lena)
    assert "Lena Ott" not in str(list(Release.objects.values_list("changes", flat=True)))
    assert PublicSession.objects.get(session=held).people[0] == {"name": "Erased person", "role": "lecturer"}
    assert {str(one) for one in SessionPerson.objects.all()} == {"Erased person", "Max"}
    assert holdings.export(lena) == {"speaking": [], "groups": [], "unavailable": []}


def test_who_teaches_a_session(f):
    batch = f.make_batch()
    RoleKind.objects.get_or_create(slug="lecturer", defaults={"name": "Lecturer"})
    RoleKind.objects.get_or_create(slug="observer", defaults={"name": "Observer"})
    speaker, lecturer, observer = f.person("Speaker"), f.person("Lecturer"), f.person("Observer")
    give_role(batch, lecturer, "lecturer", by=None)
    give_role(batch, observer, "observer", by=None)
    part = f.enrol(batch, "jakarta")[0].user
    held = f.session(f.activity(batch), people=[speaker])
    other = f.session(f.activity(batch))
    release(batch, by=None, quiet=True)
    for thing in (held, held.public):
        assert may(speaker, "timetable.teach", thing)
        assert may(lecturer, "timetable.teach", thing)
        assert not may(observer, "timetable.teach", thing)
        assert not may(part, "timetable.teach", thing)
    assert not may(speaker, "timetable.teach", other)
    change_session(held, version=None, by=None, people=[])
    assert may(speaker, "timetable.teach", held.public)  # until it is released


def test_rooms_above_add_doors_to_a_session(f):
    batch = f.make_batch()
    held = f.session(f.activity(batch))
    release(batch, by=None, quiet=True)
    user = f.enrol(batch, "jakarta")[0].user
    session_doors.register("test", 1, lambda public, user: [session_doors.Tab(f"Roster of {public}", "/x/")])
    try:
        assert "Roster of Flood models" in [tab.title for tab in session_doors.of(held.public, user)]
    finally:
        session_doors._registered.pop("test")


def test_the_desk_says_what_comes_next_and_what_waits_for_its_release(f, crowd):
    batch = f.make_batch()
    user = f.enrol(batch, "jakarta")[0].user
    now = timezone.now()
    soon = now + timedelta(hours=3)
    f.session(f.activity(batch, "Lab"), day=soon.date(), at=f"{soon:%H:%M}", tz="UTC")
    assert f"Release the timetable of {batch}" in [todo.title for todo in desk_of(crowd.olga, now).do]
    release(batch, by=None, quiet=True)
    assert f"Release the timetable of {batch}" not in [todo.title for todo in desk_of(crowd.olga, now).do]
    assert "Lab" in [todo.title for todo in desk_of(user, now).look]


def test_activities_are_seen_by_those_of_the_batch(f):
    batch = f.make_batch()
    of = f.activity(batch)
    user = f.enrol(batch, "jakarta")[0].user
    assert of in Activity.objects.visible_to(user)
    assert not Activity.objects.visible_to(f.person("Other")).exists()
