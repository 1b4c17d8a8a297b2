"""Work that is done again and again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from nagara.campus.notices import regular
from nagara.campus.notices.domain.seeding import seed
from nagara.campus.notices.tasks import regular_round

NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)


@pytest.fixture
def verbs(monkeypatch):
    found = {}
    monkeypatch.setattr(regular, "_verbs", found)
    return found


def test_work_that_fails_does_not_keep_the_others_from_theirs(verbs, caplog):
    def fails(now):
        raise ValueError("broken")

    regular.register("room: fails", fails)
    regular.register("room: counts", lambda now: now.hour)
    assert regular.do_all(NOW) == {"room: counts": 9}
    assert "room: fails" in caplog.text


@pytest.mark.django_db
def test_a_site_has_one_round_planned_however_often_it_is_prepared(settings, verbs):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    seed()
    seed()
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db
def test_a_round_plans_the_next_and_forgets_old_ones(settings, verbs):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    seed()
    DBTaskResult.objects.update(status="SUCCESSFUL", finished_at=timezone.now() - timedelta(days=2))
    regular_round.func()
    (planned,) = DBTaskResult.objects.all()
    assert planned.status == "READY"
    assert planned.run_after > timezone.now() + timedelta(minutes=9)
