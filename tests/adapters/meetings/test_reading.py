"""Lists of Zoom, Teams, Meet and Webex become stays; what cannot be read is said, row by row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nagara.adapters.meetings import Unreadable, read

from . import samples

DAY = date(2027, 5, 3)


def at(hour: int, minute: int = 0, second: int = 0, day: int = 3) -> datetime:
    return datetime(2027, 5, day, hour, minute, second)


def said(report) -> list[tuple]:
    return [(s.row, s.name, s.email, s.joined, s.left) for s in report.stays]


@pytest.mark.parametrize(
    "data", [samples.ZOOM_OLD.encode(), samples.workbook(samples.ZOOM_OLD)], ids=["csv", "xlsx"]
)
def test_each_join_of_zoom_is_a_stay_and_its_dates_can_be_read_in_two_ways(data):
    report = read(data, order="mdy")
    assert (report.tool, report.orders, report.needs_zone) == ("Zoom", ("mdy", "dmy"), True)
    siti = "Siti Rahmah binti Abdullah"
    assert said(report) == [
        (2, siti, "siti@example.org", at(9), at(9, 40, 10)),
        (3, siti, "siti@example.org", at(9, 45), at(10, 30)),
        (4, "Mg Kyaw (Mg Kyaw Zin Htet)", "", at(9, 5), at(10, 30)),
    ]
    assert read(data, order="dmy").stays[0].joined == datetime(2027, 3, 5, 9)


def test_the_newer_list_of_zoom_has_a_head_and_a_waiting_room():
    report = read(samples.ZOOM_NEW.encode())
    assert (report.tool, report.orders) == ("Zoom", ("mdy",))
    assert said(report) == [
        (5, "Cruz, Ana", "ana@example.org", at(8, 58, day=13), at(10, 30, day=13)),
        (7, "Nguyễn Ánh", "", at(9, 1, day=13), at(9, 21, day=13)),
    ]
    assert [(p.row, p.severity) for p in report.problems] == [(6, "error")]


def test_teams_writes_sections_in_utf_16_and_each_stay_counts_once():
    report = read(samples.TEAMS, order="mdy")
    assert report.tool == "Microsoft Teams"
    assert said(report) == [
        (16, "ดารณี ใจดี", "darunee@example.org", at(9), at(9, 45)),
        (17, "ดารณี ใจดี", "darunee@example.org", at(10), at(10, 30)),
        (12, "Phone caller", "", at(9, 10), at(9, 50)),
    ]
    assert "40 minutes" in report.problems[0].what
    assert report.problems[0].severity == "warning"


def test_the_older_list_of_teams_pairs_joining_and_leaving():
    report = read(samples.TEAMS_OLD)
    assert (report.tool, report.orders) == ("Microsoft Teams", ("dmy",))
    assert said(report) == [
        (2, "Ana Cruz", "", at(9, day=13), at(9, 30, day=13)),
        (4, "Ana Cruz", "", at(9, 40, day=13), at(10, 30, day=13)),
    ]
    assert report.problems[0].what == "Row 5 (Ben Tan) has no time of leaving."


def test_meet_has_times_without_a_day():
    report = read(samples.MEET.encode(), day=DAY)
    assert (report.tool, report.needs_day, report.needs_zone) == ("Google Meet", True, True)
    assert said(report) == [
        (2, "Ana Cruz", "ana@example.org", at(9), at(10, 2)),
        (3, "Ben", "ben@example.org", at(23, 30), at(0, 28, day=4)),
    ]


def test_webex_names_its_zone():
    report = read(samples.WEBEX)
    assert (report.tool, report.needs_zone) == ("Webex", False)
    (ana,) = report.stays
    assert ana.joined == datetime(2027, 5, 3, 0, 0, tzinfo=UTC)
    assert ana.left is not None
    assert ana.left - ana.joined == timedelta(minutes=41)
    assert report.problems[0].what == "Row 6 (Ben Tan) has no time of leaving."


@pytest.mark.parametrize("head", ["Join Time (UTC+06:30)", "Join time (GMT+6:30)"])
def test_a_zone_in_a_heading_holds_for_the_column(head):
    report = read(f"Name,Email,{head},Leave Time\nAna,,2027-05-03 09:00,2027-05-03 09:30\n".encode())
    assert report.stays[0].joined == datetime(2027, 5, 3, 2, 30, tzinfo=UTC)


def test_times_with_an_offset_are_instants():
    report = read(b"Name;Join time;Leave time\nAna;2027-05-03T09:00:00Z;2027-05-03T18:30:00+09:00\n")
    assert not report.needs_zone
    assert report.stays[0].left == datetime(2027, 5, 3, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"dear all,\nthe photos are here\n", "No table"),
        (b"", "No table"),
        (b"PK\x03\x04 broken", "cannot be opened"),
        (
            b"Name (Original Name),User Email,Total Duration (Minutes),Guest\nAna,a@b.org,90,No\n",
            "totals only",
        ),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(data, words):
    with pytest.raises(Unreadable, match=words) as caught:
        read(data)
    assert caught.value.mend


def test_a_file_in_an_old_encoding_is_read_with_a_warning():
    report = read("Name,Join Time,Leave Time\nJosé,2027-05-03 09:00,2027-05-03 10:00\n".encode("cp1252"))
    assert report.stays[0].name == "José"
    assert report.problems[0].severity == "warning"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_crash(data):
    for head in (b"", b"Name,Email,Join Time,Leave Time\n", b"Full Name,User Action,Timestamp\n"):
        try:
            read(head + data)
        except Unreadable as error:
            assert error.what
