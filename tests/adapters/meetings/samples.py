"""Participant lists as the tools write them, made here: invented people of one meeting on 3 May 2027."""

from __future__ import annotations

import io

ZOOM_OLD = """Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Siti Rahmah binti Abdullah,siti@example.org,05/03/2027 09:00:00 AM,05/03/2027 09:40:10 AM,41,No
Siti Rahmah binti Abdullah,siti@example.org,05/03/2027 09:45:00 AM,05/03/2027 10:30:00 AM,45,No
Mg Kyaw (Mg Kyaw Zin Htet),,05/03/2027 09:05:00 AM,05/03/2027 10:30:00 AM,85,Yes
"""
ZOOM_NEW = """Topic,ID,Host,Duration (minutes),Start time,End time,Participants
Reading a city,812 3456 7890,Office,92,05/13/2027 08:58:00 AM,05/13/2027 10:30:00 AM,3

Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,Recording disclaimer response,In waiting room
"Cruz, Ana",ana@example.org,05/13/2027 08:58:00 AM,05/13/2027 10:30:00 AM,92,No,,No
Nguyễn Ánh,,05/13/2027 08:59:00 AM,05/13/2027 09:01:00 AM,2,Yes,,Yes
Nguyễn Ánh,,05/13/2027 09:01:00 AM,,20,Yes,,No
"""
TEAMS_LINES = [
    "1. Summary",
    "Meeting title\tReading a city",
    "Attended participants\t3",
    "Start time\t5/3/27, 8:58:11 AM",
    "End time\t5/3/27, 10:31:02 AM",
    "Meeting duration\t1h 32m 51s",
    "Average attendance time\t1h 10m 4s",
    "",
    "2. Participants",
    "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole",
    "ดารณี ใจดี\t5/3/27, 9:00:00 AM\t5/3/27, 10:30:00 AM\t1h 15m 0s\tdarunee@example.org\tdarunee@example.org\tPresenter",
    "Phone caller\t5/3/27, 9:10:00 AM\t5/3/27, 10:10:00 AM\t40m 0s\t\t\tAttendee",
    "",
    "3. In-Meeting Activities",
    "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole",
    "ดารณี ใจดี\t5/3/27, 9:00:00 AM\t5/3/27, 9:45:00 AM\t45m 0s\tdarunee@example.org\tPresenter",
    "ดารณี ใจดี\t5/3/27, 10:00:00 AM\t5/3/27, 10:30:00 AM\t30m 0s\tdarunee@example.org\tPresenter",
]
TEAMS = "\r\n".join(TEAMS_LINES).encode("utf-16")
TEAMS_OLD = (
    "Full Name\tUser Action\tTimestamp\n"
    "Ana Cruz\tJoined before\t13/05/2027, 09:00:00\n"
    "Ana Cruz\tLeft\t13/05/2027, 09:30:00\n"
    "Ana Cruz\tJoined\t13/05/2027, 09:40:00\n"
    "Ben Tan\tJoined\t13/05/2027, 09:10:00\n"
    "Ana Cruz\tLeft\t13/05/2027, 10:30:00\n"
).encode("utf-16-le")
MEET = """First name,Last name,Email,Duration,Time joined,Time exited
Ana,Cruz,ana@example.org,1 hr 2 min,9:00 AM,10:30 AM
Ben,,ben@example.org,58 min,11:30 PM,12:28 AM
"""
WEBEX = (
    "Meeting Name\tReading a city\nTime Zone\tSeoul (Korea, GMT+09:00)\n\n"
    "Display Name\tFirst Name\tLast Name\tRole\tAttendee Email\tJoin Time\tLeave Time\tAttendance Duration\tConnection Type\n"
    'Ana Cruz\tAna\tCruz\tAttendee\tana@example.org\t="2027-05-03 09:00:00"\t="2027-05-03 09:41:00"\t41 mins\tDesktop app\n'
    'Ben Tan\tBen\tTan\tAttendee\tben@example.org\t="2027-05-03 09:00:00"\tlater\tlong\tMobile app\n'
).encode("utf-16")


def workbook(text: str) -> bytes:
    """A CSV as a workbook."""
    import csv

    from openpyxl import Workbook

    book = Workbook()
    for row in csv.reader(io.StringIO(text)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
