"""Programmes and their versions, modules, rubrics, batches, roles, enrolments."""

from __future__ import annotations

from nagara.campus.programmes.models.batches import (
    Batch,
    BatchActivity,
    BatchBudgetLine,
    BatchQuerySet,
    BatchRole,
    Enrolment,
    ExtraHoliday,
    RoleKind,
    Waiver,
)
from nagara.campus.programmes.models.programmes import (
    ActivityKind,
    Course,
    EvaluationForm,
    FrameworkTag,
    Module,
    PlannedActivity,
    Programme,
    ProgrammeVersion,
    Rubric,
    Track,
    VersionBudgetLine,
    VersionModule,
    VersionRubric,
)

__all__ = [
    "ActivityKind",
    "Batch",
    "BatchActivity",
    "BatchBudgetLine",
    "BatchQuerySet",
    "BatchRole",
    "Course",
    "Enrolment",
    "EvaluationForm",
    "ExtraHoliday",
    "FrameworkTag",
    "Module",
    "PlannedActivity",
    "Programme",
    "ProgrammeVersion",
    "RoleKind",
    "Rubric",
    "Track",
    "VersionBudgetLine",
    "VersionModule",
    "VersionRubric",
    "Waiver",
]
