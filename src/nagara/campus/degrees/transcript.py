"""The transcript of one student: for the page, and as PDF (typst, all scripts of the region)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from nagara.campus.cities.clocks import day_text
from nagara.campus.degrees.domain.arithmetic import Record, Taken, plain, semester_gpa, shown
from nagara.campus.degrees.domain.ledger import host_day, read, taken_of
from nagara.campus.degrees.domain.semesters import policy_of
from nagara.campus.degrees.models import (
    CourseTaking,
    DegreePolicy,
    Leave,
    Milestone,
    Recommended,
    Semester,
)
from nagara.campus.design.papers import pdf
from nagara.campus.programmes.models import Enrolment

TEMPLATE = Path(__file__).with_name("transcript.typ")
Check = Callable[[Enrolment], tuple[str, str] | None]
_check: list[Check] = []


def register_check(provider: Check) -> None:
    """The room above that gives public check codes: `provider(enrolment)` returns (code, address) of the
    transcript, or None. The last one registered counts."""
    _check[:] = [provider]


@dataclass(frozen=True)
class Row:
    """A course on the transcript; `note` says what is special about it."""

    taking: CourseTaking
    counts: bool
    note: str

    @property
    def grade(self) -> str:
        taking = self.taking
        marks = {"withdrawn": "W", "registered": "in progress", "transferred": "T"}
        return marks.get(taking.state, taking.grade.letter if taking.grade else "")

    @property
    def credits(self) -> str:
        return plain(self.taking.credits)


@dataclass(frozen=True)
class Part:
    """A semester, or what was transferred (no semester)."""

    semester: Semester | None
    rows: list[Row]
    gpa: str
    earned: str
    leave: str = ""


@dataclass(frozen=True)
class Transcript:
    """Everything that a transcript says."""

    enrolment: Enrolment
    printed: date
    parts: list[Part]
    record: Record
    policy: DegreePolicy
    milestones: list[Milestone]
    recommended: Recommended | None
    check: tuple[str, str] | None

    @property
    def gpa(self) -> str:
        return shown(self.record.gpa)

    @property
    def credits(self) -> str:
        return plain(self.record.credits)

    @property
    def categories(self) -> list[tuple[str, str]]:
        return [(name, plain(n)) for name, n in sorted(self.record.by_category.items())]


def transcript_of(enrolment: Enrolment, *, now: datetime | None = None) -> Transcript:
    """Read the transcript in a fixed number of queries."""
    ledger = read(enrolment, now=now)
    record = ledger.record()
    counted = {t.turn for t in record.counting}
    rows = (
        CourseTaking.objects.filter(enrolment=enrolment)
        .exclude(state=CourseTaking.State.DROPPED)
        .select_related("grade", "semester")
        .prefetch_related("changes__was")
        .order_by("semester__number", "code", "pk")
    )
    by_semester: dict[int | None, list[Row]] = {}
    taken: list[Taken] = []
    for row in rows:
        taken.append(taken_of(row))
        by_semester.setdefault(row.semester.number if row.semester else None, []).append(
            Row(row, row.pk in counted, _note(row, row.pk in counted))
        )
    leaves = set(Leave.objects.filter(enrolment=enrolment).values_list("semester__number", flat=True))
    parts = [_part(None, by_semester[None], taken)] if None in by_semester else []
    for semester in ledger.semesters:
        if semester.number in by_semester or semester.number in leaves:
            part = _part(semester, by_semester.get(semester.number, []), taken)
            leave = "On leave." if semester.number in leaves else ""
            parts.append(Part(part.semester, part.rows, part.gpa, part.earned, leave))
    return Transcript(
        enrolment=enrolment,
        printed=host_day(enrolment.batch, now),
        parts=parts,
        record=record,
        policy=policy_of(enrolment.batch),
        milestones=list(Milestone.objects.filter(enrolment=enrolment).order_by("on", "pk")),
        recommended=Recommended.objects.filter(enrolment=enrolment).select_related("recommendation").first(),
        check=_check[0](enrolment) if _check else None,
    )


def _part(semester: Semester | None, rows: list[Row], taken: list[Taken]) -> Part:
    number = semester.number if semester else None
    gpa = shown(semester_gpa(taken, number)) if number is not None else ""
    earned = sum(
        (row.taking.credits for row in rows if row.counts and taken_of(row.taking).earns),
        Decimal(0),
    )
    return Part(semester, rows, gpa, plain(earned))


def _note(row: CourseTaking, counts: bool) -> str:
    said = []
    if row.state in ("completed", "failed", "transferred") and not counts:
        said.append("another attempt counts")
    if row.transferred_from:
        said.append(f"from {row.transferred_from}")
    if row.outside:
        said.append("other unit")
    if row.other_degree:
        said.append(f"also for {row.other_degree}")
    return "; ".join(said)


def transcript_pdf(transcript: Transcript) -> bytes:
    """The transcript on A4."""
    batch = transcript.enrolment.batch
    return pdf(TEMPLATE, {"title": "Transcript of records", **_words(transcript), "host": batch.host_name})


def _words(t: Transcript) -> dict[str, Any]:
    user, batch = t.enrolment.user, t.enrolment.batch
    return {
        "name": user.passport_name,
        "native": user.native_name if user.native_name != user.passport_name else "",
        "programme": batch.version.programme.name,
        "batch": batch.name,
        "city": f"{t.enrolment.city}" if t.enrolment.city else "",
        "printed": day_text(t.printed),
        "credits": t.credits,
        "gpa": t.gpa or "none yet",
        "most": plain(max((g.points or Decimal(0) for g in t.policy.scale.grades.all()), default=Decimal(0))),
        "categories": [list(pair) for pair in t.categories],
        "repeats": t.policy.get_repeats_display(),
        "parts": [
            {
                "title": part.semester.name if part.semester else "Transferred",
                "days": f"{day_text(part.semester.starts)} to {day_text(part.semester.ends)}"
                if part.semester
                else "",
                "gpa": part.gpa,
                "earned": part.earned,
                "leave": part.leave,
                "rows": [
                    [r.taking.code, r.taking.title, r.taking.category, r.credits, r.grade, r.note]
                    for r in part.rows
                ],
            }
            for part in t.parts
        ],
        "milestones": [
            [m.name, "passed" if m.passed else "not passed", day_text(m.on)] for m in t.milestones
        ],
        "scale": [
            [g.letter, "" if g.points is None else plain(g.points), g.meaning]
            for g in t.policy.scale.grades.all()
        ],
        "award": t.recommended.award if t.recommended else "",
        "recommended": day_text(t.recommended.recommendation.at.date()) if t.recommended else "",
        "check": list(t.check) if t.check else [],
    }
