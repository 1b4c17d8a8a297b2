"""Pages of the planner and of the timetable, as people use them."""

from datetime import date, time, timedelta

import pytest
from django.test import Client

from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind
from nagara.campus.timetable.domain import change_session, make_group, release
from nagara.campus.timetable.models import (
    Activity,
    Frame,
    Group,
    PublicSession,
    Release,
    Room,
    Session,
    Venue,
)

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ria(f):
    """A batch with who runs it."""
    batch = f.make_batch()
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    user = f.person("Ria", tz="Asia/Seoul")
    give_role(batch, user, "manager", by=None)
    client = client_of(user)
    client.user, client.batch, client.base = user, batch, f"/batches/{batch.slug}/planner/"
    return client


def fields(**more):
    return {
        "title": "Opening",
        "day": "2027-06-14",
        "at": "09:30",
        "minutes": "90",
        "tz": "Asia/Seoul",
        "times": "1",
        "skip_holidays": "on",
        **more,
    }


def test_a_session_of_a_new_activity_and_what_it_runs_into(ria, f):
    kind = f.ActivityKind.objects.get(slug="course")
    lena = f.person("Lena")
    room = f.make_room(seats=1)
    f.enrol(ria.batch, "jakarta", "yangon")
    answer = ria.post(
        f"{ria.base}new/",
        fields(kind=kind.pk, room=room.pk, others=f"{lena.email}\nDr. Someone, moderator"),
        follow=True,
    )
    made = Session.objects.get()
    assert [(str(p), p.role) for p in made.people.all()] == [
        ("Lena", "lecturer"),
        ("Dr. Someone", "moderator"),
    ]
    assert answer.redirect_chain[0][0].endswith("?week=2027-06-14#d2027-06-14")
    assert "has 1 seats; Opening (Mon 14 Jun, 09:30 to 11:00) is for 2 people" in answer.text


def test_a_series_leaves_out_holidays_at_the_host(ria, f):
    of = f.activity(ria.batch)
    answer = ria.post(
        f"{ria.base}new/",
        fields(activity=of.pk, title="", day="2026-12-23", times="4", weekdays=["2", "4"]),
        follow=True,
    )
    days = list(Session.objects.order_by("day").values_list("day", flat=True))
    assert days == [date(2026, 12, 23), date(2026, 12, 30), date(2027, 1, 6), date(2027, 1, 8)]
    assert "Left out: 25 Dec (Christmas Day), 1 Jan (New Year" in answer.text


def test_a_form_that_says_too_little_comes_back_with_words(ria):
    answer = ria.post(f"{ria.base}new/", fields(title="", tz="Seoul", others="nobody@example.org"))
    assert answer.status_code == 422
    for words in ("Choose an activity", "no time zone", "There is no account nobody@example.org"):
        assert words in answer.text
    assert not Session.objects.exists()


def edit(session, **more):
    found = {
        "activity": session.activity_id,
        "title": session.title,
        "day": session.day.isoformat(),
        "at": f"{session.at:%H:%M}",
        "minutes": session.minutes,
        "tz": session.tz,
        "note": session.note,
        "version": session.version,
        "say": "keep",
        **more,
    }
    return {name: value for name, value in found.items() if value is not None}


def test_the_second_editor_sees_both_and_keeps_their_input(ria, f):
    held = f.session(f.activity(ria.batch))
    change_session(held, version=1, by=None, at=time(10, 0), note="Bring a laptop.")
    page = f"{ria.base}sessions/{held.pk}/"
    answer = ria.post(page, edit(held, at="14:00", note="Mine."))
    assert answer.status_code == 409
    for words in ("Someone else", '<td data-label="Yours">14:00</td>', '<td data-label="Theirs">10:00</td>'):
        assert words in answer.text
    assert 'value="14:00"' in answer.text
    assert 'name="version" value="2"' in answer.text
    assert ria.post(page, edit(held, at="14:00", note="Mine.", version=2)).status_code == 302
    held.refresh_from_db()
    assert (held.at, held.note, held.version) == (time(14, 0), "Mine.", 3)


def test_a_session_is_copied_cancelled_restored_and_deleted(ria, f):
    lena = f.person("Lena")
    held = f.session(f.activity(ria.batch), people=[(lena, "moderator")], join_link="https://example.org/x")
    page = f"{ria.base}sessions/{held.pk}/"
    ria.post(page, {"say": "copy", "day": "2027-06-21", "at": "13:00"})
    copy = Session.objects.exclude(pk=held.pk).get()
    assert (copy.day, copy.join_link, copy.people.get().role) == (date(2027, 6, 21), "", "moderator")
    assert "needs a reason" in ria.post(page, {"say": "cancel", "reason": ""}, follow=True).text
    assert "A storm" in ria.post(page, {"say": "cancel", "reason": "A storm"}, follow=True).text
    ria.post(page, {"say": "restore"})
    assert not Session.objects.get(pk=held.pk).cancelled
    release(ria.batch, by=None, quiet=True)
    assert "cannot be deleted" in ria.post(page, {"say": "remove"}, follow=True).text
    extra = f.session(held.activity)
    ria.post(f"{ria.base}sessions/{extra.pk}/", {"say": "remove"})
    assert not Session.objects.filter(pk=extra.pk).exists()


def test_sessions_are_made_from_the_plan_once(ria, f):
    kind = f.ActivityKind.objects.get(slug="course")
    rows = [("Opening", time(9, 30), 1.5), ("Lab", time(14), 2), ("Lab", time(14), 2), ("Due", time(12), 0)]
    for n, (title, at, hours) in enumerate(rows):
        ria.batch.activities.create(
            kind=kind, title=title, day=f.MONDAY + timedelta(days=n), at=at, hours=hours
        )
    first = ria.post(f"{ria.base}from-plan/", follow=True).text
    assert "3 sessions of 2 new activities are made" in first
    assert "Due (a date without hours)" in first
    assert "has its session already" in ria.post(f"{ria.base}from-plan/", follow=True).text
    assert (Session.objects.count(), Activity.objects.count()) == (3, 2)


def test_groups_are_split_evenly_over_the_states_and_exported(ria, f):
    f.enrol(ria.batch, "jakarta", "makassar", "yangon", "mandalay", "bangkok")
    ria.post(f"{ria.base}groups/", {"names": "Group A, Group B", "mix": "state"})
    sizes = [group.members.count() for group in Group.objects.all()]
    assert sorted(sizes) == [2, 3]
    for group in Group.objects.all():
        states = list(group.members.values_list("city__state__iso2", flat=True))
        assert len(states) == len(set(states))
    assert "Group A" in ria.get(f"{ria.base}groups/?export=csv").content.decode("utf-8-sig")
    one = Group.objects.first()
    page = f"{ria.base}groups/{one.pk}/"
    keep = one.members.values_list("pk", flat=True)[:1]
    ria.post(page, {"name": "Blue", "members": list(keep)})
    one.refresh_from_db()
    assert (one.name, one.members.count()) == ("Blue", 1)
    f.activity(ria.batch, group=one)
    assert "There are activities for Blue" in ria.post(page, {"say": "remove"}).text


def frame_data(**more):
    sent = {"work_from": "08:00", "work_to": "17:00", "live_from": "14:00", "live_minutes": "60", **more}
    for prefix in ("prayer", "meal", "travel"):
        sent.setdefault(f"{prefix}-TOTAL_FORMS", "1")
        sent[f"{prefix}-INITIAL_FORMS"] = "0"
    return sent


def test_hours_prayers_meals_and_travel_days_are_data_of_the_batch(ria, f):
    f.enrol(ria.batch, "jakarta")
    f.session(f.activity(ria.batch), at="08:15")
    page = f"{ria.base}days/"
    assert "Friday prayer" in ria.get(page).text
    sent = frame_data(
        **{"meal-0-name": "Tea", "meal-0-begins": "08:00", "meal-0-ends": "09:00", "meal-0-minutes": "30"},
        **{"travel-0-day": "2027-06-14", "travel-0-note": "Arrival"},
    )
    assert ria.post(page, sent).status_code == 302
    frame = Frame.objects.get()
    assert (frame.work_from, frame.prayers, frame.travel_days) == (
        "08:00",
        [],
        [{"day": "2027-06-14", "note": "Arrival"}],
    )
    text = ria.get(f"{ria.base}clashes/").text
    assert "is a travel day (Arrival)" in text
    assert "No 30 minutes for tea" in text
    assert "it ends before it begins" in ria.post(page, frame_data(work_from="19:00")).text


def test_the_release_page_shows_every_letter_and_releases_once(ria, f):
    people = f.enrol(ria.batch, "jakarta", "yangon")
    f.session(f.activity(ria.batch), day=date(2028, 6, 12))
    page = f"{ria.base}release/"
    seen = ria.post(page, {"say": "preview", "note": "See you soon."})
    assert "2 letters" in seen.text
    assert seen.text.count("See you soon.") >= 3
    assert people[0].user.email in seen.text
    stamp = seen.context["seen"]
    assert ria.post(page, {"say": "release", "seen": "old"}).status_code == 409
    done = ria.post(page, {"say": "release", "seen": stamp, "note": "See you soon."}, follow=True)
    assert "Version 1 is released; 2 people are told" in done.text
    assert ria.post(page, {"say": "release", "seen": stamp}).status_code == 409
    assert Release.objects.count() == 1


def test_free_times_lead_to_a_new_session(ria, f):
    f.enrol(ria.batch, "jakarta", "yangon")
    page = ria.get(f"{ria.base}free/?minutes=90&start=2027-06-14&weeks=1&home=on").text
    assert "Yangon" in page
    assert f"{ria.base}new/?day=2027-06-14&amp;at=" in page
    assert "weekend" in page


def test_venues_and_rooms_are_kept_by_the_office(crowd, f):
    olga = crowd.client("olga")
    olga.post("/venues/", {"name": "City Hall", "tz": "Asia/Seoul", "lat": "37.5", "lon": "127"})
    venue = Venue.objects.get(name="City Hall")
    page = f"/venues/{venue.pk}/"
    olga.post(page, {"say": "room", "r-name": "Room 2", "r-seats": "30"})
    room = Room.objects.get(venue=venue)
    olga.post(page, {"say": "room", "room": room.pk, "r-name": "Room 2", "r-seats": "40"})
    room.refresh_from_db()
    assert room.seats == 40
    f.session(f.activity(f.make_batch()), room=room)
    assert "Sessions are held" in olga.post(page, {"say": "remove", "room": room.pk}).text
    assert "City Hall" in olga.get("/venues/?export=csv").content.decode("utf-8-sig")


def test_a_speaker_says_when_they_cannot_come(f):
    lena = f.person("Lena", tz="Europe/Berlin")
    batch = f.make_batch()
    client = client_of(lena)
    sent = {
        "first": "2027-06-14",
        "begins": "02:00",
        "ends": "05:00",
        "tz": "Europe/Berlin",
        "reason": "Flight",
    }
    assert client.post("/timetable/away/", sent).status_code == 302
    assert client.post("/timetable/away/", {**sent, "ends": "01:00"}).status_code == 422
    f.session(f.activity(batch), people=[lena], at="09:30")
    from nagara.campus.timetable.clashes import board_of, find

    assert "Lena cannot come then (Flight)" in next(
        x.words for x in find(board_of(batch)) if x.kind == "away"
    )
    one = lena.unavailable.get()
    assert (
        client_of(f.person("Max")).post("/timetable/away/", {"say": "remove", "id": one.pk}).status_code
        == 404
    )
    client.post("/timetable/away/", {"say": "remove", "id": one.pk})
    assert not lena.unavailable.exists()


def test_the_timetable_shows_mine_first_and_narrows(ria, f):
    people = f.enrol(ria.batch, "yangon", "jakarta")
    mine = make_group(ria.batch, "Group A", people[:1], by=None)
    lena = f.person("Lena")
    f.session(f.activity(ria.batch, "For all"), at="15:00", people=[lena])
    f.session(f.activity(ria.batch, "For A", group=mine, kind="workshop"), day=date(2027, 6, 15))
    other = make_group(ria.batch, "Group B", people[1:], by=None)
    f.session(f.activity(ria.batch, "For B", group=other), day=date(2027, 6, 15))
    release(ria.batch, by=None, quiet=True)
    client, page = client_of(people[0].user), f"/batches/{ria.batch.slug}/timetable/"
    text = client.get(page).text
    assert "Mine (2)" in text
    assert "For B" not in text
    assert "You: 12:30 to 14:00" in text
    assert "For B" in client.get(f"{page}?whose=all").text
    assert "For A" not in client.get(f"{page}?whose=all&speaker=Lena").text
    assert "For all" not in client.get(f"{page}?kind=Workshop").text
    assert "For A" in client.get(f"{page}?day=2027-06-15").text
    assert client.get(f"/batches/{ria.batch.slug}/timetable.pdf?whose=mine").content.startswith(b"%PDF")
    assert "For all" in client.get("/timetable/").text
    assert "For Group A" in client.get(Activity.objects.first().get_absolute_url()).text


def test_the_link_to_join_is_for_those_who_take_part_from_a_day_before(ria, f):
    from django.utils import timezone

    people = f.enrol(ria.batch, "yangon", "jakarta")
    group = make_group(ria.batch, "Group A", people[:1], by=None)
    soon = timezone.now() + timedelta(hours=5)
    late = timezone.now() + timedelta(days=3)
    of = f.activity(ria.batch, group=group)
    made = [
        f.session(
            of, day=at.date(), at=f"{at:%H:%M}", tz="UTC", online=True, join_link="https://example.org/in"
        )
        for at in (soon, late)
    ]
    release(ria.batch, by=None, quiet=True)
    inside, outside = client_of(people[0].user), client_of(people[1].user)
    assert "https://example.org/in" in inside.get(made[0].get_absolute_url()).text
    assert "https://example.org/in" not in outside.get(made[0].get_absolute_url()).text
    later = inside.get(made[1].get_absolute_url()).text
    assert "https://example.org/in" not in later
    assert "The link to join stands here from" in later


def test_a_speaker_from_outside_sees_the_session_and_nothing_else(ria, f):
    lena = f.person("Lena")
    held, other = f.session(f.activity(ria.batch), people=[lena]), f.session(f.activity(ria.batch, "Other"))
    release(ria.batch, by=None, quiet=True)
    client = client_of(lena)
    assert client.get(held.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(f"/batches/{ria.batch.slug}/timetable/").status_code == 404
    assert "Flood models" in client.get("/timetable/").text


def test_a_finished_batch_is_not_planned_any_more(ria, f):
    held = f.session(f.activity(ria.batch))
    ria.batch.state = "finished"
    ria.batch.save()
    assert ria.get(ria.base).status_code == 200
    assert ria.post(f"{ria.base}sessions/{held.pk}/", {"say": "remove"}).status_code == 400
    assert Session.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_database_as_often_for_three_items_as_for_one(
    count, ria, f, django_assert_max_num_queries
):
    f.enrol(ria.batch, *["jakarta", "yangon", "bangkok"][:count])
    room = f.make_room()
    for n in range(count):
        of = f.activity(ria.batch, f"A{n}")
        f.session(of, at=f"1{n}:00", room=room, people=[f.person("Lena")])
    release(ria.batch, by=None, quiet=True)
    slug = ria.batch.slug
    for path, most in [
        (ria.base, 33),
        (f"{ria.base}clashes/", 20),
        (f"{ria.base}activities/", 8),
        (f"{ria.base}groups/", 10),
        (f"/batches/{slug}/timetable/", 14),
        (f"/batches/{slug}/timetable/versions/", 8),
        ("/timetable/", 5),
    ]:
        with django_assert_max_num_queries(most):
            assert ria.get(path).status_code == 200, path


def test_names_of_all_scripts_pass_unharmed(
    ria, f, shared_names=("မောင်ကျော်ဇင်ထက်", "سيتي رحمة", "ณรงค์ วงศ์สกุล")
):
    of = f.activity(ria.batch)
    f.session(of, people=list(shared_names))
    release(ria.batch, by=None, quiet=True)
    assert [one["name"] for one in PublicSession.objects.get().people] == list(shared_names)
    text = ria.get(f"/batches/{ria.batch.slug}/timetable/").text
    for name in shared_names:
        assert name in text
    assert ria.get(f"/batches/{ria.batch.slug}/timetable.pdf").content.startswith(b"%PDF")
