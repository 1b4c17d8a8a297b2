"""Labs: tasks on a city's own data, different for each learner, graded at once, with evidence.

    lab = labs.load("m05-standard")
    labs.fits(lab, city.newest())                    # which tasks this city's data carry
    prepared = labs.prepare(city, lab, seed)         # draws, poses, keeps the keys as a Run
    labs.grade(prepared, "headway", {"text": "12 min"})

The format of a lab's file stands in docs/labs.md.
"""

from __future__ import annotations

from nagara.citylab.labs.fitting import fits
from nagara.citylab.labs.grading import grade, mistaken_answer, right_answer
from nagara.citylab.labs.keeping import make_ready, prepare, prepare_many, reopen
from nagara.citylab.labs.model import (
    BadAnswer,
    BadLab,
    Differs,
    DoesNotFit,
    Draw,
    Fit,
    Grade,
    Key,
    Lab,
    LabRun,
    Lack,
    Mistake,
    Need,
    Posed,
    Prepared,
    Step,
    Task,
    UnknownLab,
)
from nagara.citylab.labs.reading import catalogue, load, read_folder
from nagara.citylab.labs.rehearsing import rehearse
from nagara.citylab.labs.tables import catalogue_of, seen_from, seen_until

__all__ = [
    "BadAnswer",
    "BadLab",
    "Differs",
    "DoesNotFit",
    "Draw",
    "Fit",
    "Grade",
    "Key",
    "Lab",
    "LabRun",
    "Lack",
    "Mistake",
    "Need",
    "Posed",
    "Prepared",
    "Step",
    "Task",
    "UnknownLab",
    "catalogue",
    "catalogue_of",
    "fits",
    "grade",
    "load",
    "make_ready",
    "mistaken_answer",
    "prepare",
    "prepare_many",
    "read_folder",
    "rehearse",
    "reopen",
    "right_answer",
    "seen_from",
    "seen_until",
]
