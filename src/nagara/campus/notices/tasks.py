"""Work for the worker: send what is due, and come back when more will be."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import default_task_backend, task

from nagara.campus.notices.domain import sending


@task()
def send_due() -> int:
    sent = sending.send_due()
    wait = sending.next_due()
    if wait is not None and default_task_backend.supports_defer:
        send_due.using(run_after=timezone.now() + wait).enqueue()
    return sent
