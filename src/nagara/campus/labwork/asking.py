"""The learner's query on the tables of the lab: run on the server, in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nagara.campus.programmes.models import Enrolment

if TYPE_CHECKING:
    from nagara.campus.labwork.models import LabWork
    from nagara.citylab.labs import Prepared
    from nagara.citylab.sandbox import Answer, Catalogue


def tables_of(prepared: Prepared) -> Catalogue:
    """The tables that a learner may ask in this lab, at the versions that the key was made from."""
    from nagara.campus.cities.lakes import lake
    from nagara.citylab import labs

    return labs.catalogue_of(lake().city(prepared.city_id), prepared)


def opened_to(work: LabWork) -> frozenset[str]:
    """What a lab of a batch opens to who does it: rows of sources that may not be passed on, since the office
    chose the city for the class; people's words too on the city that they are enrolled for. Practice of one's
    own opens nothing."""
    from nagara.campus.workbench.asking import CLOSED, WORDS

    if work.assignment is None:
        return frozenset()
    mine = Enrolment.objects.filter(batch=work.assignment.batch_id, user=work.user_id)
    own = mine.filter(city__slug=work.city_slug).exists()
    return frozenset({CLOSED, WORDS}) if own else frozenset({CLOSED})


def run_query(user: Any, work: LabWork, prepared: Prepared, sql: str) -> Answer:
    """What the query gives. Who asks too often hears so."""
    from nagara.campus.workbench.asking import ask_for

    opened = opened_to(work) if user.pk == work.user_id else frozenset()
    return ask_for(user, tables_of(prepared), sql, opened=opened)


def table_list(prepared: Prepared) -> list[Any]:
    """The tables of the lab for the list beside the editor: those that the lab speaks of, with meanings and
    units; the city has more."""
    from nagara.campus.workbench.asking import tables_of as described
    from nagara.citylab.labs.plan import plan_of

    seen = tables_of(prepared)
    wanted = {n.table for n in prepared.lab.needs if n.table} | set(plan_of(prepared.lab).tables())
    wanted |= {run.name for run in prepared.lab.runs} | {s.name for s in prepared.lab.steps if s.show}
    return list(described(seen, only=(*(name for name in seen.names if name in wanted), "clock")))


def try_rule(prepared: Prepared, task_id: str, answer: Any) -> list[tuple[str, str]]:
    """What a rule would have done on what the learner has seen, as rows for the page."""
    from nagara.campus.cities.lakes import lake
    from nagara.citylab import labs

    facts = labs.rehearse(lake().city(prepared.city_id), prepared, task_id, answer)
    rows = [("Alarms", f"{facts['alarms']}"), ("False alarms", f"{facts['false_alarms']}")]
    if facts["events"]:
        rows = [("Known events told", f"{facts['hits']} of {facts['events']}"), *rows]
        rows.append(("Lead time, hours", f"{facts['lead_h']:g}"))
    return rows
