"""A visit in a real browser: a participant says what they need on a phone; the leader prints the sheet."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from nagara.campus.timetable.domain import add_activity, add_session, release
from nagara.campus.visits.domain import seat_group, set_up, share_out, tell
from nagara.campus.visits.models import Leg, Seat, TravelFacts, Visit

from .factories import enrol, make_batch, make_visit, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("Siti Rahmah binti Abdullah", "ดารณี ใจดี", "សុខ សុភា", "မောင်ကျော်", "Nguyễn Thị Ánh", "김서연")


def coming(batch) -> Visit:
    """A visit of the day after tomorrow with a bus, a leader, everything asked."""
    make_visit(batch, released=False).session.activity.delete()  # seeds only
    day = datetime.now(UTC).date() + timedelta(days=2)
    activity = add_activity(batch, kind="technical-visit", title="Flood and air control centre", by=None)
    session = add_session(activity, day=day, at=time(10), minutes=120, by=None)
    release(batch, by=None, quiet=True)
    visit = set_up(session, by=None)
    Visit.objects.filter(pk=visit.pk).update(
        host="Control centre of the city",
        contact_name="Duty officer",
        contact_phone="+82 2 555 0177",
        meeting_point="Main gate",
        meeting_at=time(8, 30),
        bring=["Passport", "Closed shoes"],
        emergency=["Ambulance 119"],
        asks=["diet", "access", "emergency", "passport", "medical"],
    )
    for plate in ("Bus A, 71 나 1204", "Bus B, 71 나 1377"):
        Leg.objects.create(
            visit=visit, start="Main gate", goal="Centre", departs=time(8, 45), operator=plate, seats=4
        )
    visit = Visit.objects.get(pk=visit.pk)
    seat_group(visit, by=None)
    share_out(visit, by=None)
    tell(visit, by=None, quiet=True)
    return visit


def test_a_visits_sheet_is_printed(visit, crowd, tmp_path):
    batch = make_batch(state="running")
    people = enrol(batch, *NAMES)
    made = coming(batch)
    for enrolment in people[1:]:
        TravelFacts.objects.create(
            enrolment=enrolment, diet=["halal"], access=[], emergency_name="Mai", emergency_phone="+66 1"
        )
    leader = person("Leo Park")
    made.leaders.add(leader)

    page = visit(f"/visits/{made.pk}/", who=people[0].user, screen="phone", javascript=False)
    assert "We still need from you" in page.text_content("main")
    page.click("text=Say it now")
    page.check("input[name=diet][value=halal]")
    page.check("input[name=access][value=none]")
    page.fill("#id_emergency_name", "Ahmad")
    page.fill("#id_emergency_phone", "+673 222 0000")
    page.fill("#id_passport_number", "b7654321")
    page.check("#id_medical_none")
    page.check("input[name=consent-visits][value=yes]")
    page.check("input[name=consent-photo][value=no]")
    page.click("button:has-text('Keep')")
    assert "Nothing is missing" in page.text_content("main")

    page = visit(f"/visits/{made.pk}/roster/", who=leader)
    assert "B7654321" not in page.content()
    page.goto(page.url.replace("roster/", "sheets/leader/"))
    page.emulate_media(media="print")
    seen = page.inner_text("main")
    assert all(name in seen for name in NAMES)
    for words in ("Ahmad, +673 222 0000", "08:45 Bus A, 71 나 1204", "Ambulance 119", "Main gate", "Halal"):
        assert words in seen
    assert not page.is_visible(".top")
    assert not page.is_visible("text=PDF on A4")
    assert page.screenshot(full_page=True, path=str(tmp_path / "print.png"))
    page.emulate_media(media="screen")
    paper = page.request.get(page.evaluate("document.querySelector('a.button').href"))
    assert paper.body().startswith(b"%PDF")
    page.goto(page.url.replace("sheets/leader/", "sheets/host/"))
    shown = page.inner_text("main")
    assert "Ahmad" not in shown
    assert "Participant (name not given)" in shown  # those who did not agree
    assert NAMES[0] in shown
    assert page.said == []
    assert Seat.objects.filter(state="seated").count() == 6
