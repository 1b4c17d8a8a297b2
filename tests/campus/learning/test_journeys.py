"""Learning in a real browser: a learner hands in on a phone, a lecturer grades, the learner reads the mark."""

from __future__ import annotations

import pytest

from nagara.campus.learning.models import Assignment, Grade, HandIn, Marking, Submission

from .factories import PDF, hand_in, learner, make_assignment, make_batch, make_material, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_learner_hands_in_on_a_phone_and_reads_the_mark_after_the_release(visit, crowd, tmp_path):
    batch = make_batch()
    lena, one = staff(batch, "Lena Lecturer", "lecturer"), learner(batch, "Siti Rahmah", "yangon")
    make_assignment(batch, due=2, needs_acceptance=True)
    make_assignment(batch, "Action Plan", due=9)
    make_material(batch, "How to write your City Report")
    paper = tmp_path / "city report.pdf"
    paper.write_bytes(PDF)

    page = visit("/learn/", who=one.user, screen="phone")
    first = page.text_content(".steps li:first-child")
    assert "Hand in City Report" in first
    assert "Yangon time" in first
    assert "0 of 1 materials opened, 0 of 2 handed in" in page.text_content("main")
    page.click("text=Hand in City Report")
    page.fill("#text", "Water stands in the market for **six hours**.")
    page.wait_for_selector("#saved:has-text('Saved ')", timeout=20_000)
    assert Submission.objects.get().text.startswith("Water stands")
    page.reload()
    assert page.input_value("#text").startswith("Water stands")
    page.set_input_files("#files", str(paper))
    page.dblclick("button[value=hand-in]")
    page.wait_for_selector("text=as version 1")
    made = HandIn.objects.get()
    assert [f.name for f in made.files.all()] == ["city report.pdf"]
    page.click("text=What you handed in")
    with page.expect_download() as waiting:
        page.click("details >> text=city report.pdf")
    assert waiting.value.suggested_filename == "city report.pdf"
    assert page.said == []

    page = visit(f"/batches/{batch.slug}/grading/", who=lena)
    page.click("text=Begin with the oldest")
    assert "six hours" in page.text_content(".work")
    assert "All" in page.text_content(".anchors")
    page.focus("fieldset.criterion input")
    page.keyboard.press("4")
    page.keyboard.press("5")
    page.fill("#comment", "Name the year of the survey.")
    page.wait_for_selector("#saved:has-text('Saved ')", timeout=20_000)
    assert Marking.objects.get().marks == {"facts": 4, "clarity": 5}
    page.fill("#remark", "Accepted. Bring the map on Monday.")
    page.click("button[value=accept]")
    page.wait_for_selector("text=Nothing waits for you")
    assert page.said == []

    page = visit("/learn/", who=one.user, screen="phone")
    assert "accepted" in page.text_content("#back")
    assert "Bring the map on Monday." in page.text_content("#back")
    page.click("#back >> text=City Report")
    assert "88.00" not in page.text_content("main")
    assert "Name the year" not in page.text_content("main")

    report = Assignment.objects.get(title="City Report")
    page = visit(f"/assignments/{report.pk}/release/", who=lena)
    assert "1 learner will read a mark" in page.text_content("main")
    page.click("button:has-text('Release 1 mark')")
    page.wait_for_selector("text=1 mark is released")

    page = visit(f"/assignments/{report.pk}/", who=one.user, screen="phone")
    assert "88.00 of 100" in page.text_content("#mark")
    assert "Name the year of the survey." in page.text_content("#mark")
    assert Grade.objects.get().percent == 88


@pytest.mark.full
def test_without_script_a_sheet_is_saved_and_a_second_lecturer_sees_both(visit, crowd):
    batch = make_batch()
    lena, luis = staff(batch, "Lena", "lecturer"), staff(batch, "Luis", "lecturer")
    work = hand_in(make_assignment(batch), learner(batch))
    one = visit(work.get_absolute_url(), who=lena, javascript=False)
    two = visit(work.get_absolute_url(), who=luis, javascript=False)
    for page, mark, words in ((one, 4, "Of Lena"), (two, 2, "Of Luis")):
        page.check(f"input[name=mark-facts][value='{mark}']")
        page.check(f"input[name=mark-clarity][value='{mark}']")
        page.fill("#comment", words)
        page.click("button[value=done]")
    assert "Lena saved this sheet since you opened it" in two.text_content("main")
    assert "Of Lena" in two.text_content(".other")
    assert two.input_value("#comment") == "Of Luis"
    assert two.is_checked("input[name=mark-facts][value='2']")
    two.click("button[value=done]")
    two.wait_for_selector("text=Nothing waits for you")
    sheet = Marking.objects.get()
    assert (sheet.comment, sheet.history[0]["comment"]) == ("Of Luis", "Of Lena")
