"""Questions about a round: the review board, the calibration view."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from nagara.campus.admissions.models import Application
from nagara.campus.selection.domain.agreement import Agreement, Score, calibrate
from nagara.campus.selection.domain.constraints import SCALE
from nagara.campus.selection.domain.scoring import apart, combined
from nagara.campus.selection.models import Assignment, Draft, Round

DONE, OPEN = Assignment.State.DONE, Assignment.State.OPEN


@dataclass
class Read:
    """One reading on the board; `points` of 100 with one decimal, or None while it is open."""

    reviewer: str
    points: int | None
    third: bool

    @property
    def text(self) -> str:
        return "open" if self.points is None else f"{self.points / SCALE:.1f}"


@dataclass
class BoardRow:
    """One application on the board. Points in thousandths."""

    pk: int
    reference: str
    name: str
    native_name: str
    city: str
    state: str
    sex: str
    reads: list[Read] = field(default_factory=list)
    score: int | None = None
    apart: int = 0
    standing: str = ""

    @property
    def points(self) -> str:
        return "" if self.score is None else f"{self.score / SCALE:.2f}"

    @property
    def distance(self) -> str:
        return f"{self.apart / SCALE:.1f}" if len(self.reads) > 1 and self.apart else ""


STANDINGS = {
    "": "all",
    "done": "read",
    "open": "readings open",
    "third": "a third reader was called",
    "differ": "readers differ, no third yet",
    "none": "no reader yet",
}


def board(round_: Round, *, veiled: bool = False) -> list[BoardRow]:
    """Every application with its readings, highest score first: two queries, whatever the size. `veiled`:
    without names, sex and places."""
    reads: dict[int, list[Read]] = defaultdict(list)
    rows = (
        Assignment.objects.filter(round=round_, state__in=[OPEN, DONE])
        .order_by("place", "pk")
        .values_list(
            "application",
            "place",
            "state",
            "review__points",
            "reviewer__user__preferred_name",
            "reviewer__user__passport_name",
        )
    )
    for application, place, state, points, preferred, passport in rows:
        shown = points if state == DONE else None
        reads[application].append(Read(preferred or passport, shown, place > round_.readers))
    found = [
        _row(pk, reference, [""] * 5 if veiled else facts, reads[pk])
        for pk, reference, *facts in _people(round_)
    ]
    limit = round_.differ_by * SCALE
    for row in found:
        points_ = [r.points for r in row.reads if r.points is not None]
        row.score, row.apart = combined(points_, round_.combine), apart(points_)
        row.standing = _standing(row, round_.readers, limit)
    return sorted(found, key=lambda r: (-(r.score if r.score is not None else -1), r.reference))


def _row(pk: int, reference: str, facts: list[str], reads: list[Read]) -> BoardRow:
    name, native_name, city, state, sex = facts
    return BoardRow(pk, reference, name, native_name, city, state, sex, reads)


def _people(round_: Round) -> list[tuple[Any, ...]]:
    rows = (
        Application.objects.filter(call=round_.call_id)
        .handed_in()
        .order_by("reference")
        .values_list(
            "pk",
            "reference",
            "user__preferred_name",
            "user__passport_name",
            "user__native_name",
            "city__name",
            "home_state__name",
            "sex",
        )
    )
    return [
        (pk, reference, passport or preferred, native, city or "", state or "", sex)
        for pk, reference, preferred, passport, native, city, state, sex in rows
    ]


def _standing(row: BoardRow, readers: int, limit: int) -> str:
    if not row.reads:
        return "none"
    if any(r.points is None for r in row.reads):
        return "third" if any(r.third for r in row.reads) else "open"
    if row.apart > limit and len(row.reads) <= readers:
        return "differ"
    return "third" if any(r.third for r in row.reads) else "done" if len(row.reads) >= readers else "open"


def agreement_of(round_: Round) -> tuple[Agreement, dict[str, str]]:
    """How the reviewers of a round agree, and their names by key."""
    rows = list(
        Assignment.objects.filter(round=round_, state=DONE, review__points__isnull=False).values_list(
            "application",
            "reviewer",
            "review__points",
            "reviewer__user__preferred_name",
            "reviewer__user__passport_name",
        )
    )
    names = {f"{reviewer:09}": preferred or passport for _, reviewer, _, preferred, passport in rows}
    scores = [
        Score(str(application), f"{reviewer:09}", (points or 0) / SCALE)
        for application, reviewer, points, _, _ in rows
    ]
    return calibrate(scores, differ_by=float(round_.differ_by)), names


def progress(round_: Round) -> dict[str, int]:
    """Readings by state, and how many of them are third readings still open."""
    counts: Counter[str] = Counter()
    for state, place in Assignment.objects.filter(round=round_).values_list("state", "place"):
        counts[state] += 1
        if place > round_.readers and state == OPEN:
            counts["third_open"] += 1
    return {name: counts[name] for name in ("open", "done", "recused", "taken_back", "third_open")}


def newest_draft(round_: Round) -> Draft | None:
    return Draft.objects.filter(round=round_).order_by("-number").first()
