"""The daily evaluation on a phone: few touches, under a minute, with a bad line and without scripts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from nagara.campus.evaluation.models import Occasion

from .factories import asked, enrol, hold, make_batch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "More time for questions, please."


def test_a_participant_answers_the_daily_evaluation_in_under_a_minute(visit, seeded):
    now = datetime.now(UTC)
    day = now.date()
    batch = make_batch(starts=day - timedelta(days=3), ends=day + timedelta(days=9))
    ana, budi = enrol(batch, "Ana", "Budi")
    hold(batch, day=day)
    today = asked(batch, datetime.combine(day, datetime.min.time(), UTC))
    Occasion.objects.filter(pk=today.pk).update(
        opens=now - timedelta(hours=1), closes=now + timedelta(hours=9)
    )

    page = visit("/desk/", who=ana, screen="phone")
    began, touches = time.monotonic(), 0
    page.click("text=Tell us about")
    touches += 1
    for key, mark in (("clear", 4), ("useful", 5), ("pace", 2)):
        box = page.locator(f".marks label:has(input[name={key}][value='{mark}'])")
        size = box.bounding_box()
        assert size["height"] >= 48
        assert size["width"] >= 44
        box.click()
        touches += 1
    page.type("#q-words", WORDS, delay=180)  # 180 ms a letter: slow thumbs
    page.click("button:has-text('Send')")
    touches += 1
    page.wait_for_selector("text=Your answer is counted")
    assert touches + 1 <= 6  # and the text
    assert time.monotonic() - began < 60
    assert page.said == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.go_back()
    assert WORDS not in page.content()  # nothing is left for the next who holds the phone
    kept = Occasion.objects.get(pk=today.pk)
    assert (kept.n, kept.counts["pace"], kept.texts["words"]) == (1, {"2": 1}, [WORDS])

    page = visit(f"/evaluate/{today.pk}/", who=budi, screen="phone", javascript=False)
    page.focus("input[name=clear] >> nth=0")
    for key in ("clear", "useful", "pace"):  # by keyboard
        page.focus(f"input[name={key}] >> nth=0")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
    page.click("button:has-text('Send')")
    page.goto(page.url + f"{today.pk}/")
    assert "You have answered this form" in page.text_content("main")
    assert Occasion.objects.get(pk=today.pk).counts["clear"] == {"4": 1, "2": 1}
