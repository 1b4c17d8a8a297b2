"""Quizzes in a real browser: the post-test on a phone, with a line that drops in between."""

from __future__ import annotations

import pytest
from django.utils import timezone

from nagara.campus.programmes.facts import facts_about
from nagara.campus.quizzes.domain import Part
from nagara.campus.quizzes.domain.kinds import KINDS
from nagara.campus.quizzes.domain.seeding import seed
from nagara.campus.quizzes.domain.taking import posed
from nagara.campus.quizzes.models import Attempt, Bank

from .factories import enrol, make_batch, make_quiz, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _give(page, answer) -> None:
    """Answer one question rightly, as a person does: by its form."""
    one = posed(answer)
    kind = KINDS[one.body["kind"]]
    shown = kind.ask(one, kind.key(one))
    name = f"q{answer.place}"
    for option in shown.get("options", []):
        if option["chosen"]:
            page.check(f"input[name={name}][value='{option['value']}']")
    for row in shown.get("rows", []):
        page.select_option(f"#{name}-{row['field']}", row["chosen"])
    if kind.name == "numeric":
        page.fill(f"#{name}", shown["text"])
        page.select_option(f"#{name}-unit", shown["unit"])
        if shown["either"]:
            page.wait_for_selector(f"#question-{answer.place} .either:not([hidden])")
            page.check(f"input[name={name}-read][value=decimal]")


def test_a_participant_passes_the_post_test_over_a_line_that_drops(visit, crowd):
    seed()
    batch = make_batch(people=0)
    siti = enrol(batch, person("Siti Rahmah binti Abdullah", tz="Asia/Brunei"))
    bank = Bank.objects.get(slug="programme-test")
    quiz = make_quiz(
        batch, bank, side="post", minutes=45, layout="one", pass_percent=60, parts=[Part(bank, tag="form-b")]
    )

    page = visit(f"/batches/{batch.slug}/quizzes/", who=siti, screen="phone")
    page.click(f"text={quiz.title}")
    assert "Brunei" in page.text_content("main")
    page.click("button:has-text('Begin')")
    page.wait_for_selector(".question")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    attempt = Attempt.objects.get()
    answers = list(attempt.answers.select_related("version"))
    for answer in answers[:4]:
        _give(page, answer)
        page.click("text=Save, next")
        page.wait_for_selector(f"#question-{answer.place + 1}")

    page.context.set_offline(True)
    _give(page, answers[4])
    page.wait_for_selector(".quizbar .line:has-text('No line')", timeout=20_000)
    page.click("text=Save, next")
    page.wait_for_selector(".quizbar .line:has-text('Press again')")
    assert attempt.answers.get(place=5).given == {}
    page.context.set_offline(False)
    page.wait_for_selector("#question-5 .kept:has-text('Saved')", timeout=20_000)
    assert attempt.answers.get(place=5).given != {}
    page.click("text=Save, next")
    page.wait_for_selector("#question-6")
    page.close()

    # on another device the attempt goes on where it stood
    page = visit(f"/quizzes/{quiz.pk}/", who=siti)
    page.click("button:has-text('Go on')")
    assert page.locator(".step.done").count() == 5
    for answer in answers[5:]:
        page.click(f"button[value='go-{answer.place}'].step")
        page.wait_for_selector(f"#question-{answer.place}")
        _give(page, answer)
    page.click("text=Save, check and hand in")
    page.wait_for_selector("text=Every question has an answer.")
    page.dblclick("button:has-text('Hand in')")
    page.wait_for_selector("h1:has-text('Your result')")
    assert "100 %" in page.text_content("main")
    assert "passed" in page.text_content("main")
    done = Attempt.objects.get()
    assert (done.percent, done.how) == (100, "person")
    assert done.submitted_at <= timezone.now()
    fact = facts_about(batch, siti, ["tests.post_percent"])["tests.post_percent"]
    assert (fact.value, fact.unit) == (100.0, "%")
    assert page.said == []


@pytest.mark.full
def test_a_lecturer_writes_a_question_without_scripts_and_a_learner_answers_it_so(visit, crowd):
    seed()
    batch = make_batch(people=0)
    anna = enrol(batch, person("Anna"))
    page = visit("/quizzes/banks/m05-mobility/new/", who="olga", javascript=False)
    page.fill("#id_key", "two-lines")
    page.select_option("#id_kind", "numeric")
    page.click("text=Go on")
    page.fill("#id_asks", "Two lines with {n} buses an hour each. How many buses?")
    page.fill("#id_key", "2 * n")
    page.fill("#id_parameters", "n = 617 .. 623")
    page.click("button:has-text('Look at it')")
    assert page.locator(".seeds .card").count() == 3
    page.click("button:has-text('Keep')")
    page.wait_for_selector("text=Kept as version 1")

    bank = Bank.objects.get(slug="m05-mobility")
    quiz = make_quiz(
        batch, bank, parts=[Part(bank, item=bank.items.get(key="two-lines"))], feedback="at-once"
    )
    page = visit(f"/quizzes/{quiz.pk}/", who=anna, screen="phone", javascript=False)
    page.click("button:has-text('Begin')")
    right = 2 * int(Attempt.objects.get().answers.get().drawn["values"]["n"])
    page.fill("#q1", f"{right // 1000},{right % 1000:03}")
    page.click("text=Save, check and hand in")
    assert "two ways" in page.text_content("main")
    page.click("main a:has-text('Question 1')")
    page.check("input[name=q1-read][value=thousands]")
    page.click("text=Save, check and hand in")
    page.click("button:has-text('Hand in')")
    page.wait_for_selector("text=1 of 1")
