"""Selection: rounds with their people, readings, drafts with decisions, the release and what follows."""

from nagara.campus.selection.models.drafts import Change, Decision, Draft, Outcome, Release, Result
from nagara.campus.selection.models.rounds import (
    Assignment,
    Committee,
    Conflict,
    Review,
    Reviewer,
    Round,
)

__all__ = [
    "Assignment",
    "Change",
    "Committee",
    "Conflict",
    "Decision",
    "Draft",
    "Outcome",
    "Release",
    "Result",
    "Review",
    "Reviewer",
    "Round",
]
