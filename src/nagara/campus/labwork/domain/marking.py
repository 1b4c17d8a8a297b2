"""Texts, which people grade: a sheet with the criteria of the module's rubric."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.labwork.domain.answering import THOUSANDTH, kept_share, set_sums
from nagara.campus.labwork.models import LabWork, TaskState, TaskTry
from nagara.campus.learning.domain import scoring
from nagara.campus.notices.domain import queue
from nagara.campus.people.models import User
from nagara.campus.programmes.models import Rubric
from nagara.citylab.errors import CityLabError


def criteria_of(rubric: str) -> scoring.Criteria:
    """The criteria of the rubric of that key, its newest version; points of 100 where there is none."""
    found = Rubric.objects.filter(key=rubric).order_by("-version").first() if rubric else None
    return found.criteria if found is not None and found.criteria else scoring.PLAIN


@transaction.atomic
def mark_text(
    state: TaskState,
    *,
    criteria: scoring.Criteria,
    marks: Mapping[str, Any],
    said: Mapping[str, str],
    comment: str,
    by: User,
    now: datetime,
    reason: str = "",
) -> TaskState:
    """Give a text its points by the criteria. Changing a mark that the learner has needs a reason; the
    learner is told. Raises CityLabError where a mark is missing or is none."""
    work = (
        LabWork.objects.select_for_update(of=("self",))
        .select_related("assignment", "user")
        .get(pk=state.work_id)
    )
    held = TaskState.objects.select_for_update().get(pk=state.pk)
    if held.kind != "text" or not held.tries:
        raise CityLabError("There is no text to mark.")
    read = scoring.read_marks(criteria, marks)
    percent = scoring.percent_of(criteria, read)
    if percent is None:
        raise CityLabError("A mark is missing.", mend="Give each criterion a mark.")
    if held.marked_at is not None and not reason.strip():
        raise CityLabError("The learner has this mark already.", where="reason", mend="Say why it changes.")
    was = held.points
    held.marks = {
        str(c["id"]): {
            "title": c["title"],
            "mark": read[str(c["id"])],
            "max": c["max"],
            "said": said.get(str(c["id"]), ""),
        }
        for c in criteria
    }
    held.points = (held.most * percent / 100 * kept_share(work, held.hints)).quantize(THOUSANDTH)
    held.right = percent >= Decimal(100)
    held.comment, held.marked_by, held.marked_at = comment.strip(), by, now
    held.save()
    TaskTry.objects.filter(state=held, number=held.tries).update(points=held.points, right=held.right)
    set_sums(work, now=work.changed_at)
    record(
        "lab text marked", f"lab-work/{work.pk}", by=by, reason=reason.strip(),
        task=held.task, was=str(was) if was is not None else "", now=str(held.points),
    )  # fmt: skip
    queue(
        to=work.user,
        template="labwork/marked",
        context={
            "work": work,
            "state": held,
            "lab": work.assignment or work.lab,
            "reason": reason,
            "link": held.get_absolute_url(),
        },
        about=f"lab-work/{work.pk}",
        by=by,
    )
    return held
