"""Lists of meeting tools: matched, previewed, taken; again without harm; nothing lost, nothing guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nagara.campus.attendance.domain import AttendanceError
from nagara.campus.attendance.domain.importing import (
    Ask,
    choose,
    drop_sheet,
    label,
    read_sheet,
    take_sheet,
)
from nagara.campus.attendance.models import Presence, Sheet, SheetRow, Who
from nagara.campus.attendance.queries import minutes

from .factories import NINE, enrol, make_batch, make_session, make_webinar, person, register

ZOOM = """Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Siti,siti@example.org,05/03/2027 09:00:00 AM,05/03/2027 09:40:00 AM,40,No
Siti,siti@example.org,05/03/2027 09:50:00 AM,05/03/2027 10:30:00 AM,40,No
Nguyen Anh,,05/03/2027 09:05:00 AM,05/03/2027 10:30:00 AM,85,Yes
Kyaw (Mg Kyaw Zin Htet),,05/03/2027 09:10:00 AM,05/03/2027 10:30:00 AM,80,Yes
Tan Wei,,05/03/2027 09:00:00 AM,05/03/2027 10:30:00 AM,90,Yes
iPad of the hall,,05/03/2027 09:00:00 AM,05/03/2027 10:30:00 AM,90,Yes
Guest,GUEST@example.org,05/03/2027 09:00:00 AM,05/03/2027 09:30:00 AM,30,Yes
Broken,,yesterday,,,Yes
"""
NOW = NINE + timedelta(days=1)


@pytest.fixture
def session(db):
    return make_session(make_batch())


@pytest.fixture
def people(session):
    batch = session.activity.batch
    found = {
        "siti": enrol(batch, person("Siti Rahmah", email="siti@example.org")).user,
        "anh": enrol(batch, person("NGUYỄN ÁNH")).user,
        "kyaw": enrol(batch, person("Mg Kyaw Zin Htet")).user,
        "tan1": enrol(batch, person("Tan Wei")).user,
        "tan2": enrol(batch, person("Wei Tan")).user,
    }
    found["guest"] = register(make_webinar(session), "A guest", "guest@example.org")
    return found


def bring(session, text=ZOOM, tz="Asia/Seoul", **more) -> Sheet:
    return read_sheet(session.public, data=text.encode(), name="zoom.csv", tz=tz, by=None, **more)


def test_people_are_found_by_e_mail_then_by_a_name_that_only_one_has(session, people):
    sheet = bring(session)
    how = {row.name: (row.how, row.user_id or row.registration_id) for row in sheet.rows.all()}
    assert how == {
        "Siti": ("e-mail", people["siti"].pk),
        "Nguyen Anh": ("name", people["anh"].pk),
        "Kyaw (Mg Kyaw Zin Htet)": ("name", people["kyaw"].pk),
        "Tan Wei": ("", None),
        "iPad of the hall": ("", None),
        "Guest": ("e-mail", people["guest"].pk),
    }
    assert (sheet.tool, sheet.problems[0]["row"], sheet.problems[0]["severity"]) == ("Zoom", 9, "error")
    assert not Presence.objects.exists()


def test_several_joins_of_a_person_add_up_and_a_second_import_changes_nothing(session, people):
    sheet = bring(session)
    assert take_sheet(sheet, by=None, now=NOW) == 5
    found = minutes(session)
    assert found[Who(people["siti"].pk)] == 80
    assert found[Who(None, people["guest"].pk)] == 30
    assert bring(session).pk == sheet.pk
    assert take_sheet(sheet, by=None, now=NOW) == 0
    longer = bring(session, ZOOM + "Late,,05/03/2027 10:00:00 AM,05/03/2027 10:30:00 AM,30,Yes\n")
    assert take_sheet(longer, by=None, now=NOW) == 0
    assert minutes(session) == found


def test_who_was_not_found_is_kept_aside_and_can_be_named_later(session, people):
    sheet = bring(session)
    take_sheet(sheet, by=None, now=NOW)
    aside = sheet.rows.get(name="Tan Wei")
    assert aside.presence is None
    assert choose(sheet, {label(aside): f"u{people['tan2'].pk}", "other": "u1"}, by=None) == 1
    assert take_sheet(sheet, by=None, now=NOW) == 1
    assert minutes(session)[Who(people["tan2"].pk)] == 90
    assert SheetRow.objects.filter(presence=None).values_list("name", flat=True).get() == "iPad of the hall"


def test_a_zone_is_asked_for_and_never_guessed(session, people):
    with pytest.raises(Ask) as caught:
        bring(session, tz="")
    assert caught.value.asks == "tz"
    assert not Sheet.objects.exists()
    sheet = bring(session, tz="Asia/Yangon")
    assert sheet.rows.first().joined == NINE + timedelta(hours=2, minutes=30)


def test_dates_that_can_be_read_in_two_ways_follow_the_day_of_the_session_or_are_asked_for(session, people):
    assert bring(session).rows.first().joined == NINE
    with pytest.raises(Ask) as caught:
        bring(session, ZOOM.replace("05/03/2027", "06/07/2027"))
    assert caught.value.asks == "order"
    far = bring(session, ZOOM.replace("05/03/2027", "06/07/2027"), order="dmy")
    assert any("outside the session" in p["what"] for p in far.problems)


def test_a_sheet_that_is_taken_back_leaves_what_another_has_too(session, people):
    first = bring(session)
    take_sheet(first, by=None, now=NOW)
    second = bring(session, ZOOM.split("Kyaw", maxsplit=1)[0])
    take_sheet(second, by=None, now=NOW)
    with pytest.raises(AttendanceError):
        drop_sheet(first, by=None, reason="")
    drop_sheet(first, by=None, reason="wrong meeting")
    found = minutes(session)
    assert found[Who(people["siti"].pk)] == 80
    assert Who(people["kyaw"].pk) not in found
    again = bring(session)
    assert take_sheet(again, by=None, now=NOW) == 2
    assert minutes(session)[Who(people["kyaw"].pk)] == 80


def test_a_file_that_is_no_list_is_refused_with_words(session):
    with pytest.raises(AttendanceError, match="No table of participants"):
        bring(session, "hello")


def test_the_page_asks_shows_and_takes(crowd, session, people):
    client = crowd.client("olga")
    address = f"/sessions/{session.pk}/attendance/import/"

    def send(**more):
        return client.post(address, {"file": SimpleUploadedFile("zoom.csv", ZOOM.encode()), **more})

    asked = send()
    assert (asked.status_code, b"does not say in which zone" in asked.content) == (422, True)
    made = send(tz="Asia/Seoul")
    assert made.status_code == 302
    page = client.get(made["Location"])
    said = page.content.decode()
    assert "2 of 6" in said
    assert "left aside" in said
    group = next(g for g in page.context["groups"] if g["name"] == "Tan Wei")
    done = client.post(
        made["Location"], {"say": "take", f"is-{group['label']}": f"u{people['tan1'].pk}"}, follow=True
    )
    assert "Taken: 6 new stays." in done.content.decode()
    assert minutes(session)[Who(people["tan1"].pk)] == 90
    back = client.post(made["Location"], {"say": "drop", "reason": "wrong file"}, follow=True)
    assert "taken back" in back.content.decode()
    assert set(minutes(session).values()) <= {0}
