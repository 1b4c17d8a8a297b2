"""What can be done here: one function a verb."""

from __future__ import annotations

from nagara.campus.attendance.domain.recording import AttendanceError, record

__all__ = ["AttendanceError", "record"]
