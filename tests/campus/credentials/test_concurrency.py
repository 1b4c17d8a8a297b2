"""Two who issue, waive or revoke at once: right on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from nagara.campus.audit.models import Event
from nagara.campus.credentials.domain import issue, revoke, waive_rule
from nagara.campus.credentials.models import Certificate
from nagara.campus.notices.models import Notice
from nagara.citylab.errors import CityLabError

from . import factories as made

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*verbs):
    """Run the verbs in threads of their own; gives what each returned, or the error for people."""

    def run(verb):
        try:
            return verb()
        except CityLabError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


@pytest.fixture
def batch(seeded):
    with made.known_facts():
        yield made.make_batch()


def test_four_who_issue_at_once_give_each_person_one_certificate(batch):
    for name in ("Ana", "Budi", "Chai", "Dara", "Ei"):
        made.enrol(batch, name)
    done = _at_once(*[lambda: issue(batch, by=None, now=made.NOW)] * 4)
    assert sum(len(one.made) for one in done) == 5
    numbers = list(Certificate.objects.order_by("number").values_list("number", flat=True))
    assert numbers == [f"CC-2026-000{n}" for n in range(1, 6)]
    assert sorted(Certificate.objects.values_list("status_index", flat=True)) == [0, 1, 2, 3, 4]
    assert Notice.objects.filter(template="credentials/issued").count() == 5


def test_two_batches_issued_at_once_share_the_numbers_without_a_gap(batch):
    other = made.make_batch("short-26b")
    for name in ("Ana", "Budi"):
        made.enrol(batch, name)
        made.enrol(other, name)
    _at_once(lambda: issue(batch, by=None, now=made.NOW), lambda: issue(other, by=None, now=made.NOW))
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert numbers == [f"CC-2026-000{n}" for n in range(1, 5)]


def test_two_who_waive_or_revoke_at_once_do_it_once(batch):
    boss, one = made.manager(batch), made.enrol(batch, "Ana")

    def waive():
        return waive_rule(one, "post-test", by=boss, reason="x", signature="R")

    said = _at_once(waive, waive)
    assert sum(isinstance(answer, CityLabError) for answer in said) == 1
    assert one.waivers.count() == Event.objects.filter(verb="rule waived").count() == 1
    held = issue(batch, by=boss, now=made.NOW).made[0]
    _at_once(*[lambda: revoke(held, by=boss, reason="x", now=made.NOW)] * 3)
    assert Event.objects.filter(verb="certificate revoked").count() == 1
    assert Notice.objects.filter(template="credentials/revoked").count() == 1
