"""The demonstration's certificates: issued once from what is known, one waived, one revoked; and the desk."""

from __future__ import annotations

import pytest

from nagara.campus.credentials import demo
from nagara.campus.credentials.models import Certificate, Signatory
from nagara.campus.desk import credentials as desk
from nagara.campus.notices.models import Notice
from nagara.campus.people import demo as people
from nagara.campus.programmes import demo as programmes
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.programmes.models import Batch

from . import factories as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def known():
    with made.known_facts() as held:
        yield held


def test_last_years_batch_is_issued_once_with_one_waived_and_one_revoked(seeded, known):
    seed()
    for room in (people, programmes, demo):
        room.load()
    rows = list(Batch.objects.get(slug=demo.LAST).enrolments.exclude(state="withdrawn"))
    known.say(rows[3], tests_post_percent=40)
    known.say(rows[4], attendance_minutes_share=0.5)
    known.say(rows[5], evaluation_done=None)
    for _ in range(2):
        demo.issue_last_batch()
        demo.load()
    issued = Certificate.objects.filter(origin="issued")
    assert issued.count() == len(rows) - 1
    assert issued.filter(state="revoked").count() == 1
    assert [c.enrolment for c in issued if c.snapshot["waivers"]] == [rows[3]]
    assert issued.get(enrolment=rows[4]).kind == "Participation"
    assert issued.filter(user__email="alumna@demo.example", state="valid").count() == 1
    assert Certificate.objects.filter(origin="recorded").count() == demo.EARLIER
    assert Signatory.objects.filter(batch__slug=demo.LAST).count() == 2
    assert Notice.objects.filter(template__startswith="credentials/").count() == 0


def test_nothing_is_issued_where_the_facts_are_not_there_yet(seeded):
    seed()
    for room in (people, programmes, demo):
        room.load()
    demo.issue_last_batch()
    assert not Certificate.objects.filter(origin="issued").exists()


def test_the_desk_says_who_can_get_a_certificate_and_that_ones_own_is_here(seeded, known):
    from nagara.campus.credentials.domain import issue

    batch = made.make_batch()
    boss, one, other = made.manager(batch), made.enrol(batch, "Ana"), made.enrol(batch, "Budi")
    known.say(other, tests_post_percent=None)
    todo = list(desk.todos(boss, made.NOW))
    assert [(t.title, t.kind) for t in todo] == [("1 person can get a certificate", "do")]
    assert "1 not yet decidable" in todo[0].why
    issue(batch, by=boss, now=made.NOW)
    assert [t.title for t in desk.todos(boss, made.NOW)] == ["Certificates wait for facts"]
    assert [t.title for t in desk.todos(one.user, made.NOW)] == ["Your certificate is here"]
    known.say(other, tests_post_percent=70)
    issue(batch, by=boss, now=made.NOW)
    assert list(desk.todos(boss, made.NOW)) == []
