"""Messages against the rules of CAP 1.2 (element order, code values, formats), written out here by hand."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from defusedxml import ElementTree as ET

from nagara.citylab import cap

NS = "{urn:oasis:names:tc:emergency:cap:1.2}"
ALERT_ORDER = [
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "source",
    "scope",
    "restriction",
    "addresses",
    "code",
    "note",
    "references",
    "incidents",
    "info",
]
INFO_ORDER = [
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "audience",
    "eventCode",
    "effective",
    "onset",
    "expires",
    "senderName",
    "headline",
    "description",
    "instruction",
    "web",
    "contact",
    "parameter",
    "resource",
    "area",
]
AREA_ORDER = ["areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"]
CODES = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
TIME = re.compile(r"\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")


def names(element):
    return [child.tag.removeprefix(NS) for child in element]


def in_order(found, order):
    places = [order.index(name) for name in found]
    return places == sorted(places)


def check(text):
    root = ET.fromstring(text)
    assert root.tag == NS + "alert"
    assert in_order(names(root), ALERT_ORDER)
    for name in ("identifier", "sender", "sent", "status", "msgType", "scope"):
        assert names(root).count(name) == 1
    for element in root.iter():
        tag = element.tag.removeprefix(NS)
        if tag in CODES:
            assert element.text in CODES[tag]
        if tag in {"sent", "onset", "expires", "effective"}:
            assert TIME.fullmatch(element.text)
    for name in ("identifier", "sender"):
        assert not re.search(r"[\s,<&]", root.find(NS + name).text)
    for info in root.findall(NS + "info"):
        assert in_order(names(info), INFO_ORDER)
        for name in ("category", "event", "urgency", "severity", "certainty"):
            assert name in names(info)
        for area in info.findall(NS + "area"):
            assert in_order(names(area), AREA_ORDER)
            assert names(area).count("areaDesc") == 1
    return root


def alert(**changes):
    parts = {
        "identifier": "run-1",
        "sender": "city@example.org",
        "sent": datetime(2020, 1, 2, 0, 40, tzinfo=ZoneInfo("Asia/Yangon")),
        "event": "Flood",
        "headline": "Level <9,520> & rising",
        "description": "Water at the gate.",
        "areas": [cap.Area("Gate", circle=(96.1, 16.8, 2))],
    }
    return cap.Alert(**(parts | changes))


def test_a_message_follows_the_order_and_codes_of_cap():
    root = check(
        cap.message(alert(urgency="Immediate", severity="Severe", certainty="Observed", response="Monitor"))
    )
    assert root.find(NS + "status").text == "Exercise"
    assert root.find(NS + "sent").text == "2020-01-02T00:40:00+06:30"
    assert root.find(f"{NS}info/{NS}headline").text == "Level <9,520> & rising"
    assert root.find(f"{NS}info/{NS}area/{NS}circle").text == "16.800000,96.100000 2"


def test_utc_is_written_as_minus_nought():
    root = check(cap.message(alert(sent=datetime(2020, 1, 1, tzinfo=UTC))))
    assert root.find(NS + "sent").text == "2020-01-01T00:00:00-00:00"


def test_a_polygon_is_closed_and_has_latitude_first():
    area = cap.Area("Ward", polygon=[(96.0, 16.0), (97.0, 16.0), (97.0, 17.0)], geocodes={"ward": "12"})
    root = check(cap.message(alert(areas=[area])))
    corners = root.find(f"{NS}info/{NS}area/{NS}polygon").text.split()
    assert corners[0] == corners[-1] == "16.000000,96.000000"
    assert len(corners) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": "has space"},
        {"sender": "a,b"},
        {"status": "Real"},
        {"severity": "High"},
        {"scope": "Restricted"},
        {"scope": "Private"},
        {"msg_type": "Update"},
        {"areas": []},
        {"sent": datetime(2020, 1, 1)},
        {"areas": [cap.Area("x", polygon=[(0.0, 0.0), (1.0, 1.0)])]},
        {"response": "Run"},
    ],
)
def test_what_cap_forbids_is_refused(changes):
    with pytest.raises(cap.BadAlert):
        cap.message(alert(**changes))


def test_alarms_become_messages_that_rise_with_their_threshold():
    rows = [
        {"datastream_id": "g:l", "severity": s, "label": f"level {s}", "threshold": 100.0 * s}
        | {"start_ts": datetime(2020, 1, 1, s), "peak": 400.0}
        for s in (1, 2, 3)
    ]
    things = [{"datastream_id": "g:l", "thing_id": "g", "name": "Gate", "lon": 96.0, "lat": 16.0}]
    made = cap.alarms(rows, things, tz="Asia/Yangon", sender="c@example.org", run_id="ew-1")
    assert [a.severity for a in made] == ["Minor", "Moderate", "Severe"]
    roots = [check(cap.message(a)) for a in made]
    assert roots[0].find(NS + "sent").text == "2020-01-01T07:30:00+06:30"
    assert len({r.find(NS + "identifier").text for r in roots}) == 3


def test_a_station_without_a_place_still_gives_words():
    rows = [
        {
            "datastream_id": "a",
            "severity": 1,
            "label": "x",
            "threshold": 1.0,
            "start_ts": datetime(2020, 1, 1),
        }
    ]
    things = [{"datastream_id": "a", "thing_id": "t", "name": None, "lon": None, "lat": None}]
    (one,) = cap.alarms(rows, things, tz="UTC", sender="c@example.org", run_id="r")
    root = check(cap.message(one))
    assert names(root.find(f"{NS}info/{NS}area")) == ["areaDesc"]
