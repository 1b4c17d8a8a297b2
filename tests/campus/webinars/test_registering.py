"""Registering, waiting, withdrawing, reminders; what is said to whom."""

from __future__ import annotations

import importlib.util
from datetime import date, time, timedelta
from pathlib import Path

import icalendar
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nagara.campus.notices.models import Notice
from nagara.campus.people.domain.erasing import erase as erase_person
from nagara.campus.people.domain.exporting import gather
from nagara.campus.timetable.domain import cancel_session, change_session, release
from nagara.campus.webinars import domain
from nagara.campus.webinars.domain.transcripts import passages
from nagara.campus.webinars.models import Registration
from nagara.citylab.errors import CityLabError

_spec = importlib.util.spec_from_file_location("webinar_factories", Path(__file__).with_name("factories.py"))
f = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(f)

pytestmark = pytest.mark.django_db
NOW = f.NOW


def letters(address: str) -> list[str]:
    rows = Notice.objects.filter(address=address).order_by("pk")
    return [notice.template.removeprefix("webinars/") for notice in rows]


def states(webinar) -> dict[str, str]:
    return dict(Registration.objects.filter(webinar=webinar).values_list("name", "state"))


@pytest.fixture
def webinar(seeded):
    return f.make_webinar(seats=2)


def test_a_seat_is_taken_only_when_the_letter_was_confirmed(webinar):
    ana = f.ask(webinar, "Ana")
    assert (states(webinar), letters("ana@example.org")) == ({"Ana": "asked"}, ["confirm"])
    domain.confirm(ana, now=NOW)
    domain.confirm(ana, now=NOW)
    assert (states(webinar), letters("ana@example.org")) == ({"Ana": "seated"}, ["confirm", "registered"])


def test_who_comes_too_late_waits_and_moves_up_in_order(webinar):
    ana, _ben, _cid, _dee = [f.guest(webinar, name) for name in ("Ana", "Ben", "Cid", "Dee")]
    assert states(webinar) == {"Ana": "seated", "Ben": "seated", "Cid": "waiting", "Dee": "waiting"}
    domain.withdraw(ana, by=None, now=NOW)
    assert states(webinar) == {"Ana": "withdrawn", "Ben": "seated", "Cid": "seated", "Dee": "waiting"}
    assert letters("cid@example.org") == ["confirm", "waiting", "moved-up"]
    domain.change_webinar(webinar, by=None, now=NOW, seats=5)
    assert states(webinar)["Dee"] == "seated"


def test_a_doubled_address_is_answered_alike_and_changes_nothing(webinar):
    f.guest(webinar, "Ana", organisation="Iloilo")
    form = {"name": "Mallory", "email": "ANA@example.org", "agree": "yes", "country": "US"}
    f.put(webinar, timezone.now() + timedelta(days=9))
    answers = []
    for mail in ("ANA@example.org", "new@example.org"):
        made = Client().post(reverse("webinar-register", args=[webinar.slug]), {**form, "email": mail})
        answers.append((made.status_code, made["Location"]))
    assert answers[0] == answers[1]
    held = Registration.objects.get(email="ana@example.org")
    assert (held.name, held.organisation, held.state) == ("Ana", "Iloilo", "seated")
    assert letters("ana@example.org")[-1] == "already"
    assert "Mallory" not in Notice.objects.filter(address="new@example.org").get().body


def test_an_address_gets_at_most_three_letters_an_hour(webinar):
    f.put(webinar, timezone.now() + timedelta(days=9))
    for _ in range(5):
        Client().post(
            reverse("webinar-register", args=[webinar.slug]),
            {"name": "X", "email": "victim@example.org", "agree": "yes"},
        )
    assert letters("victim@example.org") == ["confirm"] * 3


def test_agreeing_is_needed_and_its_version_is_kept(webinar):
    f.put(webinar, timezone.now() + timedelta(days=9))
    path, form = reverse("webinar-register", args=[webinar.slug]), {"name": "Ana", "email": "ana@example.org"}
    assert Client().post(path, form).status_code == 422
    domain.publish_terms(text="New words.", news="News?", by=None, reason="Plainer.")
    Client().post(path, {**form, "agree": "yes"})
    assert Registration.objects.get().terms.version == 2


def test_a_person_with_an_account_registers_in_one_press_and_takes_over_what_was_asked_by_mail(
    webinar, crowd
):
    f.ask(webinar, "Bobby", email="bob@example.org")
    f.put(webinar, timezone.now() + timedelta(days=9))
    assert crowd.client("bob").post(reverse("webinar-register", args=[webinar.slug])).status_code == 302
    held = Registration.objects.get()
    assert (held.user, held.state, held.name) == (crowd.bob, "seated", "Bob")
    page = crowd.client("bob").get(webinar.get_absolute_url()).content.decode()
    assert reverse("webinar-join", args=[held.token]) in page
    crowd.client("bob").post(reverse("webinar-leave", args=[webinar.slug]))
    assert states(webinar) == {"Bob": "withdrawn"}


@pytest.mark.parametrize("why", ["over", "cancelled", "closed"])
def test_nobody_registers_where_it_is_over_cancelled_or_closed(why, webinar):
    if why == "over":
        webinar = f.put(webinar, NOW - timedelta(hours=3))
    elif why == "cancelled":
        cancel_session(webinar.session, by=None, reason="Storm.")
        release(webinar.session.activity.batch, by=None, quiet=True)
    else:
        domain.change_webinar(webinar, by=None, now=NOW, registering=False)
    with pytest.raises(CityLabError, match=why):
        f.ask(webinar)


def test_the_link_of_the_meeting_is_for_the_registered_and_only_from_30_minutes_before(webinar):
    ana, ben = f.guest(webinar, "Ana"), f.ask(webinar, "Ben")
    client = Client()

    def shown(one, left: timedelta) -> tuple[int, bool]:
        f.put(webinar, timezone.now() + left)
        path = reverse("webinar-join", args=[one.token])
        pages = [client.get(path), client.post(path)]
        onwards = pages[1].status_code == 302
        return pages[0].status_code, onwards or any(f.LINK in page.content.decode() for page in pages)

    assert f.LINK not in client.get(webinar.get_absolute_url()).content.decode()
    assert shown(ana, timedelta(minutes=31)) == (200, False)
    assert Registration.objects.get(pk=ana.pk).joined_at is None
    assert shown(ana, timedelta(minutes=29)) == (200, True)
    assert Registration.objects.get(pk=ana.pk).joined_at is not None
    assert shown(ben, timedelta(minutes=29)) == (200, False)
    assert shown(ana, -timedelta(hours=3)) == (200, False)


def test_reminders_go_out_a_day_and_an_hour_before_once_each(webinar):
    webinar = f.put(webinar, NOW + timedelta(days=3))
    f.guest(webinar, "Ana")
    f.ask(webinar, "Ben")
    starts = webinar.session.public.starts
    told = [domain.remind(starts - timedelta(hours=left)) for left in (30, 23.9, 23.8, 2, 0.9, 0.8, -1)]
    assert told == [0, 1, 0, 0, 1, 0, 0]
    assert letters("ana@example.org") == ["confirm", "registered", "tomorrow", "in-an-hour"]
    later = starts + timedelta(days=4)
    f.put(webinar, later)  # it moves after all: those reminded of the old time are reminded of the new one
    assert domain.remind(later - timedelta(hours=20)) == 1


def test_who_registers_on_the_last_day_gets_no_reminder_of_the_day(webinar):
    webinar = f.put(webinar, NOW + timedelta(hours=5))
    f.guest(webinar, "Ana")
    assert [domain.remind(NOW), domain.remind(NOW + timedelta(hours=4.5))] == [0, 1]


def test_a_change_of_time_is_told_to_guests_and_nobody_else(webinar, crowd):
    f.guest(webinar, "Ana")
    f.ask(webinar, "Ben")
    domain.register(webinar, crowd.bob, now=NOW)
    Notice.objects.all().delete()
    change_session(webinar.session, version=None, by=crowd.olga, at=time(16), day=date(2027, 6, 16))
    release(webinar.session.activity.batch, by=crowd.olga, now=NOW)
    assert sorted(Notice.objects.values_list("address", flat=True)) == ["ana@example.org", "bob@example.org"]
    assert "16 Jun 2027" in Notice.objects.get(address="ana@example.org").body


def test_the_file_for_the_calendar_keeps_the_sessions_name_and_leads_to_the_personal_page(webinar):
    ana = f.guest(webinar, "Ana")
    answer = Client().get(reverse("webinar-ics", args=[ana.token]))
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(event["UID"]), f.LINK in answer.content.decode()) == (webinar.session.uid, False)
    assert str(event["URL"]).endswith(reverse("webinar-join", args=[ana.token]))


def test_a_guest_takes_the_data_and_erases_them(webinar):
    ana, _ben, cid = [f.guest(webinar, name) for name in ("Ana", "Ben", "Cid")]
    f.put(webinar, timezone.now() + timedelta(days=9))
    taken = Client().get(reverse("webinar-data", args=[ana.token])).json()
    assert (taken["name"], taken["email"], taken["terms_version"]) == ("Ana", "ana@example.org", 1)
    assert Client().post(reverse("webinar-place", args=[ana.token]), {"say": "erase"}).status_code == 302
    assert Client().get(reverse("webinar-place", args=[ana.token])).status_code == 404
    assert not Registration.objects.filter(email="ana@example.org").exists()
    cid.refresh_from_db()
    assert cid.state == "seated"  # the seat went to who waited


def test_a_person_with_an_account_takes_and_erases_registrations_with_all_the_rest(webinar, crowd):
    domain.register(webinar, crowd.bob, now=NOW)
    assert "City data for all" in str(gather(crowd.bob)["webinars"])
    erase_person(crowd.bob, by=crowd.olga, reason="Asked for it.")
    (held,) = Registration.objects.all()
    assert (held.name, held.user, "bob" in held.email) == ("Erased person", None, False)


def test_opening_the_letters_page_confirms_nothing(webinar):
    ana = f.ask(webinar, "Ana")
    f.put(webinar, timezone.now() + timedelta(days=9))
    path = reverse("webinar-place", args=[ana.token])
    assert "Confirm" in Client().get(path).content.decode()
    assert states(webinar) == {"Ana": "asked"}
    Client().post(path, {"say": "confirm"})
    assert states(webinar) == {"Ana": "seated"}


VTT = """WEBVTT

1
00:00:01.000 --> 00:00:04.000
<v Lim Wei>Good morning &amp; welcome.

2
00:00:04.500 --> 00:00:08.000
<v Lim Wei>We begin.

00:01:10.000 --> 00:01:12.000
Ana Cruz: မင်္ဂလာပါ
"""


def test_captions_become_passages_by_speaker():
    said = [(one.clock, one.speaker, one.text) for one in passages(VTT)]
    assert said == [
        ("0:00:01", "Lim Wei", "Good morning & welcome. We begin."),
        ("0:01:10", "Ana Cruz", "မင်္ဂလာပါ"),
    ]


def test_a_recording_and_its_text_stand_on_the_page_afterwards(webinar, crowd):
    from django.core.files.uploadedfile import SimpleUploadedFile

    f.put(webinar, timezone.now() - timedelta(days=2))
    path = reverse("webinar-afterwards", args=[webinar.slug])
    form = {"recording": "https://video.example.org/1", "language": "English"}
    bad = crowd.client("olga").post(path, {**form, "file": SimpleUploadedFile("a.vtt", b"\xff\xfe\x00x")})
    assert "UTF-8" in bad.content.decode()
    crowd.client("olga").post(path, {**form, "file": SimpleUploadedFile("a.vtt", VTT.encode())})
    page = Client().get(webinar.get_absolute_url()).content.decode()
    assert ("https://video.example.org/1" in page, "Read it as text" in page) == (True, True)
    text = Client().get(reverse("webinar-transcript", args=[webinar.slug])).content.decode()
    assert "Good morning &amp; welcome. We begin." in text


def test_the_office_sees_filters_takes_away_and_withdraws_registrants(webinar, crowd):
    ana = f.guest(webinar, "Ana", country="PH")
    f.guest(webinar, "Ben", country="ID")
    client, path = crowd.client("olga"), reverse("webinar-people", args=[webinar.slug])
    assert "ben@example.org" not in client.get(path, {"country": "PH"}).content.decode()
    assert client.get(path, {"export": "csv"}).content.decode("utf-8-sig").count("\n") == 3
    act = reverse("webinar-people-withdraw", args=[webinar.slug])
    assert "Withdraw 1 registration?" in client.post(act, {"id": ana.pk}).content.decode()
    f.put(webinar, timezone.now() + timedelta(days=9))
    client.post(act, {"id": ana.pk, "sure": "yes", "reason": "Twice."})
    assert (states(webinar)["Ana"], letters("ana@example.org")[-1]) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_however_long_they_are(count, crowd, django_assert_num_queries):
    batch = f.tt.make_batch("open-webinars")
    made = [f.make_webinar(f"Part {n}", batch=batch, at=f"{10 + 2 * n}:00") for n in range(count)]
    for number in range(count):
        f.guest(made[0], f"Guest {number}")
    nobody, olga = Client(), crowd.client("olga")
    with django_assert_num_queries(1):
        nobody.get(reverse("webinars"))
    with django_assert_num_queries(5):
        olga.get(reverse("webinars-of-batch", args=[batch.slug]))
    with django_assert_num_queries(10):
        olga.get(reverse("webinar-people", args=[made[0].slug]))


def test_a_letter_shown_to_the_office_hides_the_personal_link(webinar, crowd):
    ana = f.guest(webinar, "Ana")
    for notice in Notice.objects.all():
        page = crowd.client("olga").get(reverse("notice", args=[notice.pk])).content.decode()
        assert (ana.token in page, "(personal link)" in page) == (False, True)
