"""Everybody of an assignment and where their work stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from nagara.campus.learning.domain.assigning import concerned
from nagara.campus.learning.models import Assignment, Grade, Submission
from nagara.campus.programmes.models import Enrolment
from nagara.campus.timetable.models import GroupMember


@dataclass(frozen=True)
class Row:
    """One person's line."""

    enrolment: Enrolment
    work: Submission | None
    grade: Grade | None

    @property
    def percent(self) -> Decimal | None:
        return self.grade.percent if self.grade else None

    @property
    def says(self) -> str:
        """In a word or two."""
        if self.grade is not None and self.grade.excused:
            return "excused"
        if self.work is None:
            return "nothing yet"
        return str(self.work.get_state_display()).lower()


def roster(assignment: Assignment) -> list[Row]:
    """A row for each person, by name: a fixed number of questions to the database."""
    submissions = list(assignment.submissions.select_related("group"))
    own = {s.enrolment_id: s for s in submissions if s.enrolment_id}
    teams = {s.group_id: s for s in submissions if s.group_id}
    in_team: dict[int, int] = defaultdict(int)
    if teams:
        rows = GroupMember.objects.filter(group__in=teams)
        in_team.update({e: g for g, e in rows.values_list("group", "enrolment")})
    grades = {g.enrolment_id: g for g in assignment.grades.all()}
    return [
        Row(person, own.get(person.pk) or teams.get(in_team.get(person.pk, 0)), grades.get(person.pk))
        for person in concerned(assignment)
    ]
