"""Letters: seen before they go, sent once, tried again, never sent while held."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from nagara.campus.audit.models import Event
from nagara.campus.notices import domain
from nagara.campus.notices.domain import sending
from nagara.campus.notices.models import Notice
from nagara.citylab.findings import CityLabError

TEXT = "Subject: Welcome {{ to }}\n\nDear {{ to.passport_name|default:'guest' }}, <{{ word }}> & more: {{ site }}/me/\n"


@pytest.fixture(autouse=True)
def letters(settings, tmp_path):
    folder = tmp_path / "letters" / "people" / "notices"
    folder.mkdir(parents=True)
    (folder / "test.txt").write_text(TEXT, "utf-8")
    (folder / "bare.txt").write_text("No subject here", "utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path / "letters"]}]


def _queue(to, **more) -> Notice:
    plain = {"template": "people/test", "context": {"word": "a<b"}, "about": "person/1", "by": None}
    return domain.queue(to=to, **{**plain, **more})


@pytest.mark.django_db
def test_a_letter_is_made_whole_when_it_is_queued(crowd):
    crowd.alice.passport_name = "Nguyễn Thị Ánh"
    notice = _queue(crowd.alice)
    assert (notice.subject, notice.address) == ("Welcome Nguyễn Thị Ánh", "alice@example.org")
    assert notice.body == "Dear Nguyễn Thị Ánh, <a<b> & more: http://127.0.0.1:8000/me/\n"
    assert notice.state == "queued"


@pytest.mark.django_db
def test_an_address_without_an_account_gets_letters_too(crowd):
    assert _queue("head@city.example").to is None


@pytest.mark.django_db
def test_a_letter_without_a_subject_is_refused(crowd):
    with pytest.raises(CityLabError, match="no subject"):
        _queue(crowd.alice, template="people/bare")


@pytest.mark.django_db
def test_nothing_held_goes_out_before_it_is_released(crowd):
    held = _queue(crowd.alice, hold=True)
    _queue(crowd.bob)
    assert sending.send_due() == 1
    assert [m.to for m in mail.outbox] == [["bob@example.org"]]
    assert domain.release([held], by=crowd.olga) == 1
    assert domain.release([held], by=crowd.olga) == 0
    assert sending.send_due() == 1
    assert Event.objects.filter(verb="notices released").count() == 1
    assert [m.to[0] for m in mail.outbox] == ["bob@example.org", "alice@example.org"]


@pytest.mark.django_db
def test_a_cancelled_letter_never_goes_out_and_says_why(crowd):
    notice = _queue(crowd.alice)
    with pytest.raises(CityLabError, match="reason"):
        domain.cancel([notice], by=crowd.olga, reason=" ")
    assert domain.cancel([notice], by=crowd.olga, reason="wrong date") == 1
    assert (sending.send_due(), mail.outbox) == (0, [])
    assert Event.objects.get(verb="notices cancelled").reason == "wrong date"


@pytest.mark.django_db
def test_a_failed_letter_is_tried_again_later_and_given_up_after_five_tries(crowd, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    notice = _queue(crowd.alice)
    waits = []
    for _ in range(5):
        Notice.objects.update(send_after=timezone.now())
        assert sending.send_due() == 0
        notice.refresh_from_db()
        waits.append(round((notice.send_after - timezone.now()).total_seconds() / 60))
    assert waits[:4] == [1, 5, 30, 180]
    assert (notice.state, notice.attempts) == ("failed", 5)
    assert "ConnectionRefusedError" in notice.error


@pytest.mark.django_db
def test_a_letter_whose_worker_died_is_left_to_a_person(crowd):
    notice = _queue(crowd.alice)
    Notice.objects.update(state="sending", claimed_at=timezone.now() - timedelta(hours=1))
    assert sending.send_due() == 0
    notice.refresh_from_db()
    assert notice.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_letter_once(crowd, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    for _ in range(20):
        _queue(crowd.alice, hold=True)
    Notice.objects.update(state="queued")
    start = threading.Barrier(4)
    sent: list[int] = []

    def work() -> None:
        try:
            start.wait()
            sent.append(sending.send_due())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    texts = [path.read_text() for path in Path(tmp_path / "mail").iterdir()]
    assert sum(text.count("Subject: Welcome") for text in texts) == 20
    assert sum(sent) == 20
    assert set(Notice.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_a_queued_letter_goes_out_by_the_worker_after_the_transaction(crowd):
    _queue(crowd.alice)
    assert [m.to for m in mail.outbox] == [["alice@example.org"]]


@pytest.mark.django_db
def test_the_worker_comes_back_for_a_letter_that_waits_and_plans_it_once(crowd, settings):
    from django_tasks_db.models import DBTaskResult

    from nagara.campus.notices import tasks

    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    _queue(crowd.alice)
    Notice.objects.update(send_after=timezone.now() + timedelta(minutes=5))
    tasks.come_back()
    tasks.come_back()
    planned = DBTaskResult.objects.get(task_path="nagara.campus.notices.tasks.send_due")
    assert abs(planned.run_after - timezone.now() - timedelta(minutes=5)) < timedelta(seconds=30)
