"""Our feeds, read by icalendar (Python), ical.js and node-ical: the same events for each."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from nagara.adapters.ical import Event, Feed, write

ROOT = Path(__file__).resolve().parents[3]
STATES = [
    "Asia/Brunei",
    "Asia/Phnom_Penh",
    "Asia/Jakarta",
    "Asia/Pontianak",
    "Asia/Makassar",
    "Asia/Jayapura",
    "Asia/Vientiane",
    "Asia/Kuala_Lumpur",
    "Asia/Kuching",
    "Asia/Yangon",
    "Asia/Manila",
    "Asia/Singapore",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Dili",
    "Asia/Seoul",
]
CHANGING = [
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Tehran",
    "Asia/Gaza",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
]
OTHERS = ["UTC", "Asia/Kathmandu", "Asia/Kolkata", "Pacific/Kiritimati"]
YEARS = (1975, 1982, 1988, 2000, 2011, 2026, 2027, 2036, 2045)
TITLES = [
    "Opening; with commas, \\slashes\\ and\nlines",
    "วันแรกของหลักสูตร",
    "ផែនការទីក្រុង",
    "ແຜນຜັງເມືອງ",
    "မြို့ပြစီမံကိန်း သင်တန်း",
    "Quy hoạch đô thị thông minh",
    "நகர்ப்புறத் திட்டமிடல்",
    "ڤرانچڠن بندر",
    "도시 데이터 기초",
    "城市数据",
    "Emoji 🏙️ and a very long title " * 5,
]


def events():
    """Four days a year, and the hours around each change of a clock, in every zone."""
    made = []
    for tz in [*STATES, *CHANGING, *OTHERS]:
        zone = ZoneInfo(tz)
        for year in YEARS:
            made += [(tz, datetime(year, month, 12, 12, 30, tzinfo=zone)) for month in (1, 4, 7, 10)]
            at = datetime(year, 1, 1, tzinfo=UTC)
            while at.year == year:
                until = at + timedelta(hours=6)
                if at.astimezone(zone).utcoffset() != until.astimezone(zone).utcoffset() and year >= 2000:
                    made += [(tz, at + timedelta(minutes=30 * step)) for step in range(13)]
                at = until
    changed = datetime(2026, 11, 1, tzinfo=UTC)
    return [
        Event(
            uid=f"e{number}",
            starts=starts,
            ends=starts.astimezone(UTC) + timedelta(minutes=90),
            tz=tz,
            title=TITLES[number % len(TITLES)],
            changed_at=changed,
            sequence=number % 4,
            location="Room 5, Host university; Seoul",
            cancelled=number % 7 == 0,
        )
        for number, (tz, starts) in enumerate(made)
    ]


BASE = Event(
    uid="b7a0",
    starts=datetime(2027, 1, 12, 6, tzinfo=UTC),
    ends=datetime(2027, 1, 12, 7, 30, tzinfo=UTC),
    tz="Asia/Yangon",
    title="Seminar",
    changed_at=datetime(2026, 11, 1, tzinfo=UTC),
)
MOVED = replace(
    BASE,
    starts=BASE.starts + timedelta(days=1),
    ends=BASE.ends + timedelta(days=1),
    sequence=1,
    changed_at=datetime(2026, 11, 2, tzinfo=UTC),
)
CANCELLED = replace(MOVED, cancelled=True, sequence=2, changed_at=datetime(2026, 11, 3, tzinfo=UTC))
FEEDS = {"zones": events(), "first": [BASE], "moved": [MOVED], "cancelled": [CANCELLED]}


def row(event):
    return {
        "uid": event.uid,
        "starts": int(event.starts.timestamp()),
        "ends": int(event.ends.timestamp()),
        "sequence": event.sequence,
        "status": "CANCELLED" if event.cancelled else "CONFIRMED",
        "title": ("Cancelled: " if event.cancelled else "") + event.title,
        "place": event.location,
    }


def by_icalendar(data):
    return [
        {
            "uid": str(one["UID"]),
            "starts": int(one["DTSTART"].dt.timestamp()),
            "ends": int(one["DTEND"].dt.timestamp()),
            "sequence": int(one["SEQUENCE"]),
            "status": str(one["STATUS"]),
            "title": str(one["SUMMARY"]),
            "place": str(one.get("LOCATION", "")),
        }
        for one in icalendar.Calendar.from_ical(data).walk("VEVENT")
    ]


@pytest.fixture(scope="module")
def read():
    """What each foreign reader makes of each feed. One process reads all."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "node-ical").is_dir():
        pytest.skip("node, ical.js or node-ical is missing: run `npm ci`")
    written = {name: write(Feed(name, events=made)) for name, made in FEEDS.items()}
    done = subprocess.run(
        [node, str(Path(__file__).with_name("read_feeds.mjs")), str(ROOT)],
        input=json.dumps({name: data.decode() for name, data in written.items()}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    for name, data in written.items():
        said[name]["icalendar"] = by_icalendar(data)
    return said


READERS = ("icalendar", "ical.js", "node-ical")


@pytest.mark.parametrize("reader", READERS)
def test_every_zone_and_year_is_read_as_it_was_meant(reader, read):
    want = [row(event) for event in FEEDS["zones"]]
    got = read["zones"][reader]
    wrong = [
        (FEEDS["zones"][number].tz, FEEDS["zones"][number].starts.isoformat(), a, b)
        for number, (a, b) in enumerate(zip(want, got, strict=True))
        if a != b
    ]
    assert wrong == []


@pytest.mark.parametrize("reader", READERS)
def test_a_moved_session_keeps_its_name_and_a_cancelled_one_says_so(reader, read):
    got = [read[name][reader] for name in ("first", "moved", "cancelled")]
    assert got == [[row(BASE)], [row(MOVED)], [row(CANCELLED)]]


def test_the_rules_in_the_feed_alone_give_the_same_instants():
    """Without any list of zones: the zone of each event is made from the feed's own VTIMEZONE."""
    data = write(Feed("zones", events=FEEDS["zones"]))
    calendar = icalendar.Calendar.from_ical(data)
    zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}
    wrong = []
    for event, part in zip(FEEDS["zones"], calendar.walk("VEVENT"), strict=True):
        start = part["DTSTART"]
        if start.dt.tzinfo is UTC or "TZID" not in start.params:
            continue
        local = start.dt.replace(tzinfo=zones[start.params["TZID"]])
        if local.timestamp() != event.starts.timestamp():
            wrong.append((event.tz, event.starts, local))
    assert wrong == []
