"""Modules and rubrics: the office changes them, what was published stays."""

import pytest

from nagara.campus.programmes.domain.catalogue import new_rubric_version, save_module
from nagara.campus.programmes.models import Module, Rubric
from nagara.citylab.errors import CityLabError

HOURS = {"standard-lecture": "3", "standard-lab": "5"}


def test_a_module_is_added_and_changed_and_a_published_version_keeps_its_hours(version, crowd):
    olga = crowd.client("olga")
    data = {"code": "M13", "title": "Heat", "can": "plan shade", "prerequisites": "M03, M07", **HOURS}
    assert olga.post("/programmes/modules/new/edit/", data).url == "/programmes/modules/M13/"
    made = Module.objects.get(code="M13")
    assert (made.prerequisites, made.hours) == (["M03", "M07"], {"standard": {"lecture": 3.0, "lab": 5.0}})
    data = {"title": "Data first", "can": "query", **HOURS}
    assert olga.post("/programmes/modules/M02/edit/", data).status_code == 302
    assert Module.objects.get(code="M02").total_hours() == 8
    assert version.version_modules.get(module__code="M02").total == 6


def test_a_module_cannot_come_before_itself(policies, crowd):
    first = Module.objects.get(code="M02")
    first.prerequisites = ["M07"]  # which needs M03, which needs M02
    with pytest.raises(CityLabError, match="before itself"):
        save_module(first, by=crowd.olga)
    first.prerequisites = ["M99"]
    with pytest.raises(CityLabError, match="no module M99"):
        save_module(first, by=crowd.olga)


def test_a_rubric_that_is_changed_becomes_its_next_version(policies, crowd, filled_in):
    olga = crowd.client("olga")
    at = "/programmes/rubrics/selection/edit/"
    page = olga.get(at)
    data = filled_in(page) | {"title": "Selection of applicants"}
    assert olga.post(at, data).url == "/programmes/rubrics/selection/?version=1"
    data |= {"row-0-weight": "20"}
    assert "make 90, not 100" in olga.post(at, data).content.decode()
    data |= {"row-1-weight": "40"}
    assert olga.post(at, data).url == "/programmes/rubrics/selection/?version=2"
    old, new = Rubric.objects.filter(key="selection").order_by("version")
    assert [c["weight"] for c in old.criteria] == [30, 30, 25, 15]
    assert [c["weight"] for c in new.criteria] == [20, 40, 25, 15]
    assert new.criteria[0]["anchors"] == old.criteria[0]["anchors"]


def test_anchors_above_the_highest_mark_are_told(policies, crowd, filled_in):
    olga = crowd.client("olga")
    at = "/programmes/rubrics/selection/edit/"
    data = filled_in(olga.get(at)) | {"title": "T", "row-0-anchors": "1: low\n7: high"}
    answer = olga.post(at, data)
    assert answer.status_code == 422
    assert "7 is above the highest mark" in answer.content.decode()


def test_a_rubric_without_criteria_is_refused(policies, crowd):
    with pytest.raises(CityLabError, match="needs a title"):
        new_rubric_version("selection", title="T", criteria=[], by=crowd.olga)
