"""What the room tells the rooms below: roles in words, personal data, what is copied with a batch."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from nagara.campus.learning import gradebook, sources, stepping, steps
from nagara.campus.learning.domain.reminding import remind
from nagara.campus.learning.models import (
    Assignment,
    BookEntry,
    BookRules,
    Extension,
    Grade,
    HandIn,
    Marking,
    Material,
    MaterialOpened,
    PeerReview,
    Submission,
    SubmissionFile,
    Visit,
)
from nagara.campus.notices import regular
from nagara.campus.people import data_port
from nagara.campus.people.models import User
from nagara.campus.programmes import copying
from nagara.campus.programmes.models import Batch, Course


def register() -> None:
    """Called once, when the site starts."""
    gradebook.register("assignment", sources.assignments)
    gradebook.register("quiz", sources.quizzes)
    steps.register("learning", stepping.steps)
    steps.register("quizzes", stepping.quiz_steps)
    regular.register("learning: remind of what is due", remind)
    data_port.register(
        "learning",
        export=export,
        erase=erase,
        stays="Marks without a name. Texts, files, comments and extensions go.",
    )
    copying.register(
        "learning",
        copy,
        what="Materials and assignments with their times moved, weights of the grade book",
        leaves="What was handed in, marks, extensions, who opened what",
    )


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything the room holds about a person."""
    own = Submission.objects.of(user).select_related("assignment__batch")
    return {
        "submissions": [
            {
                "batch": s.assignment.batch.name,
                "assignment": s.assignment.title,
                "state": s.state,
                "draft": s.text,
                "remark": s.remark,
            }
            for s in own
        ],
        "handed_in": [
            {
                "assignment": h.submission.assignment.title,
                "version": h.number,
                "at": h.at.isoformat(),
                "days_late": h.late_days,
                "text": h.text,
                "files": [f"{f.name} sha256:{f.sha256}" for f in h.files.all()],
            }
            for h in HandIn.objects.filter(submission__in=own)
            .select_related("submission__assignment")
            .prefetch_related("files")
        ],
        "grades": [
            {
                "assignment": g.assignment.title,
                "points_of_100": str(g.percent) if g.percent is not None else "",
                "excused": g.excused,
            }
            for g in Grade.objects.filter(
                enrolment__user=user, assignment__released_at__isnull=False
            ).select_related("assignment")
        ],
        "peer_reviews_written": [
            {
                "assignment": r.submission.assignment.title,
                "paper": r.number,
                "marks": r.marks,
                "comments": r.said,
                "comment": r.comment,
            }
            for r in PeerReview.objects.filter(reviewer__user=user).select_related("submission__assignment")
        ],
        "extensions": [
            {"assignment": x.assignment.title, "until": f"{x.until} {x.assignment.tz}", "reason": x.reason}
            for x in Extension.objects.filter(enrolment__user=user).select_related("assignment")
        ],
        "materials_opened": [
            {"material": o.material.title, "first": o.first_at.isoformat(), "last": o.last_at.isoformat()}
            for o in MaterialOpened.objects.filter(user=user).select_related("material")
        ],
    }


def erase(user: User) -> None:
    """Texts, files and words of a person go; marks stay without a name. A team's work stays: it is the
    others' too."""
    own = Submission.objects.filter(enrolment__user=user)
    files = SubmissionFile.objects.filter(submission__in=own)
    paths = [Path(settings.UPLOADS) / file for file in files.values_list("file", flat=True)]
    files.delete()
    HandIn.objects.filter(submission__in=own).update(text="")
    own.update(text="", remark="")
    Marking.objects.filter(submission__in=own).update(said={}, comment="", history=[])
    PeerReview.objects.filter(submission__in=own).update(said={}, comment="")
    PeerReview.objects.filter(reviewer__user=user).update(said={}, comment="")
    Extension.objects.filter(enrolment__user=user).update(reason="")
    MaterialOpened.objects.filter(user=user).delete()
    Visit.objects.filter(user=user).delete()
    transaction.on_commit(lambda: _unlink(paths))


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def copy(source: Batch, new: Batch, *, days: int, by: User | None) -> list[str]:
    """Materials and assignments of `source` for `new`, their times moved by `days`. Activities and
    sessions are new ones, so the ties to them go."""
    moved = timedelta(days=days)
    materials = list(Material.objects.filter(batch=source))
    for material in materials:
        if material.file and (Path(settings.UPLOADS) / material.file).is_file():
            material.file = _copied(material, new)
        material.pk, material.batch, material.version = None, new, 1
        material._state.adding = True
        material.activity = material.session = None
        material.shown_from = material.shown_from + moved if material.shown_from else None
        material.changed_at = timezone.now()
        material.set_instant()
    Material.objects.bulk_create(materials)
    keys = _assignments(source, new, moved)
    entries = list(BookEntry.objects.filter(batch=source, source__in=keys, course=None))
    BookEntry.objects.bulk_create(
        BookEntry(batch=new, source=keys[e.source], weight=e.weight, bundle=e.bundle) for e in entries
    )
    for rules in BookRules.objects.filter(batch=source):
        BookRules.objects.create(batch=new, drop=rules.drop)
    return [
        f"{len(materials)} materials and {len(keys)} assignments, their times moved by {days} days",
        f"{len(entries)} weights of the grade book",
    ]


def _copied(material: Material, new: Batch) -> str:
    """A file of its own for the copy: either may be taken away without the other."""
    place = f"materials/{new.pk}/{Path(material.file).name}"
    target = Path(settings.UPLOADS) / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(material.path.read_bytes())
    target.chmod(0o600)
    return place


def _assignments(source: Batch, new: Batch, moved: timedelta) -> dict[str, str]:
    """{key in the grade book of `source`: key in that of `new`}."""
    courses = dict(Course.objects.filter(version=new.version_id).values_list("pk", "pk"))
    keys = {}
    for row in Assignment.objects.filter(batch=source):
        old = row.pk
        row.pk, row.batch, row.activity = None, new, None
        row._state.adding = True
        row.course_id = courses.get(row.course_id) if row.course_id else None
        row.due += moved
        row.shown_from = row.shown_from + moved if row.shown_from else None
        row.peer_due = row.peer_due + moved if row.peer_due else None
        row.released_at = row.peers_at = None
        row.set_instants()
        row.save()
        keys[f"assignment/{old}"] = f"assignment/{row.pk}"
    return keys
