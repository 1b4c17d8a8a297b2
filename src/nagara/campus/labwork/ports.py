"""What the room tells the rooms below: doors, marks, steps, personal data, what a copy takes along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from nagara.campus.labwork import bringing, classroom, fitting, marks
from nagara.campus.labwork.models import BatchLabs, LabAssignment, LabWork, TaskState, TaskTry
from nagara.campus.labwork.shelf import labs_of_module
from nagara.campus.learning import gradebook, steps
from nagara.campus.learning.queries import graded_batches
from nagara.campus.learning.stepping import learning_in
from nagara.campus.learning.steps import Step
from nagara.campus.lessons import doors, examples
from nagara.campus.lessons.doors import Mistake as ClassMistake
from nagara.campus.notices import regular
from nagara.campus.people import data_port
from nagara.campus.people.models import User
from nagara.campus.people.rules import may
from nagara.campus.programmes import copying, tabs
from nagara.campus.programmes.models import Batch
from nagara.campus.programmes.tabs import Tab
from nagara.citylab.lessons import Need as LessonNeed

MOST_CLASSES, MOST_MISTAKES = 3, 5


def register() -> None:
    """Called once, when the site starts."""
    tabs.register("labwork", 41, of_batch)
    examples.example_city = fitting.example_city_of
    doors.register("labwork", of_module)
    doors.register_class("labwork", class_mistakes)
    doors.register_needs("labwork", needs_of)
    gradebook.register("lab", marks.columns)
    steps.register("labwork", next_steps)
    regular.register("labwork: see where labs run", fitting.work_out_fits)
    data_port.register(
        "labwork",
        export=export,
        erase=erase,
        stays="Points of labs and named mistakes, without a name. Answers, drafts and texts go.",
    )
    copying.register(
        "labwork",
        copy,
        what="Labs as drafts with their times moved; the example city",
        leaves="What learners did",
    )


def next_steps(user: Any, now: datetime) -> Iterator[Step]:
    """Labs that stand open, and what one's own city still lacks for them."""
    mine = learning_in(user)
    if mine:
        labs = marks.labs_in(mine)
        yield from marks.open_labs(user, labs, now)
        yield from bringing.steps(mine, labs)


def of_batch(batch: Batch, user: Any) -> Iterator[Tab]:
    """The page of labs, where there is something for this person."""
    count = LabAssignment.objects.visible_to(user).filter(batch=batch).count()
    if count or may(user, "labwork.set", batch):
        yield Tab("Labs", reverse("labwork-batch", args=[batch.slug]), str(count) if count else "")


def export(user: User) -> dict[str, list[dict[str, Any]]]:
    """Everything the room holds about a person. Keys of tasks are not personal data."""
    works = LabWork.objects.filter(user=user).select_related("assignment__batch").defer("prepared")
    tries = TaskTry.objects.filter(state__work__user=user).select_related("state__work").defer("rows")
    states = TaskState.objects.filter(work__user=user).select_related("work")
    return {
        "labs": [
            {
                "batch": w.assignment.batch.name if w.assignment else "",
                "lab": w.lab,
                "city": w.city_slug,
                "why_this_city": w.city_why,
                "begun": w.started_at.isoformat(),
                "points": str(w.points),
                "of": str(w.most),
                "run": w.run_id,
            }
            for w in works
        ],
        "lab_tasks": [
            {
                "lab": s.work.lab,
                "task": s.title,
                "draft": s.draft,
                "hints": s.hints,
                "points": "" if s.points is None else str(s.points),
                "marks": s.marks,
                "comment": s.comment,
            }
            for s in states.defer("work__prepared")
        ],
        "lab_answers": [
            {
                "lab": t.state.work.lab,
                "task": t.state.title,
                "try": t.number,
                "answer": t.answer,
                "points": "" if t.points is None else str(t.points),
                "mistake": t.mistake,
                "at": t.at.isoformat(),
            }
            for t in tries.defer("state__work__prepared")
        ],
    }


def erase(user: User) -> None:
    """Answers, drafts, texts and what was said about them go; points stay without a name. Practice goes."""
    LabWork.objects.filter(user=user, assignment=None).delete()
    TaskState.objects.filter(work__user=user).update(draft={}, comment="", marks={})
    TaskTry.objects.filter(state__work__user=user).update(answer={}, rows=None, result_sign="", text_sign="")


def copy(source: Batch, new: Batch, *, days: int, by: object) -> list[str]:
    """Labs as drafts, their times moved by `days`; the example city."""
    moved, rows = timedelta(days=days), list(LabAssignment.objects.filter(batch=source))
    for row in rows:
        row.pk, row.batch, row.state, row.published_at = None, new, LabAssignment.State.DRAFT, None
        row._state.adding = True
        row.made_by = by if isinstance(by, User) else None
        row.opens, row.due, row.closes = row.opens + moved, row.due + moved, row.closes + moved
        row.set_instants()
    LabAssignment.objects.bulk_create(rows)
    for settings in BatchLabs.objects.filter(batch=source):
        BatchLabs.objects.create(batch=new, example_city=settings.example_city)
    return [f"{len(rows)} lab{'' if len(rows) == 1 else 's'} as drafts"] if rows else []


def of_module(code: str, batch: Batch | None, user: Any) -> Iterator[Tab]:
    """Labs of a module: those that the batch has set, else all of them for practice."""
    rows = (
        LabAssignment.objects.visible_to(user).filter(batch=batch, module=code) if batch is not None else []
    )
    found = [Tab(str(row), row.get_absolute_url(), "lab of your batch") for row in rows]
    for lab in labs_of_module(code):
        note = f"{lab.variant}, about {lab.minutes} min"
        found.append(Tab(f"Lab: {lab.title}", reverse("labwork-lab", args=[lab.name]), note))
    yield from found


def class_mistakes(code: str, user: Any) -> Iterator[ClassMistake]:
    """What classes that this person teaches did wrong in the labs of a module: for the instructor's page."""
    rows = LabAssignment.objects.filter(module=code, batch__in=graded_batches(user)).published()
    for row in rows.select_related("batch").order_by("-opens_at")[:MOST_CLASSES]:
        url = reverse("labwork-class", args=[row.pk])
        for met in classroom.mistakes(classroom.room_of(row))[:MOST_MISTAKES]:
            yield ClassMistake(str(row.batch), met.title, met.because, met.people, met.began, url)


def needs_of(code: str, variant: str) -> Iterator[LessonNeed]:
    """What the lab of a module in a variant needs of a city."""
    for lab in labs_of_module(code):
        if lab.variant == variant:
            for need in lab.needs:
                if need.table and not need.optional:
                    yield LessonNeed(need.table, need.min_rows, need.where, need.why, need.bring)
