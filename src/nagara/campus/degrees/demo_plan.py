"""What the students of the demonstration took, by kind of student. All of it is invented.

A course is "SC501 A": its code and its grade ("" being taken, W withdrawn). Semesters follow each other.
"""

from __future__ import annotations

Plan = tuple[str, str, str, str]
GOOD = (
    (
        "SC501 A, SC502 B+, SC504 A-",
        "SC503 A, SC505 B+, SC522 A-",
        "SC600 P, SC521 B+",
        "SC610, SC699, SC527",
    ),
    ("SC501 B+, SC502 A, SC504 B", "SC503 B+, SC505 A, SC524 A-", "SC600 P, SC525 A", "SC610, SC699, SC527"),
    ("SC501 A+, SC502 A, SC505 A", "SC503 A-, SC504 A, SC522 A+", "SC600 P, SC525 A", "SC610, SC699, SC525"),
    ("SC501 B, SC502 B+, SC504 B+", "SC503 B, SC505 B, SC522 B+", "SC600 P, SC521 A", "SC610, SC699, SC525"),
)
"""On the way: every rule is met once the fourth semester is passed."""
DONE: Plan = (
    "SC501 A, SC502 A-, SC504 A",
    "SC503 A, SC505 B+, SC522 A, SC524 A-",
    "SC600 P, SC525 A, SC610 A, SC699 A+",
    "SC527",
)
"""Everything is passed before the fourth semester ends."""
MENDED: Plan = (
    "SC501 B+, SC502 A-, SC503 B",
    "SC504 B+, SC505 A-, SC524 B+",
    "SC600 P, SC521 A",
    "SC610, SC699",
)
"""Lacks an elective, and the share outside the home unit: one offered course mends both."""
SPECIAL: dict[int, Plan] = {
    1: DONE,
    3: (
        "SC501 C, SC502 C+, SC504 C",
        "SC503 B-, SC505 C, SC522 B",
        "SC600 P, SC521 C+",
        "SC610, SC699, SC527",
    ),
    5: DONE,
    7: ("SC501 B, SC502 B, SC504 B+", "SC503 B, SC505 B, SC522 A", "SC600 P, SC521 B", "SC699"),
    13: (
        "SC501 B, SC502 B-, SC504 C+",
        "SC503 C, SC505 B-, SC524 C+",
        "SC600 P, SC525 B",
        "SC610, SC699, SC527",
    ),
    19: (
        "SC501 B, SC502 F, SC504 A",
        "SC502 B, SC503 B+, SC505 B, SC522 A",
        "SC600 P, SC521 B+",
        "SC610, SC699, SC527",
    ),
    23: ("SC501 A, SC502 B+, SC504 A", "SC503 A, SC505 B+, SC522 A", "", "SC600, SC610, SC527"),
    27: ("SC501 A, SC502 A, SC504 A", "SC503 A, SC505 A, SC522 A", "SC600 P, SC525 A", "SC610, SC699, SC527"),
    31: (
        "SC501 B+, SC502 A, SC504 B",
        "SC503 B, SC505 B, SC522 A, SC523 B, SC524 B, SC521 B+",
        "SC600 P",
        "SC610, SC699",
    ),
    35: (
        "SC501 B, SC502 C, SC504 W",
        "SC503 C+, SC504 C, SC505 B-",
        "SC600 P, SC525 W",
        "SC610, SC699, SC522",
    ),
    37: ("SC501 A, SC502 B", "SC503 B+, SC505 B", "SC600 P, SC521 A", "SC610, SC699, SC527"),
}
"""By place in the list: weak averages, few credits, a repeat, a leave, an overload, double counting."""
ON_LEAVE = {23: 3}
DOUBLED = {27: ("SC501", "SC502", "SC504", "SC503", "SC505"), 9: ("SC522",)}
TRANSFERRED = {37: ("SC504 IoT and Urban Data Platforms", "SC522 Urban Climate and Resilience")}
NOT_MET = (11, 13, 35)
"""Places of those who have not met the advisor for weeks."""
AWAY = (7, 15, 29)
"""Places of those who miss most sessions."""
STONES = ("ethics course", "comprehensive exam", "language", "proposal")
OFFERED = (
    # semester, code, seats, weekday from 0, hour, lecturer (place in the list of lecturers), minutes
    (4, "SC610", 42, 0, 9, 0, 180),
    (4, "SC699", 42, 2, 14, 1, 90),
    (4, "SC522", 14, 1, 10, 0, 90),
    (4, "SC523", 20, 0, 10, 2, 90),
    (4, "SC525", 18, 3, 10, 2, 90),
    (4, "SC526", 20, 2, 14, 1, 90),
    (4, "SC527", 30, 4, 10, 1, 90),
)
"""SC523 meets at the same time as SC610, SC526 as SC699; SC525 is full."""
