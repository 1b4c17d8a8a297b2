"""Versions: drafts are edited, published ones are frozen, and what differs is told."""

import copy

import pytest

from nagara.campus.programmes.differences import differences
from nagara.campus.programmes.domain import change_rules, drop_draft, new_draft, publish
from nagara.campus.programmes.models import ProgrammeVersion, VersionModule
from nagara.citylab.errors import CityLabError


def test_a_draft_is_a_whole_copy_and_differs_in_nothing(version, crowd):
    draft = new_draft(version.programme, by=crowd.olga)
    assert (draft.number, draft.status, draft.based_on) == (2, "draft", version)
    assert differences(version, draft) == []
    assert draft.activities.count() == version.activities.count()
    assert new_draft(version.programme, by=crowd.olga, based_on=version) == draft


def test_another_variant_in_a_draft_brings_its_own_hours(version, crowd):
    draft = new_draft(version.programme, by=crowd.olga)
    placed = draft.version_modules.get(module__code="M05")
    assert placed.total == version.version_modules.get(module__code="M05").total == 7.5
    placed.variant = "advanced"
    placed.save()
    assert placed.total == 8
    assert [(c.part, c.kind) for c in differences(version, draft)] == [("Modules", "changed")]


def test_a_change_of_a_rule_and_a_module_are_told(version, crowd):
    draft = new_draft(version.programme, by=crowd.olga)
    rules = copy.deepcopy(draft.rules)
    rules["certificate"]["rules"][0] |= {"value": 0.75, "says": "Attended at least 75 % of the minutes"}
    change_rules(draft, rules, by=crowd.olga)
    draft.refresh_from_db()
    VersionModule.objects.filter(version=draft, module__code="M09").delete()
    changes = {(c.part, c.what): c.kind for c in differences(version, draft)}
    assert changes == {
        ("Modules", "M09 Growth and scenarios"): "gone",
        ("Certificate", "attendance"): "changed",
    }


def test_a_published_version_is_frozen(version, crowd):
    with pytest.raises(CityLabError, match="published and stays"):
        change_rules(version, {}, by=crowd.olga)
    with pytest.raises(CityLabError, match="published and stays"):
        drop_draft(version, by=crowd.olga, reason="tidy")


def test_unsound_rules_are_neither_kept_nor_published(version, crowd):
    draft = new_draft(version.programme, by=crowd.olga)
    with pytest.raises(CityLabError, match="no such section"):
        change_rules(draft, {"wishes": []}, by=crowd.olga)
    ProgrammeVersion.objects.filter(pk=draft.pk).update(rules={"wishes": []})
    with pytest.raises(CityLabError, match="no such section"):
        publish(draft, by=crowd.olga)


def test_a_draft_may_be_published_once(version, crowd):
    draft = publish(new_draft(version.programme, by=crowd.olga), by=crowd.olga)
    assert (draft.status, draft.published_by) == ("published", crowd.olga)
    with pytest.raises(CityLabError, match="published and stays"):
        publish(draft, by=crowd.olga)
    assert new_draft(version.programme, by=crowd.olga).number == 3
