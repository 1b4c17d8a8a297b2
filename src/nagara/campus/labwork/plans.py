"""Who would get which lab on which city, before it is published; and what was given to who has begun."""

from __future__ import annotations

from dataclasses import dataclass

from nagara.campus.labwork.domain.opening import plan_for
from nagara.campus.labwork.fitting import Chooser
from nagara.campus.labwork.models import LabAssignment, LabWork
from nagara.campus.learning.queries import learners
from nagara.campus.lessons.variants import curricula
from nagara.campus.people.lists import Column
from nagara.campus.programmes.models import Enrolment
from nagara.citylab.errors import CityLabError


@dataclass(frozen=True)
class Planned:
    """A learner and the lab that they get. `problem` where there is none."""

    enrolment: Enrolment
    lab: str = ""
    city: str = ""
    variant_why: str = ""
    city_why: str = ""
    begun: bool = False
    problem: str = ""


PLAN_COLUMNS = (
    Column("person", "Learner", lambda p: str(p.enrolment.user)),
    Column("own_city", "Own city", lambda p: str(p.enrolment.city or "")),
    Column("lab", "Lab", lambda p: p.lab),
    Column("variant_why", "Why this variant", lambda p: p.variant_why),
    Column("city", "City of the lab", lambda p: p.city),
    Column("city_why", "Why this city", lambda p: p.city_why),
    Column("begun", "Has begun", lambda p: p.begun, "yes"),
    Column("problem", "Problem", lambda p: p.problem),
)


def plans(row: LabAssignment) -> list[Planned]:
    """One for each learner of the batch, by name. Each city is opened once."""
    people, chooser = list(learners(row.batch)), Chooser(row.batch)
    known = curricula(row.batch, {e.city for e in people if e.city is not None})
    begun = {w.user_id: w for w in LabWork.objects.filter(assignment=row).defer("prepared")}
    found = []
    for enrolment in people:
        work = begun.get(enrolment.user_id)
        if work is not None:
            found.append(
                Planned(enrolment, work.lab, work.city_slug, work.variant_why, work.city_why, begun=True)
            )
            continue
        try:
            plan = plan_for(row, enrolment.city, chooser, known)
        except CityLabError as error:
            found.append(Planned(enrolment, problem=str(error)))
            continue
        found.append(
            Planned(enrolment, plan.which.lab.name, plan.where.place.slug, plan.which.why, plan.where.why)
        )
    return found
