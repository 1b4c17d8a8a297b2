"""A CSCO and two colleagues answer, an expert verifies, city and expert agree, the curriculum says why."""

import pytest

from browsing import complaints
from nagara.campus.cities.models import City
from nagara.campus.people.domain import add_person
from nagara.campus.programmes.domain.seeding import seed as seed_programmes
from nagara.campus.readiness.domain.deciding import name_expert
from nagara.campus.readiness.domain.seeding import seed
from nagara.campus.readiness.models import Answer, Assessment
from nagara.campus.readiness.questions import questionnaire

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DIMENSIONS = [f"D{n}" for n in range(1, 9)]


def answer_page(page, key, scores):
    """Choose a score for each question of the page."""
    for n, score in enumerate(scores, 1):
        page.check(f"input[name='score-{key}.{n}'][value='{score}']")


def answer_all(page, score):
    for key in DIMENSIONS:
        answer_page(page, key, [score] * 4)
        page.click("text=Save and go on")
        page.wait_for_load_state()


@pytest.mark.parametrize("screen", ["phone", pytest.param("desktop", marks=pytest.mark.full)])
def test_from_the_first_answer_to_the_curriculum(screen, visit, crowd, live_server):
    seed()
    seed_programmes()
    eva = add_person("eva@example.org", passport_name="Eva", password=None)
    name_expert(eva, city=None, by=crowd.olga)

    # the CSCO opens the assessment, brings a second colleague into the team and names both
    page = visit("/cities/jakarta/team/", who="alice", screen=screen)
    page.fill("#id_email", "cici@example.org")
    page.fill("#id_passport_name", "Cici binti Ahmad")
    page.fill("#id_reason", "letter of 3 March")
    page.click("text=Add to the team")
    page.wait_for_selector("text=Cici binti Ahmad is in the team")
    page.goto(f"{live_server.url}/cities/jakarta/readiness/")
    page.click("text=Open the assessment of")
    page.wait_for_selector("text=Who answers")
    assessment = page.url
    for name in ("Bob", "Cici binti Ahmad"):
        page.check(f"label:has-text('{name}') input")
    page.click("text=Name them")
    page.wait_for_selector("text=Those who answer are named.")

    # she answers; the first page is saved without pressing anything
    page.click("main a.button:has-text('Answer')")
    page.check("input[name='score-D1.1'][value='2']")
    page.wait_for_selector("#saved-state:has-text('Saved')")
    made = Assessment.objects.get()
    assert Answer.objects.get(assessment=made).score == 2
    assert complaints(page) == []
    page.check("input[name='score-D1.2'][value='4']")
    page.locator("#D1\\.2 summary").click()
    page.fill("#url-D1\\.2", "https://jakarta.example/mandate")
    answer_page(page, "D1", [2, 4, 2, 2])
    page.click("text=Save and go on")
    page.wait_for_url("**/D2/")
    page.goto(f"{assessment}D1/")
    answer_all(page, 2)

    # her colleagues answer; one of them without JavaScript, and sees how far apart they are
    bob = visit("/readiness/", who="bob", screen=screen, javascript=False)
    bob.click("text=Jakarta,")
    bob.click("main a.button:has-text('Answer')")
    answer_page(bob, "D1", [5, 2, 2, 2])
    bob.click("text=Save and go on")
    bob.goto(f"{assessment}D1/")
    assert "you are 3 apart" in bob.text_content("#D1\\.1")
    cici = City.objects.get(slug="jakarta").team.get(user__email="cici@example.org").user
    other = visit(f"{assessment.removeprefix(live_server.url)}D1/", who=cici, screen=screen)
    answer_all(other, 3)

    # she sends it
    page.goto(assessment)
    page.click("text=Send to the expert")
    page.wait_for_selector("text=The expert verifies now.")

    # the expert verifies, sets a target and says yes
    page_of_eva = visit(assessment.removeprefix(live_server.url), who=eva, screen=screen)
    page_of_eva.click("main a.button:has-text('Verify')")
    answer_all(page_of_eva, 1)
    page_of_eva.goto(f"{assessment}agenda/")
    assert "D1.1" in page_of_eva.text_content("main")
    page_of_eva.goto(f"{assessment}targets/")
    page_of_eva.fill("[name=target-D4]", "4.5")
    page_of_eva.click("text=Save the targets")
    page_of_eva.click("text=Say yes to scores and targets")
    page_of_eva.wait_for_selector("text=Now the city has to say it.")

    # the city says yes and sees its curriculum and why
    page.goto(assessment)
    page.click("text=Say yes to scores and targets")
    page.wait_for_selector("text=the assessment is agreed")
    page.click("text=See the curriculum made from it.")
    page.fill("#id_hours", "30")
    page.click("text=Choose the modules")
    page.wait_for_selector("text=Version 1 is made.")
    text = page.text_content("main")
    assert "Data assets and management (D4): gap 3.50" in text
    assert "Not in, and why" in text
    assert "more hours" in text
    page.goto(page.url)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert len(questionnaire(made).home_of) == 32


def test_what_was_typed_on_a_dead_line_is_sent_when_it_is_back(visit, crowd, live_server):
    from factories_of_readiness import opened

    made = opened(crowd)
    page = visit(f"/readiness/{made.pk}/D1/", who="alice", screen="phone")
    page.context.set_offline(True)
    page.check("input[name='score-D1.3'][value='4']")
    page.wait_for_selector("#saved-state:has-text('no connection')")
    assert not Answer.objects.exists()
    page.context.set_offline(False)
    page.wait_for_selector("#saved-state:has-text('Saved')", timeout=20_000)
    assert Answer.objects.get().score == 4
