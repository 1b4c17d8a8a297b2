"""Work for the worker: what a class would wait for otherwise."""

from __future__ import annotations

import logging

from django_tasks import task

from nagara.campus.labwork.domain.readying import make_ready
from nagara.campus.labwork.models import LabAssignment

log = logging.getLogger(__name__)


@task()
def ready(assignment_id: int) -> None:
    """Run the recipes of a lab on the cities of its class."""
    row = LabAssignment.objects.select_related("batch").filter(pk=assignment_id).first()
    if row is not None:
        log.info("lab %s is ready on %s", row.pk, ", ".join(make_ready(row)) or "no city")
