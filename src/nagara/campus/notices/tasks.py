"""Work for the worker: send what is due, and come back when more will be."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import default_task_backend, task

from nagara.campus.notices.domain import sending


@task()
def send_due() -> int:
    sent = sending.send_due()
    come_back()
    return sent


def come_back() -> None:
    """Plan the next round where a letter waits, unless one is planned by then."""
    wait = sending.next_due()
    if wait is None or not default_task_backend.supports_defer:
        return
    at = timezone.now() + wait
    if not _planned(at + timedelta(seconds=30)):
        send_due.using(run_after=at).enqueue()


def _planned(until: datetime) -> bool:
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.filter(task_path=send_due.module_path, status="READY")
    return waiting.filter(run_after__lte=until).exists()
