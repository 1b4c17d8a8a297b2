"""A pack goes out, is worked on without a network, comes back twice, and counts once."""

from __future__ import annotations

import zipfile

import pytest

from nagara.campus.labwork.models import LabWork, TaskTry
from nagara.citylab.labs import pack as packs

from .factories import answer_of, begin, learners, make_batch, make_lab

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_pack_goes_out_is_worked_on_comes_back_twice_and_counts_once(visit, crowd, town, tmp_path):
    row = make_lab(make_batch(), variant="foundation")
    work = begin(row, learners(row.batch)[0])
    page = visit(f"/labs/work/{work.pk}/", screen="phone", who=work.user)
    page.get_by_role("link", name="Take the lab along").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the pack").click()
    taken.value.save_as(tmp_path / "pack.zip")
    assert packs.verify(tmp_path / "pack.zip").ok
    zipfile.ZipFile(tmp_path / "pack.zip").extractall(tmp_path / "pack")

    page.context.set_offline(True)
    away = page.context.new_page()
    said = []
    away.on("pageerror", lambda error: said.append(str(error)))
    away.goto((tmp_path / "pack" / "index.html").as_uri())
    away.get_by_role("link", name="To the 2 tasks").click()
    value = answer_of(work, "count")
    first = away.locator("[data-task=count]")
    first.get_by_label("Number").fill(value["text"])
    first.get_by_label("Unit").select_option(value["unit"])
    first.get_by_role("button", name="Keep this answer").click()
    second = away.locator("[data-task=which]")
    second.get_by_text("stop", exact=True).check()
    second.get_by_role("button", name="Keep this answer").click()
    away.get_by_text("2 answers kept.").wait_for()
    away.reload()  # what was kept is there again
    away.get_by_text("2 answers kept.").wait_for()
    assert away.locator("[data-task=count]").get_by_label("Number").input_value() == value["text"]
    with away.expect_download() as saved:
        away.get_by_role("button", name="Save my answers").click()
    saved.value.save_as(tmp_path / "answers.json")
    assert not said
    away.close()

    page.context.set_offline(False)
    for counted in ("2 answers will be handed in", "Nothing in this file is new"):
        page.get_by_label("File of answers").set_input_files(tmp_path / "answers.json")
        page.get_by_role("button", name="Show what will count").click()
        page.get_by_text(counted).wait_for()
        if counted.startswith("2"):
            page.get_by_role("button", name="Count these").click()
            page.get_by_text("2 answers counted.").wait_for()
    assert set(TaskTry.objects.values_list("right", "via")) == {(True, "pack")}
    assert TaskTry.objects.count() == 2
    work = LabWork.objects.get(pk=work.pk)
    assert work.points == work.most
