"""Selection in a real browser: two readers differ and a third is called; a committee decides and releases."""

from __future__ import annotations

import io

import openpyxl
import pytest

from nagara.campus.selection.domain import share_out
from nagara.campus.selection.models import Assignment, Draft, Release, Result, Review

from .factories import apply, make_call, make_round, score

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_readers_differ_and_a_third_is_called(visit, crowd):
    call = make_call()
    paper = apply(call, "Siti Aminah", "manila", sex="woman")
    round_ = make_round(call, by=crowd.olga, reviewers=3)
    share_out(round_, by=crowd.olga)
    one, two = Assignment.objects.filter(application=paper)

    page = visit("/selection/", who=one.reviewer.user, screen="phone")
    page.click(f"text={round_.name}")
    page.click(f"text={paper.reference}")
    assert "Siti" not in page.text_content("main")
    page.focus("fieldset.criterion input")
    page.keyboard.press("5")
    page.keyboard.press("5")
    page.keyboard.type("Knows the floods.")
    page.wait_for_selector("#saved:has-text('Saved ')", timeout=20_000)
    assert Review.objects.get().scores == {"fit": 5, "use": 5}
    page.reload()
    assert page.input_value("#comment") == "Knows the floods."
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=is handed in")
    assert page.said == []

    page = visit(f"/selection/sheets/{two.pk}/", who=two.reviewer.user, javascript=False)
    page.check("input[name=mark-fit][value='2']")
    page.check("input[name=mark-use][value='2']")
    page.click("button[value=hand-in]")
    page.wait_for_selector("text=is handed in")

    third = Assignment.objects.get(place=3)
    page = visit(f"/selection/{round_.pk}/reading/", who=third.reviewer.user)
    assert "third reading" in page.text_content("main")
    page = visit(f"/selection/{round_.pk}/board/?standing=third", who="olga")
    assert paper.reference in page.text_content("table")
    assert "The readers differ by 60.0 points." in third.reason


def test_a_committee_decides_under_quota_compares_releases_once_and_keeps_minutes(visit, crowd):
    call = make_call(seats=3)
    round_ = make_round(call, by=crowd.olga, reserve=2)
    people = [
        ("Budi Santoso", "jakarta", "man", 90),
        ("ดารณี ใจดี", "bangkok", "woman", 60),
        ("Agus", "makassar", "man", 85),
        ("Citra Dewi", "sumedang", "woman", 80),
        ("Nguyễn Ánh", "da-nang", "woman", 55),
    ]
    for name, city, sex, points in people:
        score(round_, apply(call, name, city, sex=sex), points, points + 4)
    chair = round_.committee.get().user

    page = visit(f"/selection/{round_.pk}/", who=chair)
    page.click("text=Begin the first draft")
    page.wait_for_selector("text=3 of 3")
    page = visit(f"/selection/{round_.pk}/", who=chair)
    page.click("text=Begin the next draft")
    page.click("text=Change seats and constraints")
    page.select_option("#kind-0", "at_most")
    page.fill("#amount-0", "1")
    page.select_option("#fact-0", "state")
    page.select_option("#value-0", "ID")
    page.fill("#reason", "The quota of the call")
    page.click("text=Change and compute")
    page.wait_for_selector("text=At most 1 from Indonesia")
    costs = page.text_content("section table")
    assert "50 points" in costs
    assert "Agus" in costs

    page.click("text=Compare")
    page.wait_for_selector("h1:has-text('compared with draft 1')")
    said = page.text_content("main")
    assert "New: At most 1 from Indonesia" in said
    assert "ดารณี ใจดี" in said

    draft = Draft.objects.order_by("-number").first()
    page = visit(f"/selection/drafts/{draft.pk}/letters/", who=chair)
    assert "You are accepted" in page.text_content("main")
    page.click("text=Write and hold")
    page.wait_for_selector("text=Nothing is sent.")
    page.dblclick(f"button:has-text('Release {draft}')")
    page.wait_for_selector("h1:has-text('Results')")
    assert Release.objects.count() == 1
    assert Result.objects.filter(outcome="accept").count() == 3

    site = page.url.split("/selection/")[0]
    answer = page.request.get(f"{site}/selection/drafts/{draft.pk}/minutes.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.body()))
    points = sorted(row[4] for row in book["Scores"].iter_rows(min_row=2, values_only=True))
    assert points == sorted(float(p + extra) for *_, p in people for extra in (0, 4))
    assert [row[3] for row in book["Changes"].iter_rows(min_row=2, values_only=True)] == [
        "The quota of the call"
    ]
    pdf = page.request.get(f"{site}/selection/drafts/{draft.pk}/minutes.pdf")
    assert pdf.body().startswith(b"%PDF")
