"""What is kept: materials, assignments, what was handed in, marks, the grade book's weights."""

from __future__ import annotations

from nagara.campus.learning.models.assignments import Assignment, Extension
from nagara.campus.learning.models.book import BookEntry, BookRules
from nagara.campus.learning.models.marks import Grade, GradeChange, Marking, PeerReview
from nagara.campus.learning.models.materials import Material, MaterialOpened, MaterialVersion, Visit
from nagara.campus.learning.models.submissions import HandIn, Submission, SubmissionFile

__all__ = [
    "Assignment",
    "BookEntry",
    "BookRules",
    "Extension",
    "Grade",
    "GradeChange",
    "HandIn",
    "Marking",
    "Material",
    "MaterialOpened",
    "MaterialVersion",
    "PeerReview",
    "Submission",
    "SubmissionFile",
    "Visit",
]
