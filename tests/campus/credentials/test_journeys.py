"""Certificates in a real browser: one rule is waived, certificates are issued, a stranger checks them."""

from __future__ import annotations

import pytest

from nagara.campus.audit.models import Event
from nagara.campus.credentials import badges, paper
from nagara.campus.credentials.domain import issue, revoke
from nagara.campus.credentials.models import Certificate

from . import factories as made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def known():
    with made.known_facts() as held:
        yield held


def test_the_manager_waives_one_rule_with_a_reason_certificates_are_issued_and_checked_by_a_stranger(
    visit, crowd, known
):
    batch = made.make_batch()
    boss = made.manager(batch)
    made.enrol(batch, "Ana Cruz")
    ill = made.enrol(batch, "Keomany Phommachanh", native_name="ແກ້ວມະນີ ພົມມະຈັນ")
    late = made.enrol(batch, "Suparto")
    known.say(ill, tests_post_percent=52)
    known.say(late, evaluation_done=None)

    page = visit("/batches/short-26/", who=boss, screen="phone")
    page.click("text=Certificates")
    assert "1 Completion, 1 Not yet decidable, 1 Participation" in page.text_content(".lead")
    page.click("text=Keomany Phommachanh")
    page.select_option("#id_rule", "post-test")
    page.fill("#id_reason", "In hospital on the day of the test")
    page.fill("#id_signature", "Ria Manager")
    page.click("text=Waive and sign")
    page.wait_for_selector("text=The rule is waived")
    assert "Completion" in page.text_content(".lead")
    assert Event.objects.get(verb="rule waived").by == boss

    page.click(".crumbs >> text=Certificates")
    page.click("text=Issue 2…")
    assert "Filled in the evaluation at the end: not known yet" in page.text_content("main")
    page.click("text=Issue the marked ones")
    page.wait_for_selector("text=2 certificates are issued")
    held = Certificate.objects.get(user=ill.user)
    assert held.snapshot["waivers"][0]["reason"] == "In hospital on the day of the test"
    assert page.said == []

    own = visit("/certificates/", who=ill.user, screen="phone")
    own.click(f"text={held.number}")
    assert "Keomany Phommachanh" in own.text_content(".lead")
    with own.expect_download() as download:
        own.click("text=Badge, PNG")
    badge = download.value.path()

    stranger = visit("/check/", screen="phone", javascript=False)
    stranger.fill("#id_q", held.code.lower().replace("-", " "))
    stranger.click("main >> text=Check >> nth=-1")
    stranger.wait_for_selector("text=Valid")
    said = stranger.text_content("main")
    assert "Keomany Phommachanh" in said and "ແກ້ວມະນີ ພົມມະຈັນ" in said
    assert "hospital" not in said and "93" not in said
    stranger.goto(stranger.url.partition("/check/")[0] + "/check/")
    stranger.set_input_files("#id_badge", badge)
    stranger.click("text=Judge it")
    stranger.wait_for_selector("text=The signature fits")
    assert f"certificate {held.number}" in stranger.text_content("main")


@pytest.mark.full
def test_a_revoked_one_shows_so(visit, crowd, known, tmp_path):
    batch = made.make_batch()
    boss = made.manager(batch)
    made.enrol(batch, "Ana Cruz")
    held = issue(batch, by=boss, now=made.NOW, quiet=True).made[0]
    file = tmp_path / "badge.svg"
    file.write_bytes(paper.picture(held, "svg"))

    page = visit(held.get_absolute_url(), who=boss)
    page.fill("#id_revoke-reason", "The report was copied")
    page.click(f"text=Revoke {held.number}")
    page.wait_for_selector("text=is revoked; the person is told")

    stranger = visit(held.check_url)
    assert "Revoked: it does not hold any more" in stranger.text_content("main")
    assert "copied" not in stranger.text_content("main")
    stranger.goto(stranger.url.partition("/check/")[0] + "/check/")
    stranger.set_input_files("#id_badge", str(file))
    stranger.click("text=Judge it")
    stranger.wait_for_selector("text=Its issuer has revoked it.")
    assert badges.own_status(badges.credential(held)["credentialStatus"]) is True
    revoke(held, by=boss, reason="twice is once", now=made.NOW)
