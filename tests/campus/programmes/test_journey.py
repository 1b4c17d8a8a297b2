"""A manager copies last year's batch in a browser, moves its dates and sees what they run into."""

import pytest

from nagara.campus.programmes.models import Batch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("screen", "javascript"),
    [
        ("desktop", True),
        pytest.param("phone", True, marks=pytest.mark.full),
        pytest.param("phone", False, marks=pytest.mark.full),
    ],
)
def test_a_manager_copies_last_years_batch_and_moves_its_dates(screen, javascript, batch, visit):
    page = visit("/batches/", screen=screen, who="olga", javascript=javascript)
    page.click(f"a[href='/batches/{batch.slug}/copy/']")
    page.wait_for_load_state()
    assert page.input_value("#id_starts") == "2027-03-01"
    page.fill("#id_starts", "2027-05-03")
    page.fill("#id_name", "ASCN Short Course 2027")
    page.click("text=Look at these dates")
    page.wait_for_load_state()
    clashes = page.text_content(".note.bad")
    assert "Children's Day" in clashes
    assert "nearest working day 6 May 2027" in " ".join(clashes.split())
    page.click("button:has-text('Make ASCN Short Course 2027')")
    page.wait_for_url("**/batches/ascn-short-course-2027/plan/")
    assert "is made from ASCN Short Course 2026" in page.text_content(".messages")
    page.click("summary:has-text('Move everything')")
    page.fill("#id_starts", "2027-06-21")
    page.fill("#id_reason", "too many holidays in May")
    page.click("text=Move all dates")
    page.wait_for_load_state()
    assert "No clash with holidays or weekends at the host" in page.text_content("main")
    assert "Everything is moved by 49 days" in page.text_content("main")
    made = Batch.objects.get(slug="ascn-short-course-2027")
    assert f"{made.starts}" == "2027-06-21"
    assert [text for text in page.said if "404" not in text] == []


def test_three_weeks_are_read_on_a_phone_and_by_keyboard(seeded, visit):
    page = visit("/holidays/?start=2027-04-05", screen="phone")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    page.focus("[role=region]")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Table of days"
    assert "Songkran" in page.text_content("main")
    page.click("text=Later")
    page.wait_for_load_state()
    assert "26 Apr 2027" in page.text_content(".lead")
