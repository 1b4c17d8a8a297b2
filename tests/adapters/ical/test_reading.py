"""Calendar files of strangers: what is read, what is said about the rest."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nagara.adapters.ical import LARGEST, Event, Feed, read, write

FIRST, LAST = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", "UID:a", "SUMMARY:Meeting", *lines, "END:VEVENT"]


def starts(data: bytes, tz: str | None = "Asia/Yangon") -> list[str]:
    return [
        one.starts.astimezone(UTC).strftime("%m-%dT%H:%M")
        for one in read(data, first=FIRST, last=LAST, tz=tz).happenings
    ]


def said(data: bytes, tz: str | None = "Asia/Yangon") -> list[str]:
    return [problem.what for problem in read(data, first=FIRST, last=LAST, tz=tz).problems]


def test_every_sample_is_read_without_a_crash(data):
    samples = sorted((data / "programme" / "ics").glob("*.ics"))
    assert len(samples) == 74
    for path in samples:
        got = read(path.read_bytes(), first=datetime(1990, 1, 1, tzinfo=UTC), last=LAST, tz="Asia/Dili")
        assert got.happenings or got.problems or not got.events


def test_a_weekly_meeting_keeps_its_wall_time_over_a_change_of_the_clock():
    data = calendar(
        *event("DTSTART;TZID=Europe/Berlin:20270322T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")
    )
    assert starts(data) == ["03-22T08:00", "03-29T07:00"]


def test_exceptions_extra_dates_and_moved_occurrences_are_heard():
    data = calendar(
        *event(
            "DTSTART:20270104T020000Z",
            "DTEND:20270104T030000Z",
            "RRULE:FREQ=DAILY;UNTIL=20270107T020000Z",
            "EXDATE:20270105T020000Z",
            "RDATE:20270110T020000Z",
        ),
        *event("RECURRENCE-ID:20270106T020000Z", "DTSTART:20270106T050000Z", "DTEND:20270106T060000Z"),
    )
    assert starts(data) == ["01-04T02:00", "01-06T05:00", "01-07T02:00", "01-10T02:00"]


def test_a_whole_day_is_a_day_in_the_readers_zone():
    data = calendar(*event("DTSTART;VALUE=DATE:20270413", "DTEND;VALUE=DATE:20270416"))
    (one,) = read(data, first=FIRST, last=LAST, tz="Asia/Yangon").happenings
    assert (one.whole_day, one.starts.isoformat(), one.ends - one.starts) == (
        True,
        "2027-04-13T00:00:00+06:30",
        timedelta(days=3),
    )


def test_a_time_without_a_zone_is_asked_about_where_no_zone_was_named():
    data = calendar(*event("DTSTART:20270413T090000"))
    assert (starts(data), starts(data, None), said(data, None)) == (
        ["04-13T02:30"],
        [],
        ["Its start has no time zone."],
    )


def test_free_and_cancelled_times_are_not_busy():
    data = calendar(
        *event("DTSTART:20270104T020000Z", "TRANSP:TRANSPARENT"),
        *event("DTSTART:20270105T020000Z", "STATUS:CANCELLED"),
        *event("DTSTART:20270106T020000Z"),
    )
    got = read(data, first=FIRST, last=LAST).happenings
    assert [one.busy for one in got] == [False, False, True]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=SECONDLY", "It repeats secondly, which is not read."),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "Its rule never comes true."),
        ("FREQ=DAILY;INTERVAL=0", "Its rule has no step."),
    ],
)
def test_a_rule_that_would_run_for_ever_is_refused(rule, words):
    assert said(calendar(*event("DTSTART:20270104T020000Z", f"RRULE:{rule}"))) == [words]


def test_a_daily_rule_from_long_ago_is_given_up():
    assert said(calendar(*event("DTSTART:19000104T020000Z", "RRULE:FREQ=DAILY"))) == [
        "It repeats too often, or began too long ago, to be read."
    ]


def test_a_file_that_is_too_large_or_no_calendar_says_so():
    assert said(b"x" * (LARGEST + 1)) == ["The file has 2.0 MB; at most 2 MB are read."]
    assert len(said(b"\x00\xff\xfe PNG")) == 1
    assert said(b"") == ["This is no calendar."]


def test_of_a_broken_file_the_sound_events_are_kept():
    data = calendar(*event("DTSTART:20270104T020000Z"), "BEGIN:VEVENT", "UID b", "END:VEVENT").replace(
        b"END:VCALENDAR\r\n", b""
    )
    got = read(data, first=FIRST, last=LAST)
    assert [one.uid for one in got.happenings] == ["a"]
    assert got.problems


SEED = calendar(
    "BEGIN:VTIMEZONE",
    "TZID:Own",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0630",
    "TZOFFSETTO:+0630",
    "END:STANDARD",
    "END:VTIMEZONE",
    *event("DTSTART;TZID=Own:20270104T083000", "DURATION:PT45M", "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=9"),
    *event("DTSTART;VALUE=DATE:20270301", "EXDATE;VALUE=DATE:20270301"),
    "BEGIN:VFREEBUSY",
    "FREEBUSY;FBTYPE=BUSY:20270105T000000Z/PT1H,20270106T000000Z/20270106T010000Z",
    "END:VFREEBUSY",
)


@settings(max_examples=150)
@given(st.data())
def test_whatever_bytes_are_changed_reading_ends_without_a_crash(data):
    raw = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        what = data.draw(st.sampled_from(["change", "cut", "double"]))
        if what == "change":
            raw[at] = data.draw(st.integers(0, 255))
        elif what == "cut":
            del raw[at : at + data.draw(st.integers(1, 40))]
        else:
            raw[at:at] = raw[max(0, at - 30) : at]
        if not raw:
            break
    read(bytes(raw), first=FIRST, last=LAST, tz="Asia/Yangon")


@settings(max_examples=100)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_comes_back_and_no_line_is_longer_than_75_octets(title, place):
    one = Event("u", FIRST, FIRST + timedelta(hours=1), "Asia/Yangon", title, FIRST, location=place)
    data = write(Feed(title, events=[one]))
    assert max(map(len, data.split(b"\r\n"))) <= 75
    data.decode()  # no character is cut in two where a line is folded
    for line in data.split(b"\r\n"):
        line.decode()
    (got,) = read(data, first=FIRST, last=LAST).happenings
    plain = re.sub(r"\r\n|[\r\x85\u2028\u2029]", "\n", title)
    plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", plain)
    assert got.title == plain
