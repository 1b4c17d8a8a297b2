"""A learner on a phone with a slow line finishes a lab; one by keyboard alone; one without scripts."""

from __future__ import annotations

import pytest

from nagara.campus.labwork.models import LabWork, TaskTry

from .factories import answer_of, begin, learners, make_batch, make_lab

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
