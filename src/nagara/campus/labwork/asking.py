"""The learner's query on the tables of the lab: run on the server, in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nagara.citylab.labs import Prepared
    from nagara.citylab.sandbox import Answer, Catalogue


def tables_of(prepared: Prepared) -> Catalogue:
    """The tables that a learner may ask in this lab, at the versions that the key was made from."""
    from nagara.campus.cities.lakes import lake
    from nagara.citylab import labs

    return labs.catalogue_of(prepared.lab, prepared, lake().city(prepared.city_id))


def run_query(user: Any, prepared: Prepared, sql: str) -> Answer:
    """What the query gives. Who asks too often hears so."""
    from nagara.campus.workbench.asking import ask_for

    return ask_for(user, tables_of(prepared), sql)
