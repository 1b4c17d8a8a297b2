"""Both clocks."""

from datetime import UTC, datetime

from nagara.campus.cities.clocks import clock


def test_yangon_is_six_and_a_half_hours_ahead_of_utc():
    shown = clock("Asia/Yangon", datetime(2026, 1, 1, 6, 0, tzinfo=UTC))
    assert (shown.text, shown.offset) == ("12:30", "UTC+6:30")


def test_jakarta_shows_no_minutes_in_its_offset():
    assert clock("Asia/Jakarta").offset == "UTC+7"


def test_a_zone_behind_utc_has_a_minus():
    assert clock("America/St_Johns", datetime(2026, 1, 1, tzinfo=UTC)).offset == "UTC-3:30"
