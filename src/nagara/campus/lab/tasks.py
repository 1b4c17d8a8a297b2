"""Work for the worker: ids in, the verb does the rest."""

from __future__ import annotations

from django_tasks import task

from nagara.campus.cities.lakes import holdings
from nagara.campus.lab.domain import imports, running


@task()
def import_files(job_id: int) -> None:
    imports.carry_out(job_id)
    holdings()  # lists know the new snapshot before a page asks


@task()
def run_recipe(job_id: int) -> None:
    running.carry_out(job_id)
