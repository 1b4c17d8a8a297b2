"""What can be done here: one function a verb."""

from __future__ import annotations

from nagara.campus.attendance.domain.checking import check_in, check_out
from nagara.campus.attendance.domain.correcting import correct, count_again, take_back
from nagara.campus.attendance.domain.pinging import hear
from nagara.campus.attendance.domain.recording import AttendanceError, record
from nagara.campus.attendance.domain.rostering import merge

__all__ = [
    "AttendanceError",
    "check_in",
    "check_out",
    "correct",
    "count_again",
    "hear",
    "merge",
    "record",
    "take_back",
]
