"""Both clocks."""

from datetime import UTC, datetime
from types import SimpleNamespace

from django.template import Context, Template

from nagara.campus.cities.clocks import clock, instant


def test_yangon_is_six_and_a_half_hours_ahead_of_utc():
    shown = clock("Asia/Yangon", datetime(2026, 1, 1, 6, 0, tzinfo=UTC))
    assert (shown.text, shown.offset) == ("12:30", "UTC+6:30")


def test_jakarta_shows_no_minutes_in_its_offset():
    assert clock("Asia/Jakarta").offset == "UTC+7"


def test_a_zone_behind_utc_has_a_minus():
    assert clock("America/St_Johns", datetime(2026, 1, 1, tzinfo=UTC)).offset == "UTC-3:30"


def test_a_wall_time_becomes_one_instant():
    assert instant(datetime(2027, 1, 12, 12, 30), "Asia/Yangon") == datetime(2027, 1, 12, 6, 0, tzinfo=UTC)
    assert instant(datetime(2027, 1, 12, 15, 0), "Asia/Seoul") == datetime(2027, 1, 12, 6, 0, tzinfo=UTC)


def test_both_clocks_are_shown_where_they_differ():
    at = datetime(2027, 1, 12, 6, 0, tzinfo=UTC)

    def shown(tz):
        text = "{% load show %}{% clocks at 'Asia/Seoul' %}"
        return Template(text).render(Context({"at": at, "user": SimpleNamespace(tz=tz)}))

    assert "12 Jan 2027, 15:00 Seoul time" in shown("Asia/Yangon")
    assert "Your clock" in shown("Asia/Yangon")
    assert "12 Jan 2027, 12:30 Yangon time" in shown("Asia/Yangon")
    assert "Your clock" not in shown("Asia/Tokyo")
    assert 'class="yours full"' in shown("")
