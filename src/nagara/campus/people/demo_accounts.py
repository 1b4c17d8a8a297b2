"""Accounts of a demonstration: who they are and what they can try. Needs no Django.

Rooms read this list to give the people their places (city team, review round, batch ...).
"""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "nagara-demo-2026"  # noqa: S105 (shown by `make run`; only where NAGARA_DEMO is set)


@dataclass(frozen=True)
class Account:
    """One invented person to sign in as: `may` says what they can try, `group` orders the page /demo/."""

    email: str
    name: str
    may: str
    office: str = ""
    city: str = ""
    role_words: str = ""
    group: str = ""
    city_role: str = "csco"
    country: str = ""
    native_name: str = ""
    preferred_name: str = ""
    sex: str = ""
    tz: str = ""


OFFICE, CITIES, SELECTION, LEARNING, OUTSIDE = "The office", "Cities", "Selection", "Learning", "Visitors"
SEOUL, JAKARTA = "Asia/Seoul", "Asia/Jakarta"

ACCOUNTS = [
    Account(
        *("office@demo.example", "Han Seoyeon"),
        "the office: may write everywhere. Plan a timetable, release it, waive a rule, issue certificates",
        office="manager",
        role_words="Programme manager",
        group=OFFICE,
        country="KR",
        native_name="한서연",
        sex="woman",
        tz=SEOUL,
    ),
    Account(
        *("coordinator@demo.example", "Thùy Linh Đặng"),
        "the office: check applications, answer people, see what will go out",
        office="coordinator",
        role_words="Coordinator",
        group=OFFICE,
        country="VN",
        preferred_name="Linh",
        sex="woman",
        tz="Asia/Ho_Chi_Minh",
    ),
    Account(
        *("nr.indonesia@demo.example", "Bambang Hartono Wijayakusuma"),
        "nominate people of the cities of Indonesia, see their state",
        role_words="National Representative of Indonesia",
        group=CITIES,
        country="ID",
        preferred_name="Pak Bambang",
        sex="man",
        tz=JAKARTA,
    ),
    Account(
        *("jakarta@demo.example", "Ratna Sari Lestari"),
        "the team of Jakarta: may write there. Assess the city, nominate, bring data",
        city="jakarta",
        role_words="CSCO of Jakarta",
        group=CITIES,
        country="ID",
        preferred_name="Ratna",
        sex="woman",
        tz=JAKARTA,
    ),
    Account(
        *("staff1.jakarta@demo.example", "Dimas Rahardjo"),
        "the team of Jakarta: answer questions of the assessment, add evidence",
        city="jakarta",
        city_role="staff",
        role_words="Staff of Jakarta",
        group=CITIES,
        country="ID",
        sex="man",
        tz=JAKARTA,
    ),
    Account(
        *("staff2.jakarta@demo.example", "Nurul Hidayah Siregar"),
        "the team of Jakarta: bring data, start recipes",
        city="jakarta",
        city_role="staff",
        role_words="Staff of Jakarta",
        group=CITIES,
        country="ID",
        preferred_name="Nurul",
        sex="woman",
        tz=JAKARTA,
    ),
    Account(
        *("expert@demo.example", "Narong Wongsakul"),
        "verify the readiness of cities, agree targets",
        role_words="Programme expert",
        group=CITIES,
        country="TH",
        native_name="ณรงค์ วงศ์สกุล",
        sex="man",
        tz="Asia/Bangkok",
    ),
    Account(
        *("reviewer1@demo.example", "Tan Mei Fong @ Mary Tan"),
        "read and score applications, blind; say where there is a conflict",
        role_words="Reviewer",
        group=SELECTION,
        country="SG",
        native_name="陈美芳",
        preferred_name="Mei Fong",
        sex="woman",
        tz="Asia/Singapore",
    ),
    Account(
        *("reviewer2@demo.example", "Sok Visal"),
        "read and score applications, blind; say where there is a conflict",
        role_words="Reviewer",
        group=SELECTION,
        country="KH",
        native_name="សុខ វិសាល",
        sex="man",
        tz="Asia/Phnom_Penh",
    ),
    Account(
        *("reviewer3@demo.example", "José Antonio Peñaflor"),
        "read and score applications, blind; say where there is a conflict",
        role_words="Reviewer",
        group=SELECTION,
        country="PH",
        preferred_name="Joey",
        sex="man",
        tz="Asia/Manila",
    ),
    Account(
        *("chair@demo.example", "Nur Aqilah binti Haji Omar"),
        "lead the committee: rank, set constraints, decide with reasons",
        role_words="Chair of the committee",
        group=SELECTION,
        country="BN",
        native_name="نور عقيلة بنت حاج عمر",
        sex="woman",
        tz="Asia/Brunei",
    ),
    Account(
        *("member@demo.example", "Maria Fátima Guterres"),
        "sit on the committee: see every score, propose changes with reasons",
        role_words="Member of the committee",
        group=SELECTION,
        country="TL",
        sex="woman",
        tz="Asia/Dili",
    ),
    Account(
        *("supervisor@demo.example", "Suresh A/L Raman"),
        "co-sign the application of a colleague",
        role_words="Supervisor",
        group=SELECTION,
        country="MY",
        native_name="சுரேஷ் ராமன்",
        preferred_name="Suresh",
        sex="man",
        tz="Asia/Kuala_Lumpur",
    ),
    Account(
        *("applicant@demo.example", "Aye Aye Mon"),
        "apply: fill in, save, come back, send documents, submit",
        role_words="Applicant",
        group=SELECTION,
        country="MM",
        native_name="အေးအေးမွန်",
        sex="woman",
        tz="Asia/Yangon",
    ),
    Account(
        *("lecturer@demo.example", "Park Jihoon"),
        "teach: what a lab shows to teach tomorrow, roster and code at the door, grading; advise students",
        role_words="Lecturer",
        group=LEARNING,
        country="KR",
        native_name="박지훈",
        sex="man",
        tz=SEOUL,
    ),
    Account(
        *("participant@demo.example", "Siti Rahmah binti Haji Abdullah"),
        "take part in the short course: lessons and labs on city data, timetable, check-in, quizzes",
        role_words="Participant",
        group=LEARNING,
        country="BN",
        native_name="سيتي رحمة بنت حاج عبدالله",
        preferred_name="Siti",
        sex="woman",
        tz="Asia/Brunei",
    ),
    Account(
        *("student@demo.example", "Mg Kyaw Zin Htet"),
        "study in the master's track: courses, credits, what is still missing",
        role_words="Master's student",
        group=LEARNING,
        country="MM",
        native_name="မောင်ကျော်ဇင်ထက်",
        preferred_name="Kyaw Zin",
        sex="man",
        tz="Asia/Yangon",
    ),
    Account(
        *("alumna@demo.example", "Keomany Phommachanh"),
        "show own certificate and badge, see past programmes, take out own data",
        role_words="Alumna",
        group=LEARNING,
        country="LA",
        native_name="ແກ້ວມະນີ ພົມມະຈັນ",
        sex="woman",
        tz="Asia/Vientiane",
    ),
    Account(
        *("visitor@demo.example", "Demo Visitor"),
        "a visitor: may read",
        role_words="Visitor",
        group=OUTSIDE,
    ),
]
