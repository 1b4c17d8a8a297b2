"""What a release makes public, and who is told: those concerned, and only they."""

from datetime import UTC, date, datetime, time

import pytest

from nagara.campus.audit.models import Event
from nagara.campus.notices.models import Notice
from nagara.campus.timetable import concerned
from nagara.campus.timetable.domain import (
    Changed,
    cancel_session,
    change_session,
    changes_of,
    letters,
    make_group,
    release,
    remove_session,
    restore_session,
)
from nagara.campus.timetable.domain.releasing import fingerprint
from nagara.campus.timetable.models import PublicSession, Release, Session
from nagara.campus.timetable.queries import sessions_for, takes_part
from nagara.citylab.errors import CityLabError

pytestmark = pytest.mark.django_db
BEFORE = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.fixture
def planned(f):
    """Two groups of two, a session for all with Lena, one for A with Max, one for B."""
    batch = f.make_batch()
    people = f.enrol(batch, "jakarta", "yangon", "bangkok", "ha-noi")
    a = make_group(batch, "Group A", people[:2], by=None)
    b = make_group(batch, "Group B", people[2:], by=None)
    lena, max_ = f.person("Lena", tz="Europe/Berlin"), f.person("Max")
    room = f.make_room()
    whole = f.session(f.activity(batch, "Opening"), people=[lena], room=room)
    for_a = f.session(f.activity(batch, "Lab A", group=a), at="13:00", people=[max_, "Guest Name"])
    for_b = f.session(f.activity(batch, "Lab B", group=b), at="13:00")
    return batch, people, whole, for_a, for_b, lena, max_, room


def addresses():
    return sorted(Notice.objects.values_list("address", flat=True))


def test_nothing_is_public_before_the_release_and_everything_after(planned):
    batch, _people, whole, *_ = planned
    assert not PublicSession.objects.exists()
    made = release(batch, by=None, now=BEFORE)
    assert made.number == 1
    public = whole.public
    assert (public.starts, public.tz, public.sequence) == (
        datetime(2027, 6, 14, 0, 30, tzinfo=UTC),
        "Asia/Seoul",
        0,
    )
    assert public.people == [{"name": "Lena", "role": "lecturer"}]
    assert public.place == "Room 1, Main hall"
    assert Event.objects.filter(verb="timetable released").count() == 1
    assert {c["what"] for c in made.changes} == {"added"}


def test_the_first_release_tells_each_person_once(planned):
    batch, people, *_, lena, max_, _room = planned
    release(batch, by=None, now=BEFORE)
    assert addresses() == sorted([*(one.user.email for one in people), lena.email, max_.email])
    jakarta = Notice.objects.get(to=people[0].user)
    assert "It has 2 sessions for you" in jakarta.body
    assert "Mon 14 Jun 2027, 09:30 to 11:00, Seoul time" in jakarta.body
    assert "Mon 14 Jun 2027, 07:30 to 09:00, Jakarta time" in jakarta.body


def test_a_quiet_release_tells_nobody(planned):
    release(planned[0], by=None, quiet=True, now=BEFORE)
    assert not Notice.objects.exists()


def test_a_moved_session_is_told_to_its_group_and_its_speakers_old_and_new_only(planned):
    batch, people, _whole, for_a, _for_b, lena, max_, _ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    change_session(for_a, version=1, by=None, day=date(2027, 6, 15), at=time(15, 0), people=[lena])
    release(batch, by=None, note="The hall is closed.", now=BEFORE)
    assert addresses() == sorted([people[0].user.email, people[1].user.email, lena.email, max_.email])
    yangon = Notice.objects.get(to=people[1].user)
    assert yangon.subject == f"{batch}: Lab A: moved"
    said = "From Mon 14 Jun 2027, 13:00 to 14:30, Seoul time to Tue 15 Jun 2027, 15:00 to 16:30, Seoul time."
    assert said in yangon.body
    assert "Your clock: Tue 15 Jun 2027, 12:30 to 14:00, Yangon time" in yangon.body
    assert "The hall is closed." in yangon.body


def test_one_letter_a_person_lists_all_changes(planned):
    batch, people, whole, for_a, _for_b, _lena, _max, _ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    cancel_session(for_a, by=None, reason="The lecturer is ill.")
    change_session(whole, version=1, by=None, at=time(10, 0))
    release(batch, by=None, now=BEFORE)
    jakarta = Notice.objects.get(to=people[0].user)
    assert "2 changes in your timetable" in jakarta.subject
    assert "The lecturer is ill." in jakarta.body
    assert "Opening: moved" in jakarta.body
    assert "Lab A" not in Notice.objects.get(to=people[2].user).body


def test_the_sequence_rises_only_where_something_public_changed(planned):
    batch, _people, whole, for_a, for_b, *_ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    change_session(whole, version=1, by=None, at=time(10, 0))
    release(batch, by=None, quiet=True, now=BEFORE)
    found = dict(PublicSession.objects.values_list("session", "sequence"))
    assert found == {whole.pk: 1, for_a.pk: 0, for_b.pk: 0}


def test_a_change_taken_back_before_the_release_is_no_change(planned):
    batch, _, whole, *_ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    change_session(whole, version=1, by=None, at=time(10, 0))
    change_session(whole, version=2, by=None, at=time(9, 30))
    assert changes_of(batch) == []
    with pytest.raises(CityLabError, match="Nothing has changed"):
        release(batch, by=None)


def test_what_is_over_is_not_told(planned):
    batch, _, whole, *_ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    change_session(whole, version=1, by=None, note="Slides are up.")
    assert letters(batch, now=datetime(2027, 7, 1, tzinfo=UTC)) == []
    assert letters(batch, now=BEFORE) != []


def test_the_preview_is_exactly_what_goes_out(planned):
    batch, *_ = planned
    seen = letters(batch, note="Welcome.", now=BEFORE)
    release(batch, by=None, note="Welcome.", now=BEFORE, seen=fingerprint(changes_of(batch)))
    sent = sorted(Notice.objects.values_list("address", "subject", "body"))
    assert sent == sorted((one.address, one.subject, one.body) for one in seen)


def test_a_draft_that_changed_after_the_preview_is_not_released(planned):
    batch, _, whole, *_ = planned
    seen = fingerprint(changes_of(batch))
    change_session(whole, version=1, by=None, at=time(10, 0))
    with pytest.raises(CityLabError, match="changed since you looked"):
        release(batch, by=None, seen=seen)
    assert not Release.objects.exists()


def test_a_released_session_is_cancelled_never_deleted(planned):
    batch, _, whole, *_ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    with pytest.raises(CityLabError, match="cannot be deleted"):
        remove_session(whole, by=None)
    with pytest.raises(CityLabError, match="reason"):
        cancel_session(whole, by=None, reason=" ")
    cancel_session(whole, by=None, reason="Storm.")
    release(batch, by=None, quiet=True, now=BEFORE)
    whole.public.refresh_from_db()
    assert (whole.public.cancelled, whole.public.cancel_reason, whole.public.sequence) == (True, "Storm.", 1)
    restore_session(Session.objects.get(pk=whole.pk), by=None)
    assert [c.what for c in changes_of(batch)] == ["restored"]


def test_a_drafted_session_that_was_cancelled_is_never_shown_and_may_be_deleted(planned):
    batch, _, whole, *_ = planned
    cancel_session(whole, by=None, reason="No.")
    release(batch, by=None, quiet=True, now=BEFORE)
    assert not PublicSession.objects.filter(session=whole).exists()
    remove_session(Session.objects.get(pk=whole.pk), by=None)


def test_the_second_editor_is_told_and_nothing_is_lost(planned):
    _, _, whole, *_ = planned
    change_session(whole, version=1, by=None, at=time(10, 0))
    with pytest.raises(Changed) as found:
        change_session(whole, version=1, by=None, at=time(11, 0))
    assert found.value.held.at == time(10, 0)
    assert Session.objects.get(pk=whole.pk).at == time(10, 0)


def test_rooms_above_name_others_who_are_told(planned):
    batch, people, _whole, for_a, *_ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    change_session(for_a, version=1, by=None, at=time(14, 0))
    guest = ("guest@example.org", "A Guest")
    concerned.register("test", lambda session: [guest, people[0].user] if session == for_a else [])
    try:
        release(batch, by=None, now=BEFORE)
    finally:
        concerned._registered.pop("test")
    assert "guest@example.org" in addresses()
    assert addresses().count(people[0].user.email) == 1
    assert Notice.objects.get(address="guest@example.org").body.startswith("Dear A Guest")


def test_whose_sessions(planned):
    batch, people, whole, for_a, for_b, _lena, max_, _ = planned
    release(batch, by=None, quiet=True, now=BEFORE)
    assert {p.session for p in sessions_for(people[0].user)} == {whole, for_a}
    assert {p.session for p in sessions_for(people[2].user)} == {whole, for_b}
    assert {p.session for p in sessions_for(max_)} == {for_a}
    assert set(takes_part(for_a)) == set(people[:2])
    people[0].state = "withdrawn"
    people[0].save()
    assert not sessions_for(people[0].user).exists()
    assert set(takes_part(for_a)) == {people[1]}


def test_a_release_of_many_sessions_takes_a_fixed_number_of_queries(f, django_assert_max_num_queries):
    batch = f.make_batch()
    of = f.activity(batch)
    for _ in range(30):
        f.session(of, people=["Somebody"])
    with django_assert_max_num_queries(20):
        release(batch, by=None, quiet=True, now=BEFORE)
