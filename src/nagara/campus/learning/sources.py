"""What assignments and quizzes bring to the grade book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from nagara.campus.learning.domain.handing_in import times_with
from nagara.campus.learning.gradebook import Cell, Column, State
from nagara.campus.learning.models import Assignment, Extension, Grade, Submission
from nagara.campus.programmes.models import Batch, Enrolment
from nagara.campus.quizzes.models import Quiz
from nagara.campus.quizzes.queries import scores
from nagara.campus.timetable.models import GroupMember


def assignments(batch: Batch, now: datetime) -> Iterator[Column]:
    """A column for each assignment, drafts too: six questions to the database, however many there are."""
    rows = list(Assignment.objects.filter(batch=batch))
    if not rows:
        return
    users = dict(Enrolment.objects.filter(batch=batch).values_list("pk", "user"))
    extensions: dict[int, dict[int, Extension]] = defaultdict(dict)
    for extension in Extension.objects.filter(assignment__batch=batch):
        extensions[extension.assignment_id][extension.enrolment_id] = extension
    grades: dict[int, list[Grade]] = defaultdict(list)
    for grade in Grade.objects.filter(assignment__batch=batch):
        grades[grade.assignment_id].append(grade)
    in_hand = handed_in(batch)
    for row in rows:
        yield _column(row, now, users, extensions[row.pk], grades[row.pk], in_hand.get(row.pk, set()))


def handed_in(batch: Batch) -> dict[int, set[int]]:
    """{assignment: enrolments who have handed it in, alone or in a team}: two questions to the database."""
    members: dict[int, list[int]] = defaultdict(list)
    for group, enrolment in GroupMember.objects.filter(group__batch=batch).values_list("group", "enrolment"):
        members[group].append(enrolment)
    found: dict[int, set[int]] = defaultdict(set)
    rows = Submission.objects.filter(assignment__batch=batch, number__gt=0)
    for assignment, enrolment, group in rows.values_list("assignment", "enrolment", "group"):
        found[assignment] |= {enrolment} if enrolment else set(members[group])
    return found


def _column(
    row: Assignment,
    now: datetime,
    users: dict[int, int],
    extensions: dict[int, Extension],
    grades: list[Grade],
    in_hand: set[int],
) -> Column:
    url = row.get_absolute_url()

    def over(extension: Extension | None) -> bool:
        closes = times_with(row, extension).closes
        return closes is not None and now > closes

    usual = Cell(State.MISSING) if over(None) else Cell(State.OPEN)
    cells = {
        users[pk]: Cell(State.MISSING) if over(extension) else Cell(State.OPEN)
        for pk, extension in extensions.items()
        if pk in users
    }
    cells |= {users[pk]: Cell(State.WAITING) for pk in in_hand if pk in users}
    for grade in grades:
        if grade.enrolment_id not in users:
            continue
        if grade.excused:
            cells[users[grade.enrolment_id]] = Cell(State.EXCUSED)
        elif grade.percent is not None:
            cells[users[grade.enrolment_id]] = Cell(State.MARKED, grade.percent)
    return Column(
        f"assignment/{row.pk}",
        row.title,
        url,
        usual,
        cells,
        due=row.due_at,
        course=row.course_id,
        released=row.released_at is not None,
        shown=row.is_shown(now),
    )


def quizzes(batch: Batch, now: datetime) -> Iterator[Column]:
    """A column for each quiz of the batch that is graded: three questions to the database."""
    rows = list(Quiz.objects.filter(batch=batch, purpose__graded=True).exclude(state=Quiz.State.DRAFT))
    if not rows:
        return
    marks: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for score in scores(batch):
        marks[score.quiz.pk][score.user_id] = score.percent
    for row in rows:
        yield Column(
            f"quiz/{row.pk}",
            row.title,
            row.get_absolute_url(),
            Cell(State.OPEN) if row.standing(now) in ("open", "upcoming") else Cell(State.MISSING),
            {user: Cell(State.MARKED, percent) for user, percent in marks[row.pk].items()},
            due=row.closes_at,
        )
