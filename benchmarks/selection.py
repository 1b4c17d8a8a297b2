"""A selection of 48 out of 500 applicants under 8 constraints, with the cost of each and the ties."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchmarks.case import Plan, Run, Target, run_side, timed
from benchmarks.measure import Compared

TITLE = "Selection, 500 applicants under 8 constraints with the cost of each"
APPLICANTS, SEATS = 500, 48
STATES = ("BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN")
TERMS = [
    {"kind": "each_at_most", "fact": "state", "amount": 6},
    {"kind": "each_at_least", "fact": "state", "amount": 2},
    {"kind": "each_at_most", "fact": "city", "amount": 3},
    {"kind": "at_least", "fact": "sex", "value": "woman", "amount": 40, "share": True},
    {"kind": "at_least", "fact": "secondary", "value": "yes", "amount": 20},
    {"kind": "at_most", "fact": "returning", "value": "yes", "amount": 50, "share": True},
    {"kind": "bonus", "fact": "ascn", "value": "yes", "amount": 2},
    {"kind": "at_most", "fact": "state", "value": "SG", "amount": 3},
]


def plan(quick: bool) -> Plan:
    from benchmarks import data

    home = str(data.work_folder() / "selection-home")
    return Plan(Run("nagara", (home, "60" if quick else str(APPLICANTS))))


def nagara(home: str, size: str) -> None:
    import os

    import django

    os.environ |= {"NAGARA_HOME": home, "DJANGO_SETTINGS_MODULE": "nagara.campus.settings"}
    django.setup()
    from nagara.campus.selection.domain.constraints import read
    from nagara.campus.selection.domain.solving import Candidate, Problem, costs, solve, ties

    chance = random.Random(27)
    people = []
    for number in range(int(size)):
        state = chance.choice(STATES)
        facts = {
            "state": state,
            "city": f"{state}-{chance.randrange(4)}",
            "sex": chance.choice(["woman", "man", "man", ""]),
            "secondary": chance.choice(["yes", "no", "no"]),
            "returning": chance.choice(["yes", "no"]),
            "ascn": chance.choice(["yes", "no"]),
        }
        # the mean of two readings of four criteria with marks of 0 to 5
        readings = [sum(chance.choice([2, 3, 3, 4, 4, 5]) * w for w in (30, 30, 25, 15)) for _ in range(2)]
        people.append(Candidate(f"B-{number:04}", sum(readings) * 100, facts))
    seats = SEATS * int(size) // APPLICANTS
    terms = TERMS if int(size) == APPLICANTS else TERMS[3:4]
    with timed():
        problem = Problem(tuple(people), seats, read(terms))
        solution = solve(problem)
        found = costs(problem, solution)
        print(solution.filled, solution.total, len(found), len(ties(problem, solution)))


def targets(found: Sequence[Compared]) -> list[Target]:
    (one,) = found
    return [Target("seconds, solved with every cost", one.seconds, 5, "s", at_least=False)]


SIDES = {"nagara": nagara}
if __name__ == "__main__":
    run_side(SIDES)
