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
    RolePlace,
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
    VersionRole,
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
    "RolePlace",
    "Rubric",
    "Track",
    "VersionBudgetLine",
    "VersionModule",
    "VersionRole",
    "VersionRubric",
    "Waiver",
]
