"""Three weeks of the demonstration's short course, as lines: what, when, for whom, where, with whom.

Days count from the first Monday (1). `A/B` lines are held twice at once, for group A and for group B.
"""

from __future__ import annotations

from dataclasses import dataclass

HALL, LAB1, LAB2, SEMINAR, ONLINE, OUT = "hall", "lab1", "lab2", "seminar", "online", ""


@dataclass(frozen=True)
class Row:
    """A line. `who`: keys of the speakers; of an A/B line the first is with A, the second with B."""

    day: int
    at: str
    minutes: int
    kind: str
    title: str
    module: str
    place: str
    who: tuple[str, ...] = ()
    split: bool = False
    counts: bool = True
    note: str = ""


def _row(line: str) -> Row:
    day, at, minutes, kind, module, place, who, title = (part.strip() for part in line.split("|"))
    return Row(
        int(day),
        at,
        int(minutes),
        kind,
        title,
        module,
        "" if place in ("out", "A/B") else place,
        tuple(who.split()),
        split=place == "A/B",
        counts=kind != "milestone" and title != BY_SIGN_UP,
    )


BY_SIGN_UP = "A city project in operation"

LINES = """
-34|15:00| 90|webinar        |M01|online |park      |Webinar 1: what a data-driven city is
-27|15:00| 90|webinar        |M01|online |park      |Webinar 2: your city's profile
-20|15:00| 90|webinar        |M02|online |yoon      |Webinar 3: sources, licences, quality
-13|15:00| 90|webinar        |M02|online |yoon      |Webinar 4: first queries
  1|09:30| 60|seminar        |   |hall   |han park  |Opening and introductions
  1|11:00| 60|assessment     |   |hall   |park      |Pre-test
  1|14:00|120|seminar        |M01|hall   |park expert|City reports, first half
  1|18:00|120|milestone      |   |out    |han       |Welcome dinner
  2|09:30|120|seminar        |M01|hall   |park expert|City reports, second half
  2|13:30|150|course         |M02|hall   |yoon      |City data foundations
  3|09:30|150|workshop       |M02|A/B    |yoon seo  |Clean three messy files
  3|14:00|120|course         |M03|hall   |seo       |Urban geospatial data
  4|09:30|150|workshop       |M03|A/B    |seo yoon  |Streets and people to wards and cells
  4|14:00|120|workshop       |M03|A/B    |seo yoon  |Streets and people to wards and cells
  5|09:30|120|course         |M04|hall   |park      |Indicators and evidence
  5|14:00|180|workshop       |M04|A/B    |park seo  |Indicator sheet with uncertainty
  8|09:30|120|course         |M05|hall   |ryu       |Mobility and accessibility
  8|13:30|180|workshop       |M05|A/B    |ryu seo   |Reach and gap map
  9|09:30|120|technical-visit|M05|out    |ryu guide1|Traffic centre
  9|14:00|120|course         |M06|hall   |yoon      |Internet of things for cities
 10|09:30|150|workshop       |M06|A/B    |yoon ryu  |Connect sensors, flag, alarm
 10|13:30|120|workshop       |M06|A/B    |yoon ryu  |Connect sensors, flag, alarm
 11|09:30|120|course         |M07|hall   |park      |Environment and resilience
 11|13:30|180|workshop       |M07|A/B    |park seo  |Alarm test on a real flood
 12|09:30|150|technical-visit|M07|out    |park guide2|Flood and air control centre
 12|14:00|180|workshop       |M08|A/B    |seo ryu   |Citizen voice: topics and bias
 15|09:30|150|workshop       |M09|A/B    |ryu seo   |Growth and scenarios
 15|15:00|120|seminar        |M09|hall   |guide3    |Planning office
 16|09:30|150|course         |M10|hall   |kim       |Governance, privacy, procurement
 16|13:30| 60|seminar        |M10|hall   |kim       |Data protection office
 16|15:30|150|workshop       |M11|A/B    |park yoon |Dashboard and decision brief
 17|09:30|120|studio         |M11|hall   |park expert|Decision brief: draft and peer marks
 17|13:30|240|studio         |M12|hall   |expert    |Problem tree and project design matrix
 18|09:30|150|studio         |M12|hall   |expert kim|Finance and delivery
 18|13:30|150|studio         |M12|hall   |expert kim|Finance and delivery
 18|16:30|120|technical-visit|M12|out    |guide3    |A city project in operation
 19|09:00|180|studio         |M12|hall   |park expert|Pitch, action plan
 19|13:30|120|studio         |M12|hall   |park expert|Pitch, action plan
 19|15:45| 45|assessment     |   |hall   |park      |Post-test
 19|16:45| 45|seminar        |   |hall   |han park  |Evaluation and closing
"""
PLAN = [_row(line) for line in LINES.strip().splitlines()]
ABOUT = {
    "Pre-test": "Forty minutes on your own device. It counts for nothing: it shows what you gain.",
    "City reports, first half": "Five slides and two pages for each city. **Bring** the report that you "
    "handed in; seven minutes a city.",
    "Clean three messy files": "Rainfall with two date formats, a bus timetable without stops, a list of "
    "wards that counts one twice. You write what you mended, and why.",
    "Reach and gap map": "Who reaches a hospital within 30 and 45 minutes by public transport, and who does "
    "not? **Bring** your laptop with its charger.",
    "Traffic centre": "Signals, cameras and incidents of one city in one room. **Bring** your passport: the "
    "host checks it at the door.",
    "Flood and air control centre": "How a threshold becomes an alarm, who decides, and what happens after a "
    "false one. **Bring** your passport and closed shoes.",
    "Alarm test on a real flood": "You set a rule; a flood that you have not seen judges it by hits, false "
    "alarms and lead time.",
    "A city project in operation": "A square that holds storm water, two stops from the campus. Sign up: "
    "the guide takes 24 people. It does not count towards attendance.",
    "Pitch, action plan": "Eight minutes a city, four for questions. The panel marks the plan, not the "
    "slides.",
    "Post-test": "The same length as the pre-test, other numbers. You need 60 of 100 points.",
}
NAMED = {
    "guide1": ("Control room, host city", "host"),
    "guide2": ("Duty officer, control centre", "host"),
    "guide3": ("Planning office, host city", "speaker"),
}
"""Speakers without an account."""
