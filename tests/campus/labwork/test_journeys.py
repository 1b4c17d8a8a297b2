"""A learner on a phone with a slow line finishes a lab; one by keyboard alone; one without scripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.models import LabWork, TaskTry

from .factories import answer, answer_of, begin, learners, make_batch, make_lab, mistake_of, teacher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def row(crowd, town):
    return make_lab(make_batch(people=4), variant="foundation")


def _slow(page):
    """A slow line: 400 ms there and back, 30 kB a second. Gives a switch that breaks it."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    speed = {"latency": 400, "downloadThroughput": 30_000, "uploadThroughput": 15_000}

    def broken(yes: bool) -> None:
        line.send("Network.emulateNetworkConditions", {**speed, "offline": yes})

    broken(False)
    return broken


def test_on_a_phone_with_a_slow_line_that_breaks_a_lab_is_finished(visit, row):
    user = learners(row.batch)[0]
    page = visit(f"/labs/set/{row.pk}/", screen="phone", who=user)
    broken = _slow(page)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/labs/work/*/")
    work = LabWork.objects.get(user=user)
    page.get_by_role("link", name="First task").click()
    given = answer_of(work, "count")
    page.get_by_label("Number").fill(given["text"])
    page.get_by_label("Unit").select_option(given["unit"])
    page.get_by_text("Saved. Not handed in yet.").wait_for()
    broken(True)
    page.get_by_role("button", name="Hand in").click()
    page.get_by_text("No line at the moment").wait_for()
    broken(False)
    page.get_by_role("heading", name="Right.").wait_for()
    page.get_by_role("link", name="Next: Which table").click()
    page.get_by_text("stop", exact=True).check()
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("heading", name="Right.").wait_for()
    assert TaskTry.objects.count() == 2
    assert LabWork.objects.get(pk=work.pk).done_at is not None


def test_by_keyboard_alone(visit, row):
    user = learners(row.batch)[1]
    work = begin(row, user)
    page = visit(f"/labs/work/{work.pk}/count/", who=user)
    page.get_by_label("Number").focus()
    page.keyboard.type(answer_of(work, "count")["text"])
    page.keyboard.press("Tab")
    page.keyboard.type("m")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Right.").wait_for()
    page.goto(page.url.replace("/count/#said", "/which/"))
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    if not page.get_by_role("radio", name="stop").is_checked():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Right.").wait_for()
    assert LabWork.objects.get(pk=work.pk).done_at is not None


def _fields(given: dict) -> list[tuple[str, str]]:
    """An answer as the fields of its form."""
    if "order" in given:
        return [(f"place-{key}", str(at)) for at, key in enumerate(given["order"], 1)]
    if "labels" in given:
        return [(f"label-{key}", label) for key, label in given["labels"].items()]
    every = [(n, v if isinstance(v, list) else [v]) for n, v in given.items() if v not in (None, "")]
    return [(name, str(value)) for name, values in every for value in values]


@pytest.mark.full
def test_every_kind_of_task_works_without_scripts(visit, crowd, town):
    """The forms that a browser without scripts sends are read as the right answers."""
    row = make_lab(make_batch(people=1))
    user = learners(row.batch)[0]
    work = begin(row, user)
    for state in work.tasks.all():
        page = visit(f"/labs/work/{work.pk}/{state.task}/", who=user, javascript=False, keep=True)
        if state.kind == "fix":
            for key, cells in answer_of(work, state.task)["rows"].items():
                for name, text in cells.items():
                    page.locator(f'[name="row-{key}-{name}"]').fill(text)
            for key in answer_of(work, state.task)["duplicates"]:
                page.locator(f'[name="duplicates"][value="{key}"]').check()
        else:
            for name, value in _fields(answer_of(work, state.task)):
                field = page.locator(f'[name="{name}"]').first
                if not field.count():
                    continue  # what this rule does not ask for
                if field.get_attribute("type") in ("radio", "checkbox"):
                    page.locator(f'[name="{name}"][value="{value}"]').check()
                elif field.evaluate("f => f.tagName") == "SELECT":
                    field.select_option(value)
                elif field.get_attribute("type") != "hidden" and field.is_visible():
                    field.fill(value)
        page.get_by_role("button", name="Hand in").click()
        state.refresh_from_db()
        assert state.right or state.kind == "text", state.task
    page.close()


@pytest.mark.skipif(not os.environ.get("SHOTS"), reason="draws pages to look at")
def test_pictures_to_look_at(visit, crowd, town):
    shots = Path(os.environ["SHOTS"])
    shots.mkdir(parents=True, exist_ok=True)
    batch = make_batch(people=5)
    row, lena = make_lab(batch), teacher(batch)
    works = [begin(row, user) for user in learners(batch)[:4]]
    for n, work in enumerate(works):
        answer(work, "count", mistake_of(work, "count", "routes-not-stops"))
        if n % 2:
            answer(work, "count")
        answer(work, "list", mistake_of(work, "list", "all-stops"))
    for n in range(3):
        answer(works[0], "spot", {"lon": "110.63", "lat": f"4.9{n}"})
    answer(works[3], "count", answer_of(works[2], "count"))
    answer(works[0], "advice")
    assert prepared_of(works[0]).posed
    pages = {
        "batch": (f"/batches/{batch.slug}/labs/", lena),
        "assignment": (f"/labs/set/{row.pk}/", lena),
        "class": (f"/labs/set/{row.pk}/class/", lena),
        "alike": (f"/labs/set/{row.pk}/alike/", lena),
        "who": (f"/labs/set/{row.pk}/who/", lena),
        "fit": ("/labs/cities/", "nobody"),
        "lab": ("/labs/tk-standard/", learners(batch)[0]),
        "labs": ("/labs/", "nobody"),
        "mine": ("/labs/mine/", learners(batch)[0]),
        "work": (f"/labs/work/{works[0].pk}/", learners(batch)[0]),
        "evidence": (f"/labs/work/{works[0].pk}/evidence/", learners(batch)[0]),
        **{s.task: (f"/labs/work/{works[0].pk}/{s.task}/", learners(batch)[0]) for s in works[0].tasks.all()},
    }
    for name, (path, who) in pages.items():
        for screen, scheme in (("phone", "light"), ("desktop", "dark")):
            page = visit(path, screen=screen, scheme=scheme, who=who, keep=True)
            page.wait_for_timeout(250)
            page.screenshot(path=shots / f"{name}-{screen}.png", full_page=True)
            assert page.said == [], (name, page.said)
            page.close()
