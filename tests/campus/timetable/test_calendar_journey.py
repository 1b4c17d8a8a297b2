"""A participant subscribes to the calendar on a phone."""

import importlib.util
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from browsing import complaints
from nagara.campus.timetable.domain import release

_spec = importlib.util.spec_from_file_location(
    "timetable_factories", Path(__file__).with_name("factories.py")
)
f = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(f)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_participant_subscribes_and_renews_the_address(visit, crowd):
    batch = f.make_batch()
    user = f.enrol(batch, "yangon")[0].user
    f.session(f.activity(batch, "Flood models"))
    release(batch, by=crowd.olga, quiet=True)
    page = visit("/timetable/", screen="phone", who=user)
    page.get_by_role("link", name="In my own calendar").click()
    assert (
        page.get_by_role("link", name="Add to the calendar of this device")
        .get_attribute("href")
        .startswith("webcal://")
    )

    def address() -> str:
        return urlsplit(page.get_by_label("Address of the calendar").input_value()).path

    first = address()
    assert b"SUMMARY:Flood models" in Client().get(first).content
    page.get_by_role("button", name="Copy the address").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert complaints(page) == []
    page.get_by_role("button", name="New address").click()
    page.get_by_text("The old one is dead").or_(page.get_by_text("the old one is dead")).wait_for()
    assert (address() != first, Client().get(first).status_code, Client().get(address()).status_code) == (
        True,
        404,
        200,
    )
    assert page.said == []
