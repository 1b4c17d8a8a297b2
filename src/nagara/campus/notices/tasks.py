"""Work for the worker: send what is due and come back when more will be; the round of regular work."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import default_task_backend, task

from nagara.campus.notices import regular
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


@task()
def regular_round() -> dict[str, int]:
    """One round of regular work. The next is planned first: a round that dies is followed by another."""
    now = timezone.now()
    plan_round(now + regular.EVERY)
    _forget_rounds(now - timedelta(days=1))
    return regular.do_all(now)


def plan_round(at: datetime | None = None) -> None:
    """Plan a round (default: at once), unless one waits already."""
    if not default_task_backend.supports_defer:
        return
    from django_tasks_db.models import DBTaskResult

    if not DBTaskResult.objects.filter(task_path=regular_round.module_path, status="READY").exists():
        regular_round.using(run_after=at or timezone.now()).enqueue()


def _forget_rounds(before: datetime) -> None:
    from django_tasks_db.models import DBTaskResult

    old = DBTaskResult.objects.filter(task_path=regular_round.module_path, finished_at__lt=before)
    old.exclude(status__in=["READY", "RUNNING"]).delete()
