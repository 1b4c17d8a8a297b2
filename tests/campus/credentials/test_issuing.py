"""The certificate rule of a batch, waivers, issuing, revoking."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nagara.campus.audit.models import Event
from nagara.campus.credentials.domain import issue, reissue, revoke, take_back, waive_rule
from nagara.campus.credentials.domain.lines import line_up
from nagara.campus.credentials.models import Certificate
from nagara.campus.notices.models import Notice
from nagara.campus.people.domain.erasing import erase
from nagara.citylab.errors import CityLabError

from . import factories as made

pytestmark = pytest.mark.django_db
NOW = made.NOW


@pytest.fixture
def known():
    with made.known_facts() as held:
        yield held


@pytest.fixture
def batch(seeded, known):
    return made.make_batch()


def test_every_rule_met_gives_completion_one_unmet_participation_one_unknown_neither(batch, known):
    full, part, open_ = (made.enrol(batch, name) for name in ("Ana", "Budi", "Chai"))
    known.say(part, attendance_minutes_share=0.5)
    known.say(open_, tests_post_percent=None)
    lines = {line.enrolment.pk: line for line in line_up(batch)}
    assert lines[full.pk].award == "Completion"
    assert lines[part.pk].award == "Participation"
    assert lines[open_.pk].award is None
    assert lines[open_.pk].why_not.startswith("Not yet decidable. At least 60 of 100 points")
    done = issue(batch, by=None, now=NOW)
    assert [c.kind for c in done.made] == ["Completion", "Participation"]
    assert [line.enrolment for line in done.left] == [open_]


def test_zero_is_unmet_and_missing_is_open(batch, known):
    one = made.enrol(batch, "Ana")
    known.say(one, attendance_minutes_share=0)
    assert line_up(batch)[0].award == "Participation"
    known.say(one, attendance_minutes_share=None)
    assert line_up(batch)[0].award is None


def test_issuing_twice_gives_one_each_numbered_in_the_order_of_names(batch, known):
    for name in ("Chai", "Ana", "Budi"):
        made.enrol(batch, name)
    first = issue(batch, by=None, now=NOW)
    second = issue(batch, by=None, now=NOW)
    assert [(c.number, c.name) for c in first.made] == [
        ("CC-2026-0001", "Ana"),
        ("CC-2026-0002", "Budi"),
        ("CC-2026-0003", "Chai"),
    ]
    assert second.made == []
    assert Certificate.objects.count() == 3
    assert Notice.objects.filter(template="credentials/issued").count() == 3
    letter = Notice.objects.get(to=first.made[0].user)
    assert f"/certificates/{first.made[0].code}/" in letter.body
    assert f"/check/{first.made[0].code}/" in letter.body


def test_only_the_marked_people_get_one(batch, known):
    ana, _ = made.enrol(batch, "Ana"), made.enrol(batch, "Budi")
    assert [c.name for c in issue(batch, by=None, now=NOW, enrolments=[ana.pk]).made] == ["Ana"]


def test_nothing_is_issued_before_the_last_day(seeded, known):
    batch = made.make_batch(state="running")
    made.enrol(batch, "Ana")
    with pytest.raises(CityLabError, match="before its last day"):
        issue(batch, by=None, now=datetime(2026, 6, 18, 14, 59, tzinfo=UTC))
    # the last day begins in Seoul nine hours before it does in London
    assert len(issue(batch, by=None, now=datetime(2026, 6, 18, 15, 0, tzinfo=UTC)).made) == 1


def test_a_version_without_a_certificate_rule_gives_none(seeded, known):
    batch = made.make_batch()
    batch.version.rules = {}
    batch.version.save()
    made.enrol(batch, "Ana")
    with pytest.raises(CityLabError, match="says nothing about certificates"):
        issue(batch, by=None, now=NOW)


def test_people_who_withdrew_are_left_out(batch, known):
    gone = made.enrol(batch, "Ana")
    gone.state = "withdrawn"
    gone.save()
    assert issue(batch, by=None, now=NOW).made == []


def test_a_waiver_turns_the_verdict_and_stands_in_list_snapshot_and_audit(batch, known):
    one, boss = made.enrol(batch, "Ana"), made.manager(batch)
    known.say(one, tests_post_percent=52)
    assert line_up(batch)[0].award == "Participation"
    waive_rule(one, "post-test", by=boss, reason="Ill on that day", signature="Ria Manager")
    line = line_up(batch)[0]
    assert (line.award, [v.rule for v in line.waived]) == ("Completion", ["post-test"])
    kept = issue(batch, by=boss, now=NOW).made[0].snapshot
    assert [(w["rule"], w["reason"], w["signature"]) for w in kept["waivers"]] == [
        ("post-test", "Ill on that day", "Ria Manager")
    ]
    assert [r["state"] for r in kept["rules"]] == ["met", "met", "waived", "met"]
    event = Event.objects.get(verb="rule waived")
    assert (event.by, event.reason, event.data["rule"]) == (boss, "Ill on that day", "post-test")


def test_a_waiver_needs_reason_signature_and_a_rule_that_exists(batch, known):
    one, boss = made.enrol(batch, "Ana"), made.manager(batch)
    for fields in ({"reason": "", "signature": "R"}, {"reason": "x", "signature": " "}):
        with pytest.raises(CityLabError, match="reason and a signature"):
            waive_rule(one, "post-test", by=boss, **fields)
    with pytest.raises(CityLabError, match="no rule"):
        waive_rule(one, "kindness", by=boss, reason="x", signature="R")
    waive_rule(one, "post-test", by=boss, reason="x", signature="R")
    with pytest.raises(CityLabError, match="waived already"):
        waive_rule(one, "post-test", by=boss, reason="y", signature="R")


def test_a_waiver_is_taken_back_with_a_reason_unless_a_certificate_rests_on_it(batch, known):
    one, boss = made.enrol(batch, "Ana"), made.manager(batch)
    known.say(one, tests_post_percent=52)
    waiver = waive_rule(one, "post-test", by=boss, reason="x", signature="R")
    with pytest.raises(CityLabError, match="needs a reason"):
        take_back(waiver, by=boss, reason=" ")
    take_back(waiver, by=boss, reason="A mistake")
    assert line_up(batch)[0].award == "Participation"
    assert Event.objects.get(verb="waiver withdrawn").reason == "A mistake"
    again = waive_rule(one, "post-test", by=boss, reason="x", signature="R")
    given = issue(batch, by=boss, now=NOW).made[0]
    with pytest.raises(CityLabError, match="rests on this waiver"):
        take_back(again, by=boss, reason="No")
    revoke(given, by=boss, reason="Wrong", now=NOW)
    take_back(again, by=boss, reason="Now it can go")
    assert one.waivers.count() == 0


def test_later_changes_do_not_reach_a_certificate(batch, known):
    one = made.enrol(batch, "Ana", native_name="แอน")
    given = issue(batch, by=None, now=NOW).made[0]
    known.say(one, attendance_minutes_share=0.1)
    one.user.passport_name = "Somebody Else"
    one.user.save()
    batch.name = "Renamed"
    batch.save()
    held = Certificate.objects.get(pk=given.pk)
    assert (held.name, held.kind, held.snapshot["batch"]) == ("Ana", "Completion", "City Course short-26")
    assert held.snapshot["facts"]["attendance.minutes_share"]["value"] == 0.93
    assert held.snapshot["cohort"] == 1


def test_the_chosen_name_goes_on_the_certificate(batch, known):
    made.enrol(batch, "NGUYEN THI LINH", certificate_name="Nguyễn Thị Linh")
    given = issue(batch, by=None, now=NOW).made[0]
    assert (given.name, given.snapshot["passport_name"]) == ("Nguyễn Thị Linh", "NGUYEN THI LINH")


def test_issuing_anew_replaces_and_needs_a_reason(batch, known):
    one = made.enrol(batch, "Ana")
    old = issue(batch, by=None, now=NOW).made[0]
    with pytest.raises(CityLabError, match="needs a reason"):
        reissue(old, by=None, reason="", now=NOW)
    one.user.certificate_name = "Ana Cruz"
    one.user.save()
    new = reissue(old, by=None, reason="Name mended", now=NOW)
    old.refresh_from_db()
    assert (old.state, old.reason, new.name, new.replaces) == ("replaced", "Name mended", "Ana Cruz", old)
    with pytest.raises(CityLabError, match="replaced already"):
        reissue(old, by=None, reason="Again", now=NOW)
    assert issue(batch, by=None, now=NOW).made == []


def test_a_revoked_one_is_told_and_comes_back_only_by_hand(batch, known):
    made.enrol(batch, "Ana")
    held = issue(batch, by=None, now=NOW).made[0]
    with pytest.raises(CityLabError, match="needs a reason"):
        revoke(held, by=None, reason="", now=NOW)
    revoke(held, by=None, reason="The report was copied", now=NOW)
    revoke(held, by=None, reason="Once more", now=NOW)
    held.refresh_from_db()
    assert (held.state, held.reason) == ("revoked", "The report was copied")
    assert Notice.objects.filter(template="credentials/revoked").count() == 1
    assert issue(batch, by=None, now=NOW).made == []
    new = reissue(held, by=None, reason="It was not", now=NOW)
    held.refresh_from_db()
    assert (held.state, new.state) == ("revoked", "valid")


def test_numbers_that_earlier_papers_have_are_passed_over(batch, known):
    made.enrol(batch, "Ana")
    Certificate.objects.create(number="CC-2026-0001", code="AAAA-AAAA-AAAA", kind="Completion", issued_at=NOW)
    assert issue(batch, by=None, now=NOW).made[0].number == "CC-2026-0002"


def test_erasing_a_person_leaves_validity_without_a_name(batch, known, crowd):
    one = made.enrol(batch, "Ana Cruz", native_name="แอน")
    held = issue(batch, by=None, now=NOW).made[0]
    erase(one.user, by=crowd.olga, reason="asked")
    held.refresh_from_db()
    assert (held.name, held.user, held.enrolment, held.state) == ("", None, None, "valid")
    assert "Ana" not in str(held.snapshot) and "แอน" not in str(held.snapshot)
    page = crowd.client("nobody").get(f"/check/{held.code}/")
    assert page.status_code == 200
    assert "Valid" in page.content.decode() and "Ana" not in page.content.decode()
    assert crowd.client("nobody").get(f"/check/{held.code}/?format=json").json().get("name") is None


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_asks_few_questions_however_many_people(
    batch, known, crowd, people, django_assert_max_num_queries
):
    for name in range(people):
        made.enrol(batch, f"Person {name}")
    client = crowd.client("olga")
    client.get(f"/batches/{batch.slug}/certificates/")
    with django_assert_max_num_queries(12):
        assert client.get(f"/batches/{batch.slug}/certificates/").status_code == 200
