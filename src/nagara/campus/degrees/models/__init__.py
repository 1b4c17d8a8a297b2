"""Grade scales, semesters, courses taken, milestones, advisors, warnings, recommendations."""

from __future__ import annotations

from nagara.campus.degrees.models.grades import DegreePolicy, Grade, GradeScale
from nagara.campus.degrees.models.progress import (
    Advising,
    AdvisorMeeting,
    Leave,
    Milestone,
    Practicum,
    PracticumEntry,
)
from nagara.campus.degrees.models.semesters import Offering, Prerequisite, Semester
from nagara.campus.degrees.models.takings import CourseTaking, GradeChange
from nagara.campus.degrees.models.verdicts import (
    EarlyWarning,
    Recommendation,
    Recommended,
    WarningNote,
    WeeklyLetter,
)

__all__ = [
    "Advising",
    "AdvisorMeeting",
    "CourseTaking",
    "DegreePolicy",
    "EarlyWarning",
    "Grade",
    "GradeChange",
    "GradeScale",
    "Leave",
    "Milestone",
    "Offering",
    "Practicum",
    "PracticumEntry",
    "Prerequisite",
    "Recommendation",
    "Recommended",
    "Semester",
    "WarningNote",
    "WeeklyLetter",
]
