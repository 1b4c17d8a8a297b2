"""What the demonstration's visits say. All is invented."""

from __future__ import annotations

from datetime import time
from typing import Any

EMERGENCY = ["Ambulance and fire: 119", "Police: 112", "Office of the course, day and night: +82 2 555 0100"]
DRIVER = "driver Mr Oh, +82 10 555 0141"
CAMPUS = "Data Hall, main gate"
TRAFFIC, FLOOD, PROJECT = "Traffic centre", "Flood and air control centre", "A city project in operation"

VISITS: dict[str, dict[str, Any]] = {
    TRAFFIC: {
        "host": "Traffic information centre of the host city",
        "address": "31 Sejong-daero, Jung-gu, Seoul",
        "contact_name": "Lim Jisoo, public relations",
        "contact_phone": "+82 2 555 0131",
        "contact_email": "visits@traffic.example",
        "briefing": "The room in which **signals, buses and incidents** of a city of ten million meet. You "
        "see what is measured, who decides within how many minutes, and what is published as open data.",
        "to_see": "- Which data come every second, which once a day?\n- What happens when a detector is "
        "silent?\n- Ask for one decision that the data changed last year.",
        "dress": "Office dress. No special shoes.",
        "rules": "No pictures of the wall of screens. Telephones are silent.",
        "bring": ["Passport", "Notebook"],
        "stops": [
            {"at": "09:40", "what": "Welcome, film"},
            {"at": "10:00", "what": "Operations room, in two groups"},
            {"at": "11:00", "what": "Questions and answers"},
        ],
        "meeting_point": CAMPUS,
        "meeting_at": time(8, 40),
        "asks": ["diet", "access", "emergency", "passport"],
    },
    FLOOD: {
        "host": "Flood and air control centre of the host city",
        "address": "15 Hangang-daero, Yongsan-gu, Seoul",
        "contact_name": "Duty officer Bae Minho",
        "contact_phone": "+82 2 555 0177",
        "contact_email": "duty@flood.example",
        "briefing": "Rain radar, river levels, pumps and air stations in one place. You have judged alarms "
        "in the lab; here you meet those who give them at three in the morning.",
        "to_see": "- From a threshold to a siren: who signs, and how long does it take?\n- How many false "
        "alarms a year are too many?\n- Which of your own city's stations would they trust?",
        "dress": "Closed shoes. A helmet is lent at the pumping station. Arms covered near the pumps.",
        "rules": "Pictures in the entrance hall only. Bags stay in the bus.",
        "bring": ["Passport", "Closed shoes", "Rain coat"],
        "stops": [
            {"at": "09:35", "what": "Passport check, in two groups"},
            {"at": "10:00", "what": "Control room: a night in August"},
            {"at": "11:00", "what": "Pumping station"},
            {"at": "11:40", "what": "Light lunch at the host"},
        ],
        "meeting_point": CAMPUS,
        "meeting_at": time(8, 30),
        "asks": ["diet", "access", "emergency", "passport", "medical"],
    },
    PROJECT: {
        "host": "Parks department of the host city",
        "address": "Storm water square, Dongdaemun-gu, Seoul",
        "contact_name": "Na Eunji, project office",
        "contact_phone": "+82 2 555 0190",
        "contact_email": "square@parks.example",
        "briefing": "A square that is a playground on 350 days and a basin on 15. Look at cost, care and "
        "the sensors under the stones.",
        "to_see": "- Who cleans it after a storm, and who pays?\n- What did the neighbours say "
        "before and after?",
        "dress": "Comfortable shoes: 2 km on foot.",
        "rules": "It is a public place: ask people before you take their picture.",
        "bring": ["Transport card"],
        "meeting_point": "Metro station, exit 3",
        "meeting_at": time(16, 15),
        "asks": ["diet", "access", "emergency"],
        "whom": "sign-up",
        "seats": 24,
    },
}


def _bus(start: str, goal: str, at: str, to: str, plate: str, seats: int, note: str = "") -> dict[str, Any]:
    return {
        "start": start,
        "goal": goal,
        "mode": "bus",
        "operator": plate,
        "departs": time.fromisoformat(at),
        "arrives": time.fromisoformat(to),
        "seats": seats,
        "note": note,
    }


LEGS: dict[str, tuple[dict[str, Any], ...]] = {
    TRAFFIC: (
        {
            "start": CAMPUS,
            "goal": "Traffic centre",
            "mode": "metro",
            "departs": time(8, 50),
            "arrives": time(9, 20),
            "note": "transport cards are handed out at the gate",
        },
        {
            "start": "Traffic centre",
            "goal": CAMPUS,
            "mode": "metro",
            "departs": time(11, 45),
            "arrives": time(12, 15),
        },
    ),
    FLOOD: (
        _bus(
            CAMPUS,
            "Control centre",
            "08:45",
            "09:25",
            "Bus A, 71 나 1204",
            28,
            DRIVER,
        ),
        _bus(CAMPUS, "Control centre", "08:45", "09:25", "Bus B, 71 나 1377", 28, "lift for wheelchairs"),
        _bus(
            "Control centre",
            CAMPUS,
            "12:20",
            "13:05",
            "Bus A, 71 나 1204",
            28,
            DRIVER,
        ),
        _bus("Control centre", CAMPUS, "12:20", "13:05", "Bus B, 71 나 1377", 28, "lift for wheelchairs"),
    ),
    PROJECT: (
        {
            "start": "Metro station, exit 3",
            "goal": "Storm water square",
            "mode": "on foot",
            "departs": time(16, 20),
            "arrives": time(16, 35),
        },
    ),
}
