"""The minutes of a draft: every score, every reason, every change, as PDF (typst) and XLSX."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from nagara.campus.design import papers
from nagara.campus.people.data_port import erased_name
from nagara.campus.people.models import User
from nagara.campus.selection.domain import constraints as terms
from nagara.campus.selection.domain.constraints import SCALE
from nagara.campus.selection.domain.ranking import names_of_values
from nagara.campus.selection.domain.releasing import decisions_of
from nagara.campus.selection.models import Assignment, Change, Conflict, Draft, Outcome, Release

TEMPLATE = Path(__file__).with_name("minutes.typ")
Row = Sequence[Any]


def _name(user: User | None) -> str:
    """Passport name with the native one beside it: these are official papers."""
    if user is None:
        return erased_name
    native = f" ({user.native_name})" if user.native_name and user.native_name != user.passport_name else ""
    return f"{user.passport_name}{native}"


def _at(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else ""


def _points(value: int | None) -> str:
    return "" if value is None else f"{value / SCALE:.3f}"


def decision_rows(draft: Draft) -> list[Row]:
    """Rank, number, name, place, score, outcome, place on the list, reason, who changed it."""
    return [
        (
            d.rank,
            d.application.reference,
            _name(d.application.user),
            ", ".join(str(p) for p in (d.application.city, d.application.home_state) if p),
            d.application.sex,
            _points(d.plain),
            _points(d.score),
            d.get_outcome_display() if d.outcome else "not decided",
            d.place,
            d.reason,
            _name(d.by) if d.by else "",
        )
        for d in decisions_of(draft)
    ]


DECISIONS = (
    *("Rank", "Application", "Name", "City, state", "Sex", "Score of readings", "Score with bonus"),
    *("Outcome", "Waiting place", "Reason", "Changed by"),
)
CHANGES = ("When", "Application", "Change", "Reason", "By", "Made in draft")
CONFLICTS = ("When", "Person", "Application", "Kind", "Reason", "Recorded by")
SCORES = ("Application", "Reader", "Reading", "State", "Points", "Handed in", "Comment", "Why called")


def change_rows(draft: Draft) -> list[Row]:
    """Every change by hand of every draft up to this one."""
    changes = (
        Change.objects.filter(draft__round=draft.round_id, draft__number__lte=draft.number)
        .filter(from_draft=None)
        .select_related("application", "by", "draft")
    )
    names = names_of_values()
    return [
        (
            _at(c.at),
            c.application.reference if c.application else "",
            _change(c, names),
            c.reason,
            _name(c.by),
            c.draft.number,
        )
        for c in changes
    ]


def _change(change: Change, names: dict[str, str]) -> str:
    if change.kind == Change.Kind.OUTCOME:
        return f"to: {Outcome(change.outcome).label}"
    if change.kind == Change.Kind.TERMS:
        was, now = (_terms(change.data.get(side, {}), names) for side in ("was", "now"))
        went, came = [s for s in was if s not in now], [s for s in now if s not in was]
        return "; ".join([*(f"dropped: {s}" for s in went), *(f"new: {s}" for s in came)])
    return change.get_kind_display()


def _terms(data: dict[str, Any], names: dict[str, str]) -> list[str]:
    return [
        f"{data.get('seats')} seats",
        f"{data.get('reserve')} places on the waiting list",
        *(terms.said(c, names) for c in terms.read(data.get("constraints", []))),
    ]


def conflict_rows(draft: Draft) -> list[Row]:
    found = Conflict.objects.filter(round=draft.round_id).select_related("user", "application", "by")
    return [
        (_at(c.at), _name(c.user), c.application.reference, c.get_kind_display(), c.reason, _name(c.by))
        for c in found
    ]


def score_rows(draft: Draft) -> tuple[list[str], list[Row]]:
    """Every reading with every mark; the titles of the criteria come first."""
    criteria = draft.round.rubric.criteria
    readings = (
        Assignment.objects.filter(round=draft.round_id)
        .select_related("application", "reviewer__user", "review")
        .order_by("application__reference", "place", "pk")
    )
    rows: list[Row] = []
    for r in readings:
        review = getattr(r, "review", None)
        marks = review.scores if review else {}
        rows.append(
            (
                r.application.reference,
                _name(r.reviewer.user),
                "third" if r.place > draft.round.readers else str(r.place),
                r.get_state_display(),
                _points(review.points) if review else "",
                _at(review.submitted_at) if review else "",
                review.comment if review else "",
                r.reason,
                *(marks.get(str(c["id"])) for c in criteria),
            )
        )
    return [str(c["title"]) for c in criteria], rows


def _facts(draft: Draft) -> list[tuple[str, str]]:
    round_ = draft.round
    release = Release.objects.filter(round=round_, draft=draft).select_related("by").first()
    accepted = draft.decisions.filter(outcome=Outcome.ACCEPT)
    women = accepted.filter(application__sex="woman").count()
    return [
        ("Round", str(round_)),
        ("Call", str(round_.call)),
        ("Batch", str(round_.call.batch)),
        (
            "Draft",
            f"{draft.number}, version {draft.version}, made {_at(draft.made_at)} by {_name(draft.made_by)}",
        ),
        ("Seats", f"{draft.objective.get('filled', 0)} of {draft.seats} filled, {women} by women"),
        ("Waiting list", f"{draft.reserve} places"),
        ("Score", f"{_points(draft.objective.get('plain'))} points in all"),
        ("Rubric", f"{round_.rubric}; the score is {round_.get_combine_display()}"),
        (
            "Readers",
            f"{round_.readers} each, one more where they differ by more than {round_.differ_by} points",
        ),
        ("Blind", "yes" if round_.blind else "no"),
        (
            "Released",
            f"{_at(release.at)} by {_name(release.by)}, {release.letters} letters. {release.reason}".strip()
            if release
            else "not released",
        ),
    ]


def _costs(draft: Draft) -> list[dict[str, Any]]:
    who = {str(d.application.reference): _name(d.application.user) for d in decisions_of(draft)}
    return [
        {
            "said": c["said"],
            "note": c.get("note", ""),
            "seats": c["seats"],
            "points": f"{c['points'] / SCALE:.3f}",
            "in": [f"{r} {who.get(r, '')}" for r in c["in"]],
            "out": [f"{r} {who.get(r, '')}" for r in c["out"]],
        }
        for c in draft.costs
    ]


def minutes_pdf(draft: Draft) -> bytes:
    """The minutes as PDF; typst shapes all scripts of the region."""
    titles, scores = score_rows(draft)
    by_application: dict[str, list[str]] = defaultdict(list)
    for row in scores:
        marks = ", ".join(str(m) for m in row[8:] if m is not None)
        by_application[row[0]].append(f"{row[1]}: {row[4] or row[3]}" + (f" ({marks})" if marks else ""))
    data = {
        "title": f"Minutes: {draft.round}",
        "printed": _at(timezone.now()),
        "facts": _facts(draft),
        "committee": [
            f"{_name(m.user)}, {m.get_role_display()}" for m in draft.round.committee.select_related("user")
        ],
        "conflict": draft.conflict,
        "costs": _costs(draft),
        "criteria": titles,
        "ties": [
            f"{t['score'] / SCALE:.3f} points: {', '.join(t['chosen'])} chosen, {', '.join(t['out'])} not"
            for t in draft.ties
        ],
        "decisions": [
            [
                "" if row[0] is None else str(row[0]),
                str(row[1]),
                f"{row[2]}",
                row[3],
                row[6],
                str(row[7]) + (f", place {row[8]}" if row[8] else ""),
                row[9] + (f" ({row[10]})" if row[10] else ""),
                "\n".join(by_application.get(str(row[1]), [])),
            ]
            for row in decision_rows(draft)
        ],
        "changes": [[str(v) for v in row] for row in change_rows(draft)],
        "conflicts": [[str(v) for v in row] for row in conflict_rows(draft)],
    }
    return papers.pdf(TEMPLATE, data)


def minutes_xlsx(draft: Draft) -> bytes:
    """The minutes as a workbook. Text cells are text: none is ever a formula."""
    from openpyxl import Workbook

    titles, scores = score_rows(draft)
    book = Workbook(write_only=True)
    _sheet(book, "Round", ("", ""), _facts(draft))
    _sheet(book, "Decisions", DECISIONS, _numbers(decision_rows(draft), (5, 6)))
    _sheet(book, "Scores", (*SCORES, *titles), _numbers(scores, (4,)))
    _sheet(book, "Changes", CHANGES, change_rows(draft))
    cost_rows = [
        (c["said"], c["note"], c["seats"], float(c["points"]), "; ".join(c["in"]), "; ".join(c["out"]))
        for c in _costs(draft)
    ]
    heads = (
        "Constraint",
        "Note",
        "Seats gained without it",
        "Points gained without it",
        "Would come in",
        "Would go",
    )
    _sheet(book, "Constraints", heads, cost_rows)
    _sheet(book, "Conflicts of interest", CONFLICTS, conflict_rows(draft))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _numbers(rows: Iterable[Row], places: Sequence[int]) -> list[Row]:
    """Points as numbers in these columns."""
    return [
        tuple(float(v) if i in places and v else None if i in places else v for i, v in enumerate(row))
        for row in rows
    ]


def _sheet(book: Any, title: str, heads: Row, rows: Iterable[Row]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"

    def cell(value: Any, *, bold: bool = False) -> Any:
        made = WriteOnlyCell(
            sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
        )
        if isinstance(value, str):
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(h, bold=True) for h in heads])
    for row in rows:
        sheet.append([cell(v) for v in row])
