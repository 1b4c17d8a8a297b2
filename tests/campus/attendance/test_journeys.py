"""Attendance in a real browser: a phone scans, a roster lives through a dead line, a bad line still counts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import segno
from django.utils import timezone
from playwright.sync_api import expect

from nagara.campus.attendance.domain.codes import step_at, token
from nagara.campus.attendance.domain.rostering import Mark, merge
from nagara.campus.attendance.models import Counting, Presence, Who
from nagara.campus.attendance.queries import minutes

from .factories import enrol, give, make_batch, make_session, make_webinar, person, register, stay

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def now_session(**fields):
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=2)
    return make_session(fields.pop("batch", None) or make_batch(), start, **fields)


def scanned(screen, session, site) -> str:
    """The address in the square on the screen, found by drawing the codes of now and comparing."""
    drawn = screen.locator(".square svg path").last.get_attribute("d")
    step = step_at(timezone.now(), 5)
    for one in (step, step - 1):
        path = f"/in/{session.pk}/{token(session.pk, one)}/"
        square = segno.make(site + path, error="m", micro=False)
        if drawn in square.svg_inline(border=3, dark="#000", light="#fff", omitsize=True):
            return path
    raise AssertionError("the square is not of now")


def test_a_participant_checks_in_by_rotating_qr(visit, crowd, live_server):
    lena = person("Lena Lecturer")
    session = now_session(lecturer=lena)
    siti = enrol(session.activity.batch, person("Siti Rahmah binti Abdullah", tz="Asia/Brunei")).user

    Counting.objects.create(batch=session.activity.batch, code_seconds=5)

    screen = visit(f"/sessions/{session.pk}/code/", who=lena)
    expect(screen.locator("p.in")).to_have_text("0 of 1 are in")
    first = screen.locator(".short").get_attribute("data-short")
    phone = visit(scanned(screen, session, live_server.url), who=siti, screen="phone")
    phone.wait_for_selector("h1:has-text('You are checked in')", timeout=15_000)
    began = Presence.objects.get(user=siti).began
    assert f"You are checked in, {(began + timedelta(hours=9)):%H:%M}" in phone.text_content("h1")
    assert f"{(began + timedelta(hours=8)):%H:%M} Brunei time" in phone.text_content("main")

    expect(screen.locator("p.in")).to_have_text("1 of 1 are in", timeout=25_000)
    expect(screen.locator(".short")).not_to_have_attribute("data-short", first, timeout=15_000)
    assert "Siti" not in screen.text_content("main")

    phone.click("text=Check out now")
    phone.wait_for_selector("h1:has-text('You are not checked in')")
    assert Presence.objects.get(user=siti).ended is not None
    assert screen.said == phone.said == []


def test_a_lecturer_takes_the_roster_offline_on_a_phone_and_merges_it(visit, crowd):
    lena, omar = person("Lena Lecturer"), person("Omar Lecturer")
    session = now_session(lecturer=lena)
    batch = session.activity.batch
    give(batch, omar, "lecturer", runs=False)
    ana, ben, cho = (enrol(batch, name).user for name in ("Ana Cruz", "Ben Tan", "Cho"))
    stay(session, cho, 1, None)

    page = visit(f"/sessions/{session.pk}/roster/", who=lena, screen="phone")
    page.wait_for_selector("#waiting[data-kept=true]", timeout=15_000)
    page.context.set_offline(True)
    page.click(f"#u{ana.pk} label:has-text('Present')")
    page.click(f"#u{ben.pk} label:has-text('Absent')")
    page.click(f"#u{cho.pk} label:has-text('Absent')")
    expect(page.locator("#state")).to_contain_text("3 changes waiting")
    page.reload()
    expect(page.locator("#state")).to_contain_text("3 changes waiting")
    assert page.locator(f"#u{ben.pk} input[value=absent]").is_checked()
    assert not Presence.objects.filter(way="roster").exists()

    merge(
        session.public,
        marks=[Mark("a" * 12, f"u{ben.pk}", "present")],
        by=omar,
        now=timezone.now(),
    )
    page.context.set_offline(False)
    expect(page.locator("#state")).to_have_text("Everything is sent.", timeout=20_000)
    words = Presence.objects.filter(way="roster").values_list("user", "by", "said")
    assert sorted(words) == sorted(
        [
            (ana.pk, lena.pk, "present"),
            (ben.pk, lena.pk, "absent"),
            (ben.pk, omar.pk, "present"),
            (cho.pk, lena.pk, "absent"),
        ]
    )
    page = visit(f"/sessions/{session.pk}/attendance/", who=lena, screen="phone")
    said = page.text_content("main")
    assert "Lena Lecturer says absent; Omar Lecturer says present. Present counts until you decide." in said
    page.click("text=Decide for Ben Tan")
    page.fill("#reason", "Omar saw him.")
    page.click("text=Correct the minutes")
    page.wait_for_selector("text=It is written down")
    assert minutes(session)[Who(ben.pk)] == 90


class Clock:
    """A server's clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2027, 5, 3, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.full
def test_a_webinar_guest_with_a_bad_line_comes_and_goes_and_still_counts_82_percent(
    visit, settings, live_server
):
    """Fifty minutes: 14 there, 5 without a line, 27 there, 4 gone before the end: 41 of 50."""
    clock = settings.NAGARA_PRESENCE_CLOCK = Clock()
    settings.NAGARA_PRESENCE_SECONDS = 1.5
    session = make_session(make_batch("open"), clock.now, 50, online=True)
    guest = register(make_webinar(session), "Mg Kyaw Zin Htet", "kyaw@example.org")
    page = visit(f"/join/{guest.token}/", screen="phone")
    assert "You are counted as present" in page.text_content("main")
    settings.NAGARA_PRESENCE_SECONDS = 0.12  # the page is told with each answer

    def live(seconds: int) -> None:
        """Time goes by in steps that each bring a sign of life."""
        for _ in range(seconds // 60):
            clock.now += timedelta(seconds=60)
            arrived()

    def arrived() -> None:
        for _ in range(200):
            if Presence.objects.latest("ended").ended == clock.now:
                return
            page.wait_for_timeout(50)
        raise AssertionError("no sign of life came")

    live(14 * 60)
    page.context.set_offline(True)
    expect(page.locator("#said")).to_contain_text("Your line is down")
    clock.now += timedelta(minutes=5)
    page.context.set_offline(False)
    arrived()
    live(27 * 60)
    page.close()
    clock.now += timedelta(minutes=10)
    assert Presence.objects.count() == 2
    found = minutes(session)[Who(None, guest.pk)]
    assert (found, found / 50) == (41, 0.82)
    again = visit(f"/join/{guest.token}/", screen="phone")
    said = re.sub(r"\s+", " ", again.text_content("main"))
    assert "This session is over." in said
    assert "41 of 50 minutes" in said
